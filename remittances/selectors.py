"""Reads that span rows, each in a fixed number of queries."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef, Q, Subquery

from remittances import comparison, countries, indices, questions
from remittances.comparison import Survey
from remittances.datasets.rows import WORLD_BANK
from remittances.models import CorridorAverage, Country, Dataset, SurveyedService
from remittances.questions import QuoteRequestRefused, Wrong

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from decimal import Decimal

    from remittances.comparison import Comparison
    from remittances.countries import CountryFacts
    from remittances.models import Services
    from remittances.questions import Question

FROM_SERVICES = f"mean of the surveyed services of: {WORLD_BANK}"


def survey(origin: CountryFacts, destination: CountryFacts, *, currency: str | None) -> Survey:
    """Return the newest quarter of a corridor, in one currency: the usual one if None is named.

    Raises:
        QuoteRequestRefused: No service of the corridor was surveyed in the currency named.
    """
    rows = SurveyedService.objects.standing().between(origin.iso3, destination.iso3)
    return _survey(origin, destination, list(_newest(rows)), currency)


def busiest_survey() -> Survey | None:
    """Return the survey of the corridor with the most transparent prices, in one query.

    Of several that have as many it is the first by its codes. None where there are no prices.
    """
    standing = SurveyedService.objects.standing()
    counted = standing.filter(transparent=True).order_by().values("origin", "destination")
    most_first = ("-n", "origin__iso3", "destination__iso3")
    busiest = counted.annotate(n=Count("pk")).order_by(*most_first)[:1]
    origin, destination = (Subquery(busiest.values(end)) for end in ("origin", "destination"))
    rows = _newest(standing.filter(origin=origin, destination=destination))
    services = list(rows.select_related("origin", "destination"))
    if not services:
        return None
    here, there = services[0].origin.iso3, services[0].destination.iso3
    return _survey(countries.country(here), countries.country(there), services, None)


def _newest(rows: Services) -> Services:
    """Return the newest survey with all that feeds and entries say, in the order of their files."""
    surveyed = Q(kind=SurveyedService.Kind.SURVEY)
    newest = rows.filter(surveyed).order_by("-period").values("period")[:1]
    return (
        rows.filter(~surveyed | Q(period=Subquery(newest)))
        .select_related("name__provider", "dataset")
        .defer("raw", "dataset__headings")
        .order_by("dataset_id", "row")
    )


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


def answer(question: Question, *, today: date) -> Comparison:
    """Return the comparison that a program asks for.

    Raises:
        QuoteRequestRefused: A part of the question is missing or wrong.
    """
    origin, destination = questions.corridor(question.origin, question.destination)
    receive = questions.method(question.receive)
    wanted = questions.currency_code(question.currency)
    found = survey(origin, destination, currency=wanted)
    amount = questions.plain_amount(question.amount or "", currency=found.currency)
    return comparison.compare(found, amount=amount, today=today, receive=receive)


def newest_dataset() -> str:
    """Return what names the present state of all prices: the id of the file imported last."""
    newest = Dataset.objects.order_by("-imported_at", "-id").values_list("id", flat=True).first()
    return str(newest or "")


@dataclass(frozen=True, slots=True)
class HistoryPoint:
    """The mean cost of a corridor in one quarter, at about 200 US dollars, in per cent."""

    period: str
    mean_200: Fraction
    services: int | None
    source: str


def history(origin: str, destination: str) -> list[HistoryPoint]:
    """Return the mean cost of a corridor per quarter, oldest first.

    The published average where there is one, else the mean of the surveyed services.
    """
    points = {point.period: point for point in _from_services(origin, destination)}
    published = (
        CorridorAverage.objects.standing()
        .between(origin, destination)
        .filter(mean_200__isnull=False)
        .order_by("period", "row_key")
        .values_list("period", "mean_200", "services", "dataset__computed_by")
    )
    for period, mean, services, source in published:
        points[period] = HistoryPoint(period, Fraction(mean or 0), services, source)
    return [points[period] for period in sorted(points)]


def _from_services(origin: str, destination: str) -> Iterable[HistoryPoint]:
    rows = SurveyedService.objects.standing().between(origin, destination)
    totals: dict[str, list[Fraction]] = {}
    counted = rows.filter(
        transparent=True, kind=SurveyedService.Kind.SURVEY, total_pct_1__isnull=False
    )
    for period, total in counted.values_list("period", "total_pct_1"):
        totals.setdefault(period, []).append(Fraction(total or 0))
    for period, costs in totals.items():
        if spread := indices.spread(costs):
            yield HistoryPoint(period, spread.mean, spread.count, FROM_SERVICES)


@dataclass(frozen=True, slots=True)
class Corridor:
    """What is known of one corridor; no surveyed amounts where only averages are."""

    origin: str
    destination: str
    currency: str | None
    periods: tuple[str, ...]
    surveyed_amounts: tuple[Decimal, ...]


def corridors() -> list[Corridor]:
    """Return every corridor known, those with prices of each service first, then by code."""
    services = SurveyedService.objects.standing()
    surveyed = services.values_list(
        "origin__iso3", "destination__iso3", "period", "currency", "amount_1", "amount_2"
    ).distinct()
    averages = CorridorAverage.objects.standing()
    averaged = averages.values_list(
        "origin__iso3", "destination__iso3", "origin__currency", "period"
    ).distinct()
    periods: dict[tuple[str, str], set[str]] = {}
    money: dict[tuple[str, str], str] = {}
    amounts: dict[tuple[str, str], dict[str, set[Decimal]]] = {}
    for origin, destination, period, currency, first, second in surveyed.order_by("period"):
        periods.setdefault((origin, destination), set()).add(period)
        money[origin, destination] = currency
        of_quarter = amounts.setdefault((origin, destination), {}).setdefault(period, set())
        of_quarter.update(amount for amount in (first, second) if amount is not None)
    for origin, destination, currency, period in averaged:
        periods.setdefault((origin, destination), set()).add(period)
        money.setdefault((origin, destination), currency)
    newest = {pair: of[max(of)] for pair, of in amounts.items()}
    return [
        Corridor(
            *pair,
            currency=money[pair] or None,
            periods=tuple(sorted(periods[pair])),
            surveyed_amounts=tuple(sorted(newest.get(pair, ()))),
        )
        for pair in sorted(periods, key=lambda pair: (pair not in newest, pair))
    ]


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
    priced, averaged = SurveyedService.objects.all(), CorridorAverage.objects.all()
    countries = list(
        Country.objects.annotate(
            sends=Exists(priced.filter(origin=OuterRef("pk"))),
            receives=Exists(priced.filter(destination=OuterRef("pk"))),
            sends_on_average=Exists(averaged.filter(origin=OuterRef("pk"))),
            receives_on_average=Exists(averaged.filter(destination=OuterRef("pk"))),
        )
    )
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
    rows = SurveyedService.objects.standing().select_related("origin", "destination")
    distinct = rows.distinct("origin__iso3", "destination__iso3")
    ordered = distinct.order_by("origin__iso3", "destination__iso3").only("origin", "destination")
    return [(row.origin, row.destination) for row in ordered]


def _country(facts: CountryFacts) -> Country:
    """Return a country for showing; it need not be in any file."""
    return Country(iso3=facts.iso3, iso2=facts.iso2, name=facts.name, currency=facts.currency)
