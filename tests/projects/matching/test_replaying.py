"""What a replay does, and what it says."""

from __future__ import annotations

import json
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command

from projects.catalogue.models import Organisation
from projects.matching import services
from projects.matching.models import Allocation, Programme
from projects.matching.replaying import differences, read_file, replay
from tests.make import matching as make
from tests.projects.matching.decisions import all_rows, left
from tests.projects.matching.stories import contribution, report, run, story

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.django_db


def test_a_replay_writes_nothing_and_says_the_same_twice(
    write: Callable[[object], Path],
) -> None:
    make.programme(id="fund")
    make.counted(make.gift(100_00, ref="c1"))
    services.allocate_due(programme_id="fund", now=make.NOON)
    before, organisations = all_rows(), Organisation.objects.count()
    file = write(story(contribution(), contribution("c2", 2000), expect={"matches": {}}))

    first = run(file, "--json")

    assert run(file, "--json") == first
    assert all_rows() == before
    assert (Programme.objects.count(), Organisation.objects.count()) == (1, organisations)


def test_programmes_of_the_database_have_no_part_in_it(
    write: Callable[[object], Path],
) -> None:
    make.programme(id="fund", priority=1)

    found = report(write, story(contribution()))

    assert found["matches"] == {"c1": {"A": 100}}
    assert found["pots"] == {"A": 900}
    assert found["reasons"] == {}
    assert left("fund") == 10_000_00
    assert not Allocation.objects.exists()


def test_the_report_names_every_part(write: Callable[[object], Path]) -> None:
    found = report(write, story(contribution("c1", 400), contribution("c2", 1000)))

    assert found == {
        "id": "own",
        "matches": {"c1": {"A": 400}, "c2": {"A": 600}},
        "pots": {"A": 0},
        "project_matches": {},
        "lumps": {},
        "unmet": {"c2:A": 400},
        "disbursed": {},
        "receivable": {},
        "reasons": {"c2:A": "pot_exhausted"},
    }


def test_names_keep_their_order_whatever_they_are(write: Callable[[object], Path]) -> None:
    money = [contribution(ref, 700) for ref in ("z!", "Ä", "a b")]

    found = report(write, story(*money))

    assert found["matches"] == {"a b": {"A": 700}, "z!": {"A": 300}}
    assert found["reasons"] == {"z!:A": "pot_exhausted", "Ä:A": "pot_exhausted"}


def test_checkpoints_come_in_the_order_of_the_file(write: Callable[[object], Path]) -> None:
    found = report(
        write,
        story(
            contribution(),
            contribution("c2"),
            checkpoints=[{"after_event": 1}, {"after_event": 0}],
        ),
    )

    assert [(each["after_event"], each["pots"]) for each in found["checkpoints"]] == [
        (1, {"A": 800}),
        (0, {"A": 900}),
    ]


@pytest.mark.parametrize(
    ("stack", "mode"),
    [("cascade", "cascade"), (["A"], "cascade"), ({"mode": "exclusive"}, "exclusive")],
)
def test_a_stack_holds_for_programmes_that_have_none_of_their_own(
    write: Callable[[object], Path], stack: object, mode: str
) -> None:
    own = story()["programmes"][0] | {"id": "B", "stacking": {"mode": "parallel"}}
    scenario = story(stack=stack, programmes=[story()["programmes"][0], own])

    read = read_file(write(scenario)).scenarios[0].programmes

    assert [each.document["stacking"] for each in read] == [{"mode": mode}, {"mode": "parallel"}]


@pytest.mark.parametrize(
    ("share", "read"), [([1, 2], [1, 2]), ([1, 1], [1, 2]), ([2, 1], [2, 3]), ([3, 4], [3, 4])]
)
def test_a_share_of_all_that_is_one_or_more_is_match_for_each_unit_given(
    write: Callable[[object], Path], share: list[int], read: list[int]
) -> None:
    scenario = story(stack={"mode": "parallel", "total_public_cap": share})

    programme = read_file(write(scenario)).scenarios[0].programmes[0]

    assert programme.document["stacking"] == {"mode": "parallel", "total_public_share": read}


