"""Somebody who listens to what is announced of payments, and a provider whose clock moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from payments import events
from payments.sandbox.server import serve
from tests.payments.checkout.provider import Clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import Settings

    from payments.sandbox.server import Running

HEARD = (
    events.PaymentSettled,
    events.PaymentFailed,
    events.PaymentDiffers,
    events.PaymentHeld,
    events.ExceptionFound,
)


@pytest.fixture
def _heard_by_a_test(monkeypatch: pytest.MonkeyPatch) -> None:
    for event in HEARD:
        monkeypatch.setitem(events._listeners, event, ("tests.hear",))  # noqa: SLF001


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def moving(clock: Clock, settings: Settings) -> Iterator[Running]:
    """Let the product ask a sandbox in which it is noon until a test moves the clock."""
    with serve(clock=clock) as running:
        settings.STRIPE_API_BASE = running.url
        yield running
