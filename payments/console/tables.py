"""The lists of the console as rows of a file. Amounts are in major units, times in UTC."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.money import Money

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from decimal import Decimal

    from django.db.models import QuerySet

    from payments.console.books import Line
    from payments.ledger.models import Posting
    from payments.models import Payment
    from payments.payouts.models import Payout
    from payments.reconciliation.models import QueuedException
    from payments.sheets import Cell
    from payments.webhooks.models import InboxEvent

    Row = dict[str, Cell]

AT_ONCE = 2_000  # Rows that are held at once.

PAYMENTS = (
    "id", "reference", "state", "difference", "amount", "currency", "received",
    "received_currency", "fee", "fee_currency", "page_key", "intent_key", "charge_key",
    "created_at", "settled_at",
)  # fmt: skip
EVENTS = (
    "id", "event", "kind", "state", "attempts", "last_error", "account", "object", "payment",
    "received_at", "worked_at",
)  # fmt: skip
EXCEPTIONS = (
    "id", "kind", "provider_key", "reference", "ours", "ours_currency", "theirs",
    "theirs_currency", "state", "owner", "opened_at", "closed_at", "closed_by", "closed_reason",
)  # fmt: skip
PAYOUTS = (
    "id", "reference", "source", "owner", "method", "state", "amount", "currency", "receivable",
    "requested_by", "approved_by", "second_approved_by", "transfer_key", "provider_key",
    "created_at", "paid_at", "failed_at", "cause",
)  # fmt: skip
ACCOUNTS = ("kind", "owner", "currency", "debits", "credits", "net")
STATEMENT = (
    "occurred_at", "recorded_at", "kind", "reference", "entry", "state", "amount", "currency",
    "balance",
)  # fmt: skip


def payments(found: QuerySet[Payment]) -> Iterator[Row]:
    for one in found.iterator(AT_ONCE):
        yield {
            "id": str(one.pk),
            "reference": one.reference,
            "state": one.state,
            "difference": one.difference,
            "amount": one.amount.decimal,
            "currency": one.currency,
            "received": _decimal(one.received_minor, one.received_currency),
            "received_currency": one.received_currency,
            "fee": _decimal(one.fee_minor, one.fee_currency),
            "fee_currency": one.fee_currency,
            "page_key": one.page_key,
            "intent_key": one.intent_key,
            "charge_key": one.charge_key,
            "created_at": _time(one.created_at),
            "settled_at": _time(one.settled_at),
        }


def events(found: QuerySet[InboxEvent]) -> Iterator[Row]:
    for one in found.iterator(AT_ONCE):
        yield {
            "id": str(one.pk),
            "event": one.event_key,
            "kind": one.kind,
            "state": one.state,
            "attempts": one.attempts,
            "last_error": one.last_error,
            "account": one.account_key,
            "object": one.object_key,
            "payment": one.payment_key,
            "received_at": _time(one.received_at),
            "worked_at": _time(one.worked_at),
        }


def exceptions(found: QuerySet[QueuedException]) -> Iterator[Row]:
    for one in found.iterator(AT_ONCE):
        yield {
            "id": str(one.pk),
            "kind": one.kind,
            "provider_key": one.provider_key,
            "reference": one.reference,
            "ours": _decimal(one.ours_minor, one.ours_currency),
            "ours_currency": one.ours_currency,
            "theirs": _decimal(one.theirs_minor, one.theirs_currency),
            "theirs_currency": one.theirs_currency,
            "state": one.state,
            "owner": one.owner.get_full_name() if one.owner else "",
            "opened_at": _time(one.opened_at),
            "closed_at": _time(one.closed_at),
            "closed_by": one.closed_by.get_full_name() if one.closed_by else "",
            "closed_reason": one.closed_reason,
        }


def payouts(found: QuerySet[Payout]) -> Iterator[Row]:
    for one in found.iterator(AT_ONCE):
        yield {
            "id": str(one.pk),
            "reference": one.reference,
            "source": one.source_ref,
            "owner": one.account.owner_ref,
            "method": one.account.method,
            "state": one.state,
            "amount": one.amount.decimal,
            "currency": one.currency,
            "receivable": _decimal(one.receivable_minor, one.currency),
            "requested_by": one.requested_by,
            "approved_by": one.approved_by,
            "second_approved_by": one.second_approved_by,
            "transfer_key": one.transfer_key,
            "provider_key": one.provider_key,
            "created_at": _time(one.created_at),
            "paid_at": _time(one.paid_at),
            "failed_at": _time(one.failed_at),
            "cause": one.cause,
        }


def accounts(found: Iterable[Line]) -> Iterator[Row]:
    for line in found:
        yield {
            "kind": line.kind,
            "owner": line.owner_ref,
            "currency": line.debits.currency,
            "debits": line.debits.decimal,
            "credits": line.credits.decimal,
            "net": line.net.decimal,
        }


def statement(opening: Money, found: QuerySet[Posting]) -> Iterator[Row]:
    for one in found.iterator(AT_ONCE):
        yield {
            "occurred_at": _time(one.entry.occurred_at),
            "recorded_at": _time(one.entry.recorded_at),
            "kind": one.entry.kind,
            "reference": one.entry.reference,
            "entry": one.entry.idempotency_key,
            "state": one.entry.state,
            "amount": one.amount.decimal,
            "currency": one.currency,
            "balance": (opening + running(one)).decimal,
        }


def running(posting: Posting) -> Money:
    """Return what was posted from the first row of a statement up to and with this one."""
    return Money(int(posting.balance_minor), posting.currency)  # type: ignore[attr-defined]


def _decimal(minor: int | None, currency: str) -> Decimal | None:
    return None if minor is None else Money(minor, currency).decimal


def _time(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%dT%H:%M:%SZ}"
