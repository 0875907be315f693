"""A committee's round: the call, applications, points, conflicts, the decision and its letters."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from projects.agency.access import actor_id, workspace
from projects.agency.matching.access import agencies_with, programme_or_404, roles_at
from projects.agency.matching.call_forms import ApplyForm, ConflictForm, MarkForm, OpenForm
from projects.agency.matching.showing import has_awards
from projects.agency.matching.views.drafts import form_page
from projects.catalogue.permissions import AGENCY_ROLES
from projects.catalogue.selectors import texts
from projects.matching import permissions
from projects.matching.models.committees import Application, Call
from projects.matching.refusals import CallRefused, NotAllowed
from projects.matching.selectors import calls as selectors
from projects.matching.selectors import ceilings
from projects.matching.selectors.drafts import latest_version
from projects.matching.services import calls as services
from projects.matching.wording import amount, reasons

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from django.http import HttpRequest, HttpResponse

    from projects.matching.selectors.calls import Entry


@form_page
@workspace
def listing(request: HttpRequest, key: str) -> HttpResponse:
    """List the rounds of a programme, and open the next."""
    found = programme_or_404(request, key)
    may_manage = permissions.why_not_manage(roles_at(request, found.agency)) is None
    if request.method == "POST" and not may_manage:
        raise Http404
    form = OpenForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            call = services.open_call(
                programme_id=found.pk,
                title=form.cleaned_data["title"],
                actor_id=actor_id(request),
                now=timezone.now(),
            )
        except CallRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("agency:match_call", call.pk)
    latest = latest_version(found.pk)
    context = {
        "programme": found,
        "name": latest.rule.name if latest else found.pk,
        "calls": list(found.calls.all()),
        "form": form,
        "has_awards": has_awards(latest.rule if latest else None),
        "may_open": may_manage and not found.calls.filter(decided_at=None).exists(),
    }
    return render(request, "agency/match/calls.html", context)


@form_page
@workspace
def call(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """Show a round and its applications, and enter one more."""
    found = _call_or_404(request, call_id)
    roles = roles_at(request, found.programme.agency)
    may_manage = permissions.why_not_manage(roles) is None
    if request.method == "POST" and not may_manage:
        raise Http404
    form = ApplyForm(
        request.POST if request.method == "POST" else None,
        agency=found.programme.agency,
        currency=found.programme.currency,
    )
    if form.is_valid():
        try:
            services.enter_application(
                call_id=found.pk,
                project_id=UUID(form.cleaned_data["project"]),
                asked=form.cleaned_data["asked"],
                note=form.cleaned_data["note"],
                actor_id=actor_id(request),
                now=timezone.now(),
            )
        except CallRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The application is entered."))
            return redirect("agency:match_call", found.pk)
    context = _context(request, found) | {
        "form": form,
        "may_manage": may_manage,
        "may_judge": permissions.why_not_judge(roles) is None,
    }
    return render(request, "agency/match/call.html", context)


@form_page
@workspace
def application(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Give points to one application, or declare a conflict."""
    found = _application_or_404(request, application_id, permissions.COMMITTEE)
    if found.call.is_decided or found.call.is_proposed:
        return redirect("agency:match_call", found.call_id)
    entry = selectors.entry(
        found, currency=found.call.programme.currency, member_id=actor_id(request)
    )
    step = request.POST.get("step") if request.method == "POST" else None
    mark = entry.own_mark
    marking = MarkForm(
        request.POST if step == "mark" else None,
        initial={"points": mark.points, "note": mark.note} if mark else {},
    )
    declaring = ConflictForm(request.POST if step == "conflict" else None)
    form = declaring if step == "conflict" else marking
    if form.is_valid():
        try:
            _judge(request, found, form)
        except (CallRefused, NotAllowed) as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("agency:match_call", found.call_id)
    context = {
        "application": found,
        "entry": entry,
        "title": _titles([found])[found.project_id],
        "form": form,
        "marking": marking,
        "declaring": declaring,
    }
    return render(request, "agency/match/application.html", context)


def _judge(request: HttpRequest, found: Application, form: MarkForm | ConflictForm) -> None:
    actor, now, given = actor_id(request), timezone.now(), form.cleaned_data
    if isinstance(form, ConflictForm):
        services.declare_conflict(
            application_id=found.pk, reason=given["reason"], actor_id=actor, now=now
        )
        messages.success(request, _("Noted. Your points do not count for this application."))
    else:
        services.give_mark(
            application_id=found.pk,
            points=given["points"],
            note=given["note"],
            actor_id=actor,
            now=now,
        )
        messages.success(request, _("Your points are noted."))


