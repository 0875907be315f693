"""What Stripe has on record: balance transactions, and the objects that they come from.

Every movement of the balance is a balance transaction. The objects behind them are read whole, so
that what happened to one before the moment asked about counts as well.
Source: https://docs.stripe.com/reports/balance-transaction-types
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import stripe

from payments.currencies import NotChargeable, UnknownCurrency
from payments.gateway.records import ProviderRecord, RecordKind, UnreadableRecord
from payments.gateway.stripe.client import OUR_KEY, money, translated_errors
from payments.money import Money

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

LONGEST_PAGE = 100
WITH_SOURCE = ["data.source"]
GONE = "resource_missing"
UNDONE = frozenset({"failed", "canceled"})
KINDS = {
    "charge": RecordKind.CHARGE,
    "refund": RecordKind.REFUND,
    "dispute": RecordKind.DISPUTE,
    "transfer": RecordKind.TRANSFER,
    "transfer_reversal": RecordKind.TRANSFER,
    "payout": RecordKind.PAYOUT,
}


class StripeRecords:
    """Stripe as ProviderRecords."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._api = client.v1
        self._seen: dict[str, stripe.BalanceTransaction] = {}

    def since(self, moment: datetime) -> Iterator[ProviderRecord | UnreadableRecord]:
        """Yield each thing that was made, or moved money, since a moment; each once."""
        asked: Any = {"created": {"gte": int(moment.timestamp())}, "limit": LONGEST_PAGE}
        with translated_errors():
            moved = self._moved(asked)
            for kind, listing in self._listings().items():
                for found in listing(asked).auto_paging_iter():
                    moved.pop((kind, found.id), None)
                    if record := _read(kind, found.id, partial(self._translated, kind, found)):
                        yield record
            for kind, key in moved:
                if record := _read(kind, key, partial(self._found, kind, key)):
                    yield record

    def find(self, kind: RecordKind, key: str) -> ProviderRecord | None:
        """Return one thing as Stripe knows it now, or None when it knows of none."""
        with translated_errors():
            return self._found(kind, key)

    def balances(self) -> Mapping[str, Money]:
        """Return what Stripe holds for us, by currency, whether available yet or not.

        A currency that cannot be said in our money is left out: what moved it is told of anyway.
        """
        with translated_errors():
            held: Any = self._api.balance.retrieve()
        totals: dict[str, Money] = {}
        for part in (*held.available, *held.pending):
            with suppress(UnknownCurrency, NotChargeable):
                there = money(part.amount, part.currency)
                totals[there.currency] = (
                    totals.get(there.currency, Money(0, there.currency)) + there
                )
        return totals

    def _listings(self) -> dict[RecordKind, Any]:
        return {
            RecordKind.CHARGE: self._api.charges.list,
            RecordKind.REFUND: self._api.refunds.list,
            RecordKind.DISPUTE: self._api.disputes.list,
            RecordKind.TRANSFER: self._api.transfers.list,
            RecordKind.PAYOUT: self._api.payouts.list,
        }

    def _retrieves(self) -> dict[RecordKind, Any]:
        return {
            RecordKind.CHARGE: self._api.charges.retrieve,
            RecordKind.REFUND: self._api.refunds.retrieve,
            RecordKind.DISPUTE: self._api.disputes.retrieve,
            RecordKind.TRANSFER: self._api.transfers.retrieve,
            RecordKind.PAYOUT: self._api.payouts.retrieve,
        }

    def _moved(self, asked: Any) -> dict[tuple[RecordKind, str], None]:  # noqa: ANN401
        """Return what moved the balance, in order; a reversal is a matter of its transfer."""
        moved: dict[tuple[RecordKind, str], None] = {}
        lines = self._api.balance_transactions.list(asked | {"expand": WITH_SOURCE})
        for line in lines.auto_paging_iter():
            self._seen[line.id] = line
            source: Any = line.source
            kind = KINDS.get(getattr(source, "object", ""), RecordKind.MOVEMENT)
            is_reversal = getattr(source, "object", "") == "transfer_reversal"
            key = _id(source.transfer) if is_reversal else _id(source) or line.id
            moved[kind, key] = None
        return moved

    def _found(self, kind: RecordKind, key: str) -> ProviderRecord | None:
        try:
            if kind is RecordKind.MOVEMENT:
                return _movement(key, self._lines_named(key))
            return self._translated(kind, self._retrieves()[kind](key))
        except stripe.InvalidRequestError as error:
            if error.code == GONE:
                return None
            raise

    def _line(self, key: str) -> stripe.BalanceTransaction:
        if key not in self._seen:
            self._seen[key] = self._api.balance_transactions.retrieve(key)
        return self._seen[key]

    def _lines_named(self, key: str) -> list[stripe.BalanceTransaction]:
        """Return the lines of a source of which we know no more, or the one line without any."""
        seen = [line for line in self._seen.values() if key in {_id(line.source), line.id}]
        if seen:
            return seen
        asked = self._api.balance_transactions.list({"source": key, "limit": LONGEST_PAGE})
        return asked.data or [self._line(key)]

    def _translated(self, kind: RecordKind, found: Any) -> ProviderRecord | None:  # noqa: ANN401
        """Return an object as a record, or None as long as it has not touched our balance."""
        lines = self._lines_of(kind, found)
        if not lines:
            return None
        return ProviderRecord(
            kind=kind,
            key=found.id,
            our_key=str(getattr(found.metadata, OUR_KEY, "")),
            charge_key=found.id if kind is RecordKind.CHARGE else _id(getattr(found, "charge", "")),
            amount=money(_net(kind, found, lines), found.currency),
            fee=money(sum(line.fee for line in lines), lines[0].currency),
            created_at=datetime.fromtimestamp(found.created, UTC),
            is_certain=found.status != "pending" if kind is RecordKind.REFUND else True,
        )

    def _lines_of(self, kind: RecordKind, found: Any) -> list[stripe.BalanceTransaction]:  # noqa: ANN401
        if kind is RecordKind.DISPUTE:
            return list(found.balance_transactions)
        names = ("balance_transaction", "failure_balance_transaction")
        keys = [_id(getattr(found, name, None)) for name in names]
        return [self._line(key) for key in keys if key]


