"""The usual amounts, as chips that are links."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from babel.numbers import format_decimal
from django.utils.translation import get_language

from projects.funding.previews import units

if TYPE_CHECKING:
    from payments.money import Money
    from projects.funding.models import Campaign

CHIP_UNITS = (25, 50, 100, 250)


@dataclass(frozen=True, slots=True)
class Chip:
    money: Money
    typed: str
    is_chosen: bool


def chips(campaign: Campaign, *, chosen: str) -> list[Chip]:
    """Return the usual amounts that a campaign takes; `chosen` is an amount as typed."""
    amounts = [units(count, campaign.currency) for count in CHIP_UNITS]
    return [
        Chip(amount, typed(amount), is_chosen=typed(amount) == chosen)
        for amount in amounts
        if campaign.minimum <= amount <= campaign.maximum
    ]


def typed(amount: Money) -> str:
    """Return an amount as somebody would type it in the page's language."""
    pattern = "0" if amount.decimal == int(amount.decimal) else "0." + "0" * amount.exponent
    return format_decimal(amount.decimal, format=pattern, locale=get_language() or "en")
