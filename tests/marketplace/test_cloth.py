"""Cloth is drawn from a name alone."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace import cloth


@given(st.text(max_size=40))
def test_the_same_name_weaves_the_same_cloth(seed: str) -> None:
    assert cloth.strip(seed) == cloth.strip(seed)
    assert cloth.panel(seed) == cloth.panel(seed)


@given(st.text(max_size=40))
def test_a_cloth_that_stands_in_for_a_picture_is_at_most_2_kb(seed: str) -> None:
    assert len(cloth.panel(seed).encode()) <= 2048


def test_different_names_weave_different_cloth() -> None:
    assert len({cloth.strip(str(number)) for number in range(200)}) == 200


@pytest.mark.parametrize("weave", [cloth.hero, cloth.hero_small, cloth.panel, cloth.strip])
def test_a_cloth_is_well_formed_and_hidden_from_screen_readers(weave: cloth.Weave) -> None:
    svg = ET.fromstring(weave("weft"))  # noqa: S314  Our own drawing.
    assert svg.get("aria-hidden") == "true"


def test_the_rows_of_a_cloth_fill_it_without_a_sliver() -> None:
    assert cloth.Loom(width=10, height=50, rows=(44,)).weave("a").count("v50h") == 1
