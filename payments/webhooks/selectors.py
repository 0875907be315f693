"""How far the inbox is behind, and whose events it takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Count, Min

from payments.payouts.payees import PayoutAccount
from payments.webhooks.models import InboxEvent

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Backlog:
    """What has not been worked off."""

    waiting: int
    oldest_received_at: datetime | None
    dead: int


def backlog() -> Backlog:
    """Return how many events wait, since when, and how many were given up."""
    waiting = InboxEvent.objects.filter(state=InboxEvent.State.WAITING)
    dead = InboxEvent.objects.filter(state=InboxEvent.State.DEAD)
    row = waiting.aggregate(waiting=Count("pk"), oldest_received_at=Min("received_at"))
    return Backlog(dead=dead.count(), **row)


def is_our_account(account_key: str) -> bool:
    """Say whether an account that an event names is ours, or one of those that we pay."""
    is_own = account_key == settings.STRIPE_ACCOUNT
    return is_own or PayoutAccount.objects.filter(provider_key=account_key).exists()
