from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from remittances import distribution

costs = st.lists(st.fractions(-20, 300, max_denominator=100), min_size=1, max_size=20)


def test_quartiles_stand_between_their_neighbours() -> None:
    found = distribution.box([Fraction(cost) for cost in (4, 1, 3, 2)])
    assert found is not None
    assert (found.least, found.lower, found.median, found.upper, found.most) == (
        Fraction(1),
        Fraction("1.75"),
        Fraction("2.5"),
        Fraction("3.25"),
        Fraction(4),
    )
    assert (found.count, found.mean) == (4, Fraction("2.5"))


def test_one_cost_is_all_five_numbers() -> None:
    found = distribution.box([Fraction(7)])
    assert found is not None
    assert {found.least, found.lower, found.median, found.upper, found.most} == {Fraction(7)}


def test_nothing_has_no_box_and_no_picture() -> None:
    assert distribution.box([]) is None
    assert distribution.picture({}) is None


def test_every_group_is_drawn_on_one_scale_with_the_target_on_it() -> None:
    cheap, dear = (distribution.box([Fraction(cost)]) for cost in (1, 40))
    assert cheap is not None
    assert dear is not None
    picture = distribution.picture({"cheap": cheap, "dear": dear})
    assert picture is not None
    assert [level.value for level in picture.levels] == [0, 10, 20, 30, 40]
    assert picture.drawn["cheap"].median < picture.target_x < picture.drawn["dear"].median
    assert picture.drawn["dear"].median == distribution.RIGHT
    assert picture.drawn["dear"].width == 2


@given(st.dictionaries(st.text(max_size=3), costs, min_size=1, max_size=4))
def test_whatever_the_costs_the_numbers_are_in_order_and_inside_the_drawing(
    groups: dict[str, list[Fraction]],
) -> None:
    boxes = {name: found for name, rows in groups.items() if (found := distribution.box(rows))}
    picture = distribution.picture(boxes)
    assert picture is not None
    for name, each in boxes.items():
        assert each.least <= each.lower <= each.median <= each.upper <= each.most
        drawn = picture.drawn[name]
        places = [drawn.least, drawn.lower, drawn.median, drawn.upper, drawn.most]
        assert places == sorted(places)
        assert places[0] >= distribution.LEFT
        assert places[-1] <= distribution.RIGHT
        assert set(drawn.dots) >= {drawn.least, drawn.most}
