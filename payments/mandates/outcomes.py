"""Taking in what became of a try to charge a saved card, once, and telling of it once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from payments import events, queue, settlement
from payments import moves as payment_moves
from payments.gateway.base import ChargeStatus
from payments.mandates import moves
from payments.mandates.events import AuthenticationNeeded, ChargeDeclined, ChargeGivenUp
from payments.mandates.models import CardCharge, Mandate
from payments.models import Payment

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from payments.gateway.base import ProviderCharge

AUTHENTICATE = "authentication_required"  # The provider's word, when the owner must be there.
DAYS = (1, 3, 5)  # After the first try.
OWNER_DAYS = (*DAYS, 7)  # The same days, and the one from which nobody may answer any more.
LATER = timedelta(hours=1)
S = CardCharge.State


def lock(payment_id: UUID) -> CardCharge:
    """Return the charge of a payment; its mandate, the payment and it are locked in this order."""
    mandate = moves.lock(CardCharge.objects.get(payment_id=payment_id).mandate_id)
    payment = payment_moves.lock(payment_id)
    charge = CardCharge.objects.select_for_update().get(payment_id=payment_id)
    charge.mandate, charge.payment = mandate, payment
    return charge


@transaction.atomic
def take_in(
    *, payment_id: UUID, outcome: ProviderCharge, attempt: int | None, now: datetime
) -> None:
    """Settle, try again later, ask the owner or give up, as the provider says; once each.

    `attempt` is the try whose answer this is; None for a look at how things stand, which may be
    older than the try under way and so ends none.
    """
    charge = lock(payment_id)
    if outcome.status in {ChargeStatus.PAID, ChargeStatus.PROCESSING, ChargeStatus.HELD}:
        _settle(charge, outcome, now)
        return
    if charge.state == S.ENDED:
        return
    if not charge.payment.intent_key and outcome.intent_key:
        charge.payment.intent_key = outcome.intent_key
        charge.payment.save(update_fields=["intent_key"])
    if outcome.status is ChargeStatus.ASKS_OWNER:
        _ask_owner(charge, outcome, now)
    elif outcome.status in {ChargeStatus.FAILED, ChargeStatus.EXPIRED}:
        _give_up(charge, outcome, now)
    elif outcome.status is ChargeStatus.DECLINED and _is_an_answer(charge, outcome, attempt):
        _declined(charge, outcome, now)


def is_over(charge: CardCharge, now: datetime) -> bool:
    """Say whether the owner of a card has had the time to answer the bank."""
    return charge.first_at is not None and now >= charge.first_at + timedelta(days=OWNER_DAYS[-1])


def _is_an_answer(charge: CardCharge, outcome: ProviderCharge, attempt: int | None) -> bool:
    """Say whether a refusal is of the try under way, and not one that was taken in before."""
    if charge.state == S.OWNER:
        return outcome.reason != AUTHENTICATE  # That one led to asking the owner.
    if charge.payment.state == Payment.State.PROCESSING:
        return True
    return charge.state == S.ASKED and attempt == charge.attempt


def _settle(charge: CardCharge, outcome: ProviderCharge, now: datetime) -> None:
    payment = settlement.settle(payment_id=charge.payment_id, charge=outcome, now=now)
    if payment.state in Payment.RECEIVED:
        _end(charge, "charged", now)
    elif charge.state != S.ENDED and charge.asked_at is not None:
        charge.state, charge.next_try_at, charge.owner_url = S.ASKED, None, ""
        charge.due_at = now + LATER
        charge.save()


def _declined(charge: CardCharge, outcome: ProviderCharge, now: datetime) -> None:
    is_final = outcome.is_hopeless or charge.payment.state == Payment.State.PROCESSING
    next_try_at = None if is_final else _day(charge, DAYS)
    charge.reason = outcome.reason[:64]
    events.publish(
        ChargeDeclined(
            mandate_id=str(charge.mandate_id),
            payment_id=str(charge.payment_id),
            reference=charge.payment.reference,
            attempt=charge.attempt,
            next_try_at=next_try_at.isoformat() if next_try_at else "",
        )
    )
    if next_try_at is None:
        _give_up(charge, outcome, now)
        return
    charge.state, charge.owner_url = S.WAITING, ""
    charge.next_try_at = charge.due_at = next_try_at
    charge.save()


def _ask_owner(charge: CardCharge, outcome: ProviderCharge, now: datetime) -> None:
    """Tell the owner where to answer the bank: once, and again on each day of a further try."""
    if charge.state == S.OWNER:
        if charge.next_try_at is None or now < charge.next_try_at or is_over(charge, now):
            charge.due_at = now + LATER
            charge.save(update_fields=["due_at"])
            return
        charge.attempt += 1
    charge.state, charge.owner_url = S.OWNER, outcome.owner_url
    charge.next_try_at = _day(charge, OWNER_DAYS)
    charge.due_at = now + LATER
    charge.save()
    events.publish(
        AuthenticationNeeded(
            mandate_id=str(charge.mandate_id),
            payment_id=str(charge.payment_id),
            reference=charge.payment.reference,
            url=outcome.owner_url,
        )
    )


def _give_up(charge: CardCharge, outcome: ProviderCharge, now: datetime) -> None:
    ended = replace(outcome, status=ChargeStatus.FAILED)
    settlement.settle(payment_id=charge.payment_id, charge=ended, now=now)
    _end(charge, "given up", now)
    events.publish(
        ChargeGivenUp(str(charge.mandate_id), str(charge.payment_id), charge.payment.reference)
    )


def _end(charge: CardCharge, cause: str, now: datetime) -> None:
    """End a charge, and with it the permission: the card is given up at the provider."""
    mandate = charge.mandate
    if mandate.state == Mandate.State.SAVED:
        mandate.due_at = now
        moves.move(mandate, Mandate.State.RELEASED, cause=cause, now=now)
        queue.wake_on_commit("mandates.look_again", mandate_id=str(mandate.pk))
    charge.state, charge.owner_url = S.ENDED, ""
    charge.next_try_at = charge.due_at = None
    charge.save()


def _day(charge: CardCharge, days: tuple[int, ...]) -> datetime | None:
    """Return the time of the try after the present one, or nothing after the last."""
    if charge.first_at is None or charge.attempt > len(days):
        return None
    return charge.first_at + timedelta(days=days[charge.attempt - 1])
