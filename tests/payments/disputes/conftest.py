"""The listeners of the tests of refunds hear what is announced of disputes, too."""

from __future__ import annotations

from tests.payments.refunds.conftest import _heard_by_a_test

__all__ = ["_heard_by_a_test"]
