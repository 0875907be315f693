from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from django.core.management import CommandError, call_command

from projects.matching.selectors import simulations
from tests.make import matching as make
from tests.projects.matching.decisions import all_rows

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 2, 15, 12, tzinfo=UTC)
ROWS = (
    "id,t,donor,project,amount,project.country\n"
    "c1,2026-03-02T10:00:00Z,d1,p1,60.00,KEN\n"
    "c2,2026-03-03T10:00:00Z,d2,p1,60.00,KEN\n"
)


def simulated(programme: str, *flags: str) -> dict[str, Any]:
    out = StringIO()
    call_command("matching", "simulate", programme, *flags, "--json", stdout=out)
    document: dict[str, Any] = json.loads(out.getvalue())
    return document


def written(folder: Path, name: str, content: str) -> str:
    file = folder / name
    file.write_text(content)
    return str(file)


def test_money_of_a_file_is_spent_from_what_was_put_in(tmp_path: Path) -> None:
    make.programme(id="fund", rate=[1, 1], pot_minor=100_00)
    before = all_rows()

    found = simulated("fund", "--contributions", written(tmp_path, "a.csv", ROWS))

    assert found["programme"] == "fund"
    assert found["spend"] == [
        {"day": "2026-03-02", "minor": 60_00, "left_minor": 40_00},
        {"day": "2026-03-03", "minor": 40_00, "left_minor": 0},
    ]
    assert (found["short_from"], found["runs_out_on"]) == ("2026-03-03", "2026-03-03")
    assert found["left_out"] == {"outside_window": 0}
    assert found["unmatched"] == [{"contribution": "c2", "minor": 20_00, "reason": "pot_exhausted"}]
    assert found["worked"][1]["why"] == "Only €40.00 was left in the pot of this programme."
    assert len(found["fan"]) == 31
    assert all_rows() == before


def test_a_rule_in_a_file_needs_no_programme(tmp_path: Path) -> None:
    rule = written(tmp_path, "rule.json", json.dumps(make.document(rate=[1, 1], pot=50_00)))
    rows = written(tmp_path, "a.csv", ROWS)

    assert simulated(rule, "--contributions", rows)["spent_minor"] == 50_00
    assert simulated(rule, "--contributions", rows, "--pot", "90")["spent_minor"] == 90_00


def test_each_funder_has_its_own_pot(tmp_path: Path) -> None:
    layers = [{"id": "a", "rate": [1, 1], "pot": 10_00}, {"id": "b", "rate": [1, 1], "pot": 70_00}]
    terms = make.document(rate=None, layers=layers, coupling="independent")
    rule = written(tmp_path, "rule.json", json.dumps(terms))

    found = simulated(rule, "--contributions", written(tmp_path, "a.csv", ROWS))

    assert (found["funded_minor"], found["spent_minor"]) == (80_00, 80_00)


@time_machine.travel(NOW, tick=False)
def test_money_of_the_last_months_is_taken_as_if_it_came_in_the_window() -> None:
    make.programme(
        id="fund",
        rate=[1, 1],
        window=["2027-03-01T00:00:00Z", "2027-09-01T00:00:00Z"],
        eligible=[{"field": "project.country", "op": "eq", "value": "KEN"}],
    )
    for ref, months, country in (
        ("too-old", 13, "KEN"),
        ("first", 12, "KEN"),
        ("elsewhere", 11, "MDA"),
        ("second", 10, "KEN"),
        ("after-the-window", 2, "KEN"),
    ):
        at = NOW - timedelta(days=30 * months)
        make.counted(make.gift(10_00, ref=ref, country=country), settled_at=at)

    found = simulated("fund", "--last", "12m")

    assert [(each["day"], each["minor"]) for each in found["spend"]] == [
        ("2027-03-06", 10_00),
        ("2027-05-05", 10_00),
    ]
    assert found["unmatched"] == []
    assert found["left_out"] == {"outside_window": 1}
    out = StringIO()
    call_command("matching", "simulate", "fund", "--last", "12m", stdout=out)
    assert "Later than the 184 days of the window, and so left out: 1.\n" in out.getvalue()


