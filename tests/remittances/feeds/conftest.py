from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.remittances.feeds import made
from tests.remittances.feeds import server as serving
from tests.remittances.rates import made as rates

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import Settings

    from remittances.models import Feed
    from tests.remittances.feeds.server import Server


@pytest.fixture
def server(settings: Settings) -> Iterator[Server]:
    """Run a server on this machine that feeds may be read from."""
    with serving.running() as running:
        settings.PRICE_FEED_LOCAL_HOSTS = [running.host]
        yield running


@pytest.fixture
def feed(server: Server) -> Feed:
    """Make a feed of euro to shillings, with a reference rate to compare with."""
    rates.rate("EUR", "KES", "150", source="Central Bank of Kenya")
    return made.feed(server.url)
