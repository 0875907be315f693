"""Taking what the provider says became of a payment into the books, once.

Events are hints: whoever calls `settle` has fetched the charge from the provider. Any order, any
repetition and any loss of events lead to the same books, because entries are keyed by the charge
and the state moves under the payment's lock.

Money that is not what was asked for is booked as it came and waits for a person. Only a fee in
another currency than the charge does not hold the giver's money up: the payment is settled with a
fee of nothing, and the fee alone, booked in its own currency, waits for a person.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from payments import checkout, events, gateway, moves, queue
from payments.gateway.base import ChargeStatus, ProviderRefused
from payments.ledger import services as ledger
from payments.ledger.entries import AccountKey, Entry, Posting
from payments.ledger.models import AccountKind
from payments.models import Payment

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from payments.gateway.base import Charge, ProviderCharge
    from payments.models import PaymentQuerySet

logger = logging.getLogger(__name__)

PROVIDER = "stripe"
SOON = timedelta(minutes=5)
LATER = timedelta(hours=1)
SOON_ENDS = timedelta(hours=2)
BATCH = 200
ENDED = (Payment.State.FAILED, Payment.State.EXPIRED)
ASKED_ABOUT = (Payment.State.OPEN, Payment.State.PROCESSING, *ENDED)
ENDS = {ChargeStatus.FAILED: Payment.State.FAILED, ChargeStatus.EXPIRED: Payment.State.EXPIRED}


class ChargeBelongsElsewhere(Exception):
    """The provider's charge was made for another payment than the one it was offered for."""


@transaction.atomic
def settle(*, payment_id: UUID, charge: ProviderCharge, now: datetime) -> Payment:
    """Book what became of a payment; a repeat changes nothing.

    Raises:
        ChargeBelongsElsewhere: The charge names another payment.
    """
    payment = moves.lock(payment_id)
    if charge.payment_key != str(payment.pk):
        raise ChargeBelongsElsewhere(f"{charge.page_key} is not of payment {payment.pk}.")
    if payment.state in Payment.RECEIVED:
        return payment
    payment.page_key = charge.page_key
    payment.email = ""
    if charge.charge is not None:
        _receive(payment, charge.charge, now)
    elif charge.status in ENDS:
        _end(payment, ENDS[charge.status], now)
    elif charge.status is ChargeStatus.PROCESSING and _awaits_money(payment):
        payment.due_at = now + SOON
        moves.move(payment, Payment.State.PROCESSING, cause="provider", now=now)
    return payment


@transaction.atomic
def ask_provider(*, now: datetime) -> int:
    """Queue a question about every payment whose event is overdue; return how many."""
    payments = (
        Payment.objects.due(now)
        .filter(state__in=ASKED_ABOUT)
        .select_for_update(skip_locked=True)[:BATCH]
    )
    for payment in payments:
        waited = now - (payment.opened_at or payment.created_at)
        payment.due_at = now + (SOON if waited < SOON_ENDS else LATER)
        payment.save(update_fields=["due_at"])
        queue.wake_on_commit("payments.ask_about_payment", payment_id=str(payment.pk))
    return len(payments)


def ask_about_payment(*, payment_id: UUID, now: datetime) -> None:
    """Settle a payment from what the provider knows, closing a page that was open too long.

    A payment that was given up without an answer may have a page all the same: it is looked for.
    Call outside any transaction.

    Raises:
        ProviderUnavailable: No answer. The sweeper comes again.
    """
    payment = Payment.objects.get(pk=payment_id)
    if payment.state not in ASKED_ABOUT:
        return
    page_key = payment.page_key or _page_never_told_of(payment, now)
    if not page_key:
        return
    charge = gateway.provider().fetch_charge(page_key)
    if charge.status is ChargeStatus.OPEN and _is_over(payment, now):
        charge = _closed(page_key)
    settle(payment_id=payment_id, charge=charge, now=now)


def _page_never_told_of(payment: Payment, now: datetime) -> str:
    """Look for the page of a payment that was given up, until it could not be paid on any more."""
    page = checkout.find_page(payment)
    if page is not None:
        return page.key
    if now >= checkout.payable_until(payment) + checkout.CLOCKS_APART:
        Payment.objects.filter(pk=payment.pk, state__in=ENDED, page_key="").update(due_at=None)
    return ""


