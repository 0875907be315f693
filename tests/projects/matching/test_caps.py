from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.matching.caps import Cap, Room, Scope, Usage, clip, rooms


def usage() -> Usage:
    used = Usage()
    used.add(donor="d1", project="p1", minor=30)
    used.add(donor="d1", project="p2", minor=20)
    used.add(donor="d2", project="p1", minor=5)
    return used


@pytest.mark.parametrize(
    ("scope", "room"),
    [
        (Scope.CONTRIBUTION, 100),
        (Scope.DONOR, 50),
        (Scope.DONOR_PROJECT, 70),
        (Scope.PROJECT, 65),
        (Scope.PROGRAMME, 45),
    ],
)
def test_a_cap_leaves_what_its_scope_has_not_used(scope: Scope, room: int) -> None:
    caps = [Cap(scope, 100)]

    assert rooms(caps, usage(), donor="d1", project="p1") == [Room(f"cap_{scope.value}", room)]


def test_a_giver_not_known_yet_has_used_nothing() -> None:
    caps = [Cap(Scope.DONOR, 100), Cap(Scope.DONOR_PROJECT, 60), Cap(Scope.PROJECT, 100)]

    left = rooms(caps, usage(), donor=None, project="p1")

    assert [room.minor for room in left] == [100, 60, 65]


def test_a_room_is_never_negative() -> None:
    left = rooms([Cap(Scope.PROGRAMME, 54)], usage(), donor="d1", project="p1")

    assert left == [Room("cap_programme", 0)]


def test_what_is_taken_back_can_be_given_again() -> None:
    used = usage()

    used.add(donor="d1", project="p1", minor=-30)

    assert used.of(Scope.DONOR, donor="d1", project="p1") == 20
    assert used.of(Scope.PROJECT, donor="d1", project="p1") == 5
    assert used.of(Scope.PROGRAMME, donor="d1", project="p1") == 25


def test_of_two_equally_small_rooms_the_earlier_is_named() -> None:
    assert clip(10, [Room("a", 7), Room("b", 7), Room("c", 8)]) == (7, "a")


def test_a_room_exactly_as_large_as_the_amount_does_not_bind() -> None:
    assert clip(10, [Room("a", 10), Room("b", 11)]) == (10, None)


@given(
    ideal=st.integers(0, 10**15),
    limits=st.lists(st.builds(Room, st.text(min_size=1), st.integers(0, 10**15))),
)
def test_clipping_gives_the_minimum_and_names_what_bound(ideal: int, limits: list[Room]) -> None:
    minor, reason = clip(ideal, limits)

    assert minor == min([ideal, *(room.minor for room in limits)])
    assert (reason is None) == (minor == ideal)
