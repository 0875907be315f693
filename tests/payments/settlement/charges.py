"""Payments with an open page, what the provider says of them, and what came of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from payments import moves
from payments.gateway.base import Charge, ChargeStatus, ProviderCharge
from payments.ledger import selectors as ledger
from payments.models import EventDelivery, Payment
from payments.money import Money
from tests.make import payments as make_payments
from tests.make.payments import NOON

S = Payment.State
CHARGED = datetime(2030, 1, 1, 12, 4, 59, tzinfo=UTC)
LATER = NOON + timedelta(minutes=10)


def opened(*, reference: str = "gift-1", amount_minor: int = 100_00) -> Payment:
    """Return a payment whose page is open, without any provider."""
    payment = make_payments.payment(reference=reference, amount_minor=amount_minor)
    payment.page_key = f"cs_{payment.pk}"
    payment.page_url = "http://provider.example/"
    payment.opened_at = NOON
    payment.due_at = NOON + timedelta(minutes=3)
    moves.move(payment, S.OPEN, cause="page", now=NOON)
    return payment


def paid(
    payment: Payment,
    *,
    key: str = "ch_1",
    amount: Money | None = None,
    fee: Money | None = None,
) -> ProviderCharge:
    return ProviderCharge(
        payment_key=str(payment.pk),
        page_key=payment.page_key or f"cs_{payment.pk}",
        status=ChargeStatus.PAID,
        charge=Charge(
            key=key,
            amount=amount or payment.amount,
            fee=Money(175, "EUR") if fee is None else fee,
            charged_at=CHARGED,
        ),
    )


def unpaid(payment: Payment, status: ChargeStatus) -> ProviderCharge:
    return ProviderCharge(str(payment.pk), payment.page_key, status)


def rows() -> list[tuple[str, str, int]]:
    return [(row.account, row.currency, row.posted_minor) for row in ledger.fingerprint_rows()]


def announced() -> list[tuple[str, dict[str, object]]]:
    return list(EventDelivery.objects.order_by("id").values_list("event", "payload"))


BOOKS = [
    ("donor_clearing/gift-1", "EUR", -100_00),
    ("processor_fee/stripe", "EUR", 1_75),
    ("provider_clearing/stripe", "EUR", 98_25),
]
