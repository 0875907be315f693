from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import IO, TYPE_CHECKING

import pytest

from remittances import services
from remittances.models import CorridorAverage, Country, Dataset, Provider, SurveyedService
from tests.make import remittances as make

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db


def counts() -> tuple[int, ...]:
    models = (Dataset, SurveyedService, CorridorAverage, Country, Provider)
    return tuple(model.objects.count() for model in models)


def fees() -> list[int]:
    standing = SurveyedService.objects.standing().order_by("row_key")
    return [int(fee or 0) for fee in standing.values_list("fee_1", flat=True)]


def test_the_real_rows_are_imported_exactly() -> None:
    report = make.real_prices().document()
    content = make.real_file("rpw_2025_3Q_east_africa.csv").read_bytes()
    flags = report.pop("flags")
    assert report == {
        "file": "rpw_2025_3Q_east_africa.csv",
        "sha256": hashlib.sha256(content).hexdigest(),
        "already_imported": False,
        "dry_run": False,
        "layout": "rows",
        "periods": ["2025_3Q"],
        "rows_read": 111,
        "rows_imported": 111,
    }
    assert len(flags) == 47
    assert flags[0] == {
        "sheet": None,
        "row": 12,
        "column": None,
        "flag": "duplicate",
        "detail": "reads the same as row 11",
    }
    assert counts() == (1, 111, 0, 5, 17)
    first = SurveyedService.objects.get(row=2)
    assert str(first.reference_rate).rstrip("0") == "0.00774293457220286"
    assert first.dataset.attribution.startswith("The World Bank, Remittance Prices Worldwide")


def test_the_same_bytes_under_another_name_change_nothing() -> None:
    content = make.csv_bytes([make.row()])
    services.import_bytes(file_name="a.csv", content=content, now=make.NOW)
    before = counts()
    again = services.import_bytes(file_name="b.csv", content=content, now=make.NOW).document()
    assert (again["file"], again["already_imported"], again["rows_imported"]) == ("b.csv", True, 0)
    assert again["rows_read"] == 1
    assert counts() == before


def test_a_dry_run_says_what_is_in_a_file_and_writes_nothing() -> None:
    report = services.import_file(
        path=make.real_file("rpw_2011_old_layout.csv"), now=make.NOW, dry_run=True
    ).document()
    assert (report["dry_run"], report["rows_read"], report["rows_imported"]) == (True, 22, 0)
    assert counts() == (0, 0, 0, 0, 0)


def test_a_bad_row_at_the_end_imports_nothing() -> None:
    rows = [make.row(firm=f"Firm {number}") for number in range(200)]
    bad = make.csv_bytes([*rows, make.row(cc2_lcu_fee="free")])
    with pytest.raises(services.ImportRefused) as refused:
        services.import_bytes(file_name="bad.csv", content=bad, now=make.NOW)
    assert str(refused.value) == (
        "bad.csv: row 202, column “cc2 lcu fee”: “free” is not a number (1234.5)."
    )
    assert counts() == (0, 0, 0, 0, 0)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.touch()
    for path in (tmp_path, tmp_path / "missing.csv", empty):
        with pytest.raises(services.ImportRefused, match=path.name):
            services.import_file(path=path, now=make.NOW)
    assert counts() == (0, 0, 0, 0, 0)


def test_a_file_that_may_not_be_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(_path: Path, _mode: str) -> IO[bytes]:
        raise PermissionError(13, "Permission denied")

    secret = tmp_path / "secret.csv"
    secret.write_bytes(make.csv_bytes([make.row()]))
    monkeypatch.setattr(type(secret), "open", forbidden)
    with pytest.raises(services.ImportRefused, match=r"secret\.csv: permission denied"):
        services.import_file(path=secret, now=make.NOW)


def test_rows_with_an_id_are_superseded_by_a_later_file() -> None:
    make.imported([{"id": "7", **make.row()}, {"id": "8", **make.row(firm="Other")}])
    make.imported([{"id": "7", **make.row(cc1_lcu_fee="500", **{"cc1_total_cost_%": "3.33"})}])
    newer = SurveyedService.objects.get(supersedes__isnull=False)
    older = SurveyedService.objects.get(superseded_by=newer)
    assert (newer.fee_1, older.fee_1) == (Decimal(500), Decimal(414))
    assert SurveyedService.objects.count() == 3  # Nothing is deleted.
    assert fees() == [500, 414]


def test_a_row_can_be_corrected_again_and_again() -> None:
    for fee in ("400", "300", "200"):
        make.imported([{"id": "7", **make.row(cc1_lcu_fee=fee)}])
    assert fees() == [200]
    assert SurveyedService.objects.count() == 3


def test_an_id_means_nothing_in_another_quarter() -> None:
    make.imported([{"id": "7", **make.row()}])
    make.imported([{"id": "7", **make.row(period="2026_4Q")}])
    assert SurveyedService.objects.standing().count() == 2


def test_an_id_repeated_in_one_file_keeps_both_rows() -> None:
    make.imported([{"id": "7", **make.row()}, {"id": "7", **make.row(firm="Other")}])
    assert SurveyedService.objects.standing().count() == 2


def test_a_second_file_without_ids_adds_to_the_first() -> None:
    make.imported([make.row()])
    make.imported([make.row(firm="Other")])
    assert SurveyedService.objects.standing().count() == 2


def test_a_later_average_supersedes_the_earlier_one() -> None:
    make.imported([make.average()])
    make.imported([make.average(avg_total_cost_200_pct="7.5")])
    (standing,) = CorridorAverage.objects.standing()
    assert standing.mean_200 == 7.5
    assert CorridorAverage.objects.count() == 2


def test_every_cell_is_kept_as_it_stood() -> None:
    make.imported([{**make.row(firm="  Two   blanks "), "odd column": "=cmd"}])
    row = SurveyedService.objects.get()
    assert row.provider.name == "Two blanks"
    assert row.cells["firm"] == "  Two   blanks "
    assert row.cells["odd column"] == "=cmd"


def test_the_files_that_come_with_the_product_are_imported_once() -> None:
    first = services.import_bundled(now=make.NOW)
    before = counts()
    again = services.import_bundled(now=make.NOW)
    assert [report.document()["rows_imported"] for report in first] == [10417, 22, 111, 33]
    assert all(report.already_imported for report in again)
    assert counts() == before
    assert before[:3] == (4, 133, 10450)
