"""The addresses of the comparison's pages, with what was asked as it was typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from babel.numbers import format_decimal
from django.urls import reverse

from remittances import words

if TYPE_CHECKING:
    from decimal import Decimal

    from django.http import QueryDict

    from remittances.models import Country

AMOUNTS = ("amount", "receive_amount")
FILTERS = ("pay_in", "receive", "speed", "firm")
KEPT = (*AMOUNTS, "receive_currency", *FILTERS, "sort")


def kept(query: QueryDict) -> QueryDict:
    """Return the parts of a query that a comparison keeps, as they were typed."""
    left = query.copy()
    for name in set(query) - set(KEPT):
        del left[name]
    for name in set(KEPT) - set(AMOUNTS):
        if not left.get(name):
            left.pop(name, None)
    return left


def kept_query(query: QueryDict) -> str:
    """Return what a comparison keeps of a query, as it stands in an address."""
    return kept(query).urlencode()


def changed(query: QueryDict, **changes: str | None) -> str:
    """Return this page's address with some answers changed, and those set to None left out."""
    left = kept(query)
    for name, value in changes.items():
        left.pop(name, None)
        if value is not None:
            left[name] = value
    return f"?{left.urlencode()}"


def corridor(origin: Country, destination: Country) -> str:
    """Return the address of a corridor's page."""
    here = (origin.iso3.lower(), destination.iso3.lower())
    return reverse("remittances:corridor", args=here)


def typed(amount: Decimal) -> str:
    """Return an amount as somebody types it in the language of the page."""
    locale = words.language().replace("-", "_")
    return format_decimal(amount.normalize(), locale=locale, group_separator=False)
