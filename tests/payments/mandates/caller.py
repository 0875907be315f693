"""A caller that lets people save a card now and charges it when it has reason to."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import requests

from payments.ledger import selectors as ledger
from payments.mandates import services
from payments.models import EventDelivery, Payment
from payments.money import Money
from payments.sandbox.background import do_due
from tests.make.payments import NOON
from tests.payments.browser import SUCCEEDS, pay
from tests.payments.checkout.provider import patience
from tests.payments.line import line_to

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from pytest_django import Settings

    from payments.mandates.models import Mandate
    from payments.sandbox.server import Running
    from tests.payments.checkout.provider import Clock

HUNDRED = Money(100_00, "EUR")
ALWAYS_ASKS = "4000 0027 6000 3184"
ASKS_ONCE = "4000 0025 0000 3155"
DECLINED_LATER = "4000 0000 0000 0341"
NO_FUNDS_LATER = "4000 0082 6000 3178"
BOOKS = [
    ("donor_clearing/gift-1", "EUR", -100_00),
    ("processor_fee/stripe", "EUR", 1_75),
    ("provider_clearing/stripe", "EUR", 98_25),
]


def begun(*, reference: str = "gift-1", amount: Money = HUNDRED, now: datetime = NOON) -> Mandate:
    return services.begin(
        reference=reference,
        amount=amount,
        description="Your card is charged 100.00 EUR if the campaign reaches its goal.",
        email="amina@example.org",
        language="en",
        success_url="http://testserver/saved/",
        cancel_url="http://testserver/give/",
        now=now,
    )


def saved(*, reference: str = "gift-1", card: str = SUCCEEDS, now: datetime = NOON) -> Mandate:
    """Return a mandate with a card that was saved on the provider's page, and heard of."""
    mandate = begun(reference=reference, now=now)
    answer = pay(services.open_page(mandate_id=mandate.pk, now=now), card=card)
    if "/c/approve/" in answer.headers["Location"]:
        answer_bank(answer.headers["Location"], "approve")
    mandate.refresh_from_db()
    assert services.look_at(object_key=mandate.page_key, now=now)
    mandate.refresh_from_db()
    return mandate


def charged(mandate: Mandate, *, amount: Money = HUNDRED, now: datetime = NOON) -> Payment:
    """Have the card charged, and let a worker do it."""
    payment = services.charge(mandate_id=mandate.pk, amount=amount, now=now)
    return tried(payment, now=now)


def tried(payment: Payment, *, now: datetime = NOON) -> Payment:
    """Let a worker do what is due about a charge."""
    services.try_charge(payment_id=payment.pk, now=now)
    payment.refresh_from_db()
    return payment


def answer_bank(url: str, action: str) -> str:
    """Press Approve or Fail on the bank's page; return where it leads."""
    answer = requests.post(url, data={"action": action}, allow_redirects=False, timeout=10)
    return answer.headers["Location"]


@contextmanager
def answers_lost(sandbox: Running, settings: Settings) -> Iterator[None]:
    """Let the provider hear every call and nobody hear its answers."""
    with line_to(sandbox.url) as line, patience(10):
        settings.STRIPE_API_BASE, line.reply_bytes = line.url, 0
        yield
        settings.STRIPE_API_BASE = sandbox.url


def forward(sandbox: Running, clock: Clock, **time: float) -> datetime:
    """Move the provider's clock, let it do what is due by then, and return the time."""
    clock.now += timedelta(**time)
    do_due(sandbox.world)
    return clock.now


def rows() -> list[tuple[str, str, int]]:
    return [(row.account, row.currency, row.posted_minor) for row in ledger.fingerprint_rows()]


def announced() -> list[tuple[str, dict[str, Any]]]:
    return list(EventDelivery.objects.order_by("id").values_list("event", "payload"))


def names() -> list[str]:
    return [name for name, _ in announced()]


def taken(sandbox: Running) -> list[int]:
    """Return what every charge at the provider has taken."""
    return [charge.document["amount_captured"] for charge in sandbox.world.store.every("charge")]
