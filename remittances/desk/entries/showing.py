"""An entry as its page shows it, and as its author typed it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from babel.numbers import format_decimal
from django.utils.translation import gettext_lazy as _

from remittances import pricing, words
from remittances.feeds.outliers import Oddity
from remittances.lines import PERCENT_PLACES

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal
    from fractions import Fraction

    from remittances.entries.selectors import Preview, Total
    from remittances.feeds.priced import Named
    from remittances.models import PriceEntry

ODDITIES = {
    Oddity.FIRST: _("This is the first quote of this service."),
    Oddity.RATE_FAR: _("The rate is more than 10% away from the reference rate."),
    Oddity.RATE_GIVES: _("The rate is more than 1% better than the reference rate."),
    Oddity.RATE_MOVED: _("The rate is more than 10% away from the rate before."),
    Oddity.FEE_MOVED: _("The fee has moved by more than 3 points of the amount."),
    Oddity.TOTAL_MOVED: _("The total cost has moved by more than 3 points of the amount."),
    Oddity.TOTAL_BELOW: _("The total cost is below zero."),
}
_SAME = (
    "firm", "provider_type", "pay_in", "pay_out", "speed", "currency", "payout_currency",
    "collected_on", "transparent", "promotion", "note",
)  # fmt: skip
_NUMBERS = ("amount_1", "fee_1", "amount_2", "fee_2", "rate", "reference_rate")


@dataclass(frozen=True, slots=True)
class Cost:
    """What it would cost at one amount, in per cent; None where that is not known."""

    amount: Decimal
    fee: Decimal
    margin_pct: Decimal | None
    total_pct: Decimal | None


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry in words."""

    ways: str
    speed: str
    provider_type: str
    costs: list[Cost]
    oddities: list[str]
    ours: Named | None  # The reference rate we know, where the entry is measured by another.
    by_ours: list[Cost]
    odd_by_ours: list[str]
    replaces: date | None
    age_days: int


def shown(preview: Preview, *, today: date) -> Shown:
    """Return an entry as a second person needs to see it."""
    row = preview.row
    return Shown(
        ways=words.listed(words.ways(row.pay_in, row.pay_out)),
        speed=words.speed(row.speed),
        provider_type=str(words.PROVIDER_TYPES.get(row.provider_type, row.provider_type)),
        costs=_costs(preview.totals),
        oddities=[str(ODDITIES[oddity]) for oddity in preview.oddities],
        ours=preview.ours,
        by_ours=_costs(preview.by_ours),
        odd_by_ours=[str(ODDITIES[oddity]) for oddity in preview.odd_by_ours],
        replaces=preview.standing.collected_on if preview.standing else None,
        age_days=(today - row.collected_on).days,
    )


def _costs(totals: list[Total]) -> list[Cost]:
    return [
        Cost(
            total.point.amount.normalize(),
            total.point.fee.normalize(),
            _percent(total.margin_pct),
            _percent(total.total_pct),
        )
        for total in totals
    ]


def typed_again(entry: PriceEntry) -> dict[str, object]:
    """Return an entry as its author would type it in the page's language."""
    locale = words.language().replace("-", "_")
    typed: dict[str, object] = {name: getattr(entry, name) for name in _SAME}
    for name in _NUMBERS:
        number: Decimal | None = getattr(entry, name)
        typed[name] = (
            ""
            if number is None
            else format_decimal(
                number.normalize(), locale=locale, group_separator=False, decimal_quantization=False
            )
        )
    return typed | {
        "origin": entry.origin_id,
        "destination": entry.destination_id,
        "reference_source": entry.reference_source,
    }


def _percent(value: Fraction | None) -> Decimal | None:
    return None if value is None else pricing.rounded(value, PERCENT_PLACES)
