"""Everything the provider has on record about our money, to be laid beside the books."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from payments.money import Money


class RecordKind(StrEnum):
    CHARGE = "charge"
    REFUND = "refund"
    DISPUTE = "dispute"
    TRANSFER = "transfer"
    PAYOUT = "payout"  # From our balance to our own bank.
    MOVEMENT = "movement"  # Whatever else moved the balance.


@dataclass(frozen=True, slots=True)
class ProviderRecord:
    """One thing that moved our balance at the provider, as it stands now.

    Amounts are signed as our balance saw them: a refund of 5.00 is -5.00, and nothing at all once
    it has come back.
    """

    kind: RecordKind
    key: str
    our_key: str  # What it carries of ours, or blank.
    charge_key: str  # The charge it is about, or blank.
    amount: Money
    fee: Money  # What the provider kept besides. Its currency may be another one.
    created_at: datetime
    is_certain: bool = True  # False: the provider has not decided yet.


@dataclass(frozen=True, slots=True)
class UnreadableRecord:
    """Something the provider has that cannot be said in our words and our money."""

    kind: RecordKind
    key: str
    reason: str


class ProviderRecords(Protocol):
    """Who keeps records. Every call may raise ProviderUnavailable or ProviderRefused."""

    def since(self, moment: datetime) -> Iterator[ProviderRecord | UnreadableRecord]:
        """Yield each thing that was made, or moved money, since a moment; each once.

        One that cannot be read is said to be so and does not hide the others.
        """
        ...

    def find(self, kind: RecordKind, key: str) -> ProviderRecord | None:
        """Return one thing as the provider knows it now, or None when it knows of none."""
        ...

    def balances(self) -> Mapping[str, Money]:
        """Return what the provider holds for us, by currency, whether available yet or not.

        A currency that we do not know is left out.
        """
        ...
