"""Officers' entries: to write one, to look at one as the second person, and to decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from remittances.desk.access import actor, approving, may_approve, working
from remittances.desk.answers import SeeOther
from remittances.desk.entries import showing
from remittances.desk.entries.forms import EntryForm, ReasonForm
from remittances.entries import selectors, services
from remittances.entries.evidence import Clean
from remittances.models import PriceEvidence, Provider

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.http import HttpRequest

    from remittances.models import PriceEntry

_FORM = ["GET", "HEAD", "POST"]


@require_safe
@working
def index(request: HttpRequest) -> HttpResponse:
    """List what waits, what this person is writing, and what was decided last."""
    context = {
        "waiting": selectors.waiting(),
        "drafts": selectors.drafts(actor(request)),
        "decided": selectors.decided(),
    }
    return render(request, "remittances/desk/entries/index.html", context)


@require_http_methods(_FORM)
@working
def write(request: HttpRequest, entry_id: UUID | None = None) -> HttpResponse:
    """Ask for a price, new or again; what was typed and sent is kept over every mistake."""
    person = actor(request)
    entry = get_object_or_404(selectors.drafts(person), pk=entry_id) if entry_id else None
    sent = request.POST if request.method == "POST" else None
    kept = selectors.kept_evidence(request.POST.get("kept", ""), person=person)
    kept = kept or (entry.evidence if entry else None)
    initial = showing.typed_again(entry) if entry else None
    form = EntryForm(sent, request.FILES if sent else None, kept=kept, initial=initial)
    if form.is_bound:
        _keep(form, person)
    if form.is_valid() and (saved := _saved(form, person, entry)):
        return SeeOther("prices:entry", saved.pk)
    names = Provider.objects.order_by("name").values_list("name", flat=True)
    context = {"form": form, "entry": entry, "providers": names}
    return render(request, "remittances/desk/entries/write.html", context)


@require_safe
@working
def entry(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """Show an entry as it would stand, and what this person may do about it."""
    found = get_object_or_404(selectors.visible_to(actor(request)), pk=entry_id)
    is_mine = found.entered_by_id == actor(request)
    context = {
        "entry": found,
        "shown": showing.shown(selectors.preview(found), today=timezone.now().date()),
        "is_mine": is_mine,
        "may_decide": may_approve(request.user) and not is_mine and found.state == "waiting",
    }
    return render(request, "remittances/desk/entries/entry.html", context)


@require_safe
@working
def evidence(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """Give the evidence of an entry as a file to keep, never as a page."""
    found = get_object_or_404(selectors.visible_to(actor(request)), pk=entry_id)
    proof = PriceEvidence.objects.get(pk=found.evidence_id)
    response = HttpResponse(bytes(proof.content), content_type=proof.kind)
    ending = {"image/png": "png", "image/jpeg": "jpg"}.get(proof.kind, "pdf")
    name = f"evidence-{proof.sha256[:12]}.{ending}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@require_POST
@working
def send(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """Ask for the second person."""
    return _act(request, entry_id, services.send_entry, _("It waits for a second person now."))


@require_POST
@working
def take_back(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """Make it a draft again."""

    def back(*, entry_id: UUID, by: UUID, now: object) -> object:  # noqa: ARG001
        return services.take_back(entry_id=entry_id, by=by)

    return _act(request, entry_id, back, _("You can change it again."))


@require_POST
@approving
def publish(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """Let it stand."""
    return _act(request, entry_id, services.publish_entry, _("The price stands now."))


@require_http_methods(_FORM)
@approving
def decline(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """Ask for a reason, then turn it down."""
    found = get_object_or_404(selectors.visible_to(actor(request)), pk=entry_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]

        def declined(*, entry_id: UUID, by: UUID, now: Any) -> object:  # noqa: ANN401
            return services.decline_entry(entry_id=entry_id, by=by, reason=reason, now=now)

        return _act(request, entry_id, declined, _("It is declined."))
    context = {"form": form, "entry": found}
    return render(request, "remittances/desk/entries/decline.html", context)


def _keep(form: EntryForm, person: UUID) -> None:
    """Keep good evidence at once, whatever else is wrong with the form."""
    form.full_clean()
    sent = form.cleaned_data.get("evidence")
    if isinstance(sent, Clean):
        form.kept = services.keep_evidence(clean=sent, by=person, now=timezone.now())


def _saved(form: EntryForm, person: UUID, entry: PriceEntry | None) -> PriceEntry | None:
    """Save the draft of a valid form; a refusal is put on the form."""
    if form.kept is None:
        return None
    try:
        return services.save_draft(
            facts=form.facts(),
            evidence_id=form.kept.pk,
            by=person,
            now=timezone.now(),
            entry_id=entry.pk if entry else None,
        )
    except services.EntryRefused as refusal:
        form.add_error(refusal.place, str(refusal))
        return None


def _act(
    request: HttpRequest, entry_id: UUID, act: Callable[..., object], done: str
) -> HttpResponse:
    """Do it in this person's name; a refusal is told on the entry's page."""
    get_object_or_404(selectors.visible_to(actor(request)), pk=entry_id)
    try:
        act(entry_id=entry_id, by=actor(request), now=timezone.now())
    except services.EntryRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return SeeOther("prices:entry", entry_id)
