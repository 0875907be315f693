"""What every list of the console has: a form that narrows it, and pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.core.paginator import Page
    from django.db.models import QuerySet
    from django.forms import Form
    from django.http import QueryDict

    from payments.console.filters import ListFilter

PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list, the form it was narrowed with, and that form's part of the address."""

    form: Form
    page: Page[Any]
    query: str

    @property
    def is_narrowed(self) -> bool:
        return bool(self.query)


def listing(found: ListFilter, asked: QueryDict) -> Listing:
    """Return the page that was asked for; one there is not is the last one."""
    return paged(found.form, found.qs, asked)


def paged(form: Form, rows: Sequence[Any] | QuerySet[Any], asked: QueryDict) -> Listing:
    """Return one page of rows that are narrowed already."""
    return Listing(form, Paginator(rows, PAGE_SIZE).get_page(asked.get("page")), query(asked))


def query(asked: QueryDict) -> str:
    """Return the filters of an address without its page and without what is empty."""
    kept = asked.copy()
    kept.pop("page", None)
    for name in [name for name in kept if not any(kept.getlist(name))]:
        del kept[name]
    return kept.urlencode()
