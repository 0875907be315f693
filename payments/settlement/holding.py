"""Taking or giving up money that is only authorised: decided in one step, done in another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from payments import checkout, events, gateway, moves, queue
from payments.beginning import check_chargeable
from payments.gateway.base import ChargeStatus, ProviderRefused
from payments.models import Payment
from payments.settlement.taking import received_beside, settle

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from payments.money import Money


class HoldRefused(Exception):
    """Nothing is held any more, or something else was decided. The message is fit to be shown."""


class MoreThanHeld(HoldRefused):
    """Only what was authorised can be taken."""


@transaction.atomic
def capture(*, payment_id: UUID, amount: Money | None = None, now: datetime) -> Payment:
    """Decide that a hold, or a part of it, is taken, which a worker asks for; a repeat is nothing.

    Raises:
        MoreThanHeld: More than was authorised.
        HoldRefused: Nothing is held, it was decided otherwise before, or the money has come in
            another way.
        AmountNotChargeable: The provider does not take such a part.
    """
    payment = moves.lock(payment_id)
    taken = payment.amount if amount is None else amount
    if taken.currency != payment.currency or taken.minor > payment.amount_minor:
        raise MoreThanHeld(_("Only what was authorised can be taken."))
    check_chargeable(taken)
    if received_beside(payment).exists():
        raise HoldRefused(_("This has been paid already."))
    return _answered(payment, Payment.Answer.CAPTURE, taken.minor, now)


@transaction.atomic
def release(*, payment_id: UUID, now: datetime) -> Payment:
    """Decide that a hold is given up, which a worker asks for; a repeat is nothing.

    Raises:
        HoldRefused: Nothing is held, or it was decided otherwise before.
    """
    return _answered(moves.lock(payment_id), Payment.Answer.RELEASE, None, now)


def finish_hold(*, payment_id: UUID, now: datetime) -> None:
    """Do at the provider what was decided about a hold. Call outside any transaction.

    What was to be taken is given up where the money has come in another way since.

    Raises:
        ProviderUnavailable: No answer. The sweeper comes again.
        ProviderRefused: The hold is there, and the provider does not do it. A person is told.
    """
    payment = Payment.objects.get(pk=payment_id)
    if payment.state != Payment.State.HELD or not payment.answer:
        return
    cards, is_taken = gateway.cards(), payment.answer == Payment.Answer.CAPTURE
    try:
        if is_taken and not received_beside(payment).exists():
            key = f"{payment.pk}-{Payment.Answer.CAPTURE}"
            charge = cards.capture(payment.intent_key, payment.expected, idempotency_key=key)
        else:
            key = f"{payment.pk}-{Payment.Answer.RELEASE}"
            charge = cards.release(payment.intent_key, idempotency_key=key)
    except ProviderRefused:  # An answer was lost before, or the hold has lapsed.
        charge = cards.fetch_charge(payment.intent_key)
        if charge.status is ChargeStatus.HELD:
            _tell_of_refusal(payment)
            raise
    settle(payment_id=payment_id, charge=charge, now=now)


@transaction.atomic
def _tell_of_refusal(payment: Payment) -> None:
    events.publish(
        events.ExceptionFound(
            kind="refused",
            provider_key=payment.intent_key,
            reference=payment.reference,
            ours_minor=payment.expected.minor,
            theirs_minor=None,
            currency=payment.currency,
        )
    )


def _answered(
    payment: Payment, answer: Payment.Answer, capture_minor: int | None, now: datetime
) -> Payment:
    """Write down what is decided about a hold, once, and wake a worker."""
    if payment.answer:
        if (payment.answer, payment.capture_minor) != (answer, capture_minor):
            raise HoldRefused(_("Something else has been decided about this authorisation."))
        return payment
    if payment.state != Payment.State.HELD:
        raise HoldRefused(_("Nothing is authorised any more."))
    payment.answer, payment.capture_minor = answer, capture_minor
    payment.answered_at = now
    payment.due_at = now + checkout.ANSWER_DUE
    payment.save(update_fields=["answer", "capture_minor", "answered_at", "due_at"])
    queue.wake_on_commit("payments.finish_hold", payment_id=str(payment.pk))
    return payment
