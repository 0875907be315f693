from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from projects.matching.tally import Key, Measure, Tally, as_rows, both, from_rows, touched

if TYPE_CHECKING:
    import random

PROJECT = Key(Measure.MATCHED, "project", "p1")


def gave(donor: str, minor: int = 1_00, project: str = "p1") -> tuple[Key, int]:
    return Key(Measure.COUNTED, "donor_project", both(project, donor)), minor


DONORS = Key(Measure.DONORS, "project", "p1")


def test_an_unknown_counter_is_zero_and_a_moved_one_adds_up() -> None:
    tally = Tally([(PROJECT, 5)])

    tally.move([(PROJECT, 7)])

    assert tally[PROJECT] == 12
    assert tally[Key(Measure.MATCHED, "project", "p2")] == 0
    assert tally.items() == [(PROJECT, 12)]
    assert tally.changed() == [(PROJECT, 7)]


def test_a_giver_counts_once_as_long_as_any_of_their_money_is_there() -> None:
    tally = Tally()

    tally.move([gave("d1")])
    tally.move([gave("d1")])
    tally.move([gave("d2")])
    assert tally[DONORS] == 2

    tally.move([gave("d1")], back=True)
    assert tally[DONORS] == 2
    tally.move([gave("d1")], back=True)
    assert tally[DONORS] == 1


def test_the_projects_of_an_organisation_are_counted_by_organisation() -> None:
    tally = Tally()
    for project in ("p1", "p2", "p1"):
        tally.move([(Key(Measure.MATCHED, "organisation_project", both("o1", project)), 5)])

    assert tally[Key(Measure.PROJECTS, "organisation", "o1")] == 2


def test_the_counter_of_heads_is_among_those_that_a_move_touches() -> None:
    assert touched([gave("d1"), (PROJECT, 1)]) == {gave("d1")[0], DONORS, PROJECT}


def test_loaded_heads_are_not_counted_again() -> None:
    tally = Tally([gave("d1", 3_00), (DONORS, 1)])

    tally.move([gave("d1", 2_00), gave("d2")])

    assert tally[DONORS] == 2
    assert tally.changed() == [gave("d1", 2_00), gave("d2"), (DONORS, 1)]


moves = st.lists(
    st.tuples(st.sampled_from(["d1", "d2", "d3"]), st.integers(1, 9)).map(lambda pair: gave(*pair)),
    max_size=9,
)


@given(moves=moves, chance=st.randoms())
def test_what_is_taken_back_in_any_order_leaves_nothing(
    moves: list[tuple[Key, int]], chance: random.Random
) -> None:
    tally = Tally()
    for move in moves:
        tally.move([move])
    back = moves[:]
    chance.shuffle(back)

    for move in back:
        tally.move([move], back=True)

    assert tally.items() == []


def test_moves_are_kept_as_plain_rows() -> None:
    moved = (gave("d1"), (Key(Measure.MATCHED, "layer", "", "2026-03", "state"), 7))

    rows = json.loads(json.dumps(as_rows(moved)))

    assert rows == [
        ["counted", "donor_project", "p1 d1", "", "", 100],
        ["matched", "layer", "", "2026-03", "state", 7],
    ]
    assert from_rows(rows) == moved
