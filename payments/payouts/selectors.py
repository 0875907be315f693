"""Reading payouts: what waits for whom, and what of an escrow is under way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Sum

from payments.money import Money
from payments.payouts.models import Payout, PayoutAccount

if TYPE_CHECKING:
    from payments.payouts.models import PayoutQuerySet

S = Payout.State


def account_of(owner_ref: str, currency: str) -> PayoutAccount | None:
    """Return where an owner is paid in a currency."""
    return PayoutAccount.objects.filter(owner_ref=owner_ref, currency=currency).first()


def payouts_of(source_ref: str) -> PayoutQuerySet:
    """Return the payouts from one escrow, oldest first, with their accounts."""
    return Payout.objects.filter(source_ref=source_ref).select_related("account").order_by("id")


def to_approve(person: str) -> PayoutQuerySet:
    """Return the requests that a person may approve: neither asked for nor approved by them."""
    waiting = Payout.objects.filter(state=S.REQUESTED).select_related("account")
    return waiting.exclude(requested_by=person).exclude(approved_by=person).order_by("id")


def paid_out(source_ref: str, currency: str) -> Money:
    """Return what an escrow has given for payouts that are paid."""
    paid = Payout.objects.filter(source_ref=source_ref, currency=currency, state=S.PAID)
    return Money(paid.aggregate(total=Sum("amount_minor", default=0))["total"], currency)
