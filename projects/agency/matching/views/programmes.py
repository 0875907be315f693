"""The agency's programmes: the list, one programme, and its versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from projects.agency.access import actor_id, workspace
from projects.agency.matching import comparison
from projects.agency.matching.access import (
    agencies_or_404,
    programme_or_404,
    roles_at,
)
from projects.agency.matching.showing import gap_of, has_awards, own_row
from projects.agency.matching.views.drafts import form_page
from projects.catalogue.selectors import roles_in_agencies
from projects.matching import documents, permissions, wording
from projects.matching.models.drafts import ProgrammeDraft
from projects.matching.refusals import DraftRefused
from projects.matching.selectors import drafts as selectors
from projects.matching.services import drafts as services

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
@workspace
def listing(request: HttpRequest) -> HttpResponse:
    """List the programmes of the agencies this person works for, and the drafts of more."""
    agencies = agencies_or_404(request)
    found = selectors.own_programmes([agency.pk for agency in agencies], now=timezone.now())
    held = roles_in_agencies(request.user)
    context = {
        "agencies": agencies,
        "writable": [agency for agency in agencies if not permissions.why_not_manage(held[agency])],
        "rows": [own_row(each) for each in found],
    }
    return render(request, "agency/match/list.html", context)


@require_safe
@workspace
def programme(request: HttpRequest, key: str) -> HttpResponse:
    """Show one programme: what it says, what is left, who agreed on it."""
    found = programme_or_404(request, key)
    (own,) = (
        each
        for each in selectors.own_programmes([found.agency_id], now=timezone.now())
        if each.key == found.pk
    )
    roles = roles_at(request, found.agency)
    context = {
        "programme": found,
        "row": own_row(own),
        "own": own,
        "gap": gap_of(own),
        "has_rounds": has_awards(own.rule) or found.calls.exists(),
        "sentence": wording.rule_sentence(own.rule) if own.rule else "",
        "versions": selectors.versions_of(found),
        "may_manage": permissions.why_not_manage(roles) is None,
        "may_fund": permissions.why_not_fund(roles) is None,
    }
    return render(request, "agency/match/programme.html", context)


@require_safe
@workspace
def version(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """Show one version of a programme's terms, and what it changed."""
    found = programme_or_404(request, key)
    versions = {each.number: each for each in selectors.versions_of(found)}
    if number not in versions:
        raise Http404
    shown, before = versions[number], versions.get(number - 1)
    context = {
        "programme": found,
        "version": shown,
        "sentence": wording.rule_sentence(shown.rule),
        "text": documents.write(shown.document),
        "before": before,
        "differences": comparison.lines(before.document, shown.document) if before else (),
    }
    return render(request, "agency/match/version.html", context)


@form_page
@workspace
def change(request: HttpRequest, key: str) -> HttpResponse:
    """Begin the next terms of a programme from those published last.

    Who opens the address itself, as after signing in again, is led to the programme.
    """
    found = programme_or_404(request, key, permissions.MANAGERS)
    if request.method != "POST":
        return redirect("agency:match_programme", found.pk)
    waiting = ProgrammeDraft.objects.filter(
        agency=found.agency, programme_key=found.pk, state__in=ProgrammeDraft.WAITING
    ).first()
    if waiting is not None:
        return redirect("agency:match_draft", waiting.pk)
    latest = selectors.latest_version(found.pk)
    if latest is None:
        raise Http404
    try:
        draft = services.start_draft(
            document=latest.document,
            agency_id=found.agency_id,
            actor_id=actor_id(request),
            now=timezone.now(),
        )
    except DraftRefused as refusal:
        messages.warning(request, str(refusal))
        return redirect("agency:match_programme", found.pk)
    messages.success(request, _("A draft of the next terms is ready to be changed."))
    return redirect("agency:match_edit", draft.pk)
