"""Payments with a page at the sandbox, what it tells of them, and the books."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from payments import checkout
from payments.ledger import selectors as ledger
from payments.models import EventDelivery, Payment
from tests.make import payments as make_payments

if TYPE_CHECKING:
    from payments.sandbox.server import Running


def opened(reference: str = "gift-1") -> Payment:
    payment = make_payments.payment(reference=reference, now=timezone.now())
    checkout.open_page(payment_id=payment.pk, now=timezone.now())
    payment.refresh_from_db()
    return payment


def told(provider: Running, *kinds: str) -> list[dict[str, Any]]:
    """Return what the provider has to tell, oldest first."""
    happened = [record.document for record in provider.world.store.every("event")]
    return [told for told in happened if not kinds or told["type"] in kinds]


def books() -> list[tuple[str, str, int]]:
    return [(row.account, row.currency, row.posted_minor) for row in ledger.fingerprint_rows()]


def announced() -> list[tuple[str, str]]:
    rows = EventDelivery.objects.values_list("event", "payload__reference")
    return sorted((name, str(reference)) for name, reference in rows)


BOOKS = [
    ("donor_clearing/gift-1", "EUR", -100_00),
    ("processor_fee/stripe", "EUR", 1_75),
    ("provider_clearing/stripe", "EUR", 98_25),
]
