"""One amount, one corridor: every surveyed service with its price, in the published order."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from payments.currencies import currency
from remittances import payout, pricing, ranking
from remittances.questions import METHODS
from remittances.ranking import Listing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from decimal import Decimal

    from payments.money import Money
    from remittances.models import Country, SurveyedService
    from remittances.pricing import Freshness, Price

NOT_APPLICABLE = "N/A"
_SEEN = (
    "provider_type", "pay_in", "pay_out", "speed", "reference_rate",
    "amount_1", "fee_1", "margin_pct_1", "applied_rate_1",
    "amount_2", "fee_2", "margin_pct_2", "applied_rate_2",
    "transparent", "promotion", "note", "collected_on",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """The newest quarter surveyed in a corridor; no quarter, no services."""

    origin: Country
    destination: Country
    period: str | None
    currency: str
    services: tuple[SurveyedService, ...]

    @property
    def amounts(self) -> list[Decimal]:
        """Return the surveyed amounts, least first."""
        pairs = ((service.amount_1, service.amount_2) for service in self.services)
        return sorted({amount for pair in pairs for amount in pair if amount is not None})


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What one service takes, as a sender sees it; `count` rows of the survey say the same."""

    provider: str
    provider_type: str | None
    pay_in: str | None
    pay_out: str | None
    speed: str | None
    points: tuple[pricing.Point, ...]  # What was surveyed, least amount first.
    price: Price
    received: Decimal | None  # In the sender's currency, rounded to its minor unit.
    reference_rate: Fraction | None
    payout_currency: str | None  # The currency that the reference rate is in, where it is plain.
    collected_on: date | None
    age_days: int | None
    freshness: Freshness
    transparent: bool
    promotion: bool
    note: str | None
    source: str
    listing: Listing
    rank: int | None = None
    count: int = 1

    @property
    def ranked(self) -> bool:
        """Return whether it has a place in the order."""
        return self.listing is not Listing.UNRANKED

    @property
    def paid_out(self) -> Decimal | None:
        """Return what was paid out that day, in the payout currency, where that is plain."""
        fee, rate = self.price.fee, self.price.applied_rate
        if self.payout_currency is None or fee is None or rate is None:
            return None
        exponent = currency(self.payout_currency).exponent
        return pricing.rounded((self.price.amount - fee) * rate, exponent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The answer to one question."""

    survey: Survey
    amount: Money
    quotes: tuple[Quote, ...]

    @property
    def out_of_range(self) -> bool:
        """Return whether the amount lies outside the amounts of every surveyed service."""
        pairs = [_amounts(service) for service in self.survey.services]
        spans = [(min(pair), max(pair)) for pair in pairs if pair]
        return bool(spans) and not any(low <= self.amount.decimal <= high for low, high in spans)

    def listed(self, listing: Listing) -> list[Quote]:
        """Return the quotes of one list, in order."""
        return [quote for quote in self.quotes if quote.listing is listing]


def compare(
    survey: Survey, *, amount: Money, today: date, receive: str | None = None
) -> Comparison:
    """Return what each surveyed service takes for an amount, best list first and best first.

    `receive` is a word of `questions.METHODS`, or None for any way.
    """
    meant = METHODS[receive] if receive else ("",)
    asked = (row for row in survey.services if row.pay_out.casefold().startswith(meant))
    quotes = [_quote(alike, survey=survey, amount=amount, today=today) for alike in _alike(asked)]
    ordered = ranking.in_order(quotes, _standing)
    return Comparison(survey=survey, amount=amount, quotes=tuple(_with_ranks(ordered)))


def points(service: SurveyedService) -> tuple[pricing.Point, ...]:
    """Return the prices of a service at the amounts where it was surveyed, least first."""
    pairs = (
        (service.amount_1, service.fee_1, service.margin_pct_1, service.applied_rate_1),
        (service.amount_2, service.fee_2, service.margin_pct_2, service.applied_rate_2),
    )
    return tuple(
        pricing.Point(Fraction(amount), Fraction(fee), _fraction(margin), _fraction(rate))
        for amount, fee, margin, rate in sorted(pairs, key=lambda pair: pair[0] or 0)
        if amount is not None and fee is not None
    )


def _alike(services: Iterable[SurveyedService]) -> list[list[SurveyedService]]:
    """Return the rows in groups that differ in nothing a sender sees."""
    groups: dict[tuple[object, ...], list[SurveyedService]] = {}
    for service in services:
        firm = service.name.provider_id
        seen = (service.dataset.computed_by, firm, *(getattr(service, name) for name in _SEEN))
        groups.setdefault(seen, []).append(service)
    return list(groups.values())


def _quote(
    alike: Sequence[SurveyedService], *, survey: Survey, amount: Money, today: date
) -> Quote:
    service = alike[0]
    disclosed = service.transparent and service.reference_rate is not None
    surveyed = points(service)
    price = pricing.price(surveyed, Fraction(amount.decimal), cost_disclosed=disclosed)
    if service.promotion and price.reason is None:
        price = replace(price, reason=pricing.NoPrice.PROMOTION)
    age = pricing.age_in_days(service.collected_on, today)
    fresh = pricing.freshness(age)
    received = price.received
    reference = _fraction(service.reference_rate)
    return Quote(
        provider=service.provider.name,
        provider_type=_given(service.provider_type),
        pay_in=_given(service.pay_in),
        pay_out=_given(service.pay_out),
        speed=_given(service.speed),
        points=surveyed,
        price=price,
        received=None if received is None else pricing.rounded(received, amount.exponent),
        reference_rate=reference,
        payout_currency=payout.implied_currency(
            sent=service.currency,
            local=survey.destination.currency,
            reference_rate=reference if disclosed else None,
        ),
        collected_on=service.collected_on,
        age_days=age,
        freshness=fresh,
        transparent=service.transparent,
        promotion=service.promotion,
        note=_given(service.note),
        source=service.dataset.computed_by,
        listing=ranking.listing(freshness=fresh, has_price=price.reason is None),
        count=len(alike),
    )


def _with_ranks(ordered: Sequence[Quote]) -> Iterable[Quote]:
    """Yield the quotes with their places, counted within each list."""
    places: Counter[Listing] = Counter()
    for quote in ordered:
        places[quote.listing] += 1
        yield replace(quote, rank=places[quote.listing]) if quote.ranked else quote


def _standing(quote: Quote) -> ranking.Standing:
    return ranking.Standing(
        listing=quote.listing,
        received=quote.received,
        speed=quote.speed,
        provider=quote.provider,
        pay_in=quote.pay_in,
        pay_out=quote.pay_out,
    )


def _amounts(service: SurveyedService) -> list[Decimal]:
    return [amount for amount in (service.amount_1, service.amount_2) if amount is not None]


def _given(text: str) -> str | None:
    """Return the text; None where the survey says that it does not apply."""
    return None if text in {"", NOT_APPLICABLE} else text


def _fraction(number: Decimal | None) -> Fraction | None:
    return None if number is None else Fraction(number)
