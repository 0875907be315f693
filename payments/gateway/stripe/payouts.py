"""Paying owners through Stripe Connect: a transfer to their account, a payout to their bank.

Accounts pay out only when we say so (`interval: manual`), so that a payout of ours and the money on
its way to a bank are one thing: both carry our key, and what a bank refuses can be taken back.
"""

from __future__ import annotations

from contextlib import contextmanager
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
from payments.gateway.stripe import payout_answers as answers
from payments.gateway.stripe.client import OUR_KEY, translated_errors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

WITH = ["balance_transaction"]
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
                if answers.ours(account.metadata) == account_key:
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
            banks = answers.banks_of(account)
            return Payee(
                key=account.id,
                account_key=answers.ours(account.metadata),
                is_payable=bool(account.payouts_enabled) and answers.may_receive(account),
                requirements=tuple(sorted((asked.currently_due or []) if asked else [])),
                details_digest=answers.digest_of(banks),
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
                moved=answers.moved(transfer),
                failed_at=answers.time_of(transfer.created),
                failure=_code(refusal) or "refused",
            )
        return answers.sent(order.payout_key, transfer, payout)

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
                if answers.ours(payout.metadata) == order.payout_key
            )
            return answers.sent(order.payout_key, transfers[0], next(found, None))

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
            return answers.sent(order.payout_key, transfer, payout)

    def take_back(self, order: PayoutOrder) -> Movement:
        """Reverse the transfer of a failed payout; the same key and order reverse once.

        A part that was reversed by hand before counts as well: all of it is back.
        """
        with _told_apart():
            reversal = self._client.v1.transfers.reversals.create(
                order.transfer_key,
                {"metadata": {OUR_KEY: order.payout_key}},
                {"idempotency_key": f"{order.idempotency_key}-reversal"},
            )
            transfer = self._client.v1.transfers.retrieve(order.transfer_key)
            return answers.taken_back(transfer) or answers.reversal_of(reversal)

    def owner_of_transfer(self, transfer_key: str) -> str:
        """Return our key that a transfer carries, or nothing."""
        with translated_errors():
            return answers.ours(self._client.v1.transfers.retrieve(transfer_key).metadata)

    def owner_of_payout(self, provider_key: str, payee_key: str) -> str:
        """Return our key that a payout of an account carries, or nothing."""
        with translated_errors():
            payout = self._client.v1.payouts.retrieve(
                provider_key, {}, {"stripe_account": payee_key}
            )
            return answers.ours(payout.metadata)

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
