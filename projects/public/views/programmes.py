"""The matching programmes: the list, the page of one, and its figures to take away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from payments.sheets import csv_text
from projects.matching.models import Programme
from projects.matching.selectors import published
from projects.public import programmes
from projects.public.caching import kept_for_a_moment

if TYPE_CHECKING:
    from django.http import HttpRequest

    from projects.matching.selectors.published import PublishedProgramme


@require_safe
@kept_for_a_moment
def programme_list(request: HttpRequest) -> HttpResponse:
    """Show every programme with its rule in a sentence: open ones first, then those to come."""
    now = timezone.now()
    return render(request, "public/programmes.html", programmes.list_context(now=now))


@require_safe
@kept_for_a_moment
def programme_page(request: HttpRequest, programme_id: str) -> HttpResponse:
    """Show one programme: its rule, its pots, and who got what."""
    now = timezone.now()
    page = _published(programme_id)
    context = programmes.page_context(page, language=request.LANGUAGE_CODE, now=now)
    return render(request, "public/programme.html", context)


@require_safe
def programme_csv(request: HttpRequest, programme_id: str) -> HttpResponse:
    """Give who got what as a table for a spreadsheet, amounts in major units."""
    page = _published(programme_id)
    rows = programmes.rows(page, language=request.LANGUAGE_CODE)
    answer = HttpResponse(
        csv_text(programmes.COLUMNS, rows), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="{page.programme.pk}.csv"'
    return answer


@require_safe
def programme_rule(_request: HttpRequest, programme_id: str, number: int) -> JsonResponse:
    """Give one published version of the rule as the document that it is."""
    for terms in _published(programme_id).history:
        if terms.number == number:
            return JsonResponse(dict(terms.document), json_dumps_params={"indent": 2})
    raise Http404


def _published(programme_id: str) -> PublishedProgramme:
    try:
        return published.published_programme(programme_id, now=timezone.now())
    except Programme.DoesNotExist as missing:
        raise Http404 from missing
