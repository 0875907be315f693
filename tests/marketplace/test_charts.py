"""Bars whose parts are whole numbers."""

from __future__ import annotations

from bs4 import BeautifulSoup, Tag
from hypothesis import given
from hypothesis import strategies as st

from marketplace import charts


def _drawn(html: str) -> Tag:
    svg = BeautifulSoup(html, "html.parser").svg
    assert svg is not None
    return svg


@given(st.lists(st.integers(0, 10**15), min_size=1, max_size=4).filter(any))
def test_the_parts_of_a_bar_fill_it_exactly_and_none_disappears(parts: list[int]) -> None:
    shares = charts.widths(parts)
    assert sum(shares) == charts.WHOLE
    for part, share in zip(parts, shares, strict=True):
        assert (share >= charts.VISIBLE) if part else (share == 0)


def test_thirds_are_equal_to_the_hundredth_of_a_per_cent() -> None:
    assert charts.widths([100, 100, 100]) == [3334, 3333, 3333]


def test_a_bar_says_what_it_shows_and_styles_nothing_inline() -> None:
    parts = [("own", 100), ("match", 0), ("owner", 100), ("rest", 200)]
    svg = _drawn(charts.woven_bar(parts, label='50% "raised"'))
    assert svg["role"] == "img"
    assert svg["aria-label"] == '50% "raised"'
    fills = [rect.get("fill") for rect in svg("rect") if rect.get("fill")]
    assert fills == ["url(#weave-own)", "url(#weave-owner)", "url(#weave-rest)"]
    assert len(svg.select("rect.gap")) == 2
    assert not svg.select("[style]")


def test_a_bar_of_nothing_is_all_still_needed() -> None:
    svg = _drawn(charts.woven_bar([("own", 0), ("rest", 0)], label="Nothing yet"))
    assert [(rect["fill"], rect["width"]) for rect in svg("rect")] == [
        ("url(#weave-rest)", "100.00%")
    ]


def test_a_cost_longer_than_the_scale_is_cut_at_its_end() -> None:
    svg = _drawn(charts.cost_bar(fee=300, margin=0, scale=200, target=6, label="Fee 3.00"))
    (fee,) = svg("rect")
    assert (fee["x"], fee["width"]) == ("0.00%", "100.00%")
    assert svg.select_one("line.target[x1='3.00%']")
