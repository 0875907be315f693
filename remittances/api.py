"""What a transfer costs, for programs: `/api/v1/remittances/…`. Read-only and open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.conf import settings
from django.core.paginator import EmptyPage, Paginator
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from ninja import Query, Router

from remittances import credits as credit
from remittances import documents, price_statistics, questions, schemas, selectors, tables
from remittances.figures import asking
from remittances.figures import selectors as figures
from remittances.questions import Question, QuoteRequestRefused, Wrong

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

router = Router(tags=["remittances"], by_alias=True)
JSON, CSV = "application/json", "text/csv"
CSV_TYPE = f"{CSV}; charset=utf-8"
A_TABLE = {CSV: {"schema": {"type": "string"}}}
CSV_TOO = {"responses": {200: {"content": A_TABLE}}}
Answer = dict[str, Any] | HttpResponse
Row = TypeVar("Row")


@router.get(
    "/quotes",
    response=schemas.Quotes,
    summary="Services for an amount, best first",
    openapi_extra=CSV_TOO,
)
def quotes(
    request: HttpRequest, response: HttpResponse, asked: Query[schemas.QuoteQuestion]
) -> Answer:
    _refuse_what_is_asked_twice(request)
    question = Question(
        origin=asked.from_,
        destination=asked.to,
        amount=asked.amount,
        currency=asked.currency,
        receive=asked.receive,
    )
    found = selectors.answer(question, now=timezone.now())
    files = (service.dataset.sha256 for service in found.survey.services)
    document = documents.comparison(found) | credit.of(files)
    wanted = _csv_is_wanted(request, asked.format)
    return _answer(response, tables.quotes(document) if wanted else document)


@router.get(
    "/corridors",
    response=schemas.Corridors,
    summary="Corridors, those with prices first; as CSV all of them at once",
    openapi_extra=CSV_TOO,
)
def corridors(
    request: HttpRequest, response: HttpResponse, asked: Query[schemas.CorridorsQuestion]
) -> Answer:
    known = figures.corridors()
    if _csv_is_wanted(request, asked.format):
        return _answer(response, tables.corridors([documents.corridor(each) for each in known]))
    return _answer(response, _page(request, known, asked, documents.corridor))


@router.get(
    "/history",
    response=schemas.History,
    summary="Mean cost of a corridor per quarter",
    openapi_extra=CSV_TOO,
)
def history(
    request: HttpRequest, response: HttpResponse, asked: Query[schemas.CorridorQuestion]
) -> Answer:
    _refuse_what_is_asked_twice(request)
    origin, destination = questions.corridor(asked.from_, asked.to)
    points = figures.history(origin.iso3, destination.iso3)
    files = (file for point in points for file in point.files)
    document = documents.history(origin.iso3, destination.iso3, points) | credit.of(files)
    wanted = _csv_is_wanted(request, asked.format)
    return _answer(response, tables.history(document) if wanted else document)


@router.get(
    "/indices",
    response=schemas.Indices,
    summary="Averages of corridors: of all, of one country, of one quarter",
    openapi_extra=CSV_TOO,
)
def indices(
    request: HttpRequest, response: HttpResponse, asked: Query[schemas.IndicesQuestion]
) -> Answer:
    _refuse_what_is_asked_twice(request)
    index = asking.index(country=asked.country, direction=asked.direction, period=asked.period)
    rows = price_statistics.statistics(index.scope)
    files = (file for row in rows for file in row.files)
    document = documents.indices(index, rows, price_statistics.summary(rows)) | credit.of(files)
    wanted = _csv_is_wanted(request, asked.format)
    return _answer(response, tables.indices(document) if wanted else document)


@router.get(
    "/datasets", response=schemas.Datasets, summary="The files that prices come from, newest first"
)
def datasets(
    request: HttpRequest, response: HttpResponse, asked: Query[schemas.PageQuestion]
) -> Answer:
    return _answer(response, _page(request, figures.datasets(), asked, documents.dataset))


@router.get(
    "/prices",
    summary="Every surveyed service of a quarter, as CSV",
    openapi_extra={"responses": {200: {"description": "OK", "content": A_TABLE}}},
)
def prices(request: HttpRequest, asked: Query[schemas.PricesQuestion]) -> HttpResponseBase:
    _refuse_what_is_asked_twice(request)
    period = questions.quarter(asked.period) or next(iter(figures.surveyed_periods()), "")
    name = f"prices-{period or 'none'}"
    etag = f'"{name}-{selectors.newest_dataset()}-{selectors.newest_names()}"'
    if unchanged := get_conditional_response(request, etag):
        return unchanged
    table = StreamingHttpResponse(
        tables.prices(figures.surveyed_rows(period)), content_type=CSV_TYPE
    )
    table["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    table["ETag"] = etag
    table["Link"] = _links()
    return table


def _page(
    request: HttpRequest,
    found: Sequence[Row] | QuerySet[Any],
    asked: schemas.PageQuestion,
    document: Callable[[Row], dict[str, Any]],
) -> dict[str, Any]:
    """Return one page of a list.

    Raises:
        Http404: There is no such page.
    """
    pages = Paginator(found, asked.page_size)
    try:
        page = pages.page(asked.page)
    except EmptyPage as missing:
        raise Http404 from missing
    return {
        "count": pages.count,
        "next": _page_url(request, asked.page + 1) if page.has_next() else None,
        "previous": _page_url(request, asked.page - 1) if page.has_previous() else None,
        "results": [document(each) for each in page],
    }


def _answer(response: HttpResponse, said: dict[str, Any] | str) -> Answer:
    """Return a document or a table with the links that every answer carries."""
    answer = HttpResponse(said, content_type=CSV_TYPE) if isinstance(said, str) else said
    carrier = answer if isinstance(answer, HttpResponse) else response
    carrier["Link"] = _links()
    return answer


def _links() -> str:
    return credit.links(f"{settings.SITE_URL}{reverse('api:datasets')}")


def _csv_is_wanted(request: HttpRequest, form: str | None) -> bool:
    """Return whether `format` says so or, where it says nothing, the Accept header does."""
    return form == "csv" if form else request.get_preferred_type([JSON, CSV]) == CSV


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
