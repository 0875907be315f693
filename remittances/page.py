"""What the comparison's pages show, put together from the answers of the room."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from babel.numbers import format_decimal
from django.urls import reverse
from django.utils.translation import gettext_lazy

from payments.money import Money
from remittances import comparison, ranking, selectors, words
from remittances.forms import ANY_WAY, CompareForm
from remittances.history import shown as shown_history
from remittances.lines import Line, lines
from remittances.ranking import Listing

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from decimal import Decimal

    from django.http import QueryDict

    from remittances.comparison import Comparison, Survey
    from remittances.countries import CountryFacts
    from remittances.models import Country
    from remittances.selectors import Choices

ANY = ANY_WAY[0]
KEPT = ("amount", "receive", "sort")
_TARGET = (3, 100)


class Verdict(StrEnum):
    """What the page can say first."""

    CURRENT = "current"
    STALE = "stale"
    OUT_OF_RANGE = "out_of_range"
    NO_PLACE = "no_place"
    NO_WAY = "no_way"


def _by_received(line: Line) -> tuple[int, ...]:
    return (line.quote.rank or 0,)


def _by_speed(line: Line) -> tuple[int, ...]:
    return (ranking.speed_place(line.quote.speed), line.quote.rank or 0)


def _by_fee(line: Line) -> tuple[int, ...]:
    return (line.fee.minor if line.fee else 0, line.quote.rank or 0)


SORTS: dict[str, tuple[object, Callable[[Line], tuple[int, ...]]]] = {
    "received": (gettext_lazy("They receive most"), _by_received),
    "speed": (gettext_lazy("Fastest"), _by_speed),
    "fee": (gettext_lazy("Lowest fee"), _by_fee),
}


@dataclass(frozen=True, slots=True)
class Link:
    """A link and its words."""

    text: object
    url: str
    current: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The answer as the page shows it."""

    amount: Money
    verdict: Verdict
    current: list[Line]
    stale: list[Line]
    apart: list[Line]  # With a price, but out of the order: promotions.
    without_price: list[Line]
    nearest: list[Link]
    sorts: list[Link]

    @property
    def best(self) -> Line | None:
        """Return the service in the first place of the best list there is."""
        ranked = self.current or self.stale
        return min(ranked, key=_by_received) if ranked else None

    @property
    def difference(self) -> Money | None:
        """Return how much more the first of the best list leaves than its last."""
        received = [line.received for line in self.current or self.stale if line.received]
        if len(received) < 2:  # noqa: PLR2004  One service has no difference.
            return None
        return Money(
            max(money.minor for money in received) - min(money.minor for money in received),
            self.amount.currency,
        )

    @property
    def inside_target(self) -> bool:
        """Return whether the first service costs at most the goal of 3 %."""
        total = self.best.quote.price.total_pct if self.best else None
        return total is not None and total * _TARGET[1] <= _TARGET[0] * _TARGET[1]

    @property
    def target(self) -> Money:
        """Return 3 % of the amount."""
        return self.amount.times(*_TARGET)

    @property
    def shown(self) -> int:
        """Return how many services are compared."""
        return len(self.current) + len(self.stale)


def corridor(
    origin: CountryFacts, destination: CountryFacts, query: QueryDict, *, today: date
) -> dict[str, Any]:
    """Return the context of a corridor's page."""
    survey = selectors.survey(origin, destination, currency=None)
    form = _form(survey, query)
    asked = form.cleaned_data if form.is_valid() else {}
    amount, receive = asked.get("amount"), asked.get("receive", ANY)
    result = None
    if survey.services and amount:
        answer = comparison.compare(
            survey, amount=amount, today=today, receive=None if receive == ANY else receive
        )
        result = _result(answer, query)
    points = selectors.history(origin.iso3, destination.iso3)
    return {
        "form": form,
        "origin": words.country_name(survey.origin),
        "destination": words.country_name(survey.destination),
        "survey": survey,
        "quarter": words.quarter(survey.period) if survey.period else "",
        "amount": amount,
        "result": result,
        "history": shown_history(points),
        "others": [] if survey.services else _others(origin.iso3),
    }