@form_page
@workspace
def decide(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """Ask once more; one person proposes, another confirms, and that awards."""
    found = _call_or_404(request, call_id, permissions.MANAGERS)
    if request.method == "POST":
        return _take_step(request, found)
    actor = actor_id(request)
    context = _context(request, found) | {
        "room": amount(ceilings.room(found.programme_id), found.programme.currency),
        "in_conflict": services.IN_CONFLICT if services.has_conflict(found, actor) else "",
        "why_not_decide": permissions.why_not_decide(
            proposed_by=found.proposed_by_id, actor_id=actor
        ),
    }
    return render(request, "agency/match/decide.html", context)


def _take_step(request: HttpRequest, found: Call) -> HttpResponse:
    """Do what the pressed button says; a button of an older page does nothing else instead."""
    actor, now = actor_id(request), timezone.now()
    try:
        match request.POST.get("step"):
            case "propose":
                services.propose_decision(call_id=found.pk, actor_id=actor, now=now)
                messages.success(request, _("Proposed. Now a second person has to confirm it."))
                return redirect("agency:match_decide", found.pk)
            case "return":
                services.return_decision(call_id=found.pk, actor_id=actor)
                messages.success(request, _("Points can be given again."))
            case "decide":
                services.decide_call(call_id=found.pk, actor_id=actor, now=now)
                messages.success(request, _("Decided. The letters are ready."))
            case _:
                messages.error(request, _("This page is damaged. Open it again."))
    except (CallRefused, NotAllowed) as refusal:
        messages.error(request, str(refusal))
    return redirect("agency:match_call", found.pk)


@require_safe
@workspace
def letter(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Show the letter to a project, ready to be printed."""
    found = _application_or_404(request, application_id, AGENCY_ROLES)
    if found.ceiling is None:
        raise Http404
    said = found.ceiling.letter
    score = said["score"]
    currency = found.call.programme.currency
    context = {
        "application": found,
        "agency": found.call.programme.agency,
        "title": _titles([found])[found.project_id],
        "programme_name": said["programme"],
        "is_awarded": found.ceiling.amount_minor > 0,
        "asked": amount(found.asked_minor, currency),
        "awarded": amount(found.ceiling.amount_minor, currency),
        "is_less": found.ceiling.amount_minor < found.asked_minor,
        "reason": reasons.plain(found.ceiling.reason, {}) if found.ceiling.reason else "",
        "mean": selectors.tenths(score),
        "letter": said,
    }
    return render(request, "agency/match/letter.html", context)


def _context(request: HttpRequest, found: Call) -> dict[str, object]:
    entries = selectors.entries(found, member_id=actor_id(request))
    titles = _titles(each.application for each in entries)
    latest = latest_version(found.programme_id)
    return {
        "call": found,
        "name": latest.rule.name if latest else found.programme_id,
        "rows": [(titles[each.application.project_id], each, _reason(each)) for each in entries],
        "missing": sum(not each.points for each in entries),
    }


def _reason(entry: Entry) -> str:
    ceiling = entry.application.ceiling
    return reasons.plain(ceiling.reason, {}) if ceiling and ceiling.reason else ""


def _titles(applications: Iterable[Application]) -> dict[UUID, str]:
    projects = [each.project for each in applications]
    found = texts(projects, language=get_language() or "en")
    return {project.pk: found[project.pk].title for project in projects}


def _call_or_404(
    request: HttpRequest, call_id: UUID, roles: Collection[str] = AGENCY_ROLES
) -> Call:
    agencies = agencies_with(request, roles)
    mine = Call.objects.filter(pk=call_id, programme__agency__in=agencies)
    found = mine.select_related("programme__agency", "proposed_by", "decided_by").first()
    if found is None:
        raise Http404
    return found


def _application_or_404(
    request: HttpRequest, application_id: UUID, roles: Collection[str]
) -> Application:
    agencies = agencies_with(request, roles)
    mine = Application.objects.filter(
        pk=application_id, call__programme__agency__in=agencies
    ).select_related("call__programme__agency", "project__organisation", "ceiling")
    found = mine.first()
    if found is None:
        raise Http404
    return found