def _read(
    kind: RecordKind, key: str, read: Callable[[], ProviderRecord | None]
) -> ProviderRecord | UnreadableRecord | None:
    """Read one record, or say why it cannot be said in our money."""
    try:
        return read()
    except (NotChargeable, UnknownCurrency) as error:
        return UnreadableRecord(kind, key, str(error))


def _net(kind: RecordKind, found: Any, lines: list[stripe.BalanceTransaction]) -> int:  # noqa: ANN401
    """Return what an object has changed on our balance so far, in its own currency."""
    if kind is RecordKind.CHARGE:
        return int(found.amount_captured) if found.status == "succeeded" else 0
    if kind is RecordKind.TRANSFER:
        return int(found.amount_reversed - found.amount)
    if kind is RecordKind.DISPUTE:
        return -int(found.amount) if sum(line.amount for line in lines) else 0
    return 0 if found.status in UNDONE else -int(found.amount)


def _movement(key: str, lines: list[stripe.BalanceTransaction]) -> ProviderRecord:
    currency = lines[0].currency
    return ProviderRecord(
        kind=RecordKind.MOVEMENT,
        key=key,
        our_key="",
        charge_key="",
        amount=money(sum(line.amount for line in lines), currency),
        fee=money(sum(line.fee for line in lines), currency),
        created_at=datetime.fromtimestamp(min(line.created for line in lines), UTC),
    )


def _id(named: Any) -> str:  # noqa: ANN401  An object of Stripe's, or its id, or nothing.
    return str(getattr(named, "id", named) or "")
