"""Pages of the house itself: the way in, what is shown when something is wrong, the style guide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from marketplace import styleguide as samples

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    ErrorView = Callable[[HttpRequest, Exception], HttpResponse]


@require_safe
def enter(request: HttpRequest) -> HttpResponse:
    """Lead from `/` to the visitor's language: the cookie, then Accept-Language."""
    response = HttpResponseRedirect(f"/{translation.get_language_from_request(request)}/")
    patch_vary_headers(response, ("Accept-Language", "Cookie"))
    return response


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Show every component with sample content; exists in development and tests only."""
    if not samples.is_shown(settings):
        raise Http404
    return render(request, "styleguide/page.html", samples.context())


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return _error(request, 400, "bad_request", "The request cannot be understood.")


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return _error(request, 403, "forbidden", "You may not do this.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return _error(request, 404, "not_found", "There is nothing at this address.")


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """Say that a form came back without its proof of origin, usually because it grew old."""
    _activate(request)
    return render(request, "403_csrf.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer without database, session or context: only the language of the address is used."""
    if request.path.startswith("/api/"):
        return _json("server_error", "Something broke on our side.", 500)
    _activate(request)
    return HttpResponse(render_to_string("500.html"), status=500)


def _error(request: HttpRequest, status: int, code: str, message: str) -> HttpResponse:
    if request.path.startswith("/api/"):
        return _json(code, message, status)
    _activate(request)
    return render(request, f"{status}.html", status=status)


def _json(code: str, message: str, status: int) -> JsonResponse:
    return JsonResponse({"error": {"code": code, "message": message, "field": None}}, status=status)


def _activate(request: HttpRequest) -> None:
    """Speak the language of the address even where the locale middleware did not get to run."""
    translation.activate(translation.get_language_from_request(request, check_path=True))
