from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from remittances import plot

quarters = st.builds("{}_{}Q".format, st.integers(2008, 2040), st.integers(1, 4))
means = st.dictionaries(quarters, st.fractions(-60, 400, max_denominator=100), min_size=2)


def test_quarters_in_a_row_make_a_line_and_a_gap_breaks_it() -> None:
    drawn = plot.drawn(
        [
            ("2019_4Q", Fraction(9)),
            ("2020_1Q", Fraction(10)),
            ("2020_2Q", Fraction(8)),
            ("2025_3Q", Fraction(12)),
        ]
    )
    assert drawn is not None
    assert len(drawn.lines) == 1
    assert drawn.lines[0].count("L") == 2
    assert drawn.dots == (drawn.last,)
    assert [level.value for level in drawn.levels] == [0, 5, 10, 15]


def test_one_quarter_is_no_line() -> None:
    assert plot.drawn([("2020_1Q", Fraction(5))]) is None
    assert plot.drawn([]) is None


def test_an_average_below_zero_is_drawn_below_zero() -> None:
    drawn = plot.drawn([("2017_3Q", Fraction(2)), ("2017_4Q", Fraction("-11.36"))])
    assert drawn is not None
    assert drawn.levels[0].value < 0
    zero = next(level.at for level in drawn.levels if level.value == 0)
    assert drawn.last.y > zero


def test_the_targets_label_stands_where_the_line_is_farther_away() -> None:
    falling = plot.drawn([("2011_1Q", Fraction(9)), ("2025_3Q", Fraction("3.4"))])
    rising = plot.drawn([("2011_1Q", Fraction("3.4")), ("2025_3Q", Fraction(9))])
    assert falling is not None
    assert rising is not None
    assert falling.target_x < plot.WIDTH // 2 < rising.target_x


@given(means)
def test_everything_stays_inside_the_drawing(values: dict[str, Fraction]) -> None:
    drawn = plot.drawn(list(values.items()))
    assert drawn is not None
    assert all(drawn.levels[0].value <= mean for mean in (*values.values(), Fraction(0)))
    assert all(drawn.levels[-1].value >= mean for mean in (*values.values(), Fraction(3)))
    for dot in (*drawn.dots, drawn.last, drawn.first):
        assert plot.LEFT <= dot.x <= plot.RIGHT
        assert plot.TOP <= dot.y <= plot.BOTTOM
    assert plot.TOP <= drawn.target_y <= plot.BOTTOM
    assert 0 < drawn.last_label_y < plot.HEIGHT
    joined = sum(line.count("L") + 1 for line in drawn.lines)
    assert joined + len(drawn.dots) == len(values)
    assert len(drawn.levels) <= 8
