"""What one quote says on the page: money, percentages and words, ready to be written."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from payments.currencies import currency as currency_row
from payments.money import Money
from remittances import pricing, words
from remittances.pricing import Freshness, NoPrice

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from remittances.comparison import Quote
    from remittances.rates.references import Reference

PERCENT_PLACES = 2
_BAR_UNITS = 1000  # Thousandths of a per cent, for the drawing.
_LEAST_SCALE_PCT = 4


@dataclass(frozen=True, slots=True)
class Surveyed:
    """The price at one of the surveyed amounts."""

    amount: Money
    fee: Money


@dataclass(frozen=True, slots=True)
class Bar:
    """A cost as the drawing wants it: whole thousandths of a per cent."""

    fee: int
    margin: int
    scale: int
    target: int = 3 * _BAR_UNITS


@dataclass(frozen=True)
class Line:
    """A quote and everything about it that a template cannot work out."""

    quote: Quote
    currency: str
    bar: Bar | None
    reference: Reference | None = None  # A newer one, to value the dated margin at.

    @cached_property
    def received(self) -> Money | None:
        """Return what arrives, at the reference rate, in the sender's currency."""
        received = self.quote.received
        return None if received is None else _money(Fraction(received), self.currency)

    @cached_property
    def sent(self) -> Money | None:
        """Return what must be sent, where that was asked."""
        sent = self.quote.sent
        return None if sent is None else _money(Fraction(sent), self.currency)

    @cached_property
    def paid_out(self) -> Money | None:
        """Return what was paid out on the day of the survey, where the currency is plain."""
        paid, code = self.quote.paid_out, self.quote.payout_currency
        return None if paid is None or code is None else _money(Fraction(paid), code)

    @cached_property
    def paid_today(self) -> Money | None:
        """Return what arrives at a newer reference rate, if the margin is still that of its day."""
        quote, rate = self.quote, self.reference
        if rate is None or not rate.is_recent or quote.price.received is None:
            return None
        if rate.quote != quote.payout_currency or quote.collected_on is None:
            return None
        if rate.on <= quote.collected_on:
            return None
        return _money(quote.price.received * rate.rate, rate.quote)

    @cached_property
    def fee(self) -> Money | None:
        """Return the fee."""
        fee = self.quote.price.fee
        return None if fee is None else _money(fee, self.currency)

    @cached_property
    def cost(self) -> Money | None:
        """Return all that does not arrive: fee and exchange-rate margin in money."""
        if self.received is None:
            return None
        return _money(self.quote.price.amount - Fraction(self.quote.received or 0), self.currency)

    @cached_property
    def margin(self) -> Money | None:
        """Return the exchange-rate margin in money; below zero it is a gain."""
        return None if self.cost is None or self.fee is None else self.cost - self.fee

    @cached_property
    def gains(self) -> bool:
        """Return whether the rate was better than the reference rate."""
        margin = self.quote.price.margin_pct
        return margin is not None and margin < 0

    @cached_property
    def free_in_name(self) -> bool:
        """Return whether there is no fee but a cost in the rate."""
        price = self.quote.price
        return price.fee == 0 and price.margin_pct is not None and price.margin_pct > 0

    @cached_property
    def total_pct(self) -> Decimal | None:
        """Return the total cost in per cent."""
        return _percent(self.quote.price.total_pct)

    @cached_property
    def fee_pct(self) -> Decimal | None:
        """Return the fee in per cent."""
        return _percent(self.quote.price.fee_pct)

    @cached_property
    def margin_pct(self) -> Decimal | None:
        """Return the exchange-rate margin in per cent."""
        return _percent(self.quote.price.margin_pct)

    @cached_property
    def bounds(self) -> tuple[Money, Money] | None:
        """Return the least and greatest fee that an estimate can have; None when they agree."""
        bounds = self.quote.price.fee_bounds
        if bounds is None or bounds[0] == bounds[1]:
            return None
        return _money(bounds[0], self.currency), _money(bounds[1], self.currency)

    @cached_property
    def surveyed(self) -> list[Surveyed]:
        """Return the fees at the surveyed amounts."""
        return [
            Surveyed(_money(point.amount, self.currency), _money(point.fee, self.currency))
            for point in self.quote.points
        ]

    @cached_property
    def rates(self) -> tuple[str, str] | None:
        """Return the applied and the reference rate in full, for recomputing."""
        applied, reference = self.quote.price.applied_rate, self.quote.reference_rate
        if applied is None or reference is None:
            return None
        return pricing.text(applied), pricing.text(reference)

    @cached_property
    def rate(self) -> str:
        """Return the rate that is given, with its currency where that is plain."""
        applied = self.quote.price.applied_rate
        if applied is None:
            return ""
        return " ".join(filter(None, (pricing.text(applied), self.quote.payout_currency)))

    @cached_property
    def margin_in_full(self) -> str:
        """Return the margin in per cent with all its decimals, for recomputing."""
        margin = self.quote.price.margin_pct
        return "" if margin is None else pricing.text(margin, places=PERCENT_PLACES)

    @cached_property
    def pays_us(self) -> bool:
        """Return whether the firm pays for the way to it; nothing else depends on this."""
        return bool(self.quote.firm.commercial_link)

    @cached_property
    def way_there(self) -> str:
        """Return the address of the firm; blank where it is not known."""
        return self.quote.firm.commercial_link or self.quote.firm.website

    @cached_property
    def speed(self) -> str:
        """Return how fast it is, in words."""
        return words.speed(self.quote.speed)

    @cached_property
    def ways(self) -> str:
        """Return how money goes in and comes out, in words."""
        return words.listed(words.ways(self.quote.pay_in, self.quote.pay_out))

    @cached_property
    def provider_type(self) -> str:
        """Return what kind of firm it is, in words."""
        return words.known(words.PROVIDER_TYPES, self.quote.provider_type)

    @cached_property
    def note(self) -> str:
        """Return the survey's note, in words."""
        note = self.quote.note or ""
        return words.known(words.NOTES, note)

    @cached_property
    def source(self) -> str:
        """Return whose number this is, in words."""
        return str(words.SOURCES.get(self.quote.source, self.quote.source))

    @cached_property
    def reason(self) -> str:
        """Return why it has no place in the order, in words; blank when it has one."""
        reason = self.quote.price.reason
        return str(words.REASONS[reason]) if reason else ""

    @cached_property
    def dated(self) -> bool:
        """Return whether the price is between one and four months old."""
        return self.quote.freshness is Freshness.DATED

    @cached_property
    def is_promotion(self) -> bool:
        """Return whether it stands apart only because it was a promotion."""
        return self.quote.price.reason is NoPrice.PROMOTION


def lines(
    quotes: Sequence[Quote], *, currency: str, reference: Reference | None = None
) -> list[Line]:
    """Return the quotes for the page, their bars on one common scale."""
    totals = [quote.price.total_pct for quote in quotes if quote.price.total_pct is not None]
    scale = _units(max([*totals, Fraction(_LEAST_SCALE_PCT)]))
    return [Line(quote, currency, _bar(quote, scale), reference) for quote in quotes]


def _bar(quote: Quote, scale: int) -> Bar | None:
    """Return the cost as drawn: a gain in the rate makes the fee shorter."""
    fee, margin = quote.price.fee_pct, quote.price.margin_pct
    if fee is None or margin is None:
        return None
    net = fee + min(margin, Fraction(0))
    return Bar(_units(max(net, Fraction(0))), _units(max(margin, Fraction(0))), scale)


def _units(percent: Fraction) -> int:
    return round(percent * _BAR_UNITS)


def _percent(value: Fraction | None) -> Decimal | None:
    return None if value is None else pricing.rounded(value, PERCENT_PLACES)


def _money(value: Fraction, currency: str) -> Money:
    exponent = currency_row(currency).exponent
    return Money(int(pricing.rounded(value, exponent).scaleb(exponent)), currency)
