"""Reads that span rows, each in a fixed number of queries."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.contrib.postgres.expressions import ArraySubquery
from django.core.cache import caches

from remittances import comparison, countries, questions, standing
from remittances.comparison import Survey
from remittances.figures import selectors as figures
from remittances.models import Country, Dataset, ProviderEvent, SurveyedService
from remittances.questions import QuoteRequestRefused, Wrong

if TYPE_CHECKING:
    from datetime import datetime

    from remittances.comparison import Comparison
    from remittances.countries import CountryFacts
    from remittances.figures.selectors import HistoryPoint
    from remittances.questions import Question

_PAYING, _PAYING_SECONDS = "paying", 60


def survey(origin: CountryFacts, destination: CountryFacts, *, currency: str | None) -> Survey:
    """Return the newest quarter of a corridor, in one currency: the usual one if None is named.

    Raises:
        QuoteRequestRefused: No service of the corridor was surveyed in the currency named.
    """
    rows = standing.compared(origin.iso3, destination.iso3)
    return _survey(origin, destination, list(rows), currency)


def busiest_survey() -> Survey | None:
    """Return the survey of the corridor with the most transparent prices, in one query.

    Of several that have as many it is the first by its codes. None where there are no prices.
    """
    services = list(standing.busiest())
    if not services:
        return None
    here, there = services[0].origin.iso3, services[0].destination.iso3
    return _survey(countries.country(here), countries.country(there), services, None)


def _survey(
    origin: CountryFacts,
    destination: CountryFacts,
    services: list[SurveyedService],
    currency: str | None,
) -> Survey:
    usual = Counter(sorted(service.currency for service in services)).most_common(1)
    wanted = currency or (usual[0][0] if usual else origin.currency)
    found = tuple(service for service in services if service.currency == wanted)
    if services and not found:
        message = f"Prices from {origin.name} to {destination.name} are known in {usual[0][0]}."
        raise QuoteRequestRefused(Wrong.INVALID_CURRENCY, message, "currency")
    return Survey(
        origin=_country(origin),
        destination=_country(destination),
        period=max((service.period for service in found if _surveyed(service)), default=None),
        currency=wanted,
        services=found,
    )


def _surveyed(service: SurveyedService) -> bool:
    return service.kind == SurveyedService.Kind.SURVEY


def answer(question: Question, *, now: datetime) -> Comparison:
    """Return the comparison that a program asks for.

    Raises:
        QuoteRequestRefused: A part of the question is missing or wrong.
    """
    origin, destination = questions.corridor(question.origin, question.destination)
    receive = questions.method(question.receive)
    wanted = questions.currency_code(question.currency)
    found = survey(origin, destination, currency=wanted)
    amount = questions.plain_amount(question.amount or "", currency=found.currency)
    return comparison.compare(found, amount=amount, now=now, receive=receive)


def newest_dataset() -> str:
    """Return what names the present state of all prices: the id of the file imported last.

    Every page of a corridor asks this, so the firms that pay us are read along with it and kept.
    """
    paying = ArraySubquery(figures.paying_providers().values("name"))
    datasets = Dataset.objects.order_by("-imported_at", "-id")
    newest = datasets.annotate(paying=paying).values_list("id", "paying").first()
    if newest is None:
        return ""
    caches["pages"].set(_PAYING, tuple(newest[1]), _PAYING_SECONDS)
    return str(newest[0])


def newest_names() -> str:
    """Return what names the present state of all names: each decision and edit is an event more.

    A count and no time: of two decisions at once, the earlier may be written later.
    """
    return str(ProviderEvent.objects.count())


def paying_providers() -> tuple[str, ...]:
    """Return the names of the firms that pay for a link, as they were a minute ago at most."""
    kept: tuple[str, ...] | None = caches["pages"].get(_PAYING)
    if kept is None:
        kept = tuple(figures.paying_providers().values_list("name", flat=True))
        caches["pages"].set(_PAYING, kept, _PAYING_SECONDS)
    return kept


def history(origin: str, destination: str) -> list[HistoryPoint]:
    """Return the mean cost of a corridor per quarter, oldest first."""
    return figures.history(origin, destination)


@dataclass(frozen=True, slots=True)
class Choices:
    """The countries a visitor can choose from, those with prices of each service first."""

    send_priced: tuple[Country, ...]
    send_averaged: tuple[Country, ...]
    receive_priced: tuple[Country, ...]
    receive_averaged: tuple[Country, ...]

    def including(self, origin: Country, destination: Country) -> Choices:
        """Return the choices with two countries among them, whatever is known of them."""
        sending = {country.iso3 for country in (*self.send_priced, *self.send_averaged)}
        receiving = {country.iso3 for country in (*self.receive_priced, *self.receive_averaged)}
        return replace(
            self,
            send_averaged=(*self.send_averaged, *([origin] if origin.iso3 not in sending else ())),
            receive_averaged=(
                *self.receive_averaged,
                *([destination] if destination.iso3 not in receiving else ()),
            ),
        )


def choices() -> Choices:
    """Return the countries to choose from, in one query."""
    countries = list(standing.with_knowledge())
    return Choices(
        send_priced=tuple(row for row in countries if row.sends),
        send_averaged=tuple(row for row in countries if row.sends_on_average and not row.sends),
        receive_priced=tuple(row for row in countries if row.receives),
        receive_averaged=tuple(
            row for row in countries if row.receives_on_average and not row.receives
        ),
    )


def priced_corridors() -> list[tuple[Country, Country]]:
    """Return the corridors with prices of each service, in the order of their codes."""
    return standing.corridors()


def _country(facts: CountryFacts) -> Country:
    """Return a country for showing; it need not be in any file."""
    return Country(iso3=facts.iso3, iso2=facts.iso2, name=facts.name, currency=facts.currency)
