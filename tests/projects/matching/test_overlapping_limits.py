"""Limits that overlap, as one on a project and one on its organisation, with floors beneath."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projects.matching.closes import dividing, in_layers
from projects.matching.closes.dividing import Divided, Floor, Limit, Terms
from projects.matching.closes.in_layers import Asked
from projects.matching.rules import Coupling

WISHES = st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=3, max_size=6)


@pytest.mark.parametrize("coupling", Coupling)
def test_a_wide_limit_does_not_give_back_what_a_narrow_one_cut(coupling: Coupling) -> None:
    asked = Asked({"x": [500, 500], "y": [500, 500]}, {"x": 5000, "y": 5000}, coupling)
    limits = [Limit((0,), 100, "cap_project"), Limit((0, 1), 600, "cap_organisation")]

    paid = in_layers.divide(asked, Terms(limits=limits))

    assert paid.by_layer == {"x": [27, 273], "y": [27, 273]}
    assert paid.divided.reasons == {0: "cap_project", 1: "cap_organisation"}


@pytest.mark.parametrize("coupling", Coupling)
def test_who_drops_out_leaves_the_room_of_a_shared_limit_to_others(coupling: Coupling) -> None:
    asked = Asked({"x": [50, 500], "y": [50, 500]}, {"x": 5000, "y": 5000}, coupling)
    floors = [Floor((0,), 200), Floor((1,), 200)]
    terms = Terms(limits=[Limit((0, 1), 600, "cap_organisation")], floors=floors)

    paid = in_layers.divide(asked, terms)

    assert paid.by_layer == {"x": [0, 300], "y": [0, 300]}
    assert paid.divided.reasons == {0: "below_floor", 1: "cap_organisation"}
    assert dividing.divide(10_000, [100, 1000], terms).parts == [0, 600]


def test_a_division_that_pays_those_who_dropped_out_still_ends() -> None:
    terms = Terms(floors=[Floor((0,), 10)])

    divided = dividing.above_floors([5, 20], terms, lambda _: Divided([5, 20]))

    assert (divided.parts, divided.reasons) == ([0, 20], {0: "below_floor"})


def test_the_last_unit_does_not_break_a_narrower_limit() -> None:
    # A smaller sum may bring more by the largest remainder: [6, 6, 2] of ten is [4, 4, 2], and of
    # eleven [5, 5, 1].
    assert dividing.cut_to(10, [5, 5, 1], [6, 6, 2]) == [5, 4, 1]
    assert dividing.cut_to(0, [5, 5], [0, 0]) == [0, 0]


@pytest.mark.promise("M12")
@settings(max_examples=100)
@given(
    wishes=WISHES,
    left=st.tuples(st.integers(0, 1500), st.integers(0, 1500)),
    rooms=st.tuples(st.integers(0, 600), st.integers(0, 900), st.integers(0, 1200)),
    floor=st.integers(0, 300),
    coupling=st.sampled_from(Coupling),
    refill=st.booleans(),
)
def test_every_limit_and_floor_is_kept_where_they_overlap(  # noqa: PLR0913
    *,
    wishes: list[tuple[int, int]],
    left: tuple[int, int],
    rooms: tuple[int, int, int],
    floor: int,
    coupling: Coupling,
    refill: bool,
) -> None:
    places = tuple(range(len(wishes)))
    limits = [
        *(Limit((place,), rooms[0], "cap_project") for place in places),
        Limit(places[:2], rooms[1], "cap_organisation"),
        Limit(places[1:], rooms[2], "cap_region"),
        Limit(places, rooms[2], "cap_programme"),
    ]
    terms = Terms(limits=limits, floors=[Floor((place,), floor) for place in places], refill=refill)
    by_layer = {"x": [x for x, _ in wishes], "y": [y for _, y in wishes]}

    paid = in_layers.divide(Asked(by_layer, dict(zip("xy", left, strict=True)), coupling), terms)
    single = dividing.divide(sum(left), [x + y for x, y in wishes], terms)

    for parts in (paid.divided.parts, single.parts):
        assert all(
            sum(parts[place] for place in limit.places) <= limit.room_minor for limit in limits
        )
        assert all(not part or part >= floor for part in parts)
    for layer, has in zip("xy", left, strict=True):
        pairs = zip(paid.by_layer[layer], by_layer[layer], strict=True)
        assert sum(paid.by_layer[layer]) <= has
        assert all(0 <= part <= wish for part, wish in pairs)
    assert [sum(of) for of in zip(*paid.by_layer.values(), strict=True)] == paid.divided.parts
