"""One amount, one corridor: every surveyed service with its price, in the published order."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from payments.currencies import currency
from remittances import filters, payout, pricing, ranking
from remittances.filters import Filters
from remittances.ranking import Listing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime
    from decimal import Decimal

    from payments.money import Money
    from remittances.models import Country, Provider, SurveyedService
    from remittances.pricing import Freshness, Price

NOT_APPLICABLE = "N/A"
FEED = "feed"
_SEEN = (
    "kind", "provider_type", "pay_in", "pay_out", "speed", "reference_rate",
    "amount_1", "fee_1", "margin_pct_1", "applied_rate_1",
    "amount_2", "fee_2", "margin_pct_2", "applied_rate_2",
    "transparent", "promotion", "note", "collected_on", "collected_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """The newest quarter surveyed in a corridor, and every live or entered price that stands."""

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
class Asked:
    """What somebody wants to know: what arrives of an amount, or what to send so that it arrives.

    An amount that should arrive is in the sender's currency, or in the one that is paid out.
    """

    amount: Money
    arrives: bool = False
    filters: Filters = field(default_factory=Filters)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What one service takes, as a sender sees it; `count` rows of the survey say the same."""

    firm: Provider
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
    collected_at: datetime | None  # Of a live price; of a survey only the day is known.
    age_days: int | None
    freshness: Freshness
    is_live: bool  # Of a feed, so it is stale after hours and not after months.
    transparent: bool
    promotion: bool
    note: str | None
    source: str
    listing: Listing
    sent: Decimal | None = None  # Where it was asked how much must be sent.
    rank: int | None = None
    count: int = 1
    rest: tuple[str, ...] = ()  # All else that the row says; parts the last ties.

    @property
    def ranked(self) -> bool:
        """Return whether it has a place in the order."""
        return self.listing is not Listing.UNRANKED

    @property
    def paid_out(self) -> Decimal | None:
        """Return what was paid out that day, in the payout currency, where that is plain."""
        paid = self.price.paid_out
        if self.payout_currency is None or paid is None:
            return None
        return pricing.rounded(paid, currency(self.payout_currency).exponent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The answer to one question."""

    survey: Survey
    asked: Asked
    quotes: tuple[Quote, ...]
    counts: dict[str, dict[str, int]]  # By filter and option: how many services it would leave.
    left_out: int = 0  # Services that the filters leave out.

    @property
    def amount(self) -> Money:
        """Return the amount that was asked."""
        return self.asked.amount

    @property
    def out_of_range(self) -> bool:
        """Return whether the amount lies outside the amounts of every surveyed service."""
        if self.asked.arrives:
            reasons = {quote.price.reason for quote in self.quotes}
            outside = pricing.NoPrice.OUTSIDE_SURVEYED_AMOUNTS
            return outside in reasons and not any(quote.ranked for quote in self.quotes)
        pairs = [_amounts(service) for service in self.survey.services]
        spans = [(min(pair), max(pair)) for pair in pairs if pair]
        return bool(spans) and not any(low <= self.amount.decimal <= high for low, high in spans)

    def listed(self, listing: Listing) -> list[Quote]:
        """Return the quotes of one list, in order."""
        return [quote for quote in self.quotes if quote.listing is listing]


def compare(
    survey: Survey, *, amount: Money, now: datetime, receive: str | None = None
) -> Comparison:
    """Return what each surveyed service takes for an amount, best list first and best first.

    `receive` is a word of `questions.METHODS`, or None for any way.
    """
    asked = Asked(amount=amount, filters=Filters(receive=receive))
    return answer(survey, asked, now=now)


def answer(survey: Survey, asked: Asked, *, now: datetime) -> Comparison:
    """Return what each surveyed service takes, best list first and best first."""
    quotes = [_quote(alike, survey, asked, now) for alike in _alike(survey.services)]
    left = [quote for quote in quotes if asked.filters.admit(quote)]
    return Comparison(
        survey=survey,
        asked=asked,
        quotes=tuple(_with_ranks(ranking.in_order(left, _standing))),
        counts=filters.counts(quotes, asked.filters),
        left_out=len(quotes) - len(left),
    )


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
        seen = (service.provider.name, service.dataset.computed_by, *_seen(service))
        groups.setdefault(seen, []).append(service)
    return list(groups.values())


def _seen(service: SurveyedService) -> tuple[object, ...]:
    return tuple(getattr(service, name) for name in _SEEN)


def _quote(alike: Sequence[SurveyedService], survey: Survey, asked: Asked, now: datetime) -> Quote:
    service = alike[0]
    reference = _fraction(service.reference_rate)
    disclosed = service.transparent and reference is not None
    implied = payout.implied_currency(
        sent=service.currency,
        local=survey.destination.currency,
        reference_rate=reference if disclosed else None,
    )
    surveyed = points(service)
    price = _price(surveyed, asked, service, implied)
    fresh = _freshness(service, now)
    exponent = currency(service.currency).exponent
    received = price.received
    return Quote(
        firm=service.provider,
        provider=service.provider.name,
        provider_type=_given(service.provider_type),
        pay_in=_given(service.pay_in),
        pay_out=_given(service.pay_out),
        speed=_given(service.speed),
        points=surveyed,
        price=price,
        received=None if received is None else pricing.rounded(received, exponent),
        reference_rate=reference,
        payout_currency=implied,
        collected_on=service.collected_on,
        collected_at=service.collected_at,
        age_days=pricing.age_in_days(service.collected_on, now.date()),
        freshness=fresh,
        is_live=service.kind == FEED,
        transparent=service.transparent,
        promotion=service.promotion,
        note=_given(service.note),
        source=service.dataset.computed_by,
        listing=ranking.listing(freshness=fresh, has_price=price.reason is None),
        sent=pricing.rounded(price.amount, exponent)
        if asked.arrives and not price.reason
        else None,
        count=len(alike),
        rest=(*(str(each) for each in _seen(service)), service.dataset.computed_by),
    )


def _price(
    surveyed: Sequence[pricing.Point],
    asked: Asked,
    service: SurveyedService,
    implied: str | None,
) -> Price:
    """Return what the service takes; a promotion keeps its price and has a reason."""
    disclosed = service.transparent and service.reference_rate is not None
    wanted, unit = Fraction(asked.amount.decimal), Fraction(1, 10**asked.amount.exponent)
    if not asked.arrives:
        price = pricing.price(surveyed, wanted, cost_disclosed=disclosed)
    elif asked.amount.currency == service.currency:
        price = pricing.price_of_received(surveyed, wanted, unit=unit, cost_disclosed=disclosed)
    elif asked.amount.currency == implied:
        sent_unit = Fraction(1, 10 ** currency(service.currency).exponent)
        price = pricing.price_of_paid_out(
            surveyed, wanted, unit=sent_unit, paid_unit=unit, cost_disclosed=disclosed
        )
    else:
        price = pricing.Price(wanted, reason=pricing.NoPrice.OTHER_PAYOUT_CURRENCY)
    if service.promotion and price.reason is None:
        return replace(price, reason=pricing.NoPrice.PROMOTION)
    return price


def _freshness(service: SurveyedService, now: datetime) -> Freshness:
    if service.kind == FEED:
        return pricing.live_freshness(service.collected_at, now)
    return pricing.freshness(pricing.age_in_days(service.collected_on, now.date()))


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
        sent=quote.sent,
        rest=quote.rest,
    )


def _amounts(service: SurveyedService) -> list[Decimal]:
    return [amount for amount in (service.amount_1, service.amount_2) if amount is not None]


def _given(text: str) -> str | None:
    """Return the text; None where the survey says that it does not apply."""
    return None if text in {"", NOT_APPLICABLE} else text


def _fraction(number: Decimal | None) -> Fraction | None:
    return None if number is None else Fraction(number)
