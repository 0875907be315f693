"""Somebody who listens to what is announced of payments."""

from __future__ import annotations

import pytest

from payments import events


@pytest.fixture
def _heard_by_a_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(events._listeners, events.PaymentSettled, ("tests.hear_settled",))  # noqa: SLF001
    monkeypatch.setitem(events._listeners, events.PaymentFailed, ("tests.hear_failed",))  # noqa: SLF001
