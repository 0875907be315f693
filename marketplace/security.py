"""Limits and headers that hold for every request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils import translation
from prometheus_client import Counter

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

TOO_LARGE = Counter("weft_body_too_large", "Requests refused unread because of their size.")
EDITING = ("/admin/", "/django-admin/")
UPLOADS = re.compile("/[a-z]{2}/prices/(files|entries)/")  # Those have limits of their own.
EDITING_POLICY = {
    "default-src": [NONE],
    "script-src": [SELF, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:"],
    "font-src": [SELF, "data:"],
    "connect-src": [SELF],
    "frame-src": [SELF],
    "form-action": [SELF],
    "base-uri": [NONE],
    "frame-ancestors": [SELF],
}


class BodyLimitMiddleware:
    """Refuse a body above the limit with 413 before anything reads it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        announced = request.META.get("CONTENT_LENGTH") or "0"  # ASCII digits, or it is not one.
        is_editing = request.path.startswith(EDITING) or UPLOADS.match(request.path)
        if announced.isdecimal() and int(announced) > settings.BODY_LIMIT_BYTES and not is_editing:
            return _too_large(request)
        return self.get_response(request)


class PrivateAnswersMiddleware:
    """Keep what was drawn for somebody with a session out of every shared cache."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        is_personal = settings.SESSION_COOKIE_NAME in request.COOKIES or response.cookies
        if is_personal and "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "private, no-store"
        return response


class ContentPolicyMiddleware(CSPMiddleware):
    """The strict content policy for the site, a wider one for the two editing interfaces."""

    def get_policy_parts(
        self,
        request: HttpRequest,
        response: HttpResponseBase,
        report_only: bool = False,  # noqa: FBT001, FBT002  The library's own signature.
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if request.path.startswith(EDITING) and not report_only:
            return PolicyParts(config=EDITING_POLICY)
        return parts


def _too_large(request: HttpRequest) -> HttpResponse:
    TOO_LARGE.inc()
    if request.path.startswith("/api/"):
        error = {"code": "too_large", "message": "The request is larger than 1 MiB.", "field": None}
        return JsonResponse({"error": error}, status=413)
    with translation.override(translation.get_language_from_request(request, check_path=True)):
        return HttpResponse(render_to_string("413.html"), status=413)
