"""Taking what the provider says became of a payment into the books, once.

Events are hints: whoever calls `settle` has fetched the charge from the provider. Any order, any
repetition and any loss of events lead to the same books, because entries are keyed by the charge
and the state moves under the payment's lock.

Money that is not what was asked for is booked as it came and waits for a person. Only a fee in
another currency than the charge does not hold the giver's money up: the payment is settled with a
fee of nothing, and the fee alone, booked in its own currency, waits for a person.
"""

from __future__ import annotations

from payments.booking import PROVIDER
from payments.settlement.asking import ask_about_payment, ask_provider
from payments.settlement.holding import (
    HoldRefused,
    MoreThanHeld,
    capture,
    finish_hold,
    release,
)
from payments.settlement.taking import ChargeBelongsElsewhere, settle

__all__ = [
    "PROVIDER",
    "ChargeBelongsElsewhere",
    "HoldRefused",
    "MoreThanHeld",
    "ask_about_payment",
    "ask_provider",
    "capture",
    "finish_hold",
    "release",
    "settle",
]