def entrance(choices: Choices, priced: list[tuple[Country, Country]]) -> dict[str, Any]:
    """Return the context of the first page: where prices of each service are known."""
    sending = [words.country_name(country) for country in choices.send_priced]
    links = [Link(words.corridor(one, other), corridor_url(one, other)) for one, other in priced]
    return {"sending": words.listed(sending), "corridors": links}


def kept_query(query: QueryDict) -> str:
    """Return the parts of a query that a comparison keeps, as they were typed."""
    kept = query.copy()
    for name in set(query) - set(KEPT):
        del kept[name]
    for name in KEPT[1:]:
        if not kept.get(name):
            kept.pop(name, None)
    return kept.urlencode()


def corridor_url(origin: Country, destination: Country) -> str:
    """Return the address of a corridor's page."""
    here = (origin.iso3.lower(), destination.iso3.lower())
    return reverse("remittances:corridor", args=here)


def _form(survey: Survey, query: QueryDict) -> CompareForm:
    """Return the form as it was asked; without an amount, for the first surveyed one."""
    asked = query.copy()
    asked["from"], asked["to"] = survey.origin.iso3.lower(), survey.destination.iso3.lower()
    if "amount" not in asked and survey.amounts:
        asked["amount"] = _typed(survey.amounts[0])
    choices = selectors.choices().including(survey.origin, survey.destination)
    return CompareForm(asked, choices=choices, currency=survey.currency or None)


def _result(answer: Comparison, query: QueryDict) -> Result:
    shown = lines(answer.quotes, currency=answer.amount.currency)
    sort = query.get("sort", "")
    order = SORTS[sort if sort in SORTS else "received"][1]
    by_list = {
        listing: [line for line in shown if line.quote.listing is listing] for listing in Listing
    }
    return Result(
        amount=answer.amount,
        verdict=_verdict(answer),
        current=sorted(by_list[Listing.CURRENT], key=order),
        stale=sorted(by_list[Listing.STALE], key=order),
        apart=[line for line in by_list[Listing.UNRANKED] if line.is_promotion],
        without_price=[line for line in by_list[Listing.UNRANKED] if not line.is_promotion],
        nearest=_nearest(answer, query),
        sorts=_sorts(sort, query),
    )


def _verdict(answer: Comparison) -> Verdict:
    if not answer.quotes:
        return Verdict.NO_WAY
    if answer.out_of_range:
        return Verdict.OUT_OF_RANGE
    if answer.listed(Listing.CURRENT):
        return Verdict.CURRENT
    return Verdict.STALE if answer.listed(Listing.STALE) else Verdict.NO_PLACE


def _nearest(answer: Comparison, query: QueryDict) -> list[Link]:
    """Return links to the surveyed amounts on both sides of one that has no price."""
    if not answer.out_of_range:
        return []
    amounts = answer.survey.amounts
    below = [amount for amount in amounts if amount < answer.amount.decimal]
    above = [amount for amount in amounts if amount > answer.amount.decimal]
    exponent = answer.amount.exponent
    return [
        Link(
            Money(int(amount.scaleb(exponent)), answer.amount.currency),
            _with(query, amount=_typed(amount)),
        )
        for amount in (*below[-1:], *above[:1])
    ]


def _sorts(chosen: str, query: QueryDict) -> list[Link]:
    known = chosen if chosen in SORTS else "received"
    return [
        Link(label, _with(query, sort=name), current=name == known)
        for name, (label, _) in SORTS.items()
    ]


def _with(query: QueryDict, **changes: str) -> str:
    """Return this page's address with some answers changed."""
    kept = query.copy()
    for name in set(kept) - set(KEPT):
        del kept[name]
    for name, value in changes.items():
        kept[name] = value
    return f"?{kept.urlencode()}"


def _others(origin: str) -> list[Link]:
    """Return the corridors from a country for which prices of each service are known."""
    return [
        Link(words.country_name(other), corridor_url(one, other))
        for one, other in selectors.priced_corridors()
        if one.iso3 == origin
    ]


def _typed(amount: Decimal) -> str:
    """Return an amount as somebody types it in the language of the page."""
    locale = words.language().replace("-", "_")
    return format_decimal(amount.normalize(), locale=locale, group_separator=False)