def test_keys_that_nobody_knows_are_named_in_the_report(
    write: Callable[[object], Path],
) -> None:
    found = report(write, story(contribution(), weather="dry", expect={"mood": "good"}))

    assert found["ignored"] == ["weather", "expect.mood"]


def test_a_collection_is_answered_in_its_order(write: Callable[[object], Path]) -> None:
    wrong = story(contribution(), id="second", expect={"matches": {"c1": {"A": 99}}})
    right = story(contribution(), id="first", expect={"matches": {"c1": {"A": 100}}})
    file = write({"schema_version": 1, "unit": "minor", "scenarios": [right, wrong]})
    out = StringIO()

    with pytest.raises(CommandError, match="Not as expected: second") as refused:
        call_command("matching", "replay", str(file), "--json", "--check", stdout=out)

    results = json.loads(out.getvalue())["results"]
    assert refused.value.returncode == 1
    assert [(each["id"], each["ok"]) for each in results] == [("first", True), ("second", False)]
    assert results[1]["differences"] == [
        {"path": "matches.c1.A", "expected": 99, "found": 100},
    ]


def test_there_must_be_something_to_check_against(write: Callable[[object], Path]) -> None:
    with pytest.raises(CommandError, match="expect: is missing") as refused:
        run(write(story()), "--check")

    assert refused.value.returncode == 2


def test_only_what_is_spoken_of_is_compared_and_zeros_may_be_missing(
    write: Callable[[object], Path],
) -> None:
    expect = {"matches": {"c1": {"A": 100, "B": 0}, "c9": {}}, "lumps": {"A:p1": 0}}
    (scenario,) = read_file(write(story(contribution(), expect=expect))).scenarios

    assert differences(scenario, replay(scenario)) == []


def test_a_reason_must_be_there_and_a_code_must_be_the_same(
    write: Callable[[object], Path],
) -> None:
    expect = {
        "reasons": {
            "c1:A": "the pot had too little",
            "c2:A": "pot_exhausted",
            "c3:A": "cap_donor",
            "c4:A": "anything",
        }
    }
    money = [contribution(ref, 1100) for ref in ("c1", "c2", "c3")]
    (scenario,) = read_file(write(story(*money, expect=expect))).scenarios

    assert differences(scenario, replay(scenario)) == [
        {"path": "reasons.c3:A", "expected": "cap_donor", "found": "pot_exhausted"},
        {"path": "reasons.c4:A", "expected": "anything", "found": None},
    ]


def test_an_event_that_cannot_be_done_is_named(write: Callable[[object], Path]) -> None:
    event = {
        "type": "milestone",
        "t": "2026-03-05T10:00:00Z",
        "programme": "A",
        "project": "p1",
        "cumulative": [1, 2],
    }

    with pytest.raises(CommandError, match=r"events\[0\]: No match of this programme") as refused:
        run(write(story(event)))

    assert refused.value.returncode == 2
    assert not Programme.objects.exists()


def test_a_scenario_may_lie_in_the_future(write: Callable[[object], Path]) -> None:
    programme = story()["programmes"][0] | {
        "window": ["2190-01-01T00:00:00Z", "2191-01-01T00:00:00Z"]
    }
    money = contribution(t="2190-05-01T00:00:00Z")

    assert report(write, story(money, programmes=[programme]))["matches"] == {"c1": {"A": 100}}


def test_a_person_reads_lines(write: Callable[[object], Path]) -> None:
    expect = {"matches": {"c1": {"A": 900}}}

    assert run(write(story(contribution("c1", 900), expect=expect)), "--check").splitlines() == [
        "own: as expected",
        "  c1 A: 900",
        "  pots A: 100",
    ]
