"""What the provider has on record beside what the books say, thing by thing.

Both sides are reduced to what one thing of the provider's did to the balance there: an amount and a
fee, in each currency, after all that was booked about it. So the order of events, and entries that
a person added to put something right, make no difference.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from payments.gateway.records import RecordKind
from payments.money import Money
from payments.reconciliation.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from payments.gateway.records import ProviderRecord

UNKNOWN = {
    RecordKind.CHARGE: Kind.UNKNOWN_CHARGE,
    RecordKind.REFUND: Kind.UNKNOWN_REFUND,
    RecordKind.DISPUTE: Kind.UNKNOWN_DISPUTE,
    RecordKind.TRANSFER: Kind.UNKNOWN_TRANSFER,
    RecordKind.PAYOUT: Kind.UNKNOWN_PAYOUT,
    RecordKind.MOVEMENT: Kind.UNKNOWN_MOVEMENT,
}
MISSING = {
    RecordKind.CHARGE: Kind.MISSING_CHARGE,
    RecordKind.REFUND: Kind.MISSING_REFUND,
    RecordKind.DISPUTE: Kind.MISSING_DISPUTE,
    RecordKind.TRANSFER: Kind.MISSING_TRANSFER,
    RecordKind.PAYOUT: Kind.MISSING_PAYOUT,
    RecordKind.MOVEMENT: Kind.MISSING_MOVEMENT,
}
PAID_OUT = frozenset({RecordKind.TRANSFER, RecordKind.PAYOUT})


@dataclass(frozen=True, slots=True)
class Booked:
    """What the books say that one thing did to the balance, in minor units by currency."""

    kind: RecordKind
    key: str
    reference: str
    amounts: Mapping[str, int] = field(default_factory=dict)
    fees: Mapping[str, int] = field(default_factory=dict)

    @property
    def amount(self) -> Money | None:
        """Return the amount when there is one in one currency."""
        return _only(self.amounts)

    @property
    def fee(self) -> Money | None:
        return _only(self.fees)


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that the two sides do not agree on. Amounts are what moved, without a sign."""

    kind: Kind
    provider_key: str
    reference: str
    ours: Money | None
    theirs: Money | None


def compared(record: ProviderRecord, booked: Booked | None) -> list[Difference]:
    """Return in what a thing of the provider's differs from the books; nothing when it fits."""
    if booked is None or not (booked.amounts or booked.fees):
        return _unbooked(record, booked)
    amount = _by_currency(record.amount)
    if booked.amounts.keys() != amount.keys() and booked.amounts and amount:
        return [_difference(Kind.CURRENCY, record, booked, booked.amount, record.amount)]
    found = []
    if booked.amounts != amount:
        found.append(_difference(Kind.AMOUNT, record, booked, booked.amount, record.amount))
    if booked.fees != _by_currency(record.fee):
        found.append(_difference(Kind.FEE, record, booked, booked.fee, record.fee))
    return found


def missing(booked: Booked) -> list[Difference]:
    """Return the difference that a thing makes which only the books know, unless it came to nil."""
    if not (booked.amounts or booked.fees):
        return []
    ours = booked.amount or booked.fee
    kind = MISSING[booked.kind]
    return [Difference(kind, booked.key, booked.reference, _unsigned(ours), None)]


def sent_twice(records: Iterable[ProviderRecord], booked: Mapping[str, Booked]) -> set[str]:
    """Return the keys of transfers and payouts that repeat another one of the same name of ours.

    Of several, the one in the books is the first, or else the oldest.
    """
    by_name: dict[str, list[ProviderRecord]] = {}
    for record in records:
        if record.kind in PAID_OUT and record.our_key and record.amount:
            by_name.setdefault(record.our_key, []).append(record)
    again = set()
    for same in by_name.values():
        same.sort(key=lambda record: (record.key not in booked, record.created_at, record.key))
        again |= {record.key for record in same[1:]}
    return again


def _unbooked(record: ProviderRecord, booked: Booked | None) -> list[Difference]:
    if not record.is_certain or not (record.amount or record.fee):
        return []
    theirs = record.amount or record.fee
    return [_difference(UNKNOWN[record.kind], record, booked, None, theirs)]


def _difference(
    kind: Kind,
    record: ProviderRecord,
    booked: Booked | None,
    ours: Money | None,
    theirs: Money | None,
) -> Difference:
    reference = booked.reference if booked else ""
    return Difference(kind, record.key, reference, _unsigned(ours), _unsigned(theirs))


def _by_currency(amount: Money) -> dict[str, int]:
    return {amount.currency: amount.minor} if amount else {}


def _only(amounts: Mapping[str, int]) -> Money | None:
    if len(amounts) != 1:
        return None
    ((currency, minor),) = amounts.items()
    return Money(minor, currency)


def _unsigned(amount: Money | None) -> Money | None:
    return None if amount is None else Money(abs(amount.minor), amount.currency)
