from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command

from remittances.models import Dataset
from tests.make import remittances as make

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    out = io.StringIO()
    call_command("remittances", *words, stdout=out)
    return out.getvalue()


def document(*words: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(run(*words, "--json"))
    return answer


def refusal(*words: str) -> str:
    with pytest.raises(CommandError) as refused:
        run(*words)
    assert refused.value.returncode == 2
    return str(refused.value)


def test_import_prints_one_document_and_a_text_for_people() -> None:
    path = str(make.real_file("rpw_2011_old_layout.csv"))
    assert document("import", path, "--dry-run")["rows_imported"] == 0
    assert document("import", path)["rows_imported"] == 22
    assert document("import", path)["already_imported"]
    assert "already imported" in run("import", path)
    text = run("import", str(make.real_file("rpw_2025_3Q_east_africa.csv")), "--dry-run")
    assert "111 rows of 2025_3Q could be imported" in text
    assert "row 53: margin_negative" in text


def test_a_file_that_cannot_be_read_ends_with_2_and_its_place(tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_bytes(make.csv_bytes([make.row(), make.row(cc1_lcu_fee="free")]))
    said = refusal("import", str(bad))
    assert said == "bad.csv: row 3, column “cc1 lcu fee”: “free” is not a number (1234.5)."
    for other in (tmp_path, tmp_path / "none.csv"):
        assert other.name in refusal("import", str(other))
    assert not Dataset.objects.exists()


def test_compare_prints_the_document_and_a_line_a_service() -> None:
    make.real_prices()
    answer = document("compare", "KEN", "UGA", "18000")
    assert answer["quotes"][0]["received_value"] == "17489.28"
    assert [quote["rank"] for quote in document(
        "compare", "ken", "uga", "18000", "--receive", "mobile", "--currency", "KES",
    )["quotes"]] == [1, 2]  # fmt: skip
    lines = run("compare", "KEN", "UGA", "18000").splitlines()
    assert lines[0] == "18000.00 KES, Kenya to Uganda, 2025_3Q"
    assert lines[2].split("\t") == [
        "1", "17489.28", "2.85 %", "414", "Dahabshiil", "Cash", "Same day", "2025-08-14",
    ]  # fmt: skip
    assert "(estimate)" in run("compare", "KEN", "UGA", "20000")
    assert "Outside the surveyed amounts (18000, 45000)" in run("compare", "KEN", "UGA", "5")
    assert "not ranked: outside_surveyed_amounts" in run("compare", "KEN", "UGA", "5")


def test_compare_says_where_nothing_was_surveyed() -> None:
    assert run("compare", "GBR", "KEN", "200").startswith("200.00 GBP, United Kingdom to Kenya: no")


@pytest.mark.parametrize(
    "words",
    [
        ("compare", "ZZZ", "UGA", "1"),
        ("compare", "KEN", "KEN", "1"),
        ("compare", "KEN", "UGA", "-1"),
        ("compare", "KEN", "UGA", "1e3"),
        ("compare", "KEN", "UGA", "1", "--currency", "XXX"),
        ("compare", "KEN", "UGA", "1", "--receive", "pigeon"),
        ("compare", "KEN", "UGA"),
        ("import",),
        ("invent",),
        (),
    ],
)
def test_a_wrong_call_ends_with_2(words: tuple[str, ...]) -> None:
    make.real_prices()
    with pytest.raises(CommandError) as refused:
        run(*words)
    assert refused.value.returncode == 2 or not words or words == ("invent",)
    assert "\n" not in str(refused.value)
