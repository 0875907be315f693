"""Keeping the public pages for a moment, so that a crowd asks the database once.

Only what everybody sees alike is kept: no session, no message, no parameter but the page's own. It
is in the memory of the process. A page is fresh for `PUBLIC_PAGE_SECONDS`; for as long again one
visitor waits for it to be drawn anew while the others still get the old one. So a bar is never
older than twice that.
"""

from __future__ import annotations

import time
from functools import wraps
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import caches

from projects.funding.filters import FACETS

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    View = Callable[..., HttpResponse]

PERSONAL_COOKIES = (settings.SESSION_COOKIE_NAME, "messages")
PARAMETERS = frozenset({"q", "sort", "page", "amount", *FACETS})
LONGEST_QUERY = 200
DRAWING_SECONDS = 5  # After that somebody else may try.


def kept_for_a_moment(view: View) -> View:
    """Answer visitors who are nobody in particular from memory when it was just drawn."""

    @wraps(view)
    def answer(request: HttpRequest, **kwargs: object) -> HttpResponse:
        if not _is_for_everybody(request):
            return view(request, **kwargs)
        key = f"public:{getattr(request, 'lowdata', False)}:{request.get_full_path()}"
        if (kept := _kept(key)) is not None:
            return kept
        drawn = view(request, **kwargs)
        if drawn.status_code == 200:  # noqa: PLR2004
            _keep(key, drawn)
        return drawn

    return answer


def _kept(key: str) -> HttpResponse | None:
    """Return what is kept, unless there is nothing or it is this visitor's turn to draw anew."""
    pages = caches["pages"]
    drawn_at, page = pages.get(key, (0.0, None))
    is_fresh = time.monotonic() - drawn_at < settings.PUBLIC_PAGE_SECONDS
    if page is None or (not is_fresh and pages.add(f"{key}:drawing", 1, DRAWING_SECONDS)):
        return None
    kept: HttpResponse = page
    return kept


def _keep(key: str, page: HttpResponse) -> None:
    pages = caches["pages"]
    pages.set(key, (time.monotonic(), page), 2 * settings.PUBLIC_PAGE_SECONDS)
    pages.delete(f"{key}:drawing")


def _is_for_everybody(request: HttpRequest) -> bool:
    return (
        not any(name in request.COOKIES for name in PERSONAL_COOKIES)
        and len(request.META["QUERY_STRING"]) <= LONGEST_QUERY
        and set(request.GET) <= PARAMETERS
    )