@time_machine.travel(NOW, tick=False)
def test_awards_are_those_of_the_books() -> None:
    make.programme(
        id="fund",
        rate=[1, 1],
        needs_award=True,
        window=["2027-03-01T00:00:00Z", "2027-09-01T00:00:00Z"],
    )
    make.counted(make.gift(50_00, ref="c1"), settled_at=NOW - timedelta(days=30))

    found = simulated("fund", "--last", "8w")

    assert [each["reason"] for each in found["unmatched"]] == ["no_award"]


@pytest.mark.parametrize("last", ["12", "0m", "m", "-1m", "1.5m", "121y", "9999d", "１2m"])
def test_a_time_that_is_none_is_refused(last: str) -> None:
    make.programme(id="fund")

    with pytest.raises(CommandError, match="--last is") as refused:
        simulated("fund", f"--last={last}")

    assert refused.value.returncode == 2


@time_machine.travel(datetime(2026, 3, 31, tzinfo=UTC), tick=False)
def test_a_month_back_of_the_longest_is_a_day_that_exists() -> None:
    make.programme(id="fund")

    assert simulated("fund", "--last", "1m")["spend"] == []


def test_a_programme_that_is_not_there_is_refused() -> None:
    with pytest.raises(CommandError, match="There is no programme 'nobody'"):
        simulated("nobody", "--last", "12m")


def test_a_file_that_is_wrong_is_named_with_its_row(tmp_path: Path) -> None:
    make.programme(id="fund")
    rows = written(tmp_path, "a.csv", ROWS.replace("p1,60.00,KEN\n", "p1,-1,KEN\n", 2))

    with pytest.raises(CommandError) as refused:
        simulated("fund", "--contributions", rows)

    assert str(refused.value).startswith(f"{rows}: row 2, column amount: must be a plain amount")
    assert refused.value.returncode == 2


def test_a_rule_that_is_none_is_named_by_its_field(tmp_path: Path) -> None:
    rule = written(tmp_path, "rule.json", json.dumps(make.document(rate=[1, 0])))

    with pytest.raises(CommandError, match=r"rule\.json: rate\[1\]: must be a whole number"):
        simulated(rule, "--last", "12m")


@pytest.mark.parametrize("pot", ["-1", "1,000", "1e3", "100.005", "x"])
def test_a_pot_that_is_no_amount_is_refused(pot: str) -> None:
    make.programme(id="fund")

    with pytest.raises(CommandError, match="--pot is"):
        simulated("fund", "--last", "12m", f"--pot={pot}")


def test_a_person_reads_lines(tmp_path: Path) -> None:
    make.programme(id="fund", rate=[1, 1], pot_minor=100_00)
    out = StringIO()

    call_command(
        "matching",
        "simulate",
        "fund",
        "--contributions",
        written(tmp_path, "a.csv", ROWS),
        stdout=out,
    )

    assert out.getvalue().splitlines()[:3] == [
        "fund: 100.00 EUR of 100.00 EUR",
        "The pot is empty on 2026-03-03.",
        "0 of 1 projects are matched in full.",
    ]
    assert "  c2 misses 20.00 EUR: pot_exhausted" in out.getvalue()


def test_past_money_can_be_that_of_some_countries() -> None:
    version = make.programme(id="fund")
    for ref, country in (("c1", "KEN"), ("c2", "MDA")):
        make.counted(make.gift(10_00, ref=ref, country=country))
    since, until = make.NOON - timedelta(days=1), make.NOON + timedelta(days=1)

    found = simulations.past_money(version.rule, since=since, until=until, countries=["KEN"])

    assert [each.ref for each in found] == ["c1"]
