"""What a transfer costs, for programs: `/api/v1/remittances/…`. Read-only and open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.paginator import EmptyPage, Paginator
from django.http import Http404, HttpResponse
from django.utils import timezone
from ninja import Query, Router

from remittances import documents, questions, schemas, selectors, tables
from remittances.questions import Question, QuoteRequestRefused, Wrong

if TYPE_CHECKING:
    from django.http import HttpRequest

router = Router(tags=["remittances"], by_alias=True)
JSON, CSV = "application/json", "text/csv"
CSV_TOO = {"responses": {200: {"content": {CSV: {"schema": {"type": "string"}}}}}}


@router.get(
    "/quotes",
    response=schemas.Quotes,
    summary="Services for an amount, best first",
    openapi_extra=CSV_TOO,
)
def quotes(
    request: HttpRequest, asked: Query[schemas.QuoteQuestion]
) -> dict[str, Any] | HttpResponse:
    _refuse_what_is_asked_twice(request)
    question = Question(
        origin=asked.from_,
        destination=asked.to,
        amount=asked.amount,
        currency=asked.currency,
        receive=asked.receive,
    )
    answer = documents.comparison(selectors.answer(question, today=timezone.now().date()))
    return _csv(tables.quotes(answer)) if _csv_is_wanted(request, asked) else answer


@router.get("/corridors", response=schemas.Corridors, summary="Corridors, those with prices first")
def corridors(request: HttpRequest, asked: Query[schemas.PageQuestion]) -> dict[str, Any]:
    pages = Paginator(selectors.corridors(), asked.page_size)
    try:
        page = pages.page(asked.page)
    except EmptyPage as missing:
        raise Http404 from missing
    return {
        "count": pages.count,
        "next": _page_url(request, asked.page + 1) if page.has_next() else None,
        "previous": _page_url(request, asked.page - 1) if page.has_previous() else None,
        "results": [documents.corridor(corridor) for corridor in page],
    }


@router.get(
    "/history",
    response=schemas.History,
    summary="Mean cost of a corridor per quarter",
    openapi_extra=CSV_TOO,
)
def history(
    request: HttpRequest, asked: Query[schemas.CorridorQuestion]
) -> dict[str, Any] | HttpResponse:
    _refuse_what_is_asked_twice(request)
    origin, destination = questions.corridor(asked.from_, asked.to)
    points = selectors.history(origin.iso3, destination.iso3)
    answer = documents.history(origin.iso3, destination.iso3, points)
    return _csv(tables.history(answer)) if _csv_is_wanted(request, asked) else answer


def _csv_is_wanted(request: HttpRequest, asked: schemas.CorridorQuestion) -> bool:
    """Return whether `format` says so or, where it says nothing, the Accept header does."""
    if asked.format:
        return asked.format == "csv"
    return request.get_preferred_type([JSON, CSV]) == CSV


def _csv(table: str) -> HttpResponse:
    return HttpResponse(table, content_type=f"{CSV}; charset=utf-8")


def _page_url(request: HttpRequest, number: int) -> str:
    query = request.GET.copy()
    query["page"] = str(number)
    return f"{settings.SITE_URL}{request.path}?{query.urlencode()}"


def _refuse_what_is_asked_twice(request: HttpRequest) -> None:
    """Refuse two answers to one question; taking either would be a guess."""
    for name, values in request.GET.lists():
        if len(values) > 1:
            message = f"“{name[:40]}” is given {len(values)} times; give it once."
            raise QuoteRequestRefused(Wrong.ASKED_TWICE, message, name[:40])
