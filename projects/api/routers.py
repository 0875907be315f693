"""The operations of the API. Each starts from the same reads as the page that shows the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from ninja import Query, Router

from payments.amounts import AmountNotUnderstood, parse_plain
from payments.currencies import UnknownCurrency
from payments.money import Money
from projects.api import documents, pages
from projects.api.refusals import AMOUNT_MESSAGES, invalid
from projects.api.schemas import (
    FormatQuery,
    ListQuery,
    ProgrammeOut,
    ProgrammesOut,
    ProjectOut,
    ProjectQuery,
    ProjectsOut,
    QuoteIn,
    QuoteOut,
)
from projects.catalogue.models import Project
from projects.funding.discovery import discover
from projects.funding.previews import preview
from projects.funding.residences import alpha_3
from projects.funding.selectors import current_campaigns
from projects.funding.summaries import summaries
from projects.matching import selectors as programmes_of
from projects.matching.services import Quote

if TYPE_CHECKING:
    from django.http import HttpRequest
    from ninja import Schema

    from projects.api.documents import Document

projects = Router(tags=["projects"])
matching = Router(tags=["matching"])
JSON, CSV = "application/json", "text/csv"
CSV_TOO = {"responses": {200: {"content": {CSV: {"schema": {"type": "string"}}}}}}


@projects.get("", response=ProjectsOut, summary="Published projects", openapi_extra=CSV_TOO)
def list_projects(request: HttpRequest, asked: Query[ProjectQuery]) -> Document | HttpResponse:
    """List projects by words and facets; `format=csv`, or Accept, gives the same page as CSV."""
    now = timezone.now()
    found = discover(request.GET.dict(), user=request.user, now=now)
    for name in found.refused:
        raise invalid(field=name, message=f"{name} has a value that is not known.")
    ids = pages.cut(found.ids, page=asked.page, size=asked.page_size)
    shown = summaries(found, ids, language=get_language() or "en", at=now)
    results = [documents.project_document(summary) for summary in shown]
    if _csv_is_wanted(request, asked):
        return _csv(results, ProjectOut)
    around = pages.envelope(request, count=len(found.ids), page=asked.page, size=asked.page_size)
    return {**around, "results": results}


@projects.get("/{slug:slug}", response=ProjectOut, summary="One project", openapi_extra=CSV_TOO)
def get_project(
    request: HttpRequest, slug: str, asked: Query[FormatQuery]
) -> Document | HttpResponse:
    """Return one published project with its totals as of now; also as CSV, with one line."""
    project = _published(request, slug)
    now = timezone.now()
    found = discover({}, user=request.user, now=now)
    (summary,) = summaries(found, [project.pk], language=get_language() or "en", at=now)
    result = documents.project_document(summary)
    return _csv([result], ProjectOut) if _csv_is_wanted(request, asked) else result


@matching.get(
    "/programmes",
    response=ProgrammesOut,
    summary="Matching programmes",
    openapi_extra=CSV_TOO,
)
def list_programmes(request: HttpRequest, asked: Query[ListQuery]) -> Document | HttpResponse:
    """List the terms in force of every programme, and what their pots have left; also as CSV."""
    listed = programmes_of.programmes(now=timezone.now())
    shown = pages.cut(listed, page=asked.page, size=asked.page_size)
    pots = programmes_of.pots([programme.id for programme in shown])
    results = [documents.programme_document(each, pots[each.id]) for each in shown]
    if _csv_is_wanted(request, asked):
        return _csv(results, ProgrammeOut)
    around = pages.envelope(request, count=len(listed), page=asked.page, size=asked.page_size)
    return {**around, "results": results}


@matching.post("/quote", response=QuoteOut, summary="What an amount would be matched with")
def quote(request: HttpRequest, asked: QuoteIn) -> Document:
    """Say what would be added to an amount, by which programme and why; nothing is held."""
    project = _published(request, asked.project)
    amount = _amount(asked)
    residence = _residence(asked.residence)
    now = timezone.now()
    campaign = current_campaigns([project.pk]).get(project.pk)
    if campaign is None or not campaign.takes_money(now):
        nothing = Quote(match=Money(0, amount.currency), lines=())
        return documents.quote_document(project, amount, nothing)
    if amount.currency != campaign.currency:
        raise invalid(field="currency", message=f"This project takes {campaign.currency}.")
    found = preview(project, campaign, amount=amount, now=now, residence=residence)
    return documents.quote_document(project, amount, found.quote)


def _csv(results: list[Document], shape: type[Schema]) -> HttpResponse:
    return HttpResponse(documents.as_csv(results, shape), content_type=f"{CSV}; charset=utf-8")


def _csv_is_wanted(request: HttpRequest, asked: FormatQuery) -> bool:
    """Return whether `format` says so or, where it says nothing, the Accept header does."""
    if asked.format:
        return asked.format == "csv"
    return request.get_preferred_type([JSON, CSV]) == CSV


def _published(request: HttpRequest, slug: str) -> Project:
    visible = Project.objects.visible_to(request.user).published()
    project = visible.filter(slug=slug).first()
    if project is None:
        raise Http404
    return project


def _amount(asked: QuoteIn) -> Money:
    try:
        return parse_plain(asked.amount, currency=asked.currency)
    except AmountNotUnderstood as error:
        raise invalid(field="amount", message=AMOUNT_MESSAGES[error.code]) from error
    except UnknownCurrency as error:
        raise invalid(field="currency", message="This is not a currency we know.") from error


def _residence(code: str | None) -> str | None:
    if code is None:
        return None
    known = alpha_3(code)
    if known is None:
        raise invalid(field="residence", message="Give an ISO 3166-1 country code.")
    return known
