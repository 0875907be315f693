"""What a visitor's browser remembers for them: a wish for little data, and the language chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.cache import patch_vary_headers

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

WITHOUT_LANGUAGE = (
    "/api/",
    "/payments/",
    "/admin/",
    "/django-admin/",
    "/static/",
    "/media/",
    "/healthz",
    "/readyz",
    "/metrics",
    "/.well-known/",
)
LOW_DATA_COOKIE = "lowdata"
A_YEAR = 365 * 24 * 3600


class PageLocaleMiddleware(LocaleMiddleware):
    """Lead from an address without a language to the page, but tell a program the plain 404.

    Any path under a language may be an editor's page, so Django would redirect all of them.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if request.path_info.startswith(WITHOUT_LANGUAGE):
            return response
        return super().process_response(request, response)


class OneEncodingMiddleware:
    """Read every request as UTF-8, whatever it claims: some encodings decode to what is no text."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.encoding = "utf-8"
        return self.get_response(request)


class LowDataMiddleware:
    """Set `request.lowdata` from `?lowdata=`, else the cookie, else `Save-Data`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        asked = request.GET.get(LOW_DATA_COOKIE)
        kept = asked if asked in {"0", "1"} else request.COOKIES.get(LOW_DATA_COOKIE)
        saves = request.headers.get("Save-Data", "").lower() == "on"
        request.lowdata = kept == "1" or (kept != "0" and saves)  # type: ignore[attr-defined]
        response = self.get_response(request)
        if asked in {"0", "1"}:
            _remember(response, LOW_DATA_COOKIE, asked)
        if response.get("Content-Type", "").startswith("text/html"):
            patch_vary_headers(response, ("Cookie", "Save-Data"))
        return response


class LanguageMemoryMiddleware:
    """Remember the language of the address when it is not the one the browser asks for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        chosen = translation.get_language_from_path(request.path_info)
        if chosen and chosen != translation.get_language_from_request(request):
            _remember(response, settings.LANGUAGE_COOKIE_NAME, chosen)
        return response


def _remember(response: HttpResponseBase, name: str, value: str) -> None:
    response.set_cookie(
        name, value, max_age=A_YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )
