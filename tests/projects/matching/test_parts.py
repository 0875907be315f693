"""Taking something off a match of several pots, and putting it back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projects.matching.parts import NotWithin, brought_to, divided, total

decisions = st.lists(st.integers(1, 10**12), min_size=1, max_size=4).map(
    lambda minors: tuple((f"l{n}", minor) for n, minor in enumerate(minors))
)


def test_what_falls_is_borne_in_proportion() -> None:
    decided = (("state", 200_00), ("city", 100_00))
    assert brought_to(decided, 150_00, decided=decided) == (("state", 100_00), ("city", 50_00))
    assert brought_to(decided, 0, decided=decided) == ()


def test_the_last_unit_goes_by_largest_remainder() -> None:
    decided = (("a", 1), ("b", 1), ("c", 1))
    assert brought_to(decided, 2, decided=decided) == (("b", 1), ("c", 1))


def test_what_rises_again_is_borne_by_what_was_given_up() -> None:
    decided = (("a", 100), ("b", 100))
    assert brought_to((("a", 100),), 150, decided=decided) == (("a", 100), ("b", 50))


@pytest.mark.parametrize("minor", [-1, 301])
def test_a_match_stands_within_what_was_decided(minor: int) -> None:
    with pytest.raises(NotWithin):
        brought_to((("a", 300),), minor, decided=(("a", 300),))


@given(decisions, st.lists(st.integers(0, 1000), min_size=1, max_size=5))
@settings(max_examples=50)
def test_parts_always_sum_and_never_pass_their_decision(
    decided: tuple[tuple[str, int], ...], marks: list[int]
) -> None:
    standing = decided
    for mark in marks:
        wanted = total(decided) * mark // 1000
        before, standing = standing, brought_to(standing, wanted, decided=decided)
        assert total(standing) == wanted
        was = dict(before)
        for layer, minor in standing:
            assert 0 < minor <= dict(decided)[layer]
            if wanted <= total(before):
                assert minor <= was[layer]


@given(decisions, st.data())
@settings(max_examples=50)
def test_a_division_comes_out_by_pot_and_by_match(
    given_parts: tuple[tuple[str, int], ...], data: st.DataObject
) -> None:
    whole = total(given_parts)
    cut = data.draw(st.integers(0, whole))
    first, second = divided(given_parts, [cut, whole - cut])
    assert total(first) == cut
    assert total(second) == whole - cut
    for layer, minor in given_parts:
        assert dict(first).get(layer, 0) + dict(second).get(layer, 0) == minor


def test_a_division_must_be_of_the_whole() -> None:
    with pytest.raises(NotWithin):
        divided((("", 10),), [4, 5])
