"""Keeping the public pages for a moment, so that a crowd asks the database once.

Only what everybody sees alike is kept: no session, no message, no parameter but the page's own. It
is in the memory of the process and gone after `PUBLIC_PAGE_SECONDS`, so a bar is never older.
"""

from __future__ import annotations

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


def kept_for_a_moment(view: View) -> View:
    """Answer visitors who are nobody in particular from memory when it was just drawn."""

    @wraps(view)
    def answer(request: HttpRequest, **kwargs: object) -> HttpResponse:
        if not _is_for_everybody(request):
            return view(request, **kwargs)
        key = f"public:{getattr(request, 'lowdata', False)}:{request.get_full_path()}"
        kept: HttpResponse | None = caches["pages"].get(key)
        if kept is None:
            kept = view(request, **kwargs)
            if kept.status_code == 200:  # noqa: PLR2004
                caches["pages"].set(key, kept, settings.PUBLIC_PAGE_SECONDS)
        return kept

    return answer


def _is_for_everybody(request: HttpRequest) -> bool:
    return (
        not any(name in request.COOKIES for name in PERSONAL_COOKIES)
        and len(request.META["QUERY_STRING"]) <= LONGEST_QUERY
        and set(request.GET) <= PARAMETERS
    )
