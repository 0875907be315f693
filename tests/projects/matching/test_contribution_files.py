from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from projects.matching.rules import Counted
from projects.matching.simulating import contribution_files
from projects.matching.simulating.contribution_files import RowsNotUnderstood, read

if TYPE_CHECKING:
    from pathlib import Path

HEADING = "id,t,donor,project,amount"
ROW = "c1,2026-03-02T10:00:00Z,d1,p1,100.00"


def written(folder: Path, content: str | bytes, name: str = "money.csv") -> Path:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def refused(folder: Path, content: str | bytes) -> str:
    with pytest.raises(RowsNotUnderstood) as refusal:
        read(written(folder, content), own_currency="EUR")
    return str(refusal.value).removeprefix(f"{folder}/")


def test_a_row_is_money_with_its_facts(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        "project,amount,id,t,donor,currency,role,donor.age,project.vetted,channel,initiated_at\n"
        "p1,1.234,c1,2026-03-02T13:00:00+03:00,d1,KWD,diaspora,40,true,card,2026-03-01T00:00:00Z\n",
    )

    assert read(file, own_currency="EUR") == [
        Counted(
            ref="c1",
            amount_minor=1234,
            currency="KWD",
            settled_at=datetime(2026, 3, 2, 10, tzinfo=UTC),
            donor="d1",
            project="p1",
            facts={
                "project.slug": "p1",
                "contribution.amount": 1234,
                "role": "diaspora",
                "donor.age": 40,
                "project.vetted": True,
                "contribution.channel": "card",
            },
            initiated_at=datetime(2026, 3, 1, tzinfo=UTC),
        )
    ]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_dialects_are_understood(tmp_path: Path, separator: str, mark: bytes, newline: str) -> None:
    rows = [*(f"{HEADING},donor.name\n{ROW},".splitlines()), ""]
    text = newline.join(rows).replace(",", separator)
    quoted = text.replace(f"100.00{separator}", f'100.00{separator}"one{newline}two"')

    (money,) = read(written(tmp_path, mark + quoted.encode()), own_currency="EUR")

    assert (money.amount_minor, money.donor) == (100_00, "d1")
    assert money.facts["donor.name"] == f"one{newline}two"


def test_an_empty_cell_is_not_known_and_an_empty_row_is_nothing(tmp_path: Path) -> None:
    text = f"{HEADING},donor.age\n,,,,,\nc1,2026-03-02T10:00:00Z,,p1,5,\n"

    (money,) = read(written(tmp_path, text), own_currency="EUR")

    assert money.donor is None
    assert "donor.age" not in money.facts


def test_whole_minor_units_have_their_own_column(tmp_path: Path) -> None:
    text = "contribution,settled_at,project,amount_minor\nc1,2026-03-02T10:00:00Z,p1,1234\n"

    (money,) = read(written(tmp_path, text), own_currency="EUR")

    assert (money.ref, money.amount_minor) == ("c1", 1234)


def test_cells_that_could_be_formulas_are_texts(tmp_path: Path) -> None:
    text = f'{HEADING},donor.name\n{ROW},"=HYPERLINK(""x"")"\n'

    (money,) = read(written(tmp_path, text), own_currency="EUR")

    assert money.facts["donor.name"] == '=HYPERLINK("x")'


