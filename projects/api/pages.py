"""Lists in pages, with addresses of the neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest

T = TypeVar("T")


class Envelope(TypedDict):
    count: int
    next: str | None
    previous: str | None


def cut(items: Sequence[T], *, page: int, size: int) -> Sequence[T]:
    """Return one page of a list, counted from 1; a page that does not exist is not found."""
    first = (page - 1) * size
    if page > 1 and first >= len(items):
        raise Http404
    return items[first : first + size]


def envelope(request: HttpRequest, *, count: int, page: int, size: int) -> Envelope:
    """Return what surrounds one page of a list."""
    has_next = page * size < count
    return {
        "count": count,
        "next": _address(request, page + 1) if has_next else None,
        "previous": _address(request, page - 1) if page > 1 else None,
    }


def _address(request: HttpRequest, page: int) -> str:
    query = urlencode({**request.GET.dict(), "page": page})
    return f"{settings.SITE_URL}{request.path}?{query}"