def _closed(page_key: str) -> ProviderCharge:
    provider = gateway.provider()
    try:
        provider.close_page(page_key)
    except ProviderRefused as refusal:  # Somebody paid, or it ended, while we asked.
        logger.info("%s was not open any more: %s", page_key, refusal)
    return provider.fetch_charge(page_key)


def _is_over(payment: Payment, now: datetime) -> bool:
    """Say whether nobody should pay on the page any more: it is old, or the money is there."""
    is_past = not payment.is_live or now >= checkout.payable_until(payment)
    return is_past or _received(payment).exists()


def _received(payment: Payment) -> PaymentQuerySet:
    """Return the other payments of the reference that brought money."""
    siblings = Payment.objects.filter(reference=payment.reference, state__in=Payment.RECEIVED)
    return siblings.exclude(pk=payment.pk)


def _awaits_money(payment: Payment) -> bool:
    return payment.state in {Payment.State.CREATED, Payment.State.OPEN}


def _receive(payment: Payment, charge: Charge, now: datetime) -> None:
    """Book money that arrived and announce it, unless it is not the money that was asked for."""
    _post(payment, charge)
    payment.charge_key = charge.key
    payment.received_minor, payment.received_currency = charge.amount.minor, charge.amount.currency
    payment.fee_minor, payment.fee_currency = charge.fee.minor, charge.fee.currency
    payment.settled_at = charge.charged_at
    payment.due_at = None
    payment.difference = _difference(payment, charge)
    if payment.difference in {"", Payment.FEE_CURRENCY}:
        moves.move(payment, Payment.State.SETTLED, cause="charge", now=now)
        _announce_settled(payment, charge)
    else:
        moves.move(payment, Payment.State.DIFFERS, cause=payment.difference, now=now)
        events.publish(
            events.PaymentDiffers(str(payment.pk), payment.reference, payment.difference)
        )
    Payment.objects.live().filter(reference=payment.reference).update(due_at=now)  # To be closed.


def _announce_settled(payment: Payment, charge: Charge) -> None:
    events.publish(
        events.PaymentSettled(
            payment_id=str(payment.pk),
            reference=payment.reference,
            amount_minor=charge.amount.minor,
            currency=charge.amount.currency,
            fee_minor=charge.fee.minor if charge.fee.currency == charge.amount.currency else 0,
            settled_at=charge.charged_at.isoformat(),
        )
    )


def _difference(payment: Payment, charge: Charge) -> str:
    """Return in what the money differs from what was asked, or nothing."""
    if charge.amount.currency != payment.currency:
        return "currency"
    if charge.amount.minor != payment.amount_minor:
        return "amount"
    if _received(payment).exists():
        return "surplus"
    if charge.fee.currency != payment.currency:
        return Payment.FEE_CURRENCY
    return ""


def _post(payment: Payment, charge: Charge) -> None:
    """Book the charge and the provider's fee, each once for this charge."""
    came, kept = charge.amount, charge.fee
    entries = [
        _entry(
            payment,
            charge,
            "charge",
            Posting(AccountKey(AccountKind.PROVIDER_CLEARING, PROVIDER, came.currency), came.minor),
            Posting(
                AccountKey(AccountKind.DONOR_CLEARING, payment.reference, came.currency),
                -came.minor,
            ),
        )
    ]
    if kept:
        entries.append(
            _entry(
                payment,
                charge,
                "processor_fee",
                Posting(AccountKey(AccountKind.PROCESSOR_FEE, PROVIDER, kept.currency), kept.minor),
                Posting(
                    AccountKey(AccountKind.PROVIDER_CLEARING, PROVIDER, kept.currency), -kept.minor
                ),
            )
        )
    ledger.post(entries)


def _entry(payment: Payment, charge: Charge, kind: str, *postings: Posting) -> Entry:
    return Entry(
        kind=kind,
        reference=payment.reference,
        idempotency_key=f"{charge.key}:{kind}",
        occurred_at=charge.charged_at,
        postings=postings,
    )


def _end(payment: Payment, state: Payment.State, now: datetime) -> None:
    payment.due_at = None
    if not payment.is_live:  # Given up before; now there is nothing left to ask about.
        payment.save(update_fields=["page_key", "due_at", "email"])
        return
    moves.move(payment, state, cause="provider", now=now)
    events.publish(events.PaymentFailed(str(payment.pk), payment.reference, str(state)))
