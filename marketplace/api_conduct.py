"""How every answer of the API behaves: open to other sites, and cheap to ask again."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django.http import HttpResponse, JsonResponse
from django.utils.cache import get_conditional_response, patch_vary_headers, set_response_etag

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

PREFIX = "/api/"
ONE_DAY_SECONDS = 86_400


class ApiConductMiddleware:
    """Add the cross-origin headers and an ETag to answers of the API."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(PREFIX):
            return self.get_response(request)
        if request.method == "OPTIONS":
            return self._open(_preflight())
        response = self._answer(request)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            response = _not_allowed(response)
        if (
            request.method in {"GET", "HEAD"}
            and response.status_code == HTTPStatus.OK
            and not response.streaming  # What is streamed brings an ETag of its own.
            and response.content
        ):
            set_response_etag(response)
            unchanged = get_conditional_response(request, response["ETag"], None, response)
            response = unchanged or response
        return self._open(response)

    def _answer(self, request: HttpRequest) -> HttpResponse:
        """Answer HEAD as GET, whose body the server leaves out (RFC 9110, section 9.3.2)."""
        if request.method != "HEAD":
            return self.get_response(request)
        request.method = "GET"
        try:
            return self.get_response(request)
        finally:
            request.method = "HEAD"

    def _open(self, response: HttpResponse) -> HttpResponse:
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Expose-Headers"] = "ETag, Link, Retry-After"
        patch_vary_headers(response, ["Accept", "Accept-Language"])
        return response


def _not_allowed(refused: HttpResponse) -> HttpResponse:
    message = f"This address answers {refused.headers.get('Allow', 'other methods')}."
    error = {"code": "method_not_allowed", "message": message, "field": None}
    response = JsonResponse({"error": error}, status=HTTPStatus.METHOD_NOT_ALLOWED)
    response["Allow"] = refused.headers.get("Allow", "")
    return response


def _preflight() -> HttpResponse:
    response = HttpResponse(status=204)
    response["Access-Control-Allow-Methods"] = "GET, HEAD, POST, OPTIONS"
    response["Access-Control-Allow-Headers"] = "Content-Type, If-None-Match"
    response["Access-Control-Max-Age"] = str(ONE_DAY_SECONDS)
    return response
