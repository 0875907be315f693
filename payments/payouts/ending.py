"""What becomes of a payout that was sent: taken in from the provider, in any order, once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from payments import events, gateway
from payments.gateway.base import ProviderRefused
from payments.gateway.payouts import PayoutStatus
from payments.payouts import booking, causes, moves
from payments.payouts.events import PayoutFailed, PayoutPaid, PayoutReturned
from payments.payouts.models import Method, Payout

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from payments.gateway.payouts import Movement, SentPayout

S = Payout.State
KEY_LIFE = timedelta(hours=23)
LOOK_AGAIN = timedelta(hours=1)
DAILY = timedelta(days=1)
MAY_COME_BACK = timedelta(days=10)  # Banks return within five working days.


class SentElsewhere(Exception):
    """What the provider sent is another payout's, or another amount than was ordered."""


@transaction.atomic
def apply(*, payout_id: UUID, sent: SentPayout, now: datetime) -> Payout:
    """Take in what became of a payout; a repeat changes nothing.

    Raises:
        SentElsewhere: It is not what was ordered.
    """
    payout = moves.lock(payout_id)
    if sent.payout_key != str(payout.pk):
        raise SentElsewhere(f"{sent.provider_key} is not of payout {payout.pk}.")
    if sent.moved is not None:
        _take_in_movement(payout, sent.moved)
    if sent.provider_key and not payout.provider_key:
        payout.provider_key = sent.provider_key
    payout.waits_for = ""
    if sent.status is not PayoutStatus.WAITING:
        payout.due_at = _next_look(payout, now)
    payout.save()
    _take_in_status(payout, sent, now)
    if sent.taken_back is not None:
        _come_back(payout, sent.taken_back, now=now)
    return payout


def bring_back(*, payout_id: UUID, now: datetime) -> None:
    """Bring the money of a payout that ended badly back to us; outside any transaction.

    Raises:
        ProviderUnavailable: No answer. The sweeper comes again.
        ProviderRefused: The provider will not. A person is told; the sweeper comes again.
    """
    payout = _intend_back(payout_id, now)
    if payout is None:
        return
    provider = gateway.payouts(payout.account.method)
    known = provider.fetch(payout.order()).taken_back
    try:
        back = known or provider.take_back(payout.order(asked_at=payout.back_asked_at))
    except ProviderRefused:  # The key would get the same refusal for a day.
        _refused_back(payout)
        raise
    _store_back(payout_id, back, now)


def settle_without_sending(payout: Payout, *, now: datetime) -> None:
    """End a payout of which the owner owed everything: the escrow gives, nothing is sent."""
    booking.release(payout, at=now)
    _arrive(payout, now, now=now)


def fail_unsent(payout: Payout, *, cause: str, now: datetime) -> None:
    """End a locked payout of which nothing has left; the escrow has its money again."""
    booking.give_up(payout, now=now)
    payout.money_back_at = now
    payout.due_at = None
    _end_badly(payout, S.FAILED, cause=cause, at=now, now=now)


def fail(payout: Payout, *, cause: str, at: datetime, now: datetime) -> None:
    """End a locked payout that came to nothing, or was sent back after it had arrived."""
    if payout.state in Payout.ENDED_BADLY:
        return
    if not payout.transfer_key:
        fail_unsent(payout, cause=cause or "refused", now=now)
        return
    payout.due_at = now  # To bring the money back.
    state = S.RETURNED if payout.state == S.PAID else S.FAILED
    _end_badly(payout, state, cause=cause or "refused", at=at, now=now)


def code_of(refusal: ProviderRefused) -> str:
    """Return the provider's code for a refusal, or the word for one without."""
    cause: object = refusal
    while cause is not None:
        if code := getattr(cause, "code", None):
            return str(code)[:64]
        cause = getattr(cause, "__cause__", None)
    return "refused"


def _take_in_status(payout: Payout, sent: SentPayout, now: datetime) -> None:
    if sent.status is PayoutStatus.UNDER_WAY and payout.state == S.SUBMITTED:
        moves.move(payout, S.IN_TRANSIT, actor=moves.PROVIDER, reason="on its way", now=now)
    elif sent.status is PayoutStatus.PAID:
        _arrive(payout, sent.arrived_at or now, now=now)
    elif sent.status is PayoutStatus.FAILED:
        fail(payout, cause=sent.failure, at=sent.failed_at or now, now=now)


def _take_in_movement(payout: Payout, moved: Movement) -> None:
    """Book that the money left, once."""
    if payout.transfer_key:
        return
    if moved.amount != payout.net:
        raise SentElsewhere(f"{moved.key} is of another amount than payout {payout.pk}.")
    booking.send(payout, moved)
    payout.transfer_key = moved.key
    payout.fee_minor, payout.fee_currency = moved.fee.minor, moved.fee.currency


