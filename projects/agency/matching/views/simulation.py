"""Trying a draft out before anybody proposes or publishes it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from django.contrib import messages
from django.core.cache import cache
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from projects.agency.access import actor_id, workspace
from projects.agency.matching import comparison, trying
from projects.agency.matching.access import draft_or_404
from projects.agency.matching.try_form import MOST_ROWS, TryForm
from projects.agency.matching.views.drafts import form_page
from projects.matching import documents, permissions
from projects.matching.selectors import drafts as selectors

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from projects.matching.models.drafts import ProgrammeDraft

RESULT = "result"
KEPT_SECONDS = 3600


@form_page
@workspace
def simulate(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Ask for money and a pot, and show what the draft would have done.

    Nothing is booked. What was worked out is kept for an hour, for whoever asked; no file is.
    """
    draft = draft_or_404(request, draft_id, permissions.MANAGERS)
    found = _found(request, draft)
    if found is None:
        messages.warning(request, _("This result is no longer kept. Try it out again."))
        return redirect("agency:match_simulate", draft.pk)
    rule = documents.read(draft.document)
    past = trying.money_of(draft.agency_id, rule, now=timezone.now())
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = TryForm(*sent, rule=rule, past=past)
    if form.is_valid():
        return _kept(request, draft, _worked_out(draft, form))
    context = {"form": form, "draft": draft, "past": len(past), "rule": rule, "most": MOST_ROWS}
    return render(request, "agency/match/simulate.html", context | found)


def _found(request: HttpRequest, draft: ProgrammeDraft) -> dict[str, object] | None:
    """Return the result that the address names; None where it is no longer kept."""
    if request.method == "POST" or RESULT not in request.GET:
        return {}
    kept: dict[str, object] | None = cache.get(_place(request, draft, request.GET[RESULT]))
    return kept


def _worked_out(draft: ProgrammeDraft, form: TryForm) -> dict[str, object]:
    """Return what the draft would have done, and the published terms beside it."""
    money, funded = form.cleaned_data["money"], form.cleaned_data["funded"]
    found: dict[str, object] = {"found": trying.outcome(form.rule, money, funded)}
    before = selectors.latest_version(draft.programme_key) if draft.based_on else None
    if before is not None:
        found["before"] = {"number": before.number}
        found["was"] = trying.outcome(before.rule, money, funded, is_drawn=False)
        found["differences"] = comparison.lines(before.document, draft.document)
    return found


def _kept(request: HttpRequest, draft: ProgrammeDraft, found: dict[str, object]) -> HttpResponse:
    """Lead to the result, so that reloading it works nothing out again."""
    token = uuid4().hex
    cache.set(_place(request, draft, token), found, KEPT_SECONDS)
    address = reverse("agency:match_simulate", args=[draft.pk])
    return redirect(f"{address}?{RESULT}={token}#result")


def _place(request: HttpRequest, draft: ProgrammeDraft, token: str) -> str:
    """Return where a result lies: of one person and one saving of the draft, and of no other."""
    kept = token if token.isalnum() and token.isascii() else ""
    return f"simulation:{actor_id(request)}:{draft.pk}:{draft.version}:{kept[:32]}"
