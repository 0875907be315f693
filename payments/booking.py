"""The entries of money that arrived: the charge, and what the provider kept of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.ledger import services as ledger
from payments.ledger.entries import AccountKey, Entry, Posting
from payments.ledger.models import AccountKind

if TYPE_CHECKING:
    from payments.gateway.base import Charge
    from payments.models import Payment

PROVIDER = "stripe"


def post(payment: Payment, charge: Charge) -> None:
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