def _arrive(payout: Payout, at: datetime, *, now: datetime) -> None:
    if payout.state not in Payout.WITH_PROVIDER:
        return
    payout.paid_at = at
    payout.due_at = _next_look_when_paid(payout, now)
    moves.move(payout, S.PAID, actor=moves.PROVIDER, reason="arrived", now=now)
    events.publish(
        PayoutPaid(
            payout_id=str(payout.pk),
            owner_ref=payout.account.owner_ref,
            source_ref=payout.source_ref,
            reference=payout.reference,
            amount_minor=payout.amount_minor,
            sent_minor=payout.net.minor,
            currency=payout.currency,
            paid_at=at.isoformat(),
        )
    )


def _end_badly(
    payout: Payout, state: Payout.State, *, cause: str, at: datetime, now: datetime
) -> None:
    payout.cause, payout.failed_at = cause[:64], at
    moves.move(payout, state, actor=moves.PROVIDER, reason=cause, now=now)
    told = PayoutReturned if state == S.RETURNED else PayoutFailed
    events.publish(
        told(
            payout_id=str(payout.pk),
            owner_ref=payout.account.owner_ref,
            source_ref=payout.source_ref,
            reference=payout.reference,
            amount_minor=payout.amount_minor,
            currency=payout.currency,
            cause=payout.cause,
        )
    )


@transaction.atomic
def _intend_back(payout_id: UUID, now: datetime) -> Payout | None:
    """Write down that the money is asked back; None where it is back or never left."""
    payout = moves.lock(payout_id)
    is_out = payout.state in Payout.ENDED_BADLY and payout.money_back_at is None
    if not is_out or payout.account.method != Method.STRIPE:
        return None
    if payout.back_asked_at is None or now >= payout.back_asked_at + KEY_LIFE:
        payout.back_asked_at = now
    payout.due_at = now + LOOK_AGAIN
    payout.save(update_fields=["back_asked_at", "due_at"])
    return payout


@transaction.atomic
def _refused_back(payout: Payout) -> None:
    """Tell a person that money is out and does not come back; the next question is a new one."""
    asked = Payout.objects.filter(pk=payout.pk, back_asked_at=payout.back_asked_at)
    asked.update(back_asked_at=None)
    events.publish(
        events.ExceptionFound(
            kind="refused",
            provider_key=payout.transfer_key,
            reference=payout.reference,
            ours_minor=payout.net.minor,
            theirs_minor=None,
            currency=payout.currency,
        )
    )


@transaction.atomic
def _store_back(payout_id: UUID, back: Movement, now: datetime) -> None:
    _come_back(moves.lock(payout_id), back, now=now)


def _come_back(payout: Payout, back: Movement, *, now: datetime) -> None:
    """Book that the money is with us again, once; a reversal we never asked for is told, too."""
    if payout.money_back_at is not None:
        return
    if payout.state not in Payout.ENDED_BADLY:
        fail(payout, cause=causes.REVERSED_AT_PROVIDER, at=back.at, now=now)
    if payout.back_asked_at is None and payout.account.method == Method.STRIPE:
        _tell_of_reversal_by_hand(payout, back)
    booking.take_back(payout, back)
    payout.reversal_key = back.key
    payout.money_back_at = now
    payout.due_at = None
    payout.save()
    moves.note(payout, actor=moves.PROVIDER, reason="money is back", now=now)


def _tell_of_reversal_by_hand(payout: Payout, back: Movement) -> None:
    events.publish(
        events.ExceptionFound(
            kind="reversed_by_hand",
            provider_key=back.key,
            reference=payout.reference,
            ours_minor=None,
            theirs_minor=back.amount.minor,
            currency=back.amount.currency,
        )
    )


def _next_look(payout: Payout, now: datetime) -> datetime | None:
    """Return when to ask again, should no event come."""
    if payout.account.method != Method.STRIPE:
        return None
    if payout.state in Payout.WITH_PROVIDER:
        return now + LOOK_AGAIN
    if payout.state == S.PAID:
        return _next_look_when_paid(payout, now)
    return payout.due_at


def _next_look_when_paid(payout: Payout, now: datetime) -> datetime | None:
    """Return when to ask whether a bank has sent a payout back; None once none would any more."""
    if payout.account.method != Method.STRIPE or not payout.transfer_key or payout.paid_at is None:
        return None
    return now + DAILY if now < payout.paid_at + MAY_COME_BACK else None
