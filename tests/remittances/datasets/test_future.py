from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command

from remittances import services
from remittances.models import CorridorAverage, Dataset, SurveyedService
from remittances.services import ImportRefused
from tests.make import remittances as make

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db  # The day of these imports is 2026-11-23.


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"period": "2027_1Q"}, "row 3, column “period”: the quarter 2027_1Q has not begun"),
        ({"period": "2099_4Q"}, "row 3, column “period”: the quarter 2099_4Q has not begun"),
        ({"date": "24/Nov/2026"}, "row 3, column “date”: the day 2026-11-24 has not come yet"),
    ],
)
def test_a_time_that_has_not_come_is_refused_with_its_place(
    changes: dict[str, str], why: str
) -> None:
    with pytest.raises(ImportRefused, match=why):
        make.imported([make.row(), make.row(**changes)])
    assert (Dataset.objects.count(), SurveyedService.objects.count()) == (0, 0)


def test_the_quarter_that_runs_and_the_day_of_the_import_are_read() -> None:
    make.imported([make.row(period="2026_4Q", date="23/Nov/2026"), make.row(date="..")])
    assert SurveyedService.objects.count() == 2


def test_an_average_of_a_quarter_to_come_is_refused_too() -> None:
    with pytest.raises(ImportRefused, match="row 2, column “period”"):
        make.imported([make.average(period="2027_1Q")])
    assert CorridorAverage.objects.count() == 0


def test_the_command_ends_with_2(tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_bytes(make.csv_bytes([make.row(period="2099_4Q")]))
    with pytest.raises(CommandError) as refused:
        call_command("remittances", "import", str(bad))
    assert refused.value.returncode == 2
    assert not Dataset.objects.exists()


def test_a_dry_run_says_so_too() -> None:
    content = make.csv_bytes([make.row(period="2099_4Q")])
    with pytest.raises(ImportRefused, match="has not begun"):
        services.import_bytes(file_name="a.csv", content=content, now=make.NOW, dry_run=True)
