"""A provider in which it is noon until a test moves its clock, and somebody who listens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from payments import events
from payments.mandates import events as cards
from payments.sandbox.server import serve
from tests.payments.checkout.provider import Clock, patience
from tests.payments.line import line_to

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import Settings

    from payments.sandbox.server import Running
    from tests.payments.line import Line

HEARD = (
    cards.CardSaved,
    cards.CardNotSaved,
    cards.ChargeDeclined,
    cards.AuthenticationNeeded,
    cards.ChargeGivenUp,
    events.PaymentSettled,
    events.PaymentFailed,
)


@pytest.fixture(autouse=True)
def _heard_by_a_test(monkeypatch: pytest.MonkeyPatch) -> None:
    for event in HEARD:
        monkeypatch.setitem(events._listeners, event, ("tests.hear",))  # noqa: SLF001


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock: Clock, settings: Settings) -> Iterator[Running]:
    """Let the product ask a sandbox in which it is noon."""
    with serve(clock=clock) as running:
        settings.STRIPE_API_BASE = running.url
        yield running


@pytest.fixture
def line(sandbox: Running, settings: Settings) -> Iterator[Line]:
    """Let the product ask the sandbox over a line that can be broken."""
    with line_to(sandbox.url) as opened, patience(10):
        settings.STRIPE_API_BASE = opened.url
        yield opened
