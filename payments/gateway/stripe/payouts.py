"""Paying owners through Stripe Connect: a transfer to their account, a payout to their bank.

Accounts pay out only when we say so (`interval: manual`), so that a payout of ours and the money on
its way to a bank are one thing: both carry our key, and what a bank refuses can be taken back.
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import stripe

from payments.currencies import to_provider
from payments.gateway.base import HostedPage, ProviderRefused
from payments.gateway.payouts import (
    AccountRequest,
    BankDetails,
    Movement,
    NotEnoughThere,
    Payee,
    PayoutOrder,
    PayoutStatus,
    SentPayout,
)
from payments.gateway.stripe.client import OUR_KEY, money, translated_errors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stripe._stripe_object import UntypedStripeObject

WITH = ["balance_transaction"]
STATUSES = {
    "pending": PayoutStatus.UNDER_WAY,
    "in_transit": PayoutStatus.UNDER_WAY,
    "paid": PayoutStatus.PAID,
    "failed": PayoutStatus.FAILED,
    "canceled": PayoutStatus.FAILED,
}
LONGEST_PAGE = 100


class StripePayouts:
    """Stripe as an OnboardingGateway."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._client = client

    def open_account(self, request: AccountRequest) -> str:
        """Make an account and return its key; the same key and request make one."""
        with translated_errors():
            account = self._client.v1.accounts.create(
                {
                    "country": request.country,
                    "default_currency": request.currency.lower(),
                    "controller": {
                        "fees": {"payer": "application"},
                        "losses": {"payments": "application"},
                        "requirement_collection": "stripe",
                        "stripe_dashboard": {"type": "express"},
                    },
                    "capabilities": {"transfers": {"requested": True}},
                    "settings": {"payouts": {"schedule": {"interval": "manual"}}},
                    "metadata": {OUR_KEY: request.account_key},
                },
                {"idempotency_key": request.idempotency_key},
            )
        return account.id

    def find_account(self, account_key: str, *, since: datetime) -> str | None:
        """Return the account made for one of ours since a moment, if there is one."""
        with translated_errors():
            accounts = self._client.v1.accounts.list(
                {"created": {"gte": int(since.timestamp())}, "limit": LONGEST_PAGE}
            )
            for account in accounts.auto_paging_iter():
                if _ours(account.metadata) == account_key:
                    return account.id
        return None

    def onboarding_page(self, key: str, *, return_url: str, refresh_url: str) -> HostedPage:
        """Return a page, good for one visit, on which the owner gives details."""
        with translated_errors():
            link = self._client.v1.account_links.create(
                {
                    "account": key,
                    "type": "account_onboarding",
                    "return_url": return_url,
                    "refresh_url": refresh_url,
                }
            )
        return HostedPage(key, link.url)

    def fetch_payee(self, key: str, details: BankDetails | None = None) -> Payee:  # noqa: ARG002  Stripe keeps them.
        """Return an account as Stripe knows it now."""
        with translated_errors():
            account = self._client.v1.accounts.retrieve(key)
            asked = account.requirements
            banks = _banks(account)
            return Payee(
                key=account.id,
                account_key=_ours(account.metadata),
                is_payable=bool(account.payouts_enabled) and _may_receive(account),
                requirements=tuple(sorted((asked.currently_due or []) if asked else [])),
                details_digest=_digest(banks),
                details_label=", ".join(f"{bank.country} …{bank.last4}" for bank in banks),
            )

    def send(self, order: PayoutOrder) -> SentPayout:
        """Move the money to the account and on to its bank; the same key and order pay once.

        A bank step that is refused leaves the money on the account: the answer says both.
        """
        transfer = self._transfer(order)
        try:
            payout = self._payout(order)
        except ProviderRefused as refusal:
            return SentPayout(
                payout_key=order.payout_key,
                status=PayoutStatus.FAILED,
                moved=_moved(transfer),
                failed_at=datetime.fromtimestamp(transfer.created, UTC),
                failure=_code(refusal) or "refused",
            )
        return _sent(order.payout_key, transfer, payout)

    def find(self, order: PayoutOrder) -> SentPayout | None:
        """Return what an order whose answer was lost has done, or None if nothing.

        The bank step came after the transfer, by Stripe's own clock.
        """
        with translated_errors():
            transfers = self._client.v1.transfers.list(
                {"transfer_group": order.payout_key, "expand": ["data.balance_transaction"]}
            ).data
            if not transfers:
                return None
            payouts = self._client.v1.payouts.list(
                {"created": {"gte": transfers[0].created}, "limit": LONGEST_PAGE},
                {"stripe_account": order.payee_key},
            )
            found = (
                payout
                for payout in payouts.auto_paging_iter()
                if _ours(payout.metadata) == order.payout_key
            )
            return _sent(order.payout_key, transfers[0], next(found, None))

    def fetch(self, order: PayoutOrder) -> SentPayout:
        """Return what became of an order whose keys we know."""
        with translated_errors():
            transfer = self._client.v1.transfers.retrieve(order.transfer_key, {"expand": WITH})
            payout = None
            if order.provider_key:
                payout = self._client.v1.payouts.retrieve(
                    order.provider_key,
                    {"expand": ["failure_balance_transaction"]},
                    {"stripe_account": order.payee_key},
                )
            return _sent(order.payout_key, transfer, payout)

    def take_back(self, order: PayoutOrder) -> Movement:
        """Reverse the transfer of a failed payout; the same key and order reverse once."""
        with _told_apart():
            reversal = self._client.v1.transfers.reversals.create(
                order.transfer_key,
                {"metadata": {OUR_KEY: order.payout_key}},
                {"idempotency_key": f"{order.idempotency_key}-reversal"},
            )
            return _reversed(reversal)

    def owner_of_transfer(self, transfer_key: str) -> str:
        """Return our key that a transfer carries, or nothing."""
        with translated_errors():
            return _ours(self._client.v1.transfers.retrieve(transfer_key).metadata)

    def owner_of_payout(self, provider_key: str, payee_key: str) -> str:
        """Return our key that a payout of an account carries, or nothing."""
        with translated_errors():
            payout = self._client.v1.payouts.retrieve(
                provider_key, {}, {"stripe_account": payee_key}
            )
            return _ours(payout.metadata)

    def _transfer(self, order: PayoutOrder) -> stripe.Transfer:
        with _told_apart():
            if order.transfer_key:
                return self._client.v1.transfers.retrieve(order.transfer_key, {"expand": WITH})
            return self._client.v1.transfers.create(
                {
                    "amount": to_provider(order.amount),
                    "currency": order.amount.currency.lower(),
                    "destination": order.payee_key,
                    "description": order.reference,
                    "transfer_group": order.payout_key,
                    "metadata": {OUR_KEY: order.payout_key},
                    "expand": WITH,
                },
                {"idempotency_key": f"{order.idempotency_key}-transfer"},
            )

    def _payout(self, order: PayoutOrder) -> stripe.Payout:
        with _told_apart():
            return self._client.v1.payouts.create(
                {
                    "amount": to_provider(order.amount),
                    "currency": order.amount.currency.lower(),
                    "description": order.reference,
                    "metadata": {OUR_KEY: order.payout_key},
                },
                {
                    "stripe_account": order.payee_key,
                    "idempotency_key": f"{order.idempotency_key}-payout",
                },
            )


