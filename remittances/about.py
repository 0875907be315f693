"""What is known of one corridor beyond today's order: spread, ways, history, and what is not known.

Averages are the World Bank's: each surveyed row that discloses its rate counts once.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from remittances import (
    addresses,
    distribution,
    filters,
    indices,
    questions,
    selectors,
    structured,
    words,
)
from remittances.history import shown as shown_history
from remittances.questions import QuoteRequestRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from decimal import Decimal

    from payments.money import Money
    from remittances.comparison import Survey
    from remittances.countries import CountryFacts
    from remittances.distribution import Box, Drawn
    from remittances.indices import Spread
    from remittances.models import Provider, SurveyedService


@dataclass(frozen=True, slots=True)
class Group:
    """The costs of one kind of provider at the smaller surveyed amount."""

    name: str
    box: Box
    drawn: Drawn


@dataclass(frozen=True, slots=True)
class Way:
    """The average costs of one way to pay in or out."""

    name: str
    small: Spread | None
    large: Spread | None


@dataclass(frozen=True, slots=True)
class Route:
    """Where a firm takes complaints."""

    provider: str
    url: str


def corridor(origin: CountryFacts, destination: CountryFacts) -> dict[str, Any]:
    """Return the context of the page about a corridor."""
    survey = selectors.survey(origin, destination, currency=None)
    counted = [row for row in survey.services if row.kind == "survey" and row.transparent]
    boxes = _boxes(counted)
    picture = distribution.picture(boxes)
    points = selectors.history(origin.iso3, destination.iso3)
    return {
        "survey": survey,
        "here": addresses.corridor(survey.origin, survey.destination),
        "origin": words.country_name(survey.origin),
        "destination": words.country_name(survey.destination),
        "quarter": words.quarter(survey.period) if survey.period else "",
        "amounts": [_money(amount, survey.currency) for amount in survey.amounts],
        "picture": picture,
        "groups": [
            Group(str(words.FIRMS[name]), box, picture.drawn[name])
            for name, box in boxes.items()
            if picture
        ],
        "whole": Way("", *_spreads(counted)),
        "pay_in": _ways(counted, lambda row: row.pay_in, words.PAID_IN),
        "pay_out": _ways(counted, lambda row: row.pay_out, words.PAID_OUT),
        "hidden": sum(not row.transparent for row in survey.services),
        "routes": _routes(row.provider for row in survey.services),
        "history": shown_history(points),
        "history_csv": structured.history_address(survey, "csv"),
        "quotes_csv": _quotes_csv(survey),
    }


def _boxes(rows: Sequence[SurveyedService]) -> dict[str, Box]:
    """Return the costs by kind of provider, in the order of the filter's options."""
    found = {}
    for name in filters.options("firm"):
        totals = [
            Fraction(row.total_pct_1)
            for row in rows
            if row.total_pct_1 is not None and filters.firm(row.provider_type) == name
        ]
        if box := distribution.box(totals):
            found[name] = box
    return found


def _ways(
    rows: Sequence[SurveyedService],
    way: Callable[[SurveyedService], str],
    known: Mapping[str, object],
) -> list[Way]:
    """Return the averages by a way, the cheapest first; what the survey does not say is no way."""
    by_way: dict[str, list[SurveyedService]] = {}
    for row in rows:
        if way(row):
            by_way.setdefault(words.known(known, way(row)), []).append(row)
    found = [Way(name, *_spreads(some)) for name, some in by_way.items()]
    return sorted(
        found, key=lambda each: (each.small is None, each.small and each.small.mean, each.name)
    )


def _spreads(rows: Iterable[SurveyedService]) -> tuple[Spread | None, Spread | None]:
    pairs = [(row.total_pct_1, row.total_pct_2) for row in rows]
    small, large = (
        indices.spread(Fraction(total) for pair in pairs if (total := pair[at]) is not None)
        for at in (0, 1)
    )
    return small, large


def _routes(providers: Iterable[Provider]) -> list[Route]:
    known = {each.name: each.complaints_url for each in providers if each.complaints_url}
    return [Route(name, known[name]) for name in sorted(known)]


def _quotes_csv(survey: Survey) -> list[tuple[Money, str]]:
    return [
        (money, structured.quotes_address(survey, f"{amount.normalize():f}", "csv"))
        for amount in survey.amounts
        if (money := _money(amount, survey.currency))
    ]


def _money(amount: Decimal, currency: str) -> Money | None:
    """Return a surveyed amount; surveys have odd codes and odd decimals, which are no money."""
    try:
        return questions.plain_amount(f"{amount.normalize():f}", currency=currency)
    except QuoteRequestRefused:
        return None
