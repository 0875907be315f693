"""Taking in what the provider tells of refunds, whether we asked for them or not."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from payments import checkout, events, gateway, settlement
from payments.gateway.base import ProviderUnavailable
from payments.mandates import charging as mandates
from payments.models import Payment
from payments.refunds import booking

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from payments.gateway.refunds import ProviderRefund

UNKNOWN = "unknown_refund"  # Of reconciliation's kinds.


class NotBookedYet(ProviderUnavailable):
    """The charge is one of ours and has not arrived in the books: come again."""


def look_at(*, object_key: str, now: datetime) -> bool:
    """Book what the provider knows of a refund and of all others of its charge.

    Call outside any transaction. False: the charge is none of ours; a person is told.

    Raises:
        ProviderUnavailable: No answer, or the charge is not in the books yet. Come again.
        ProviderRefused: The provider has no such refund.
    """
    return look_at_charge(object_key=gateway.refunds().fetch(object_key).charge_key, now=now)


def look_at_charge(*, object_key: str, now: datetime) -> bool:
    """Book what the provider knows of the refunds of a charge.

    Call outside any transaction. False: there is none, or the charge is none of ours; then a person
    is told.

    Raises:
        ProviderUnavailable: No answer, or the charge is not in the books yet. Come again.
    """
    found = gateway.refunds().refunds_of(object_key)
    if not found:
        return False
    payment = payment_of_charge(object_key, payment_key=found[0].payment_key, now=now)
    if payment is not None:
        booking.book(payment_id=payment.pk, refunds=found, now=now)
        return True
    _tell_of_unknown(found)
    return False


def payment_of_charge(charge_key: str, *, payment_key: str, now: datetime) -> Payment | None:
    """Return the payment that a charge is of, settling it first where that news is still to come.

    Raises:
        NotBookedYet: It is one of ours, and its charge has not arrived in the books.
        ProviderUnavailable: No answer.
    """
    if known := Payment.objects.filter(charge_key=charge_key).first():
        return known
    named = None
    with suppress(ValueError):  # What is not a key of ours names no payment.
        named = Payment.objects.filter(pk=UUID(payment_key)).first()
    if named is None or named.charge_key:
        return None
    _settle(named, now)
    named.refresh_from_db()
    if named.charge_key != charge_key:
        raise NotBookedYet(f"{charge_key} of payment {named.pk} is not in the books yet.")
    return named


def _settle(payment: Payment, now: datetime) -> None:
    """Take in what the provider knows of a payment, also where the answer to us was lost."""
    if payment.collection == Payment.Collection.CARD:
        mandates.look_at_payment(payment_id=payment.pk, now=now)
        return
    if payment.state == Payment.State.CREATED:
        checkout.finish_unanswered(payment_id=payment.pk, now=now)
    settlement.ask_about_payment(payment_id=payment.pk, now=now)


@transaction.atomic
def _tell_of_unknown(refunds: Sequence[ProviderRefund]) -> None:
    for refund in refunds:
        events.publish(
            events.ExceptionFound(
                kind=UNKNOWN,
                provider_key=refund.key,
                reference="",
                ours_minor=None,
                theirs_minor=refund.amount.minor,
                currency=refund.amount.currency,
            )
        )
