"""The first page: what waits for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from payments.console import selectors
from payments.console.access import actor, books

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
@books
def home(request: HttpRequest) -> HttpResponse:
    """Show what waits, when we last compared with the provider, and whether the books balance."""
    found = selectors.overview(person=str(actor(request)), now=timezone.now())
    return render(request, "console/home.html", {"overview": found})
