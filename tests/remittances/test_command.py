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


def test_stats_are_the_figures_of_the_contract() -> None:
    make.real_prices()
    make.imported(
        [make.average(source_code="KEN", destination_code="UGA", avg_total_cost_200_pct="9.3713")]
    )
    make.imported([make.average(source_code="KEN", destination_code="UGA", period="2025_3Q",
                                avg_total_cost_200_pct="12.75")])  # fmt: skip
    answer = document("stats", "--corridor", "KENUGA")
    assert answer == {
        "corridors": [
            {
                "corridor": "KENUGA",
                "from": "KEN",
                "to": "UGA",
                "period": "2025_3Q",
                "services": 27,
                "firms": 12,
                "mean_200": 12.753,
                "mean_500": 7.1733,
                "median_200": 11.81,
                "min_200": 2.85,
                "max_200": 35.51,
                "cheapest3_200": 3.9167,
                "published_mean_200": 12.75,
            }
        ],
        "summary": {
            "corridors": 1,
            "services": 27,
            "service_mean": 12.753,
            "corridor_mean": 12.753,
            "over_5": 1,
            "at_or_below_3": 0,
        },
    }


@pytest.mark.parametrize(
    ("corridor", "period", "published"),
    [("TZAKEN", "2011_1Q", 23.6175), ("KENRWA", "2011_3Q", 9.744)],
)
def test_stats_reproduce_the_averages_the_world_bank_published(
    corridor: str, period: str, published: float
) -> None:
    run("import", str(make.real_file("rpw_2011_old_layout.csv")))
    (row,) = document("stats", "--corridor", corridor, "--period", period)["corridors"]
    assert row["mean_200"] == pytest.approx(published, abs=0.0005)


def test_stats_of_a_file_of_averages() -> None:
    run("import", str(make.real_file("rpw_2025_3Q_gbr_corridors.csv")))
    make.imported([make.average(destination_code="MLI")])  # An older quarter.
    answer = document("stats", "--source", "GBR", "--period", "2025_3Q")
    assert answer["summary"] == {
        "corridors": 33,
        "services": 791,
        "service_mean": 4.6136,
        "corridor_mean": 5.0436,
        "over_5": 14,
        "at_or_below_3": 5,
    }
    kenya = next(row for row in answer["corridors"] if row["to"] == "KEN")
    assert (kenya["services"], kenya["firms"], kenya["mean_200"], kenya["published_mean_200"]) == (
        27,
        10,
        None,
        3.43,
    )
    every = document("stats", "--source", "GBR")["summary"]
    assert (every["corridors"], every["services"], every["service_mean"]) == (34, None, None)


def test_stats_leave_out_what_hides_its_rate_and_has_no_total() -> None:
    make.imported(
        [
            make.row(),
            make.row(firm="Hidden", transparent="no"),
            make.row(firm="Unknown", **{"cc1_total_cost_%": ".."}),
        ]
    )
    (row,) = document("stats")["corridors"]
    assert (row["services"], row["firms"], row["mean_200"], row["mean_500"]) == (1, 1, 2.85, 2.92)


def test_stats_of_the_real_rows_for_people() -> None:
    make.real_prices()
    text = run("stats", "--source", "TZA")
    assert "TZAKEN\t2025_3Q\t12\t59.9933\t83.17\t4.1467\t-" in text.splitlines()
    assert text.endswith("2 corridors, 2 over 5 %\n")
    assert document("stats", "--period", "2011_1Q")["corridors"] == []


@pytest.mark.parametrize(
    "words", [("--period", "soon"), ("--corridor", "KEN"), ("--corridor", "KENKEN"),
              ("--source", "ZZZ")],
)  # fmt: skip
def test_stats_of_nonsense_are_refused(words: tuple[str, ...]) -> None:
    refusal("stats", *words)
