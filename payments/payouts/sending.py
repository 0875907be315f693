"""Sending what is approved, once: held in the escrow, submitted, carried on until it ends.

`submit_due` decides and commits; `carry_on` asks the provider, outside transactions, and stores the
answer. A question without an answer is repeated under the same key while the provider knows it;
after that the provider is asked what happened first, and asked anew only where nothing did.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import transaction

from payments import gateway, queue
from payments.gateway.base import ProviderRefused
from payments.gateway.payouts import NotEnoughThere, PayoutStatus
from payments.ledger.services import BalanceExceeded, LedgerBusy
from payments.payouts import accounts, booking, causes, ending, moves
from payments.payouts.models import Method, Payout, PayoutBatch

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from payments.gateway.payouts import SentPayout

logger = logging.getLogger(__name__)

S = Payout.State
KEY_LIFE = timedelta(hours=23)  # The provider forgets a key after 24; clocks differ.
ANSWER_DUE = timedelta(minutes=2)
SOON = timedelta(minutes=5)
LATER = timedelta(hours=1)
BATCH = 200


class Waiting(StrEnum):
    """What an approved payout waits for. Stable: faces translate these words."""

    ACCOUNT = "account"  # The provider does not report the account as payable.
    NEW_DETAILS = "new_details"  # They are not 72 hours old.
    APPROVAL = "approval"  # It was approved for other details.
    ESCROW = "escrow"  # The escrow has less.
    PROVIDER_BALANCE = "provider_balance"  # Our money there is not available yet.


def submit_due(*, now: datetime) -> int:
    """Submit every approved payout that nothing holds back, by currency; return how many.

    Safe to repeat and to run at once: each payout is decided on under its lock, by its state. One
    that is broken does not stop the others.
    """
    keys = Payout.objects.filter(state__in=[S.APPROVED, S.SCHEDULED]).order_by(
        "account__method", "currency", "id"
    )
    batches: dict[tuple[str, str], PayoutBatch] = {}
    submitted = 0
    for key in keys.values_list("pk", flat=True):
        try:
            submitted += _submit(key, batches, now)
        except LedgerBusy:
            logger.warning("The books were busy: payout %s waits for the next run.", key)
        except Exception:
            logger.exception("Payout %s could not be submitted", key)
    return submitted


def waits_for(payout: Payout, *, now: datetime) -> Waiting | None:
    """Return why money may not leave to the account of a locked payout now."""
    account = payout.account
    free_at = accounts.free_at(account)
    if not account.payable or free_at is None:
        return Waiting.ACCOUNT
    if account.details_digest != payout.approved_digest:
        return Waiting.APPROVAL
    return Waiting.NEW_DETAILS if now < free_at else None


@transaction.atomic
def carry_on_due(*, now: datetime) -> int:
    """Queue the next question about every payout whose time has come; return how many."""
    payouts = Payout.objects.due(now).select_for_update(skip_locked=True)[:BATCH]
    for payout in payouts:
        payout.due_at = now + SOON
        payout.save(update_fields=["due_at"])
        queue.wake_on_commit("payouts.carry_on", payout_id=str(payout.pk))
    return len(payouts)


def carry_on(*, payout_id: UUID, now: datetime) -> None:
    """Ask the provider what a payout needs to be asked next; outside any transaction.

    Raises:
        ProviderUnavailable: No answer. The sweeper comes again.
    """
    payout = Payout.objects.select_related("account").get(pk=payout_id)
    if payout.state in Payout.ENDED_BADLY:
        ending.bring_back(payout_id=payout_id, now=now)
    elif payout.state == S.SUBMITTED and payout.asked_at is None:
        _send(payout, now)
    elif payout.state == S.SUBMITTED:
        _ask_again(payout, now)
    elif payout.state in {S.IN_TRANSIT, S.PAID} and payout.account.method == Method.STRIPE:
        sent = gateway.payouts(payout.account.method).fetch(payout.order())
        ending.apply(payout_id=payout_id, sent=sent, now=now)


@transaction.atomic
def _submit(payout_id: UUID, batches: dict[tuple[str, str], PayoutBatch], now: datetime) -> bool:
    """Hold the money of one payout and hand it over, if nothing is in its way."""
    payout = moves.lock(payout_id)
    if payout.state not in {S.APPROVED, S.SCHEDULED}:
        return False
    waiting: Waiting | None = waits_for(payout, now=now)
    if waiting is None and payout.state == S.APPROVED:
        waiting = None if _scheduled(payout, now) else Waiting.ESCROW
    if waiting is not None:
        Payout.objects.filter(pk=payout_id).update(waits_for=waiting)
        return False
    payout.batch = _batch(payout, batches, now)
    payout.submitted_at, payout.waits_for = now, ""
    moves.move(payout, S.SUBMITTED, actor=moves.WEFT, reason="submitted", now=now)
    if not payout.net:
        ending.settle_without_sending(payout, now=now)
    elif payout.account.method == Method.STRIPE:
        payout.due_at = now + ANSWER_DUE
        payout.save(update_fields=["due_at"])
        queue.wake_on_commit("payouts.carry_on", payout_id=str(payout.pk))
    return True


def _scheduled(payout: Payout, now: datetime) -> bool:
    """Hold the amount in the escrow, less what the owner owes; say whether it was there."""
    payout.holds += 1
    payout.receivable_minor = min(booking.owed(payout.account), payout.amount_minor)
    try:
        booking.hold(payout, now=now)
    except BalanceExceeded:
        return False
    moves.move(payout, S.SCHEDULED, actor=moves.WEFT, reason="held", now=now)
    return True


def _batch(
    payout: Payout, batches: dict[tuple[str, str], PayoutBatch], now: datetime
) -> PayoutBatch:
    """Return the batch of this run for a method and currency, another one once it was exported.

    A run that is undone makes none. The batch stays locked, so that no export misses the payout.
    """
    key = (payout.account.method, payout.currency)
    known = batches.get(key)
    fitting = PayoutBatch.objects.select_for_update(no_key=True).filter(exported_at=None)
    if known is None or fitting.filter(pk=known.pk).first() is None:
        batches[key] = PayoutBatch.objects.create(method=key[0], currency=key[1], created_at=now)
    return batches[key]


def _send(payout: Payout, now: datetime) -> None:
    """Ask for the first time, if the provider says at this moment that the account is payable."""
    try:
        accounts.look_at_account(object_key=payout.account.provider_key, now=now)
    except ProviderRefused:  # The account is gone, or not connected to us any more.
        _refused(payout.pk, causes.NOT_PAYABLE, now)
        return
    ready = _intend(payout.pk, now)
    if ready is not None:
        _ask(ready, now)


def _ask_again(payout: Payout, now: datetime) -> None:
    """Repeat a question without an answer, or find out first what became of an old one.

    What was agreed for some details is never repeated for others.
    """
    accounts.look_at_account(object_key=payout.account.provider_key, now=now)
    payout = Payout.objects.select_related("account").get(pk=payout.pk)
    if (waiting := waits_for(payout, now=now)) is not None:
        _stop(payout, _cause_of(waiting), now)
        return
    born = payout.asked_at or now
    if now < born + KEY_LIFE:
        _ask(payout, now)
        return
    found = _found(payout)
    if found is not None:
        ending.apply(payout_id=payout.pk, sent=found, now=now)
        if found.provider_key:
            return
    ready = _intend(payout.pk, now, instead_of=payout.asked_at)
    if ready is not None:
        _ask(ready, now)


@transaction.atomic
def _intend(payout_id: UUID, now: datetime, *, instead_of: datetime | None = None) -> Payout | None:
    """Write down that the provider is going to be asked; None where it must not be any more.

    Of several that ask at once, the first one's time is everybody's, and so is the key.
    """
    payout = moves.lock(payout_id)
    if payout.state != S.SUBMITTED:
        return None
    if payout.asked_at is None and (waiting := waits_for(payout, now=now)) is not None:
        ending.fail_unsent(payout, cause=_cause_of(waiting), now=now)
        return None
    if payout.asked_at in {None, instead_of}:
        payout.asked_at = now
    payout.due_at = now + ANSWER_DUE
    payout.save(update_fields=["asked_at", "due_at"])
    return payout


def _ask(payout: Payout, now: datetime) -> None:
    """Send and store the answer; a refusal may follow an earlier call that did send."""
    try:
        sent = gateway.payouts(payout.account.method).send(payout.order())
    except ProviderRefused as refusal:
        found = _found(payout)
        if found is not None:
            ending.apply(payout_id=payout.pk, sent=found, now=now)
        elif isinstance(refusal, NotEnoughThere):
            _wait_for_balance(payout, now)
        else:
            _refused(payout.pk, ending.code_of(refusal), now)
        return
    ending.apply(payout_id=payout.pk, sent=sent, now=now)


def _stop(payout: Payout, cause: str, now: datetime) -> None:
    """End what may not be asked again; what an earlier question moved comes back."""
    if payout.asked_at is not None and now < payout.asked_at + ANSWER_DUE:
        return  # Somebody may be asking.
    found = _found(payout)
    if found is None:
        _refused(payout.pk, cause, now)
    elif found.provider_key:  # It is on its way to a bank: it went where it was agreed to go.
        ending.apply(payout_id=payout.pk, sent=found, now=now)
    else:
        failed = replace(found, status=PayoutStatus.FAILED, failed_at=now, failure=cause)
        ending.apply(payout_id=payout.pk, sent=failed, now=now)


def _cause_of(waiting: Waiting) -> str:
    changed = waiting in {Waiting.APPROVAL, Waiting.NEW_DETAILS}
    return causes.DETAILS_CHANGED if changed else causes.NOT_PAYABLE


def _found(payout: Payout) -> SentPayout | None:
    return gateway.payouts(payout.account.method).find(payout.order())


@transaction.atomic
def _wait_for_balance(asked: Payout, now: datetime) -> None:
    """Ask anew later, under a new key: the old one would get the old refusal for a day."""
    payout = moves.lock(asked.pk)
    if payout.state == S.SUBMITTED and payout.asked_at == asked.asked_at:
        payout.asked_at = None
        payout.waits_for = Waiting.PROVIDER_BALANCE
        payout.due_at = now + LATER
        payout.save(update_fields=["asked_at", "waits_for", "due_at"])


@transaction.atomic
def _refused(payout_id: UUID, cause: str, now: datetime) -> None:
    payout = moves.lock(payout_id)
    if payout.state == S.SUBMITTED and not payout.transfer_key:
        ending.fail_unsent(payout, cause=cause, now=now)
