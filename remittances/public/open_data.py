"""Open data: every file with its licence and its bytes, what each field means, and who pays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from remittances import credits as credit
from remittances.datasets.rows import ATTRIBUTION, LICENCE
from remittances.figures import selectors
from remittances.public import dictionary

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

ENDPOINTS = (
    ("quotes", "?from=KEN&to=UGA&amount=18000"),
    ("corridors", ""),
    ("history", "?from=KEN&to=UGA"),
    ("indices", "?country=KEN&direction=in"),
    ("datasets", ""),
    ("prices", ""),
)


@require_safe
def datasets(request: HttpRequest) -> HttpResponse:
    """List the files prices come from, the fields of the answers, and where to ask for them."""
    context = {
        "datasets": list(selectors.datasets()),
        "periods": selectors.surveyed_periods(),
        "tables": dictionary.TABLES,
        "endpoints": [
            (name, f"{settings.SITE_URL}{reverse(f'api:{name}')}{query}")
            for name, query in ENDPOINTS
        ],
        "licence": LICENCE,
        "licence_url": credit.LICENCE_URL,
        "attribution": ATTRIBUTION,
    }
    return render(request, "remittances/data/datasets.html", context)


@require_safe
def who_pays(request: HttpRequest) -> HttpResponse:
    """List every commercial link there is, or say that there is none."""
    context = {"paying": list(selectors.paying_providers())}
    return render(request, "remittances/data/who_pays.html", context)
