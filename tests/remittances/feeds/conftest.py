from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.remittances.feeds import server as serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import Settings

    from tests.remittances.feeds.server import Server


@pytest.fixture
def server(settings: Settings) -> Iterator[Server]:
    """Run a server on this machine that feeds may be read from."""
    with serving.running() as running:
        settings.PRICE_FEED_LOCAL_HOSTS = [running.host]
        yield running
