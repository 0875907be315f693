"""Refunds of Stripe's charges."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import stripe

from payments.currencies import to_provider
from payments.gateway.refunds import ProviderRefund, RefundRequest, RefundStatus
from payments.gateway.stripe.client import OUR_KEY, carried, money, translated_errors

if TYPE_CHECKING:
    from collections.abc import Sequence

WITH = ["charge", "failure_balance_transaction"]
FAILED = frozenset({"failed", "canceled"})
LONGEST_PAGE = 100


class StripeRefunds:
    """Stripe as a RefundGateway."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._client = client

    def refund(self, request: RefundRequest) -> ProviderRefund:
        """Give back; the same key and request get the same refund again."""
        with translated_errors():
            refund = self._client.v1.refunds.create(
                {
                    "charge": request.charge_key,
                    "amount": to_provider(request.amount),
                    "metadata": {OUR_KEY: request.refund_key},
                    "expand": WITH,
                },
                {"idempotency_key": request.idempotency_key},
            )
            return _translated(refund)

    def fetch(self, key: str) -> ProviderRefund:
        """Return a refund as Stripe knows it now."""
        with translated_errors():
            return _translated(self._client.v1.refunds.retrieve(key, {"expand": WITH}))

    def refunds_of(self, charge_key: str) -> Sequence[ProviderRefund]:
        """Return every refund of a charge, whoever made it."""
        with translated_errors():
            refunds = self._client.v1.refunds.list(
                {
                    "charge": charge_key,
                    "limit": LONGEST_PAGE,
                    "expand": [f"data.{name}" for name in WITH],
                }
            )
            return [_translated(refund) for refund in refunds.auto_paging_iter()]


def _translated(refund: stripe.Refund) -> ProviderRefund:
    charge, returned = refund.charge, refund.failure_balance_transaction
    return ProviderRefund(
        key=refund.id,
        refund_key=carried(refund.metadata),
        charge_key=charge.id if isinstance(charge, stripe.Charge) else charge or "",
        payment_key=carried(charge.metadata) if isinstance(charge, stripe.Charge) else "",
        amount=money(refund.amount, refund.currency),
        status=_status(refund),
        made_at=datetime.fromtimestamp(refund.created, UTC),
        failed_at=(
            datetime.fromtimestamp(returned.created, UTC)
            if isinstance(returned, stripe.BalanceTransaction)
            else None
        ),
        failure_reason=_failure_reason(refund),
    )


def _status(refund: stripe.Refund) -> RefundStatus:
    if refund.status in FAILED:
        return RefundStatus.FAILED
    if refund.status == "succeeded":
        return RefundStatus.SUCCEEDED
    return RefundStatus.PENDING  # Also while the giver has to act.


def _failure_reason(refund: stripe.Refund) -> str:
    if refund.status not in FAILED:
        return ""
    return getattr(refund, "failure_reason", None) or refund.status or ""
