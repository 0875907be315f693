"""The API: which rooms answer under /api/v1/, and the form of every refusal."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from django.conf import settings
from django.http import Http404
from django.shortcuts import render
from ninja import NinjaAPI
from ninja.errors import HttpError, Throttled, ValidationError
from ninja.openapi.docs import DocsBase
from ninja.throttling import AnonRateThrottle

from marketplace.api_parser import LONGEST_ECHO, StrictParser
from projects.api import routers as projects_routers
from remittances.api import router as remittances_router

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

CODES = {400: "bad_request", 401: "unauthorised", 403: "forbidden", 405: "method_not_allowed"}
OURS = {"query", "body", "path", "asked"}
"""Parts of the place of a mistake that are names of our own; what follows them was sent."""


@runtime_checkable
class Refusal(Protocol):
    """What a room raises to refuse a request: a stable code, a sentence, the field at fault."""

    code: str
    message: str
    field: str | None


class ReadablePage(DocsBase):
    """The documentation as a plain page of the site, made from the OpenAPI document."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: object) -> HttpResponse:
        document = api.get_openapi_schema(path_params=kwargs)
        operations = [
            {"method": method.upper(), "path": path, **operation}
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
        ]
        return render(request, "api_docs.html", {"operations": operations})


api = NinjaAPI(
    title="Weft",
    version="1",
    description=(
        "Checked projects, matching by published rules, and what a transfer home costs. "
        "Open and read-only unless an operation says otherwise."
    ),
    urls_namespace="api",
    docs=ReadablePage(),
    parser=StrictParser(),
    throttle=[AnonRateThrottle(settings.API_RATE)],
)
api.add_router("/remittances", remittances_router)
api.add_router("/projects", projects_routers.projects)
api.add_router("/matching", projects_routers.matching)


def _refuse(
    request: HttpRequest, *, status: int, code: str, message: str, field: str | None = None
) -> HttpResponse:
    error = {"code": code, "message": message, "field": field}
    return api.create_response(request, {"error": error}, status=status)


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, missing: Http404) -> HttpResponse:  # noqa: ARG001
    return _refuse(request, status=404, code="not_found", message="There is nothing here.")


@api.exception_handler(Throttled)
def _too_many(request: HttpRequest, throttled: Throttled) -> HttpResponse:
    message = "Too many requests from your address. Wait a moment and try again."
    response = _refuse(request, status=429, code="too_many_requests", message=message)
    response["Retry-After"] = str(max(1, math.ceil(throttled.wait or 1)))
    return response


@api.exception_handler(HttpError)
def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    if isinstance(error.__cause__, Refusal):  # Ninja wraps what the reading of a body raises.
        return _refusal(request, error.__cause__)
    code = CODES.get(error.status_code, "refused")
    return _refuse(request, status=error.status_code, code=code, message=str(error))


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, invalid: ValidationError) -> HttpResponse:
    first = invalid.errors[0] if invalid.errors else {}
    location = [str(part) for part in first.get("loc", ()) if part not in OURS]
    field = location[-1] if location else None
    if first.get("type") == "extra_forbidden":
        field = str(first["loc"][-1])[:LONGEST_ECHO]
        said = f"“{field}” is not asked for here."
        return _refuse(request, status=400, code="unknown_field", message=said, field=field)
    message = str(first.get("msg", "The request could not be read."))
    sentence = f"{field}: {message}." if field else f"{message}."
    code = f"invalid_{field}" if field and field.isidentifier() else "invalid_request"
    return _refuse(request, status=400, code=code, message=sentence, field=field)


@api.exception_handler(ValueError)
def _refused(request: HttpRequest, refusal: ValueError) -> HttpResponse:
    if not isinstance(refusal, Refusal):
        raise refusal
    return _refusal(request, refusal)


def _refusal(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    return _refuse(
        request, status=400, code=refusal.code, message=refusal.message, field=refusal.field
    )
