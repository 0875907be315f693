"""Mail of one test only, and one day for the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import time_machine

from tests.make import price_alerts as make

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def noon() -> Iterator[None]:
    """Stop the clock of pages at the moment of the builders."""
    with time_machine.travel(make.NOW, tick=False):
        yield
