"""What can be given back of a payment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Sum

from payments.money import Money

if TYPE_CHECKING:
    from payments.models import Payment


def refundable(payment: Payment) -> Money:
    """Return what was captured and is neither given back, about to be, nor taken by a bank.

    A payment that brought nothing has nothing to give back, in the currency it asked for.
    """
    if payment.received_minor is None:
        return Money(0, payment.currency)
    gone = refunding(payment).minor + taken_by_banks(payment).minor
    return Money(max(payment.received_minor - gone, 0), payment.received_currency)


def refunding(payment: Payment) -> Money:
    """Return what of a payment that was received is given back or about to be."""
    found = payment.refunds.standing().aggregate(sum=Sum("amount_minor", default=0))
    return Money(found["sum"], payment.received_currency)


def taken_by_banks(payment: Payment) -> Money:
    """Return what of a payment that was received givers' banks hold or have won back."""
    found = payment.disputes.taken().aggregate(sum=Sum("amount_minor", default=0))
    return Money(found["sum"], payment.received_currency)


def unrefunded(payment: Payment) -> Money:
    """Return what the provider has not given back of a payment that was received."""
    made = payment.refunds.made().aggregate(sum=Sum("amount_minor", default=0))
    return Money((payment.received_minor or 0) - made["sum"], payment.received_currency)
