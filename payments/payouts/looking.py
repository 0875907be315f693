"""What events of the provider lead to: a look at the object, whose state then is taken in."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from payments import gateway
from payments.payouts import ending
from payments.payouts.models import Method, Payout

if TYPE_CHECKING:
    from datetime import datetime


def look_at_transfer(*, object_key: str, now: datetime) -> bool:
    """Take in what became of a transfer; outside any transaction.

    Return whether it is one of ours.

    Raises:
        ProviderUnavailable: No answer.
    """
    payout = Payout.objects.filter(transfer_key=object_key).first()
    if payout is None:
        payout = _named(gateway.onboarding().owner_of_transfer(object_key))
    return _looked_at(payout, now, transfer_key=object_key)


def look_at_payout(*, object_key: str, now: datetime, account_key: str = "") -> bool:
    """Take in what became of a payout to a bank; outside any transaction.

    `account_key` is the connected account that the event named. Without it only payouts are found
    whose key we know; the sweeper asks about the others.

    Raises:
        ProviderUnavailable: No answer.
    """
    payout = Payout.objects.filter(provider_key=object_key).first()
    if payout is None and account_key:
        payout = _named(gateway.onboarding().owner_of_payout(object_key, account_key))
    return _looked_at(payout, now, provider_key=object_key)


def _looked_at(
    payout: Payout | None, now: datetime, *, transfer_key: str = "", provider_key: str = ""
) -> bool:
    """Ask about a payout under the keys that are known by now, and take the answer in."""
    if payout is None or payout.account.method != Method.STRIPE:
        return False
    order = payout.order()
    provider = gateway.payouts(payout.account.method)
    is_known = order.transfer_key and order.provider_key
    sent = provider.fetch(order) if is_known else provider.find(order)
    if sent is None or sent.moved is None or payout.submitted_at is None:
        return False
    ending.apply(payout_id=payout.pk, sent=sent, now=now)
    return transfer_key == sent.moved.key or (provider_key == sent.provider_key != "")


def _named(key: str) -> Payout | None:
    try:
        return Payout.objects.filter(pk=UUID(key)).first()
    except ValueError:  # What is not a key of ours names no payout.
        return None
