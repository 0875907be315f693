from __future__ import annotations

import itertools
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from remittances import plot
from remittances.figures import chart
from remittances.figures.chart import Series

means = st.fractions(-10, 200, max_denominator=100)
periods = st.builds("{}_{}Q".format, st.integers(2011, 2026), st.integers(1, 4))
series = st.lists(
    st.builds(lambda found: Series("a", sorted(found.items())), st.dictionaries(periods, means)),
    min_size=1, max_size=3,
)  # fmt: skip


def test_lines_of_several_series_stand_in_one_frame() -> None:
    first = Series("First", [("2020_1Q", Fraction(4)), ("2020_2Q", Fraction(10))])
    second = Series("Second", [("2020_4Q", Fraction(2))])
    drawn = chart.drawn([first, Series("Empty", []), second])
    assert drawn is not None
    assert [line.name for line in drawn.lines] == ["First", "Second"]
    assert (len(drawn.lines[0].paths), len(drawn.lines[0].dots)) == (1, 0)
    assert (len(drawn.lines[1].paths), len(drawn.lines[1].dots)) == (0, 1)
    assert drawn.lines[1].last == plot.Dot(plot.RIGHT, drawn.lines[1].last.y)
    assert drawn.lines[1].last.y > drawn.target_y > drawn.ceiling_y > drawn.lines[0].last.y


def test_one_quarter_is_no_line() -> None:
    assert chart.drawn([]) is None
    assert chart.drawn([Series("a", [("2020_1Q", Fraction(4))])] * 2) is None


@given(series)
def test_everything_is_inside_and_labels_never_overlap(given_series: list[Series]) -> None:
    drawn = chart.drawn(given_series)
    if drawn is None:
        return
    for line in drawn.lines:
        assert plot.LEFT <= line.last.x <= plot.RIGHT
        assert plot.TOP <= line.last.y <= plot.BOTTOM
    labels = sorted(line.label_y for line in drawn.lines)
    assert all(later - earlier >= 26 for earlier, later in itertools.pairwise(labels))
    assert all(18 <= label <= plot.BOTTOM for label in labels)


def test_dots_of_all_corridors_share_one_scale() -> None:
    one, other = chart.strips([[Fraction(3), Fraction(0)], [Fraction(12)]])
    assert (one.least, one.most) == (Fraction(0), Fraction(3))
    assert one.count == 2
    assert one.target == other.target
    assert one.path == f"M20 12h0M{one.target} 12h0"
    assert other.path == "M980 12h0"
