"""What the frame of every page needs to know."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.urls import translate_url
from django.utils import translation

from marketplace.workplace import finance, prices, workplace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.http import HttpRequest

FACETS = frozenset({"country", "sector"})


class Language(TypedDict):
    """A language of the site and the address of this same page in it."""

    code: str
    name: str
    dir: str
    path: str
    current: bool


class Frame(TypedDict):
    """Context of base.html; what costs something is a callable that the template calls."""

    languages: Callable[[], list[Language]]
    lowdata: bool
    canonical: Callable[[], str]
    site_url: str
    test_payments: bool
    workplace: Callable[[], str]
    finance: Callable[[], str]
    prices: Callable[[], str]


def frame(request: HttpRequest) -> Frame:
    """Return the context of the page's frame."""
    return {
        "languages": lambda: languages(request),
        "lowdata": getattr(request, "lowdata", False),
        "canonical": lambda: settings.SITE_URL + _only(request.get_full_path(), FACETS),
        "site_url": settings.SITE_URL,
        "test_payments": not settings.STRIPE_LIVEMODE,
        "workplace": lambda: workplace(request.user) if hasattr(request, "user") else "",
        "finance": lambda: finance(request.user) if hasattr(request, "user") else "",
        "prices": lambda: prices(request.user) if hasattr(request, "user") else "",
    }


def languages(request: HttpRequest) -> list[Language]:
    """Return every language of the site with this same page's address in it."""
    here = _without(request.get_full_path(), {"lowdata", "page"})
    return [
        {
            "code": code,
            "name": name,
            "dir": "rtl" if translation.get_language_info(code)["bidi"] else "ltr",
            "path": translate_url(here, code),
            "current": code == translation.get_language(),
        }
        for code, name in settings.LANGUAGES
    ]


def _only(address: str, names: Iterable[str]) -> str:
    return _filtered(address, lambda name: name in names)


def _without(address: str, names: Iterable[str]) -> str:
    return _filtered(address, lambda name: name not in names)


def _filtered(address: str, keeps: Callable[[str], bool]) -> str:
    parts = urlsplit(address)
    query = [(name, value) for name, value in parse_qsl(parts.query) if keeps(name)]
    return urlunsplit(("", "", parts.path, urlencode(query), ""))
