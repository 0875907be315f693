"""Somebody who listens to everything that the rooms of money announce."""

from __future__ import annotations

import pytest

from payments import events
from payments.disputes import events as disputes
from payments.mandates import events as cards
from payments.payouts import events as payouts
from payments.refunds import events as refunds

ANNOUNCED = (
    events.PaymentSettled,
    events.PaymentFailed,
    events.PaymentDiffers,
    events.ExceptionFound,
    refunds.PaymentRefunded,
    refunds.RefundFailed,
    disputes.DisputeOpened,
    disputes.DisputeWon,
    disputes.DisputeLost,
    cards.CardSaved,
    cards.CardNotSaved,
    cards.ChargeDeclined,
    payouts.PayoutPaid,
    payouts.PayoutFailed,
    payouts.PayoutReturned,
)


@pytest.fixture
def _heard_by_a_test(monkeypatch: pytest.MonkeyPatch) -> None:
    for event in ANNOUNCED:
        monkeypatch.setitem(events._listeners, event, ("tests.hear",))  # noqa: SLF001
