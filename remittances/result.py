"""An answer as its page shows it: verdict, lists, and the links that change the question."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy

from payments.money import Money
from remittances import addresses, facets, ranking
from remittances.lines import Line, lines
from remittances.pricing import NoPrice
from remittances.ranking import Listing

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from django.http import QueryDict

    from remittances.comparison import Comparison
    from remittances.facets import Facet, Option
    from remittances.rates.references import Reference

TARGET = (3, 100)


class Verdict(StrEnum):
    """What the page can say first."""

    CURRENT = "current"
    STALE = "stale"
    OUT_OF_RANGE = "out_of_range"
    NO_PLACE = "no_place"
    NO_WAY = "no_way"


def _by_place(line: Line) -> tuple[int, ...]:
    return (line.quote.rank or 0,)


def _by_speed(line: Line) -> tuple[int, ...]:
    return (ranking.speed_place(line.quote.speed), line.quote.rank or 0)


def _by_fee(line: Line) -> tuple[int, ...]:
    return (line.fee.minor if line.fee else 0, line.quote.rank or 0)


SORTS: dict[str, Callable[[Line], tuple[int, ...]]] = {
    "received": _by_place,
    "speed": _by_speed,
    "fee": _by_fee,
}
_SORT_WORDS = {
    "received": gettext_lazy("They receive most"),
    "speed": gettext_lazy("Fastest"),
    "fee": gettext_lazy("Lowest fee"),
}
_LEAST_SENT = gettext_lazy("You send least")


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
    currency: str  # What fees are in: the sender's.
    arrives: bool
    verdict: Verdict
    current: list[Line]
    stale: list[Line]
    promotions: list[Line]
    hidden: list[Line]  # Their rate is not disclosed.
    without_price: list[Line]
    left_out: int
    nearest: list[Link]
    sorts: list[Link]
    facets: list[Facet]
    removals: list[Option]

    @property
    def amount_sent(self) -> Money | None:
        """Return what is sent, where everybody sends the same."""
        return None if self.arrives else self.amount

    @property
    def ranked(self) -> list[Line]:
        """Return the best list there is."""
        return self.current or self.stale

    @property
    def best(self) -> Line | None:
        """Return the service in the first place of the best list there is."""
        return min(self.ranked, key=_by_place) if self.ranked else None

    @property
    def difference(self) -> Money | None:
        """Return how much the first of the best list is better than its last, in money."""
        sums = [line.sent if self.arrives else line.received for line in self.ranked]
        minor = [money.minor for money in sums if money]
        if len(minor) < 2:  # noqa: PLR2004  One service has no difference.
            return None
        return Money(max(minor) - min(minor), self.currency)

    @property
    def inside_target(self) -> bool:
        """Return whether the first service costs at most the goal of 3 %."""
        total = self.best.quote.price.total_pct if self.best else None
        return total is not None and total * TARGET[1] <= TARGET[0] * TARGET[1]

    @property
    def target(self) -> Money | None:
        """Return 3 % of the amount, where everybody sends the same."""
        return None if self.arrives else self.amount.times(*TARGET)

    @property
    def shown(self) -> int:
        """Return how many services are compared."""
        return len(self.current) + len(self.stale)

    @property
    def all(self) -> int:
        """Return how many services are on the page, those without a place too."""
        return self.shown + len(self.promotions) + len(self.hidden) + len(self.without_price)

    @property
    def day(self) -> date | None:
        """Return the day of the price in the first place."""
        return self.best.quote.collected_on if self.best else None


def shown(answer: Comparison, query: QueryDict, *, reference: Reference | None) -> Result:
    """Return the answer for its page; whatever was to be sorted by, the places stay."""
    drawn = lines(answer.quotes, currency=answer.survey.currency, reference=reference)
    order = SORTS[_sort(query)]
    by_list = {
        listing: [line for line in drawn if line.quote.listing is listing] for listing in Listing
    }
    apart = by_list[Listing.UNRANKED]
    hidden = NoPrice.EXCHANGE_COST_NOT_DISCLOSED
    return Result(
        amount=answer.amount,
        currency=answer.survey.currency,
        arrives=answer.asked.arrives,
        verdict=_verdict(answer),
        current=sorted(by_list[Listing.CURRENT], key=order),
        stale=sorted(by_list[Listing.STALE], key=order),
        promotions=[line for line in apart if line.is_promotion],
        hidden=[line for line in apart if line.quote.price.reason is hidden],
        without_price=[
            line for line in apart if line.quote.price.reason not in {hidden, NoPrice.PROMOTION}
        ],
        left_out=answer.left_out,
        nearest=_nearest(answer, query),
        sorts=_sorts(query, arrives=answer.asked.arrives),
        facets=facets.shown(answer, query),
        removals=facets.removals(answer, query),
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
    """Return links to the surveyed amounts on both sides of one that has no price.

    Of an amount that should arrive, to all of them: it is not known which is nearer.
    """
    if not answer.out_of_range:
        return []
    surveyed, asked = answer.survey.amounts, answer.amount.decimal
    if not answer.asked.arrives:
        below = [amount for amount in surveyed if amount < asked]
        surveyed = below[-1:] + [amount for amount in surveyed if amount > asked][:1]
    exponent = Money(0, answer.survey.currency).exponent
    return [
        Link(
            Money(int(amount.scaleb(exponent)), answer.survey.currency),
            addresses.changed(
                query,
                amount=addresses.typed(amount),
                receive_amount=None,
                receive_currency=None,
            ),
        )
        for amount in surveyed
    ]


def _sort(query: QueryDict) -> str:
    asked = query.get("sort", "")
    return asked if asked in SORTS else "received"


def _sorts(query: QueryDict, *, arrives: bool) -> list[Link]:
    chosen = _sort(query)
    return [
        Link(
            _LEAST_SENT if arrives and name == "received" else _SORT_WORDS[name],
            addresses.changed(query, sort=name),
            current=name == chosen,
        )
        for name in SORTS
    ]
