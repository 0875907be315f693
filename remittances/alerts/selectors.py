"""The price an alert looks at, and which prices are looked at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from remittances import comparison, countries, pricing, selectors
from remittances.models import Alert, AlertCount, SurveyedService
from remittances.models.alerts import Watched
from remittances.questions import QuoteRequestRefused
from remittances.ranking import Listing

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from remittances.comparison import Quote, Survey


@dataclass(frozen=True, slots=True, kw_only=True)
class Cheapest:
    """The price that counts, as it is told; an old one is a survey's, with its quarter."""

    price_bps: int
    quote: Quote
    period: str | None  # Of an old price; None of a current one.
    survey: UUID | None  # The newest survey of the corridor.

    def facts(self, *, is_first: bool) -> dict[str, str | int | bool | None]:
        """Return what a message needs to say."""
        day = self.quote.collected_on
        return {
            "price_bps": self.price_bps,
            "provider": self.quote.provider,
            "pay_in": self.quote.pay_in,
            "pay_out": self.quote.pay_out,
            "received": None if self.quote.received is None else str(self.quote.received),
            "collected_on": None if day is None else day.isoformat(),
            "estimate": self.quote.price.estimate,
            "period": self.period,
            "is_first": is_first,
        }


def watched() -> list[Watched]:
    """Return every price that a confirmed alert looks at, once each."""
    rows = Alert.objects.confirmed().values_list(
        "origin__iso3", "destination__iso3", "amount_minor", "currency", "receive"
    )
    return [Watched(*row) for row in rows.distinct().order_by(*Watched._fields[2:])]


def cheapest(watched: Watched, *, now: datetime) -> Cheapest | None:
    """Return the price that counts: the least total cost among the services that have a place.

    Of the current list where it has any; else of the newest survey, and never of a live price that
    has gone stale. Promotions and prices without a place never count. None where nothing counts.
    """
    found = _known(watched)
    if found is None:
        return None
    surveyed = tuple(row for row in found.services if row.kind == SurveyedService.Kind.SURVEY)
    newest = max(((row.dataset.imported_at, row.dataset_id) for row in surveyed), default=None)
    survey_id = newest[1] if newest else None
    if current := _listed(found, Listing.CURRENT, watched, now):
        return _least(current, period=None, survey=survey_id)
    survey = replace(found, services=surveyed)
    old = _listed(survey, Listing.STALE, watched, now)
    return _least(old, period=survey.period, survey=survey_id) if old else None


def counts() -> dict[str, int]:
    """Return how often each thing happened, what never did as 0."""
    found = dict(AlertCount.objects.values_list("what", "times"))
    return {what: found.get(what, 0) for what in AlertCount.What.values}


def _known(watched: Watched) -> Survey | None:
    """Return what is known of the corridor in the alert's currency; None where nothing is."""
    sending, receiving = countries.country(watched.origin), countries.country(watched.destination)
    try:
        found = selectors.survey(sending, receiving, currency=watched.currency)
    except QuoteRequestRefused:
        return None  # It is surveyed in another currency now.
    return found if found.services else None


def _listed(survey: Survey, listing: Listing, watched: Watched, now: datetime) -> list[Quote]:
    answer = comparison.compare(
        survey, amount=watched.amount, now=now, receive=watched.receive or None
    )
    return answer.listed(listing)


def _least(quotes: list[Quote], *, period: str | None, survey: UUID | None) -> Cheapest:
    """Return the quote of least total cost as the pages show it; of several, the first of them."""
    priced = [
        (int(pricing.rounded(total, 2).scaleb(2)), quote.rank or 0, quote)
        for quote in quotes
        if (total := quote.price.total_pct) is not None
    ]
    price_bps, _, quote = min(priced, key=lambda each: each[:2])
    return Cheapest(price_bps=price_bps, quote=quote, period=period, survey=survey)
