"""Reference rates: the newest of each pair, and those that wait for a second person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from remittances.desk.access import actor, approving, may_approve, working
from remittances.desk.answers import SeeOther
from remittances.desk.entries.forms import ReasonForm
from remittances.desk.rates.forms import RateForm
from remittances.models import RateProposal
from remittances.rates import selectors, services

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

_FORM = ["GET", "HEAD", "POST"]


@require_http_methods(_FORM)
@working
def index(request: HttpRequest) -> HttpResponse:
    """List rates, and take one that an officer typed in."""
    form = RateForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _proposed(request, form):
        return SeeOther("prices:rates")
    context = {
        "form": form,
        "rates": selectors.newest_rates(),
        "waiting": selectors.waiting(),
        "decided": selectors.decided(),
        "may_decide": may_approve(request.user),
    }
    return render(request, "remittances/desk/rates/index.html", context)


@require_POST
@approving
def publish(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """Let a rate stand."""
    get_object_or_404(RateProposal, pk=proposal_id)
    try:
        services.publish_rate(proposal_id=proposal_id, by=actor(request), now=timezone.now())
    except services.RateRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The rate stands now."))
    return SeeOther("prices:rates")


@require_http_methods(_FORM)
@approving
def decline(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """Ask for a reason, then turn it down."""
    found = get_object_or_404(RateProposal, pk=proposal_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        _decline(request, found, form.cleaned_data["reason"])
        return SeeOther("prices:rates")
    return render(request, "remittances/desk/rates/decline.html", {"form": form, "found": found})


def _decline(request: HttpRequest, found: RateProposal, reason: str) -> None:
    by, now = actor(request), timezone.now()
    try:
        services.decline_rate(proposal_id=found.pk, by=by, reason=reason, now=now)
    except services.RateRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("It is declined."))


def _proposed(request: HttpRequest, form: RateForm) -> bool:
    """Keep the rate of a valid form; a refusal is put on the form."""
    try:
        services.propose_rate(**form.cleaned_data, by=actor(request), now=timezone.now())
    except services.RateRefused as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("It waits for a second person now."))
    return True
