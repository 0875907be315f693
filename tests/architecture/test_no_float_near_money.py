"""No float on any path of money: not written, not made, not typed, not divided into being."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest
from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROOMS = (
    "payments",
    "projects/matching",
    "projects/funding",
    "projects/delivery",
    "marketplace/books.py",
)
# Seconds of patience, cells of a sheet, and exact decimals on their way to the eye.
APART = (
    "payments/sandbox/",
    "payments/gateway/stripe/client.py",
    "payments/sheets.py",
    "payments/figures.py",
)
FLOATING_FIELDS = {"FloatField"}


def sources() -> list[Path]:
    found = []
    for room in ROOMS:
        place = settings.BASE_DIR / room
        found += [place] if place.is_file() else sorted(place.rglob("*.py"))
    return [
        file
        for file in found
        if not file.relative_to(settings.BASE_DIR).as_posix().startswith(APART)
    ]


def floats_in(text: str) -> Iterator[int]:
    """Yield the line of whatever is a float or may become one."""
    for node in ast.walk(ast.parse(text)):
        is_literal = isinstance(node, ast.Constant) and isinstance(node.value, float | complex)
        is_name = isinstance(node, ast.Name) and node.id == "float"
        is_field = isinstance(node, ast.Attribute) and node.attr in FLOATING_FIELDS
        is_division = isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div)
        if is_literal or is_name or is_field or (is_division and not _joins_paths(node)):
            yield getattr(node, "lineno", 0)


def _joins_paths(node: ast.AST) -> bool:
    """Say whether a slash joins a path: one side of it is a text."""
    if not isinstance(node, ast.BinOp):
        return False
    sides = (node.left, node.right)
    return any(isinstance(s, ast.Constant) and isinstance(s.value, str) for s in sides) or any(
        isinstance(s, ast.BinOp) and _joins_paths(s) for s in sides
    )


@pytest.mark.promise("M11")
def test_no_path_of_money_touches_a_float() -> None:
    found = [
        f"{file.relative_to(settings.BASE_DIR)}:{line}"
        for file in sources()
        for line in floats_in(file.read_text(encoding="utf-8"))
    ]

    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "rate = 0.5",
        "rate = float(amount)",
        "share = amount / 3",
        "total /= 2",
        "models.FloatField()",
    ],
)
def test_the_check_sees_a_float_in_every_form(text: str) -> None:
    assert list(floats_in(text)) == [1]


@pytest.mark.parametrize("text", ["half = amount // 2", 'here = folder / "name"', "rate = (1, 2)"])
def test_the_check_lets_whole_numbers_and_paths_pass(text: str) -> None:
    assert list(floats_in(text)) == []
