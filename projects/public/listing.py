"""The list page: cards, facets as links, chips that take a filter back, and honest emptiness."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from projects.catalogue.countries import country_name
from projects.catalogue.models import Project
from projects.catalogue.sectors import Sector
from projects.funding.filters import FACETS, Sort
from projects.funding.models import Campaign

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from django.core.paginator import Page

    from projects.funding.discovery import Discovery

PER_PAGE = 12
INDEXABLE = frozenset({"country", "sector"})


@dataclass(frozen=True, slots=True)
class Choice:
    label: str
    count: int
    address: str
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    title: str
    choices: tuple[Choice, ...]
    is_open: bool


def page_of(found: Discovery, number: str) -> Page[UUID]:
    """Return the page asked for; a number that is none, or too high, gives the nearest page."""
    return Paginator(found.ids, PER_PAGE).get_page(number)


def context(found: Discovery, page: Page[UUID]) -> dict[str, object]:
    """Return what surrounds the cards: search, filters, order and pages."""
    return {
        "page": page,
        "chosen": found.chosen,
        "refused": found.refused,
        "removals": removals(found),
        "facets": facets(found),
        "sorts": Sort.choices,
        "sort": found.chosen.get("sort", Sort.CLOSING),
        "hidden": hidden(found, except_for="q"),
        "hidden_for_sort": hidden(found, except_for="sort"),
        "query": urlencode(found.chosen),
        "is_indexable": is_indexable(found, page.number),
    }


def facets(found: Discovery) -> list[Facet]:
    """Return the facets worth showing: those that leave a choice, or have been chosen."""
    shown = []
    for name, title in _titles().items():
        counts = found.counts(name)
        if len(counts) > 1 or name in found.chosen:
            choices = tuple(_choice(found, name, value, count) for value, count in counts)
            shown.append(Facet(title, choices, is_open=True))
    return shown


def removals(found: Discovery) -> list[Choice]:
    """Return each filter in use, with the number of projects there would be without it."""
    return [
        Choice(_label(name, value), found.count_without(name), address(without(found.chosen, name)))
        for name, value in found.chosen.items()
        if name == "q" or name in FACETS
    ]


def hidden(found: Discovery, *, except_for: str) -> list[tuple[str, str]]:
    """Return what a form that sets one parameter carries along."""
    return list(without(found.chosen, except_for).items())


def is_indexable(found: Discovery, page_number: int) -> bool:
    """Whether search engines are wanted here: the whole list, a country, a country's sector."""
    chosen = set(found.chosen)
    return page_number == 1 and chosen <= INDEXABLE and (not chosen or "country" in chosen)


def address(chosen: Mapping[str, str]) -> str:
    return f"?{urlencode(chosen)}"


def without(chosen: Mapping[str, str], name: str) -> dict[str, str]:
    return {other: value for other, value in chosen.items() if other != name}


def _choice(found: Discovery, name: str, value: str, count: int) -> Choice:
    is_chosen = found.chosen.get(name) == value
    others = without(found.chosen, name)
    target = others if is_chosen else {**others, name: value}
    return Choice(_label(name, value), count, address(target), is_chosen)


def _titles() -> dict[str, str]:
    return {
        "country": _("Country"),
        "sector": _("Sector"),
        "purpose": _("For"),
        "kind": _("Way of giving"),
        "matched": _("Match"),
    }


def _label(name: str, value: str) -> str:
    """Return a choice in words."""
    match name:
        case "country":
            return country_name(value, get_language() or "en")
        case "sector":
            return str(Sector(value).label)
        case "purpose":
            return str(Project.Kind(value).label)
        case "kind":
            return {Campaign.Kind.DONATION: _("Gift")}[Campaign.Kind(value)]
        case "matched":
            return _("Matched now") if value == "1" else _("Not matched now")
        case _:
            return value
