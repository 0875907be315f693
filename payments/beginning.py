"""Writing down that money is asked for: one live payment a reference, however it is collected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from payments import moves
from payments.currencies import currency
from payments.models import Payment

if TYPE_CHECKING:
    from datetime import datetime

    from payments.money import Money

UNDER_WAY = _("Another payment is under way. Finish or cancel it first.")


class CheckoutRefused(Exception):
    """A payment that cannot begin or go on. The message is fit to be shown."""


class AmountNotChargeable(CheckoutRefused):
    """The provider does not take this amount."""


class OtherPaymentUnderWay(CheckoutRefused):
    """A payment of another amount is open for the same reference."""


class AlreadyPaid(CheckoutRefused):
    """The money for this reference has arrived."""


@transaction.atomic
def begin(*, asked: Payment, now: datetime) -> Payment:
    """Save a new payment; a repeat returns the one of the reference that is under way.

    Raises:
        AmountNotChargeable: Too small, or not a multiple of what the provider can charge.
        AlreadyPaid: The money for this reference has arrived.
        OtherPaymentUnderWay: Another amount, or in another way, is asked for the same reference.
    """
    check_chargeable(asked.amount)
    payment = _begun(asked)
    if payment.pk == asked.pk:
        payment.moves.create(to_state=payment.state, cause="begin", at=now)
    elif _what_is_asked(payment) != _what_is_asked(asked):
        raise OtherPaymentUnderWay(UNDER_WAY)
    return payment


def check_chargeable(amount: Money) -> None:
    """Check that the provider takes an amount.

    Raises:
        AmountNotChargeable: It does not.
    """
    row = currency(amount.currency)
    if row.provider_exponent is None:
        raise AmountNotChargeable(_("Payments in this currency are not possible."))
    if amount.minor < row.minimum_minor:
        raise AmountNotChargeable(_("This amount is too small to be paid by card."))
    if amount.minor % row.charge_step_minor:
        raise AmountNotChargeable(_("This amount is too finely divided to be paid by card."))


def check_unpaid(reference: str) -> None:
    """Check that no money has come for a reference.

    Raises:
        AlreadyPaid: It has.
    """
    if Payment.objects.filter(reference=reference).with_money().exists():
        raise AlreadyPaid(_("This has been paid already."))


def _what_is_asked(payment: Payment) -> tuple[Money, str, bool]:
    return payment.amount, payment.collection, payment.hold


def _begun(asked: Payment) -> Payment:
    """Save a payment, or return the live one in its way, locked so that nobody can end it.

    What is in the way may end between the insert and the lock; then the way is free.
    """
    for _attempt in range(2):
        Payment.objects.bulk_create([asked], ignore_conflicts=True)
        siblings = moves.lock_all(asked.reference)
        check_unpaid(asked.reference)
        for payment in siblings:
            if payment.is_live:
                return payment
    raise OtherPaymentUnderWay(UNDER_WAY)
