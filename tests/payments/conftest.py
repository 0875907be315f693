"""The payment sandbox for the tests of payments: a real server on a free port, state in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from payments.sandbox.server import serve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from payments.sandbox.server import Running


@pytest.fixture
def sandbox() -> Iterator[Running]:
    """Run a fresh sandbox that delivers no webhooks; `sandbox.url` is its address."""
    with serve() as running:
        yield running
