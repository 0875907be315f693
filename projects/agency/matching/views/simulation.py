"""Trying a draft out before anybody proposes or publishes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.utils import timezone

from projects.agency.access import workspace
from projects.agency.matching import comparison, trying
from projects.agency.matching.access import draft_or_404
from projects.agency.matching.try_form import TryForm
from projects.agency.matching.views.drafts import form_page
from projects.matching import documents, permissions
from projects.matching.selectors import drafts as selectors

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse


@form_page
@workspace
def simulate(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Ask for money and a pot, and show what the draft would have done; nothing is kept."""
    draft = draft_or_404(request, draft_id, permissions.MANAGERS)
    rule = documents.read(draft.document)
    past = trying.money_of(draft.agency_id, rule, now=timezone.now())
    is_sent = request.method == "POST"
    form = TryForm(
        request.POST if is_sent else None,
        request.FILES if is_sent else None,
        rule=rule,
        past=past,
    )
    context: dict[str, object] = {"form": form, "draft": draft, "past": len(past), "rule": rule}
    if form.is_valid():
        money, funded = form.cleaned_data["money"], form.cleaned_data["funded"]
        context["found"] = trying.outcome(rule, money, funded)
        before = selectors.latest_version(draft.programme_key) if draft.based_on else None
        if before is not None:
            context["before"] = before
            context["was"] = trying.outcome(before.rule, money, funded, is_drawn=False)
            context["differences"] = comparison.lines(before.document, draft.document)
    return render(request, "agency/match/simulate.html", context)
