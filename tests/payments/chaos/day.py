"""A day at the provider: gifts in five currencies, some declined first, given up, given back,
disputed; and all that the product makes of it."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import stripe
from django.db import connection, connections
from django.utils import timezone

from marketplace.notifications.models import Notification
from payments import checkout
from payments.disputes.models import Dispute
from payments.ledger import selectors as ledger
from payments.mandates.models import CardCharge, Mandate
from payments.models import EventDelivery, Payment
from payments.payouts.models import Payout
from payments.reconciliation import selectors as reconciliation
from payments.reconciliation.models import QueuedException
from payments.reconciliation.services import reconcile
from payments.refunds.models import Refund
from projects.funding.models import Contribution
from tests import databases
from tests.make import funding as make_funding
from tests.make import payments as make_payments
from tests.make.reconciliation import control
from tests.payments.browser import DECLINED, pay

if TYPE_CHECKING:
    from collections.abc import Iterator

    from payments.sandbox.server import Running
    from projects.funding.models import Campaign

BY_CHANCE = {"refund_id", "dispute_id", "at"}
AMOUNTS = {"EUR": 100_00, "USD": 40_00, "SEK": 500_00, "JPY": 5_000, "KWD": 12_340}


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that events lead to, without the ids of rows and the times at which they came."""

    fingerprint: list[Any]
    states: dict[str, list[Any]]
    announced: Counter[Any]
    messages: Counter[Any]
    exceptions: list[Any]


def happen(provider: Running, *, gifts: int) -> None:
    """Let a day happen at the provider, of which nobody tells us anything."""
    campaign = make_funding.campaign(goal_minor=100_000_00, at=timezone.now())
    payments = [_opened(number, campaign) for number in range(gifts)]
    api = stripe.StripeClient("sk_test_1", base_addresses={"api": provider.url}).v1
    for number, payment in enumerate(payments):
        if number % 7 == 3:
            pay(payment.page_url, card=DECLINED)
        if number % 11 == 5:
            api.checkout.sessions.expire(payment.page_key)
        else:
            pay(payment.page_url)
    charges = {
        charge.document["metadata"]["weft_payment"]: charge.document
        for charge in provider.world.store.every("charge")
        if charge.document["captured"]
    }
    for number, payment in enumerate(payments):
        if charge := charges.get(str(payment.pk)):
            _give_back(api, charge, number)
            _dispute(provider, charge, number)


def _give_back(api: Any, charge: dict[str, Any], number: int) -> None:  # noqa: ANN401
    if number % 12 == 2:
        api.refunds.create({"charge": charge["id"], "amount": charge["amount"] // 40 * 10})
    if number % 24 == 2:
        api.refunds.create({"charge": charge["id"]})  # What is left of it.


def _dispute(provider: Running, charge: dict[str, Any], number: int) -> None:
    if number % 12 == 7:
        dispute = control(provider, "disputes", charge=charge["id"])
        if outcome := ("", "won", "lost")[number // 12 % 3]:
            control(provider, "disputes", dispute=dispute["id"], outcome=outcome)


def cycle() -> None:
    """Do what the clock does once: reconcile, work off what waits, let everybody hear."""
    now = timezone.now()
    reconcile(since=reconciliation.BEGINNING, now=now)
    make_payments.work_inbox(now=now)
    make_payments.deliver_announcements()


def outcome() -> Outcome:
    told = EventDelivery.objects.values_list("event", "listener", "payload")
    return Outcome(
        fingerprint=ledger.fingerprint_rows(),
        states={
            "payments": list(
                Payment.objects.order_by("reference").values_list(
                    "reference", "state", "difference", "received_minor", "fee_minor"
                )
            ),
            "refunds": list(
                Refund.objects.order_by("provider_key").values_list("provider_key", "state")
            ),
            "disputes": list(
                Dispute.objects.order_by("provider_key").values_list("provider_key", "state")
            ),
            "cards": list(Mandate.objects.order_by("reference").values_list("reference", "state")),
            "charges": list(
                CardCharge.objects.order_by("payment__reference").values_list(
                    "payment__reference", "state", "attempt"
                )
            ),
            "payouts": list(Payout.objects.order_by("reference").values_list("reference", "state")),
            "contributions": list(Contribution.objects.order_by("key").values_list("key", "state")),
        },
        announced=Counter((*names, _said(payload)) for *names, payload in told),
        messages=_messages(),
        exceptions=sorted(QueuedException.objects.values_list("kind", "provider_key", "reference")),
    )


@contextmanager
def kept() -> Iterator[str]:
    """Keep the database as it is now, to go back to; yield the name of the copy."""
    copy = f"{connection.settings_dict['NAME']}_day"
    connections.close_all()
    databases.clone(connection.settings_dict["NAME"], copy)
    try:
        yield copy
    finally:
        databases.drop(copy)


def back_to(copy: str) -> None:
    connections.close_all()
    databases.clone(copy, connection.settings_dict["NAME"])


def _opened(number: int, campaign: Campaign) -> Payment:
    """Return a payment whose page is open: in euros it is for a contribution."""
    now = timezone.now()
    currency = list(AMOUNTS)[number % len(AMOUNTS)]
    if currency == "EUR":
        payment = _of_contribution(number, campaign)
    else:
        payment = make_payments.payment(
            reference=f"gift-{number}", amount_minor=AMOUNTS[currency], currency=currency, now=now
        )
    checkout.open_page(payment_id=payment.pk, now=now)
    payment.refresh_from_db()
    return payment


def _of_contribution(number: int, campaign: Campaign) -> Payment:
    now = timezone.now()
    gift = make_funding.identified(
        campaign, minor=AMOUNTS["EUR"], email=f"g{number}@example.org", at=now
    )
    make_funding.submitted(gift, at=now)
    return Payment.objects.get(reference=gift.key)


def _messages() -> Counter[Any]:
    """Count the messages about each thing; a refund or dispute is known by the provider's key."""
    found = [*Refund.objects.all(), *Dispute.objects.all()]
    keys = {str(one.pk): one.provider_key for one in found}
    told = Notification.objects.values_list("event", "person", "channel")
    return Counter(
        (kind, keys.get(about, about), *to)
        for (event, *to) in told
        for kind, _, about in [event.partition(":")]
    )


def _said(payload: dict[str, Any]) -> str:
    """Return what an announcement says, without what depends on when we heard of it."""
    kept = {name: value for name, value in payload.items() if name not in BY_CHANCE}
    return json.dumps(kept, sort_keys=True)
