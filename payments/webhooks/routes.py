"""Which room looks at what an event speaks of, on one page.

An event is a hint: every look asks the provider about the object and takes the answer in, however
often and in whatever order it is made. A kind without a row is kept and ignored.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from django.conf import settings

from payments import checkout, gateway, settlement
from payments.disputes import services as disputes
from payments.mandates import selectors as known_mandates
from payments.mandates import services as mandates
from payments.models import Payment
from payments.payouts import accounts
from payments.payouts import services as payouts
from payments.refunds import services as refunds

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from payments.webhooks.models import InboxEvent

PAGE = "checkout.session."


class Look(Protocol):
    """Takes in what the provider knows of an event's object; False: it is nothing of ours."""

    def __call__(self, event: InboxEvent, *, now: datetime) -> bool: ...


class LookByKey(Protocol):
    """How a room looks at an object of the provider's."""

    def __call__(self, *, object_key: str, now: datetime) -> bool: ...


def look_for(event: InboxEvent) -> Look | None:
    """Return who looks at an event, or nothing where we do not act on its kind."""
    is_ours = event.account_key in {"", settings.STRIPE_ACCOUNT}
    return (OURS if is_ours else PAYEES).get(event.kind)


def payment_of(event: InboxEvent) -> Payment | None:
    """Return the payment an event names, or else the one whose page it is about."""
    with suppress(ValueError):  # What is not a key of ours names no payment.
        if named := Payment.objects.filter(pk=UUID(event.payment_key)).first():
            return named
    return Payment.objects.exclude(page_key="").filter(page_key=event.object_key).first()


def _payment(event: InboxEvent, *, now: datetime) -> bool:
    payment = payment_of(event)
    if payment is None:
        return False
    if mandates.look_at_payment(payment_id=payment.pk, now=now):  # It is of a saved card.
        return True
    if page_key := _page_of(event, payment):
        charge = gateway.provider().fetch_charge(page_key)
        settlement.settle(payment_id=payment.pk, charge=charge, now=now)
    return True


def _mandate(event: InboxEvent, *, now: datetime) -> bool:
    key = event.object_key
    is_ours = known_mandates.is_known(our_key=event.payment_key, page_key=key)
    return is_ours and mandates.look_at(object_key=key, now=now)


def _page(event: InboxEvent, *, now: datetime) -> bool:
    """Look at a page on which money is paid, or a card is only saved."""
    return _payment(event, now=now) or _mandate(event, now=now)


def _page_of(event: InboxEvent, payment: Payment) -> str:
    """Return the page to ask about, also where the answer that named it was lost."""
    if payment.page_key:
        return payment.page_key
    if event.kind.startswith(PAGE):
        return event.object_key
    found = checkout.find_page(payment)
    return found.key if found else ""


def _by(look: LookByKey) -> Look:
    """Let a room look at the object of an event by its key."""

    def by_key(event: InboxEvent, *, now: datetime) -> bool:
        return bool(event.object_key) and look(object_key=event.object_key, now=now)

    return by_key


def _payees_payout(event: InboxEvent, *, now: datetime) -> bool:
    """Look at what left a payee's balance at the provider for a bank."""
    return payouts.look_at_payout(
        object_key=event.object_key, now=now, account_key=event.account_key
    )


_refund, _refunded_charge = _by(refunds.look_at), _by(refunds.look_at_charge)
_dispute = _by(disputes.look_at)
_transfer, _payout = _by(payouts.look_at_transfer), _by(payouts.look_at_payout)
_account = _by(accounts.look_at_account)

OURS: Mapping[str, Look] = {
    "account.updated": _account,
    "charge.captured": _payment,
    "charge.dispute.closed": _dispute,
    "charge.dispute.created": _dispute,
    "charge.dispute.funds_reinstated": _dispute,
    "charge.dispute.funds_withdrawn": _dispute,
    "charge.dispute.updated": _dispute,
    "charge.expired": _payment,  # A hold that nobody captured.
    "charge.failed": _payment,
    "charge.refund.updated": _refund,  # Its object is the refund.
    "charge.refunded": _refunded_charge,
    "charge.succeeded": _payment,
    "charge.updated": _payment,
    "checkout.session.async_payment_failed": _page,
    "checkout.session.async_payment_succeeded": _page,
    "checkout.session.completed": _page,
    "checkout.session.expired": _page,
    "payment_intent.amount_capturable_updated": _payment,
    "payment_intent.canceled": _payment,
    "payment_intent.payment_failed": _payment,
    "payment_intent.processing": _payment,
    "payment_intent.requires_action": _payment,
    "payment_intent.succeeded": _payment,
    "payout.canceled": _payout,
    "payout.failed": _payout,
    "payout.paid": _payout,
    "payout.updated": _payout,
    "refund.created": _refund,
    "refund.failed": _refund,
    "refund.updated": _refund,
    "setup_intent.canceled": _mandate,
    "setup_intent.setup_failed": _mandate,
    "setup_intent.succeeded": _mandate,
    "transfer.created": _transfer,
    "transfer.reversed": _transfer,
    "transfer.updated": _transfer,
}
# Of accounts that we pay: nothing that happens there is about a payment to us.
PAYEES: Mapping[str, Look] = {
    "account.updated": _account,
    "payout.canceled": _payees_payout,
    "payout.created": _payees_payout,
    "payout.failed": _payees_payout,
    "payout.paid": _payees_payout,
    "payout.updated": _payees_payout,
}
