"""A sandbox whose clock stands still until a test moves it, and the official client for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from payments.sandbox.background import do_due
from payments.sandbox.server import Options, serve
from tests.payments.sandbox import make
from tests.payments.sandbox.receiver import SECRET, Receiver, listening

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from payments.sandbox.server import Running
    from tests.payments.sandbox.make import Client

NOON = 1_795_521_600  # 2026-11-24 12:00 UTC


@dataclass
class Clock:
    """The sandbox's time, in seconds since 1970."""

    now: float = NOON

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as receiver:
        yield receiver


@pytest.fixture
def sandbox(clock: Clock, receiver: Receiver) -> Iterator[Running]:
    options = Options(webhook_url=receiver.url, webhook_secrets=(SECRET,))
    with serve(options, clock=clock) as running:
        yield running


@pytest.fixture
def later(sandbox: Running, clock: Clock) -> Callable[[float], None]:
    """Return a function that moves the clock forward and does what is due by then."""

    def forward(seconds: float) -> None:
        clock.now += seconds
        do_due(sandbox.world)

    return forward


@pytest.fixture
def client(sandbox: Running) -> Iterator[Client]:
    with make.client(sandbox.url) as connected:
        yield connected
