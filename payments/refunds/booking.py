"""Taking what the provider says of a charge's refunds into the books, each once.

Whoever calls `book` has fetched the refunds from the provider, all of one charge together: what
failed is taken in first, so that what was given back instead of it finds its place.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from payments import events, moves
from payments.gateway.refunds import RefundStatus
from payments.ledger import services as ledger
from payments.ledger.entries import AccountKey, Entry, Posting
from payments.ledger.models import AccountKind
from payments.refunds.events import PaymentRefunded, RefundFailed
from payments.refunds.models import Refund
from payments.settlement import PROVIDER

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from payments.gateway.refunds import ProviderRefund
    from payments.models import Payment

S = Refund.State
ORDER: dict[str, int] = {S.CREATED: 0, S.PENDING: 1, S.SUCCEEDED: 2, S.FAILED: 3}
LOOK_AGAIN = timedelta(hours=1)  # At one that is pending.
FIRST_DOUBT = timedelta(days=1)  # A bank may send back what had succeeded …
LAST_DOUBT = timedelta(days=40)  # … within a month, says the provider.
# Of reconciliation's kinds.
BY_HAND, AMOUNT, CURRENCY, NOT_MADE = "refund_by_hand", "amount", "currency", "refund_failed"


@transaction.atomic
def book(*, payment_id: UUID, refunds: Sequence[ProviderRefund], now: datetime) -> None:
    """Book what became of the refunds of a payment's charge; a repeat changes nothing.

    A refund that nobody asked us for is booked as well, and announced to a person. One that cannot
    be true, being above what was captured or in another currency, is only announced.
    """
    payment = moves.lock(payment_id)
    for found in sorted(refunds, key=_failed_first):
        refund = _row(payment, found, now)
        if refund is not None and ORDER[found.status] > ORDER[refund.state]:
            _advance(payment, refund, found, now)
        elif refund is not None and refund.due_at is not None:
            refund.due_at = _next_look(refund, now)
            refund.save(update_fields=["due_at"])


def fail(*, refund: Refund, reason: str, now: datetime) -> None:
    """End a locked refund: the money stays, or is back, and a person has to know."""
    refund.state = S.FAILED
    refund.failure_reason = reason[:250]
    refund.due_at = None
    refund.failed_at = refund.failed_at or now
    refund.save()
    payment = refund.payment
    events.publish(
        RefundFailed(
            refund_id=str(refund.pk),
            payment_id=str(payment.pk),
            reference=payment.reference,
            amount_minor=refund.amount_minor,
            currency=refund.currency,
            reason=refund.failure_reason,
        )
    )
    events.publish(  # Whoever was to get it still waits for the money, whichever room asked.
        events.ExceptionFound(
            kind=NOT_MADE,
            provider_key=str(refund.pk),
            reference=payment.reference,
            ours_minor=None,
            theirs_minor=refund.amount_minor,
            currency=refund.currency,
        )
    )


def _failed_first(found: ProviderRefund) -> tuple[bool, datetime, str]:
    return found.status is not RefundStatus.FAILED, found.made_at, found.key


def _row(payment: Payment, found: ProviderRefund, now: datetime) -> Refund | None:
    """Return our row of a refund, a new one where it was made without us, None if it cannot be."""
    known = payment.refunds.filter(provider_key=found.key).first()
    if known is None:
        known = _asked_for(payment, found)
    if known is None:
        known = _found(payment, found, now)
    if known is not None and known.amount != found.amount:
        _raise(payment, found, AMOUNT, ours_minor=known.amount_minor)
        return None
    return known


def _asked_for(payment: Payment, found: ProviderRefund) -> Refund | None:
    """Return the refund that this is the answer to, while it waits for one."""
    try:
        named = UUID(found.refund_key)
    except ValueError:  # What is not a key of ours names no refund.
        return None
    waiting = payment.refunds.filter(pk=named, state=S.CREATED)
    return waiting.filter(amount_minor=found.amount.minor, currency=found.amount.currency).first()


def _found(payment: Payment, found: ProviderRefund, now: datetime) -> Refund | None:
    """Write down a refund that nobody asked us for, and let a person know."""
    made = sum(refund.amount_minor for refund in payment.refunds.made())
    if found.amount.currency != payment.received_currency:
        _raise(payment, found, CURRENCY, ours_minor=payment.received_minor)
        return None
    is_made = found.status is not RefundStatus.FAILED
    if is_made and made + found.amount.minor > (payment.received_minor or 0):
        _raise(payment, found, AMOUNT, ours_minor=(payment.received_minor or 0) - made)
        return None
    refund = Refund(
        payment=payment,
        amount_minor=found.amount.minor,
        currency=found.amount.currency,
        is_found=True,
        created_at=now,
    )
    _raise(payment, found, BY_HAND, ours_minor=None)
    return refund


def _advance(payment: Payment, refund: Refund, found: ProviderRefund, now: datetime) -> None:
    had_succeeded = refund.state == S.SUCCEEDED
    refund.payment = payment
    refund.provider_key = found.key
    refund.asked_at = refund.asked_at or found.made_at
    if found.status is RefundStatus.FAILED:
        refund.failed_at = found.failed_at
        fail(refund=refund, reason=found.failure_reason or "failed", now=now)
        if had_succeeded:
            ledger.post([_returned(payment, refund)])
        return
    refund.state = S(found.status)
    refund.due_at = now + LOOK_AGAIN
    if found.status is RefundStatus.SUCCEEDED:
        refund.refunded_at = found.made_at
        refund.due_at = _next_look(refund, now)
    refund.save()
    if found.status is RefundStatus.SUCCEEDED:
        ledger.post([_given_back(payment, refund)])
        _announce(payment, refund)


def _next_look(refund: Refund, now: datetime) -> datetime | None:
    """Return when to ask again: what is pending hourly, what succeeded ever more rarely."""
    if refund.refunded_at is None:
        return now + LOOK_AGAIN
    if now - refund.refunded_at > LAST_DOUBT:
        return None
    return now + max(now - refund.refunded_at, FIRST_DOUBT)


def _announce(payment: Payment, refund: Refund) -> None:
    events.publish(
        PaymentRefunded(
            refund_id=str(refund.pk),
            payment_id=str(payment.pk),
            reference=payment.reference,
            amount_minor=refund.amount_minor,
            currency=refund.currency,
            refunded_at=refund.refunded_at.isoformat() if refund.refunded_at else "",
        )
    )


def _given_back(payment: Payment, refund: Refund) -> Entry:
    return Entry(
        kind="refund",
        reference=payment.reference,
        idempotency_key=f"{refund.provider_key}:refund",
        occurred_at=refund.refunded_at or refund.created_at,
        postings=_postings(payment, refund, refund.amount_minor),
    )


def _returned(payment: Payment, refund: Refund) -> Entry:
    return Entry(
        kind="refund_failed",
        reference=payment.reference,
        idempotency_key=f"{refund.provider_key}:refund_failed",
        occurred_at=refund.failed_at or refund.created_at,
        postings=_postings(payment, refund, -refund.amount_minor),
        corrects=f"{refund.provider_key}:refund",
    )


def _postings(payment: Payment, refund: Refund, minor: int) -> tuple[Posting, Posting]:
    giver = AccountKey(AccountKind.DONOR_CLEARING, payment.reference, refund.currency)
    provider = AccountKey(AccountKind.PROVIDER_CLEARING, PROVIDER, refund.currency)
    return Posting(giver, minor), Posting(provider, -minor)


def _raise(payment: Payment, found: ProviderRefund, kind: str, *, ours_minor: int | None) -> None:
    events.publish(
        events.ExceptionFound(
            kind=kind,
            provider_key=found.key,
            reference=payment.reference,
            ours_minor=ours_minor,
            theirs_minor=found.amount.minor,
            currency=found.amount.currency,
        )
    )
