"""Payments that were paid at the sandbox, what may be done to them there, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import requests
from django.utils import timezone

from payments import checkout, settlement
from payments.ledger import selectors as ledger
from payments.models import EventDelivery, Payment
from payments.money import Money
from payments.refunds import services
from tests.make import payments as make_payments
from tests.payments.browser import SUCCEEDS, pay

if TYPE_CHECKING:
    from datetime import datetime

    from payments.refunds.models import Refund
    from payments.sandbox.server import Running

KEY = "sk_test_of_the_tests"
PENDS, FAILS = "4000000000007726", "4000000000005126"


def opened(
    *, reference: str = "gift-1", amount_minor: int = 100_00, currency: str = "EUR"
) -> Payment:
    """Return a payment whose page is open at the sandbox."""
    now = timezone.now()
    payment = make_payments.payment(
        reference=reference, amount_minor=amount_minor, currency=currency, now=now
    )
    checkout.open_page(payment_id=payment.pk, now=now)
    payment.refresh_from_db()
    return payment


def settled(
    *,
    reference: str = "gift-1",
    amount_minor: int = 100_00,
    currency: str = "EUR",
    card: str = SUCCEEDS,
) -> Payment:
    """Return a payment whose money has arrived."""
    payment = opened(reference=reference, amount_minor=amount_minor, currency=currency)
    pay(payment.page_url, card=card)
    settlement.ask_about_payment(payment_id=payment.pk, now=timezone.now())
    payment.refresh_from_db()
    assert payment.state == Payment.State.SETTLED
    return payment


def paid_twice() -> tuple[Payment, Payment]:
    """Return a payment that settled and a second one of the same reference that came as well."""
    first = opened()
    pay(first.page_url)
    Payment.objects.filter(pk=first.pk).update(state=Payment.State.EXPIRED)  # We did not hear.
    second = settled()
    settlement.ask_about_payment(payment_id=first.pk, now=timezone.now())
    first.refresh_from_db()
    assert (first.state, first.difference) == (Payment.State.DIFFERS, "surplus")
    return second, first


def request(payment: Payment, minor: int = 30_00, *, key: str = "ask-1", **more: Any) -> Refund:  # noqa: ANN401
    """Ask for a refund, as a room does."""
    given: dict[str, Any] = {
        "payment_id": payment.pk,
        "amount": Money(minor, payment.received_currency or payment.currency),
        "reason": "The giver changed their mind.",
        "requested_by": "officer",
        "idempotency_key": key,
        "now": timezone.now(),
    }
    return services.request(**given | more)


def refunded(
    payment: Payment, minor: int = 30_00, *, key: str = "ask-1", now: datetime | None = None
) -> Refund:
    """Ask for a refund and let the worker have it made."""
    refund = request(payment, minor, key=key)
    services.ask(refund_id=refund.pk, now=now or timezone.now())
    refund.refresh_from_db()
    return refund


def at_provider(sandbox: Running, kind: str = "refund") -> list[dict[str, Any]]:
    """Return every object of a kind that the provider has, oldest first."""
    return [record.document for record in sandbox.world.store.every(kind)]


def by_hand(sandbox: Running, charge: str, minor: int) -> str:
    """Refund at the provider, without us."""
    answer = requests.post(
        f"{sandbox.url}/v1/refunds",
        data={"charge": charge, "amount": minor},
        auth=(KEY, ""),
        timeout=10,
    )
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def control(sandbox: Running, what: str, **body: Any) -> dict[str, Any]:  # noqa: ANN401
    """Let something happen at the sandbox that nobody can ask its API for."""
    answer = requests.post(f"{sandbox.url}/_sandbox/{what}", json=body, auth=(KEY, ""), timeout=10)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def charge_of_nobody(sandbox: Running) -> str:
    """Charge a card at the provider for 50.00 without any payment of ours."""
    intent = {"amount": 50_00, "currency": "eur", "payment_method": "pm_card_visa"}
    answer = requests.post(
        f"{sandbox.url}/v1/payment_intents",
        data=intent | {"confirm": "true"},
        auth=(KEY, ""),
        timeout=10,
    )
    assert answer.status_code == 200, answer.text
    return str(answer.json()["latest_charge"])


def books() -> dict[str, int]:
    """Return what every account comes to, in minor units; debit is positive."""
    return {row.account: row.posted_minor for row in ledger.fingerprint_rows()}


def told(*names: str) -> list[tuple[str, dict[str, Any]]]:
    """Return what was announced under these names, in order."""
    rows = EventDelivery.objects.filter(event__in=names).order_by("id")
    return list(rows.values_list("event", "payload"))


def heard() -> list[str]:
    """Return the names of what was announced of refunds and disputes, in order."""
    quiet = ("PaymentSettled", "PaymentDiffers", "PaymentFailed")
    rows = EventDelivery.objects.exclude(event__in=quiet).order_by("id")
    return list(rows.values_list("event", flat=True))


PAID = {
    "donor_clearing/gift-1": -100_00,
    "processor_fee/stripe": 1_75,
    "provider_clearing/stripe": 98_25,
}


def after(given_back: int) -> dict[str, int]:
    """Return the books of one payment of 100.00 after so much went back."""
    all_of_it = PAID | {
        "donor_clearing/gift-1": -100_00 + given_back,
        "provider_clearing/stripe": 98_25 - given_back,
    }
    return {account: minor for account, minor in all_of_it.items() if minor}
