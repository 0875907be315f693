"""The payment sandbox for the tests of payments: a real server on a free port, state in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from payments.sandbox.server import serve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import Settings

    from payments.sandbox.server import Running


@pytest.fixture
def sandbox() -> Iterator[Running]:
    """Run a fresh sandbox that delivers no webhooks; `sandbox.url` is its address."""
    with serve() as running:
        yield running


@pytest.fixture
def provider(sandbox: Running, settings: Settings) -> Running:
    """Let the product ask the fresh sandbox."""
    settings.STRIPE_API_BASE = sandbox.url
    return sandbox
