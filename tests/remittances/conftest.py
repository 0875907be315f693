"""The real prices of the survey."""

from __future__ import annotations

import pytest

from tests.make import remittances as make


@pytest.fixture
def real() -> None:
    make.real_prices()
