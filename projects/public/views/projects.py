"""The list of projects, and the page of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from projects.catalogue import selectors as catalogue
from projects.catalogue.models import Project
from projects.funding.discovery import discover
from projects.funding.summaries import summaries
from projects.public import listing
from projects.public.caching import kept_for_a_moment
from projects.public.page import page_context

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
@kept_for_a_moment
def project_list(request: HttpRequest) -> HttpResponse:
    """Show the projects that answer what was asked, twelve a page."""
    now = timezone.now()
    found = discover(request.GET.dict(), user=request.user, now=now)
    page = listing.page_of(found, request.GET.get("page", "1"))
    cards = summaries(found, list(page), language=request.LANGUAGE_CODE, at=now)
    context = listing.context(found, page) | {"cards": cards, "as_of": now}
    return render(request, "public/list.html", context)


@require_safe
@kept_for_a_moment
def project_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one project; `?amount=` changes the example without any script."""
    language = request.LANGUAGE_CODE
    try:
        page = catalogue.project_page(slug=slug, language=language, user=request.user)
    except Project.DoesNotExist as missing:
        raise Http404 from missing
    context = page_context(page, asked=request.GET.get("amount"), at=timezone.now())
    return render(request, "public/project.html", context)
