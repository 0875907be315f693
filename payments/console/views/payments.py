"""Payments: what was asked, what came, what went back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from payments.console import hooks, selectors, tables
from payments.console.access import actor, books, form_page, may_work, working
from payments.console.answers import SeeOther, sheet
from payments.console.filters import PaymentFilter
from payments.console.forms import RefundForm, form_key
from payments.console.lists import listing
from payments.models import Payment
from payments.refunds.selectors import refundable

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse, StreamingHttpResponse


@require_safe
@books
def index(request: HttpRequest) -> HttpResponse:
    """List payments, newest first."""
    found = PaymentFilter(request.GET, queryset=selectors.all_payments())
    return render(request, "console/payments.html", {"listing": listing(found, request.GET)})


@require_safe
@books
def table(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Give the same list as a file."""
    found = PaymentFilter(request.GET, queryset=selectors.all_payments())
    return sheet("payments", tables.PAYMENTS, tables.payments(found.qs), asked=found.form)


@require_safe
@books
def detail(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    """Show a payment with everything that happened to it."""
    payment = get_object_or_404(Payment, pk=payment_id)
    found = selectors.payment_page(payment)
    left = found.standing.refundable if found.standing else None
    context = {
        "found": found,
        "may_work": may_work(request.user),
        "why_not": hooks.why_not(payment, left=left),
    }
    return render(request, "console/payment.html", context)


@form_page
@working
def refund(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    """Ask how much goes back and why, ask once more, then have it given back."""
    found = get_object_or_404(Payment, pk=payment_id)
    if _is_sent_again(request, found):
        return SeeOther("finance:payment", found.pk)
    if reason := hooks.why_not(found):
        messages.warning(request, str(reason))
        return SeeOther("finance:payment", found.pk)
    form = RefundForm(request.POST if request.method == "POST" else None, left=refundable(found))
    if form.is_valid() and "confirmed" in request.POST and _refunded(request, found, form):
        return SeeOther("finance:payment", found.pk)
    is_clear = form.is_valid() and "change" not in request.POST
    name = "confirm_refund" if is_clear else "refund"
    return render(request, f"console/{name}.html", {"form": form, "payment": found})


def _is_sent_again(request: HttpRequest, found: Payment) -> bool:
    """Tell whether this very form has led to a refund before, and say so."""
    key = form_key(request.POST)
    is_known = key is not None and hooks.is_asked(found, idempotency_key=key.hex)
    if is_known:
        messages.info(request, _("This refund was asked for already."))
    return is_known


def _refunded(request: HttpRequest, found: Payment, form: RefundForm) -> bool:
    """Ask for the refund of a valid form; a refusal is put on the form."""
    try:
        hooks.refund(found, form.asked(by=actor(request)), now=timezone.now())
    except hooks.NotRefunded as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("The refund is asked for. The provider is told at once."))
    return True
