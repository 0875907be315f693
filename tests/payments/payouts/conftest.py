"""A provider whose clock stands still until a test moves it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from payments.sandbox.background import do_due
from payments.sandbox.server import serve
from tests.make import payouts as make

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_django import Settings

    from payments.sandbox.server import Running


@dataclass
class Clock:
    """The provider's time, in seconds since 1970."""

    now: float = make.NOON.timestamp()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock: Clock) -> Iterator[Running]:
    with serve(clock=clock) as running:
        yield running


@pytest.fixture
def provider(sandbox: Running, settings: Settings) -> Running:
    """Let the product ask the fresh sandbox, whose balance is full."""
    settings.STRIPE_API_BASE = sandbox.url
    make.top_up(sandbox)
    return sandbox


@pytest.fixture
def later(sandbox: Running, clock: Clock) -> Callable[[float], None]:
    """Return a function that moves the provider's clock and does what is due by then."""

    def forward(seconds: float) -> None:
        clock.now += seconds
        do_due(sandbox.world)

    return forward
