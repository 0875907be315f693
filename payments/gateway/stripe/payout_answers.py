"""What Stripe answers about accounts, transfers and payouts, in our words and our money."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import stripe

from payments.gateway.base import ProviderRefused
from payments.gateway.payouts import Movement, PayoutStatus, SentPayout
from payments.gateway.stripe.client import OUR_KEY, money

if TYPE_CHECKING:
    from stripe._stripe_object import UntypedStripeObject

STATUSES = {
    "pending": PayoutStatus.UNDER_WAY,
    "in_transit": PayoutStatus.UNDER_WAY,
    "paid": PayoutStatus.PAID,
    "failed": PayoutStatus.FAILED,
    "canceled": PayoutStatus.FAILED,
}


def sent(payout_key: str, transfer: stripe.Transfer, payout: stripe.Payout | None) -> SentPayout:
    status = STATUSES[payout.status] if payout else PayoutStatus.WAITING
    failed = status is PayoutStatus.FAILED
    return SentPayout(
        payout_key=payout_key,
        status=status,
        provider_key=payout.id if payout else "",
        moved=moved(transfer),
        taken_back=taken_back(transfer),
        arrived_at=time_of(payout.arrival_date) if payout and status is PayoutStatus.PAID else None,
        failed_at=_failed_at(payout) if payout and failed else None,
        failure=(payout.failure_code or payout.status) if payout and failed else "",
    )


def _failed_at(payout: stripe.Payout) -> datetime:
    """Return when the bank sent the money back, or when it was sent where that is not told."""
    returned = payout.failure_balance_transaction
    if isinstance(returned, stripe.BalanceTransaction):
        return time_of(returned.created)
    return time_of(payout.created)


def moved(transfer: stripe.Transfer) -> Movement:
    counted = transfer.balance_transaction
    if not isinstance(counted, stripe.BalanceTransaction):
        raise ProviderRefused(f"{transfer.id} does not say what it cost.")
    return Movement(
        key=transfer.id,
        amount=money(transfer.amount, transfer.currency),
        fee=money(counted.fee, counted.currency),
        at=time_of(transfer.created),
    )


def taken_back(transfer: stripe.Transfer) -> Movement | None:
    """Return what came back of a transfer, as one movement, once all of it did."""
    if not transfer.reversed or not transfer.reversals.data:
        return None
    newest = transfer.reversals.data[0]
    return replace(reversal_of(newest), amount=money(transfer.amount_reversed, transfer.currency))


def reversal_of(reversal: stripe.TransferReversal) -> Movement:
    return Movement(
        key=reversal.id,
        amount=money(reversal.amount, reversal.currency),
        fee=money(0, reversal.currency),
        at=time_of(reversal.created),
    )


def time_of(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def ours(metadata: UntypedStripeObject[str] | None) -> str:
    return str(getattr(metadata, OUR_KEY, ""))


def may_receive(account: stripe.Account) -> bool:
    return bool(account.capabilities and account.capabilities.transfers == "active")


def banks_of(account: stripe.Account) -> list[stripe.BankAccount]:
    external = account.external_accounts
    found = external.data if external else []
    return [bank for bank in found if isinstance(bank, stripe.BankAccount)]


def digest_of(banks: list[stripe.BankAccount]) -> str:
    """Return one sum over everything that says where money goes; blank where nothing does."""
    if not banks:
        return ""
    said = sorted(
        "|".join(
            (bank.fingerprint or "", bank.account_holder_name or "", bank.country, bank.currency)
        )
        for bank in banks
    )
    return hashlib.sha256("\n".join(said).encode()).hexdigest()
