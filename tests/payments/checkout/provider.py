"""The provider of these tests, and what a payment left there and here."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING
from unittest import mock

import pytest

from payments import checkout, gateway
from payments.gateway.stripe.client import client
from tests.make.payments import NOON

if TYPE_CHECKING:
    from collections.abc import Iterator

    from payments.models import Payment
    from payments.sandbox.server import Running
    from tests.payments.line import Line


class Clock:
    """The provider's clock, which stands still until it is put forward."""

    now = NOON

    def __call__(self) -> float:
        return self.now.timestamp()


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Let the product wait so long for the provider, and ask it once."""
    impatient = partial(client, timeout_seconds=(seconds, seconds), retries=0)
    with mock.patch.object(gateway, "client", impatient):
        yield


def pages(sandbox: Running) -> int:
    return len(sandbox.world.store.every("checkout.session"))


def states(payment: Payment) -> list[str]:
    return list(payment.moves.values_list("to_state", flat=True))


def lose_the_answer(payment: Payment, line: Line) -> None:
    """Let the provider make the page and the answer be lost."""
    line.reply_bytes = 0
    with pytest.raises(checkout.ProviderUnavailable):
        checkout.open_page(payment_id=payment.pk, now=NOON)
    line.reply_bytes = None
