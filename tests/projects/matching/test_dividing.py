from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projects.matching.closes.dividing import Floor, Limit, Terms, divide

wishes = st.lists(st.integers(0, 10_000), min_size=1, max_size=12)


def each(*rooms: int) -> list[Limit]:
    return [Limit((place,), room, "cap_project") for place, room in enumerate(rooms)]


def test_a_pot_that_does_for_all_gives_every_wish() -> None:
    divided = divide(100, [30, 0, 70])

    assert (divided.parts, divided.reasons, divided.is_short) == ([30, 0, 70], {}, False)


def test_a_short_pot_is_divided_to_the_last_unit_and_ties_go_to_the_earlier() -> None:
    divided = divide(100, [50, 50, 50])

    assert (divided.parts, divided.is_short) == ([34, 33, 33], True)


def test_wishes_in_thousandths_are_paid_rounded_down() -> None:
    assert divide(10, [5_999, 3_001], Terms(unit=1000)).parts == [5, 3]
    assert divide(8, [5_999, 3_001], Terms(unit=1000)).parts == [5, 3]
    assert divide(7, [5_999, 3_001], Terms(unit=1000)).parts == [5, 2]


def test_weights_take_the_whole_pot() -> None:
    assert divide(1000, [1, 2], Terms(unit=None)).parts == [333, 667]


def test_what_a_limit_cuts_off_is_divided_again_until_nothing_moves() -> None:
    divided = divide(500, [300, 100, 100], Terms(unit=None, limits=each(200, 140, 500)))

    assert divided.parts == [200, 140, 160]
    assert divided.reasons == {0: "cap_project", 1: "cap_project"}


def test_without_a_refill_it_stays_in_the_pot() -> None:
    divided = divide(
        500, [300, 100, 100], Terms(unit=None, limits=each(200, 140, 500), refill=False)
    )

    assert divided.parts == [200, 100, 100]


def test_a_refill_never_gives_more_than_was_wished() -> None:
    terms = Terms(limits=each(2000, 9999))

    assert divide(3000, [3400, 400], terms).parts == [2000, 400]


def test_a_wide_limit_cuts_what_a_narrow_one_left() -> None:
    limits = [*each(40, 100, 100), Limit((0, 1), 60, "cap_organisation")]

    divided = divide(200, [100, 100, 100], Terms(limits=limits))

    assert divided.parts[2] == 100
    assert sum(divided.parts[:2]) == 60
    assert divided.reasons == {0: "cap_project", 1: "cap_organisation"}


def test_a_limit_does_not_name_itself_where_nothing_was_wished() -> None:
    divided = divide(100, [50, 0, 50], Terms(limits=[Limit((0, 1, 2), 60, "cap_programme")]))

    assert divided.parts == [30, 0, 30]
    assert divided.reasons == {0: "cap_programme", 2: "cap_programme"}


def test_the_smallest_below_its_floor_drops_out_first_and_the_pot_is_divided_again() -> None:
    floors = [Floor((place,), 30) for place in range(3)]

    divided = divide(100, [20, 28, 52], Terms(unit=None, floors=floors))

    assert divided.parts == [0, 35, 65]
    assert divided.reasons == {0: "below_floor"}


def test_without_a_refill_all_below_their_floor_drop_out_at_once() -> None:
    floors = [Floor((place,), 30) for place in range(3)]

    divided = divide(100, [20, 28, 52], Terms(unit=None, floors=floors, refill=False))

    assert divided.parts == [0, 0, 52]
    assert divided.reasons == {0: "below_floor", 1: "below_floor"}


@given(
    st.integers(0, 20_000),
    wishes,
    st.sampled_from([1, 7, None]),
    st.lists(st.integers(0, 5_000), min_size=12, max_size=12),
    st.integers(0, 8_000),
    st.booleans(),
)
@settings(max_examples=50)
def test_nothing_is_made_or_lost_and_every_limit_is_kept(  # noqa: PLR0913, PLR0917
    pot: int,
    asked: list[int],
    unit: int | None,
    rooms: list[int],
    wide: int,
    refill: bool,  # noqa: FBT001
) -> None:
    limits = [*each(*rooms[: len(asked)]), Limit(tuple(range(len(asked))), wide, "cap_programme")]

    divided = divide(pot, asked, Terms(unit=unit, limits=limits, refill=refill))

    assert all(part >= 0 for part in divided.parts)
    assert sum(divided.parts) <= min(pot, wide)
    assert all(part <= room for part, room in zip(divided.parts, rooms, strict=False))
    if unit:
        assert all(
            part <= -(-wish // unit) for part, wish in zip(divided.parts, asked, strict=True)
        )


@given(st.integers(0, 20_000), st.lists(st.integers(1, 10_000), min_size=1, max_size=12))
@settings(max_examples=50)
def test_a_short_pot_is_empty_afterwards(pot: int, asked: list[int]) -> None:
    divided = divide(pot, asked)

    assert sum(divided.parts) == min(pot, sum(asked))
    assert divided.is_short == (pot < sum(asked))


@given(st.integers(0, 20_000), st.lists(st.integers(1, 10_000), min_size=2, max_size=12))
@settings(max_examples=50)
def test_one_limit_is_refilled_to_the_last_unit(pot: int, asked: list[int]) -> None:
    limits = [Limit((0,), pot // 4, "cap_project")]

    divided = divide(pot, asked, Terms(unit=None, limits=limits))

    assert sum(divided.parts) == pot


@pytest.mark.parametrize("unit", [1, None])
def test_an_empty_pot_gives_nothing(unit: int | None) -> None:
    assert divide(0, [5, 7], Terms(unit=unit)).parts == [0, 0]
    assert divide(10, [], Terms(unit=unit)).parts == []
