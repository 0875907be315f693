"""Taking what the provider says of a dispute into the books, each of its kinds once.

The amount is booked as the bank took it, also where the giver got a part of it back before: then
`donor_clearing` shows what the giver owes, and a person is told. So the books do not depend on the
order in which refunds and disputes are heard of.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction

from payments import events, moves
from payments.disputes.events import DisputeLost, DisputeOpened, DisputeWon
from payments.disputes.models import Dispute
from payments.gateway.disputes import DisputeStatus
from payments.ledger import services as ledger
from payments.ledger.entries import AccountKey, Entry, Posting
from payments.ledger.models import AccountKind
from payments.refunds.selectors import unrefunded
from payments.settlement import PROVIDER

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from payments.gateway.disputes import Moved, ProviderDispute
    from payments.models import Payment
    from payments.money import Money

LOOK_AGAIN = timedelta(hours=6)
FEES = "dispute_fees"
AMOUNT, CURRENCY = "amount", "currency"  # Of reconciliation's kinds.


@transaction.atomic
def book(*, payment_id: UUID, found: ProviderDispute, now: datetime) -> None:
    """Book what became of a dispute; a repeat changes nothing.

    One in another currency than its payment cannot be booked and is only announced to a person.
    """
    payment = moves.lock(payment_id)
    dispute = payment.disputes.filter(provider_key=found.key).first()
    if dispute is None:
        dispute = _open(payment, found, now)
    if dispute is None or dispute.state != Dispute.State.OPEN:
        return
    if found.status is DisputeStatus.LOST:
        _lose(payment, dispute, now)
    elif found.status is DisputeStatus.WON and found.reinstated is not None:
        _win(payment, dispute, found.reinstated, now)
    else:  # Nobody has decided, or the money is still on its way back.
        dispute.evidence_due_at = found.evidence_due_at
        dispute.due_at = now + LOOK_AGAIN
        dispute.save(update_fields=["evidence_due_at", "due_at"])


def _open(payment: Payment, found: ProviderDispute, now: datetime) -> Dispute | None:
    """Book that money was withdrawn, if it was."""
    if found.withdrawn is None:
        return None
    if found.amount.currency != payment.received_currency:
        _raise(payment, found.key, CURRENCY, ours=None, theirs=found.amount)
        return None
    left = unrefunded(payment)
    if left < found.amount:
        _raise(payment, found.key, AMOUNT, ours=left, theirs=found.amount)
    fee = found.withdrawn.fee
    dispute = Dispute.objects.create(
        payment=payment,
        provider_key=found.key,
        amount_minor=found.amount.minor,
        currency=found.amount.currency,
        fee_minor=fee.minor,
        fee_currency=fee.currency,
        reason=found.reason,
        opened_at=found.withdrawn.at,
        evidence_due_at=found.evidence_due_at,
        found_at=now,
        due_at=now + LOOK_AGAIN,
    )
    entries = [_entry(payment, dispute, "dispute_opened", found.withdrawn.at, _block(dispute))]
    if fee:
        entries.append(_entry(payment, dispute, "dispute_fee", found.withdrawn.at, _fee(fee)))
    ledger.post(entries)
    events.publish(DisputeOpened(**_told(payment, dispute, found.withdrawn.at)))
    return dispute


def _win(payment: Payment, dispute: Dispute, back: Moved, now: datetime) -> None:
    """Book that the money is back, unless it is not what was taken."""
    if back.amount.currency == dispute.currency and back.amount != dispute.amount:
        _raise(payment, dispute.provider_key, AMOUNT, ours=dispute.amount, theirs=back.amount)
        dispute.due_at = now + LOOK_AGAIN
        dispute.save(update_fields=["due_at"])
        return
    entries = [_entry(payment, dispute, "dispute_won", back.at, _opposite(_block(dispute)))]
    if back.fee.minor < 0:
        returned = _entry(payment, dispute, "dispute_fee_returned", back.at, _fee(back.fee))
        entries.append(returned)
        dispute.fee_minor += back.fee.minor if back.fee.currency == dispute.fee_currency else 0
    ledger.post(entries)
    _end(dispute, Dispute.State.WON, back.at)
    events.publish(DisputeWon(**_told(payment, dispute, back.at)))


def _lose(payment: Payment, dispute: Dispute, now: datetime) -> None:
    """Book that the money is gone. The provider does not say since when."""
    at = max(now, dispute.opened_at)
    giver = AccountKey(AccountKind.DONOR_CLEARING, payment.reference, dispute.currency)
    blocked, _clearing = _block(dispute)
    lines = (Posting(giver, dispute.amount_minor), Posting(blocked.account, -dispute.amount_minor))
    ledger.post([_entry(payment, dispute, "dispute_lost", at, lines)])
    _end(dispute, Dispute.State.LOST, at)
    events.publish(DisputeLost(**_told(payment, dispute, at)))


def _end(dispute: Dispute, state: Dispute.State, at: datetime) -> None:
    dispute.state = state
    dispute.ended_at = max(at, dispute.opened_at)
    dispute.due_at = None
    dispute.save()


def _block(dispute: Dispute) -> tuple[Posting, Posting]:
    """Return the lines that take the amount from the provider's account and set it aside."""
    block = AccountKey(AccountKind.DISPUTE_BLOCK, dispute.provider_key, dispute.currency)
    clearing = AccountKey(AccountKind.PROVIDER_CLEARING, PROVIDER, dispute.currency)
    return Posting(block, dispute.amount_minor), Posting(clearing, -dispute.amount_minor)


def _fee(fee: Money) -> tuple[Posting, Posting]:
    loss = AccountKey(AccountKind.LOSS, FEES, fee.currency)
    clearing = AccountKey(AccountKind.PROVIDER_CLEARING, PROVIDER, fee.currency)
    return Posting(loss, fee.minor), Posting(clearing, -fee.minor)


def _opposite(lines: tuple[Posting, Posting]) -> tuple[Posting, Posting]:
    first, second = (Posting(line.account, -line.amount_minor) for line in lines)
    return first, second


def _entry(
    payment: Payment,
    dispute: Dispute,
    kind: str,
    at: datetime,
    postings: tuple[Posting, Posting],
) -> Entry:
    return Entry(
        kind=kind,
        reference=payment.reference,
        idempotency_key=f"{dispute.provider_key}:{kind}",
        occurred_at=at,
        postings=postings,
    )


def _told(payment: Payment, dispute: Dispute, at: datetime) -> dict[str, Any]:
    """Return the fields that every event of a dispute has."""
    return {
        "dispute_id": str(dispute.pk),
        "payment_id": str(payment.pk),
        "reference": payment.reference,
        "amount_minor": dispute.amount_minor,
        "currency": dispute.currency,
        "at": at.isoformat(),
    }


def _raise(payment: Payment, key: str, kind: str, *, ours: Money | None, theirs: Money) -> None:
    events.publish(
        events.ExceptionFound(
            kind=kind,
            provider_key=key,
            reference=payment.reference,
            ours_minor=None if ours is None else ours.minor,
            theirs_minor=theirs.minor,
            currency=theirs.currency,
        )
    )