@pytest.mark.parametrize(
    ("amount", "why"),
    [
        ("=5", "unreadable"),
        ("+5", "signed"),
        ("-5", "signed"),
        ("@5", "unreadable"),
        ("1,5", "unreadable"),
        ("1e3", "unreadable"),
        ("５", "unreadable"),
        ("1.005", "too_many_decimals"),
        ("99999999999999999999", "too_long"),
        ("NaN", "unreadable"),
    ],
)
def test_amounts_that_are_none_are_refused(tmp_path: Path, amount: str, why: str) -> None:
    text = f'{HEADING}\n{ROW}\nc2,2026-03-02T10:00:00Z,d1,p1,"{amount}"\n'

    said = refused(tmp_path, text)

    assert said == (
        f"row 3, column amount: must be a plain amount in EUR, as 100 or 99.50, not {why}"
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "money.csv: is empty"),
        ("\n\n", "money.csv: is empty"),
        ("id,t,amount\n", "row 1, column project: is missing"),
        (f"{HEADING},id\n", "row 1, column id: is there twice"),
        (f"{HEADING},\n", "row 1: a column has no heading"),
        (f"{HEADING}\nc1,x\n", "row 2: has 2 columns, the heading has 5"),
        (f"{HEADING}\n{ROW},6\n", "row 2: has 6 columns, the heading has 5"),
        (f"{HEADING}\n{ROW}\n{ROW}\n", "row 3, column id: c1 is there already"),
        (f'{HEADING}\n"c1,2026\n', "row 2: is not CSV: unexpected end of data"),
        (b"\xff\xfei\x00d\x00", "money.csv: is not UTF-8 at byte 0"),
        (
            f"{HEADING}\nc1,2026-02-31T10:00:00Z,d1,p1,1\n",
            "row 2, column t: must be a time that exists",
        ),
        (
            f"{HEADING}\nc1,01/02/03,d1,p1,1\n",
            "row 2, column t: must be a time with its offset, as 2026-03-02T10:00:00Z",
        ),
        (
            f"{HEADING}\nc1,0001-01-01T00:00:00Z,d1,p1,1\n",
            "row 2, column t: must be from 1970 to 2199",
        ),
        (
            f"{HEADING}\nc1,9999-12-31T23:59:59Z,d1,p1,1\n",
            "row 2, column t: must be from 1970 to 2199",
        ),
        (f"{HEADING}\nc1,2026-03-02T10:00:00Z,d1,p1,0\n", "row 2, column amount: must be a plain"),
        (f"{HEADING}\nc1,2026-03-02T10:00:00Z,d1,p1,\n", "row 2, column amount: is missing"),
        (f"{HEADING}\nc1,2026-03-02T10:00:00Z,d1,,1\n", "row 2, column project: must be a text"),
        (
            f"{HEADING},amount_minor\n{ROW},5\n",
            "row 2, column amount_minor: says the same as amount: leave one out",
        ),
        (
            "id,t,project,amount_minor\nc1,2026-03-02T10:00:00Z,p1,1.5\n",
            "row 2, column amount_minor: must be a whole number from 1",
        ),
        (
            f"{HEADING},currency\n{ROW},EUЯ\n",
            "row 2, column currency: must be a code of ISO 4217 that Weft knows",
        ),
        ("[1]", "contributions[0]: must be an object"),
        ("{}", "events: must be a list of contributions"),
        ("[", "money.csv: is not JSON"),
        ("[" * 100_000, "money.csv: is not JSON: is nested too deeply"),
        ('[{"id": "c1"}]', "contributions[0].amount: is missing"),
        ('[{"id": "c1", "amount": 1.5}]', "contributions[0].amount: must be a text"),
    ],
)
def test_one_wrong_cell_refuses_the_file(tmp_path: Path, content: str, said: str) -> None:
    assert refused(tmp_path, content).startswith(said)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RowsNotUnderstood, match="No such file"):
        read(tmp_path / "nothing.csv", own_currency="EUR")


def test_there_is_an_end_to_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contribution_files, "MOST_ROWS", 1)
    second = ROW.replace("c1", "c2")

    assert refused(tmp_path, f"{HEADING}\n{ROW}\n{second}\n") == "money.csv: has more than 1 rows"


def test_json_takes_minor_units_as_numbers_and_major_units_as_texts(tmp_path: Path) -> None:
    base = {"t": "2026-03-02T10:00:00Z", "donor": "d1", "project": "p1"}
    rows = [{"id": "c1", "amount": 100} | base, {"id": "c2", "amount": "1.5"} | base]

    for content in (rows, {"contributions": rows}):
        found = read(written(tmp_path, json.dumps(content)), own_currency="EUR")

        assert [each.amount_minor for each in found] == [100, 150]


def test_a_scenario_is_money_with_its_givers_and_projects(tmp_path: Path) -> None:
    scenario = {
        "donors": {"d1": {"residence": "DE"}},
        "projects": {"p1": {"organisation": "o1"}},
        "events": [
            {
                "type": "contribution",
                "id": "c1",
                "t": "2026-03-02T10:00:00Z",
                "donor": "d1",
                "project": "p1",
                "amount": 100,
            },
            {"type": "close", "t": "2026-04-01T00:00:00Z", "programme": "A"},
        ],
    }

    (money,) = read(written(tmp_path, json.dumps(scenario)), own_currency="EUR")

    assert money.facts == {
        "project.slug": "p1",
        "contribution.amount": 100,
        "donor.residence": "DE",
        "project.organisation": "o1",
    }
