"""Disputes of Stripe's charges.

Only a dispute that moved money is one for the books; a *warning* is a question of the bank's.
Source: https://docs.stripe.com/disputes/how-disputes-work
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import stripe

from payments.gateway.base import ProviderRefused
from payments.gateway.disputes import DisputeStatus, Moved, ProviderDispute
from payments.gateway.stripe.client import carried, money, translated_errors

if TYPE_CHECKING:
    from collections.abc import Sequence

STATUSES = {
    "needs_response": DisputeStatus.OPEN,
    "under_review": DisputeStatus.OPEN,
    "won": DisputeStatus.WON,
    "lost": DisputeStatus.LOST,
    "prevented": DisputeStatus.INQUIRY,
    "warning_needs_response": DisputeStatus.INQUIRY,
    "warning_under_review": DisputeStatus.INQUIRY,
    "warning_closed": DisputeStatus.INQUIRY,
}


class StripeDisputes:
    """Stripe as a DisputeGateway."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._client = client

    def fetch(self, key: str) -> ProviderDispute:
        """Return a dispute as Stripe knows it now."""
        with translated_errors():
            return _translated(self._client.v1.disputes.retrieve(key, {"expand": ["charge"]}))


def _translated(dispute: stripe.Dispute) -> ProviderDispute:
    charge = dispute.charge
    lines = dispute.balance_transactions
    due = dispute.evidence_details.due_by
    if dispute.status not in STATUSES:
        raise ProviderRefused(f"{dispute.id} is {dispute.status}, which nobody here knows.")
    return ProviderDispute(
        key=dispute.id,
        charge_key=charge.id if isinstance(charge, stripe.Charge) else charge,
        payment_key=carried(charge.metadata) if isinstance(charge, stripe.Charge) else "",
        amount=money(dispute.amount, dispute.currency),
        status=STATUSES[dispute.status],
        reason=dispute.reason,
        opened_at=datetime.fromtimestamp(dispute.created, UTC),
        evidence_due_at=datetime.fromtimestamp(due, UTC) if due else None,
        withdrawn=_moved([line for line in lines if line.amount < 0]),
        reinstated=_moved([line for line in lines if line.amount > 0]),
    )


def _moved(lines: Sequence[stripe.BalanceTransaction]) -> Moved | None:
    """Return what the lines of one direction moved together, as an amount above zero."""
    if not lines:
        return None
    amounts = [money(abs(line.amount), line.currency) for line in lines]
    fees = [money(line.fee, line.currency) for line in lines]
    return Moved(
        amount=sum(amounts[1:], amounts[0]),
        fee=sum(fees[1:], fees[0]),
        at=datetime.fromtimestamp(min(line.created for line in lines), UTC),
    )
