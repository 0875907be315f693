"""Letting the rooms see what they have merely not seen: whatever an event that was lost told of.

Each room looks for itself, as it does when the event comes, so that afterwards the books are as if
every event had come. What a room cannot take in is left to the comparison, and to a person.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from payments import checkout, settlement
from payments.disputes import services as disputes
from payments.disputes.models import Dispute
from payments.gateway.base import ProviderUnavailable
from payments.gateway.records import RecordKind
from payments.mandates import services as mandates
from payments.mandates.models import Mandate
from payments.models import Payment
from payments.payouts import services as payouts
from payments.payouts.models import Payout
from payments.reconciliation.comparing import Difference
from payments.reconciliation.kinds import Kind
from payments.refunds import services as refunds
from payments.refunds.models import Refund

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from payments.gateway.records import ProviderRecord

logger = logging.getLogger(__name__)

UNSAVED = (Mandate.State.CREATED, Mandate.State.OPEN)


def ask_about_what_is_open(*, now: datetime) -> Iterator[Difference]:
    """Ask about all that may still end without moving the balance; yield what cannot be read.

    A page nobody paid on, a refund that waits, a dispute that was lost and a payout that arrived at
    its bank leave no other trace.

    Raises:
        ProviderUnavailable: No answer.
    """
    for look, key, reference in _open_things(now):
        yield from _tried(look, key=key, reference=reference)


def catch_up(records: Iterable[ProviderRecord], *, now: datetime) -> Iterator[Difference]:
    """Let the rooms look at what the books do not hold as it is; yield what cannot be read.

    Raises:
        ProviderUnavailable: No answer.
    """
    for record in records:
        if look := _LOOKS.get(record.kind):
            yield from _tried(partial(look, record, now), key=record.key, reference="")


def _open_things(now: datetime) -> Iterator[tuple[Callable[[], object], str, str]]:
    """Yield how to look at each open thing, its key at the provider and the caller's reference."""
    for payment in Payment.objects.live().order_by("id"):
        yield partial(_ask, payment, now), payment.page_key or str(payment.pk), payment.reference
    for mandate in Mandate.objects.filter(state__in=UNSAVED).order_by("id"):
        look = partial(mandates.look_again, mandate_id=mandate.pk, now=now)
        yield look, mandate.page_key or str(mandate.pk), mandate.reference
    for refund in Refund.objects.filter(state=Refund.State.PENDING).select_related("payment"):
        key = refund.provider_key
        yield partial(refunds.look_at, object_key=key, now=now), key, refund.payment.reference
    disputed = Dispute.objects.exclude(state__in=Dispute.ENDED).select_related("payment")
    for dispute in disputed:
        key = dispute.provider_key
        yield partial(disputes.look_at, object_key=key, now=now), key, dispute.payment.reference
    for sent in Payout.objects.filter(state__in=Payout.WITH_PROVIDER).exclude(transfer_key=""):
        key = sent.transfer_key
        yield partial(payouts.look_at_transfer, object_key=key, now=now), key, sent.reference


def _tried(look: Callable[[], object], *, key: str, reference: str) -> Iterator[Difference]:
    """Look at one thing. Whatever is wrong with it must not keep us from the others."""
    try:
        look()
    except refunds.NotBookedYet as error:  # The comparison says so, too.
        logger.info("%s: %s", key, error)
    except ProviderUnavailable:
        raise
    except Exception:
        logger.exception("Reconciliation could not read %s", key)
        yield Difference(Kind.UNREADABLE, key, reference, None, None)


def _look_at_charge(record: ProviderRecord, now: datetime) -> None:
    with suppress(ValueError):  # What is not a key of ours names no payment.
        payment = Payment.objects.filter(pk=UUID(record.our_key)).first()
        if payment is not None and payment.state not in Payment.RECEIVED:
            _ask(payment, now)


def _ask(payment: Payment, now: datetime) -> None:
    """Settle a payment from what the provider knows, finding the page whose answer was lost."""
    if mandates.look_at_payment(payment_id=payment.pk, now=now):
        return
    if payment.state == Payment.State.CREATED:
        checkout.finish_unanswered(payment_id=payment.pk, now=now)
    settlement.ask_about_payment(payment_id=payment.pk, now=now)


def _look_at_refund(record: ProviderRecord, now: datetime) -> None:
    refunds.look_at(object_key=record.key, now=now)


def _look_at_dispute(record: ProviderRecord, now: datetime) -> None:
    disputes.look_at(object_key=record.key, now=now)


def _look_at_transfer(record: ProviderRecord, now: datetime) -> None:
    payouts.look_at_transfer(object_key=record.key, now=now)


def _look_at_payout(record: ProviderRecord, now: datetime) -> None:
    payouts.look_at_payout(object_key=record.key, now=now)


_LOOKS: dict[RecordKind, Callable[[ProviderRecord, datetime], None]] = {
    RecordKind.CHARGE: _look_at_charge,
    RecordKind.REFUND: _look_at_refund,
    RecordKind.DISPUTE: _look_at_dispute,
    RecordKind.TRANSFER: _look_at_transfer,
    RecordKind.PAYOUT: _look_at_payout,
}
