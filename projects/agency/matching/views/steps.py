"""A draft on its way: who proposes it, who publishes it, who gives it back."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from projects.agency.access import actor_id, workspace
from projects.agency.matching import comparison
from projects.agency.matching.access import draft_or_404, roles_at
from projects.agency.matching.forms import ProposeForm, ReasonForm, VersionForm
from projects.agency.matching.views.drafts import form_page
from projects.matching import documents, permissions, wording
from projects.matching.refusals import DraftRefused
from projects.matching.selectors import drafts as selectors
from projects.matching.services import drafts as services

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from projects.matching.models.drafts import ProgrammeDraft


@require_safe
@workspace
def draft(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Show what a draft says, what it changes, and what can be done with it."""
    found = draft_or_404(request, draft_id)
    return _show(request, found)


@form_page
@workspace
def propose(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Ask from when, then offer the draft to a second person."""
    found = draft_or_404(request, draft_id, permissions.MANAGERS)
    if found.state != found.State.OPEN:
        messages.warning(request, services.why_fixed(found))
        return redirect("agency:match_draft", found.pk)
    form = ProposeForm(
        request.POST if request.method == "POST" else None, initial={"version": found.version}
    )
    if form.is_valid():
        starts_on = form.cleaned_data["starts_on"]
        zone = ZoneInfo(documents.read(found.document).window.zone)
        try:
            services.propose_draft(
                draft_id=found.pk,
                version=form.cleaned_data["version"],
                starts_at=datetime.combine(starts_on, time(), zone) if starts_on else None,
                actor_id=actor_id(request),
                now=timezone.now(),
            )
        except DraftRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Proposed. Now a second person has to publish it."))
            return redirect("agency:match_draft", found.pk)
    return render(request, "agency/match/propose.html", {"form": form, "draft": found})


@form_page
@workspace
def publish(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Publish what somebody else proposed. Who opens the address itself is led to the draft."""
    found = draft_or_404(request, draft_id, permissions.MANAGERS)
    if request.method != "POST":
        return redirect("agency:match_draft", found.pk)
    form = VersionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("This page is damaged. Open it again."))
        return redirect("agency:match_draft", found.pk)
    try:
        published = services.publish_draft(
            draft_id=found.pk,
            version=form.cleaned_data["version"],
            actor_id=actor_id(request),
            now=timezone.now(),
        )
    except DraftRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("agency:match_draft", found.pk)
    messages.success(request, _("Published."))
    return redirect("agency:match_programme", published.programme_id)


@form_page
@workspace
def give_back(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Give a proposed draft back to be written on, or lead to it."""
    found = draft_or_404(request, draft_id, permissions.MANAGERS)
    if request.method != "POST":
        return redirect("agency:match_draft", found.pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _show(request, found, form)
    try:
        services.return_draft(
            draft_id=found.pk,
            reason=form.cleaned_data["reason"],
            actor_id=actor_id(request),
            now=timezone.now(),
        )
    except DraftRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("It can be written on again."))
    return redirect("agency:match_draft", found.pk)


@form_page
@workspace
def discard(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Ask for a reason, then throw a draft away."""
    found = draft_or_404(request, draft_id, permissions.MANAGERS)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            services.discard_draft(
                draft_id=found.pk,
                reason=form.cleaned_data["reason"],
                actor_id=actor_id(request),
                now=timezone.now(),
            )
        except DraftRefused as refusal:
            messages.error(request, str(refusal))
            return redirect("agency:match_draft", found.pk)
        messages.success(request, _("The draft was thrown away."))
        return redirect("agency:match")
    return render(request, "agency/match/discard.html", {"form": form, "draft": found})


def _show(
    request: HttpRequest, found: ProgrammeDraft, form: ReasonForm | None = None
) -> HttpResponse:
    before = selectors.latest_version(found.programme_key) if found.based_on else None
    may_manage = permissions.why_not_manage(roles_at(request, found.agency)) is None
    context = {
        "draft": found,
        "form": form or ReasonForm(),
        "sentence": wording.rule_sentence(documents.read(found.document)),
        "text": documents.write(found.document),
        "before": before,
        "differences": comparison.lines(before.document, found.document) if before else (),
        "steps": selectors.steps_of(found),
        "may_manage": may_manage,
        "why_not_publish": permissions.why_not_publish(
            proposed_by=found.proposed_by_id, actor_id=actor_id(request)
        ),
    }
    return render(request, "agency/match/draft.html", context)
