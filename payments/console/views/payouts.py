"""Payouts: what waits for whom, and to approve, hold, cancel or release it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from payments.console import payout_actions, selectors, tables
from payments.console.access import actor, books, form_page, may_pay, paying
from payments.console.answers import SeeOther, sheet
from payments.console.filters import PayoutFilter
from payments.console.forms import ApprovalForm, ReasonForm
from payments.console.lists import listing
from payments.console.payout_actions import Action, NotDone

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

    from payments.payouts.models import Payout


@require_safe
@books
def index(request: HttpRequest) -> HttpResponse:
    """List payouts, newest first."""
    found = PayoutFilter(request.GET, queryset=selectors.all_payouts())
    return render(request, "console/payouts.html", {"listing": listing(found, request.GET)})


@require_safe
@books
def table(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Give the same list as a file."""
    found = PayoutFilter(request.GET, queryset=selectors.all_payouts())
    return sheet("payouts", tables.PAYOUTS, tables.payouts(found.qs), asked=found.form)


@require_safe
@books
def payout(request: HttpRequest, payout_id: UUID) -> HttpResponse:
    """Show a payout with its account, its history, and what this person may do about it."""
    found = get_object_or_404(selectors.all_payouts(), pk=payout_id)
    context = {
        "found": selectors.payout_page(found, now=timezone.now()),
        "offers": payout_actions.offers(found, request.user),
        "may_pay": may_pay(request.user),
    }
    return render(request, "console/payout.html", context)


@form_page
@paying
def act(request: HttpRequest, payout_id: UUID, chosen: Action) -> HttpResponse:
    """Say what an action does, ask why, then act."""
    found = get_object_or_404(selectors.all_payouts(), pk=payout_id)
    if reason := payout_actions.why_not(chosen, found, request.user):
        messages.warning(request, str(reason))
        return SeeOther("finance:payout", found.pk)
    ask = ApprovalForm if chosen is Action.APPROVE else ReasonForm
    form = ask(request.POST if request.method == "POST" else None)
    if form.is_valid() and _taken(request, chosen, found, form):
        return SeeOther("finance:payout", found.pk)
    words = payout_actions.WORDS[chosen]
    context = {"form": form, "payout": found, "words": words, "chosen": chosen}
    return render(request, "console/act.html", context)


def _taken(
    request: HttpRequest, chosen: Action, found: Payout, form: ApprovalForm | ReasonForm
) -> bool:
    """Act with a valid form; a refusal is put on the form."""
    by, now = str(actor(request)), timezone.now()
    try:
        payout_actions.take(chosen, found, by=by, reason=form.given, now=now)
    except NotDone as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, str(payout_actions.WORDS[chosen].done))
    return True
