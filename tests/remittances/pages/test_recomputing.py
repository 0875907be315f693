"""A stranger recomputes the order from what the page says, and from what the API answers."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.remittances.pages.reading import KENYA_TO_UGANDA, services

if TYPE_CHECKING:
    from django.test import Client


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real")]
SPEEDS = ["less than one hour", "the same day", "the next day", "2 days", "3 to 5 days", "6 days"]
IN_WORDS = {"Less than one hour": 0, "Same day": 1, "Next day": 2, "2 days": 3, "3-5 days": 4}


class Known(NamedTuple):
    """What the stranger reads of one service."""

    provider: str
    fee: Decimal
    margin: Decimal
    speed: int
    shown: Decimal


def number(pattern: str, words: str) -> Decimal:
    found = re.search(pattern, words)
    assert found is not None, words
    return Decimal(found[1].replace(",", ""))


def from_the_page(one: str, providers: list[str]) -> Known:
    return Known(
        provider=next(name for name in providers if one.startswith(name)),
        fee=number(r"Fee KES ([0-9,.]*[0-9])", one),
        margin=number(r"Margin (-?[0-9.]+)% against", one),
        speed=next((place for place, word in enumerate(SPEEDS) if word in one), len(SPEEDS)),
        shown=number(r"KES ([0-9,.]*[0-9]) arrives", one),
    )


def recomputed(amount: int, known: list[Known]) -> list[tuple[Decimal, int, str]]:
    arrives = [
        ((amount - each.fee) * (1 - each.margin / 100)).quantize(Decimal("0.01"), ROUND_HALF_UP)
        for each in known
    ]
    assert arrives == [each.shown for each in known]
    return [(-money, each.speed, each.provider) for money, each in zip(arrives, known, strict=True)]


@pytest.mark.promise("C1")
def test_the_page_gives_all_that_its_order_needs(client: Client) -> None:
    document = client.get("/api/v1/remittances/quotes?from=KEN&to=UGA&amount=18000").json()
    providers = [quote["provider"] for quote in document["quotes"]]
    shown = services(client.get(KENYA_TO_UGANDA, {"amount": "18000"}))
    order = recomputed(18000, [from_the_page(one, providers) for one in shown])
    assert order == sorted(order)
    assert [place[2] for place in order] == providers


@pytest.mark.promise("C1")
def test_the_api_gives_all_that_its_order_needs(client: Client) -> None:
    document = client.get("/api/v1/remittances/quotes?from=KEN&to=UGA&amount=18000").json()
    known = [
        Known(
            provider=quote["provider"],
            fee=Decimal(quote["fee"]),
            margin=Decimal(str(quote["fx_margin_pct"])),
            speed=IN_WORDS.get(quote["speed"], 9),
            shown=Decimal(quote["received_value"]),
        )
        for quote in document["quotes"]
        if quote["ranked"]
    ]
    order = recomputed(18000, known)
    assert len(order) == 16
    assert order == sorted(order)
