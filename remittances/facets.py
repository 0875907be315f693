"""The filters as links: each option with the number of services it would leave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy

from remittances import addresses, filters, words
from remittances.filters import Filters

if TYPE_CHECKING:
    from django.http import QueryDict

    from remittances.comparison import Comparison

TITLES = {
    "pay_in": gettext_lazy("You pay with"),
    "receive": gettext_lazy("They receive by"),
    "speed": gettext_lazy("Arrives at the latest"),
    "firm": gettext_lazy("Kind of provider"),
}
_LABELS = {
    "pay_in": words.PAY_IN_WAYS,
    "receive": words.WAYS,
    "speed": words.SLOWEST,
    "firm": words.FIRMS,
}


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a filter; its address takes it, or gives it back where it is chosen."""

    key: str
    text: object
    url: str
    count: int = 0
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """One filter."""

    title: object
    options: tuple[Option, ...]


def asked(query: QueryDict) -> Filters:
    """Return the filters of a query; an option that we do not have filters nothing."""
    known = {name: query.get(name) for name in addresses.FILTERS}
    return Filters(
        **{name: value for name, value in known.items() if value in filters.options(name)}
    )


def shown(answer: Comparison, query: QueryDict) -> list[Facet]:
    """Return the filters that leave a choice, or are chosen."""
    found = []
    for name, title in TITLES.items():
        options = tuple(_options(name, answer, query))
        if len({option.count for option in options}) > 1 or any(each.chosen for each in options):
            found.append(Facet(title, options))
    return found


def removals(answer: Comparison, query: QueryDict) -> list[Option]:
    """Return each filter in use, with the way to take it back."""
    chosen = answer.asked.filters.chosen
    return [
        Option(name, _LABELS[name][option], addresses.changed(query, **{name: None}))
        for name, option in chosen.items()
        if option in _LABELS[name]
    ]


def _options(name: str, answer: Comparison, query: QueryDict) -> list[Option]:
    chosen = answer.asked.filters.chosen.get(name)
    return [
        Option(
            f"{name}-{option}",
            label,
            addresses.changed(query, **{name: None if option == chosen else option}),
            count=count,
            chosen=option == chosen,
        )
        for option, label in _LABELS[name].items()
        if (count := answer.counts[name][option]) or option == chosen
    ]
