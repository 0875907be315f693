"""The picture of transfer costs is drawn from the rows of the survey."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from cms.pages import teaser
from payments.money import Money
from tests.make import remittances as make_remittances

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_without_prices_there_is_no_picture() -> None:
    assert teaser.teaser(now=NOW) is None


def test_the_busiest_corridor_of_the_real_rows_is_drawn(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    make_remittances.real_prices()
    with django_assert_num_queries(1):
        drawn = teaser.teaser(now=NOW)
    assert drawn is not None
    assert (drawn.origin, drawn.destination) == ("KEN", "UGA")
    assert drawn.address == "/en/send/ken/uga/"
    assert drawn.amount == Money(18_000_00, "KES")
    assert drawn.services == len(drawn.dots) == 16
    assert (drawn.least, drawn.most) == (Money(511_00, "KES"), Money(6_281_00, "KES"))
    assert drawn.inside == sum(dot.is_inside for dot in drawn.dots) == 1


def test_two_dots_never_cover_one_another() -> None:
    make_remittances.real_prices()
    drawn = teaser.teaser(now=NOW)
    assert drawn is not None
    by_row: dict[int, list[int]] = {}
    for dot in drawn.dots:
        by_row.setdefault(dot.y, []).append(dot.x)
    for places in by_row.values():
        ordered = sorted(places)
        assert all(after - before >= teaser.APART for before, after in pairwise(ordered))
    assert max(by_row) < drawn.floor_y < drawn.height


def test_the_scale_has_few_whole_marks_and_holds_everything() -> None:
    scale = teaser._Scale(least=Fraction(-1, 2), most=Fraction(71, 2))  # noqa: SLF001
    values = [mark.value for mark in scale.marks]
    assert values == [-10, 0, 10, 20, 30, 40]
    assert scale.x(Fraction(-10)) == teaser.LEFT
    assert scale.x(Fraction(40)) == teaser.RIGHT


def test_fewer_than_three_services_are_no_picture() -> None:
    make_remittances.imported([make_remittances.row()])
    assert teaser.teaser(now=NOW) is None
