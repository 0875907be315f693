"""Answers that are no pages, and pages of a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.http import HttpResponseRedirect
from django.shortcuts import resolve_url

if TYPE_CHECKING:
    from django.core.paginator import Page
    from django.db.models import QuerySet
    from django.http import HttpRequest

PAGE_SIZE = 50


class SeeOther(HttpResponseRedirect):
    """Leads on after an action: a reload repeats nothing."""

    status_code = 303

    def __init__(self, to: str, *args: object) -> None:
        super().__init__(resolve_url(to, *args))


def paged(request: HttpRequest, rows: QuerySet[Any]) -> Page[Any]:
    """Return the page of a list that was asked for; one there is not is the last one."""
    return Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