@contextmanager
def _told_apart() -> Iterator[None]:
    """Translate errors, and tell an empty balance from every other refusal."""
    try:
        with translated_errors():
            yield
    except ProviderRefused as refusal:
        if _code(refusal) == "balance_insufficient":
            raise NotEnoughThere(str(refusal)) from refusal
        raise


def _code(refusal: ProviderRefused) -> str:
    cause = refusal.__cause__
    return (cause.code or "") if isinstance(cause, stripe.StripeError) else ""


def _sent(payout_key: str, transfer: stripe.Transfer, payout: stripe.Payout | None) -> SentPayout:
    status = STATUSES[payout.status] if payout else PayoutStatus.WAITING
    failed = status is PayoutStatus.FAILED
    return SentPayout(
        payout_key=payout_key,
        status=status,
        provider_key=payout.id if payout else "",
        moved=_moved(transfer),
        taken_back=_taken_back(transfer),
        arrived_at=_time(payout.arrival_date) if payout and status is PayoutStatus.PAID else None,
        failed_at=_failed_at(payout) if payout and failed else None,
        failure=(payout.failure_code or payout.status) if payout and failed else "",
    )


def _failed_at(payout: stripe.Payout) -> datetime:
    """Return when the bank sent the money back, or when it was sent where that is not told."""
    returned = payout.failure_balance_transaction
    if isinstance(returned, stripe.BalanceTransaction):
        return _time(returned.created)
    return _time(payout.created)


def _moved(transfer: stripe.Transfer) -> Movement:
    counted = transfer.balance_transaction
    if not isinstance(counted, stripe.BalanceTransaction):
        raise ProviderRefused(f"{transfer.id} does not say what it cost.")
    return Movement(
        key=transfer.id,
        amount=money(transfer.amount, transfer.currency),
        fee=money(counted.fee, counted.currency),
        at=_time(transfer.created),
    )


def _taken_back(transfer: stripe.Transfer) -> Movement | None:
    """Return what came back of a transfer, as one movement, once all of it did."""
    if not transfer.reversed or not transfer.reversals.data:
        return None
    newest = transfer.reversals.data[0]
    return replace(_reversed(newest), amount=money(transfer.amount_reversed, transfer.currency))


def _reversed(reversal: stripe.TransferReversal) -> Movement:
    return Movement(
        key=reversal.id,
        amount=money(reversal.amount, reversal.currency),
        fee=money(0, reversal.currency),
        at=_time(reversal.created),
    )


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _ours(metadata: UntypedStripeObject[str] | None) -> str:
    return str(getattr(metadata, OUR_KEY, ""))


def _may_receive(account: stripe.Account) -> bool:
    return bool(account.capabilities and account.capabilities.transfers == "active")


def _banks(account: stripe.Account) -> list[stripe.BankAccount]:
    external = account.external_accounts
    found = external.data if external else []
    return [bank for bank in found if isinstance(bank, stripe.BankAccount)]


def _digest(banks: list[stripe.BankAccount]) -> str:
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
