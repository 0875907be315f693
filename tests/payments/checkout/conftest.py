"""A sandbox in which it is noon, and a line to it that can be broken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from payments.sandbox.server import serve
from tests.payments.checkout.provider import Clock, patience
from tests.payments.line import line_to

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import Settings

    from payments.sandbox.server import Running
    from tests.payments.line import Line


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock: Clock) -> Iterator[Running]:
    """Run a sandbox in which it is noon."""
    with serve(clock=clock) as running:
        yield running


@pytest.fixture
def line(sandbox: Running, settings: Settings) -> Iterator[Line]:
    """Let the product ask the sandbox over a line that can be broken."""
    with line_to(sandbox.url) as opened, patience(10):
        settings.STRIPE_API_BASE = opened.url
        yield opened
