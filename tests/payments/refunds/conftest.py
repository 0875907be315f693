"""Somebody who listens to what is announced of payments, refunds and disputes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from payments import events
from payments.disputes.events import DisputeLost, DisputeOpened, DisputeWon
from payments.refunds.events import PaymentRefunded, RefundFailed

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

ANNOUNCED: tuple[type[DataclassInstance], ...] = (
    events.PaymentSettled,
    events.PaymentDiffers,
    events.ExceptionFound,
    PaymentRefunded,
    RefundFailed,
    DisputeOpened,
    DisputeWon,
    DisputeLost,
)


@pytest.fixture(autouse=True)
def _heard_by_a_test(monkeypatch: pytest.MonkeyPatch) -> None:
    for event in ANNOUNCED:
        monkeypatch.setitem(events._listeners, event, ("tests.hear",))  # noqa: SLF001
