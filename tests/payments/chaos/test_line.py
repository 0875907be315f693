"""The line to the provider breaks at each step at which money moves: it moves once.

Each step meets each trouble once, is repeated soon after with the line mended, again an hour later,
and a day later, when the provider has forgotten the key of the first call.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from itertools import product
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest

from payments.gateway.base import ProviderUnavailable
from payments.ledger.models import Entry
from payments.sandbox import idempotency
from payments.sandbox.server import serve
from tests.make import payouts as make_payouts
from tests.make.payments import NOON
from tests.payments.chaos.steps import STEPS, Step, at_provider, books_fit
from tests.payments.checkout.provider import patience
from tests.payments.line import line_to

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import Settings

    from payments.sandbox.server import Running
    from tests.payments.line import Line

pytestmark = [pytest.mark.django_db, pytest.mark.promise("M6"), pytest.mark.promise("D6")]

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(hours=25)
PATIENT, IMPATIENT = 10.0, 0.4
TROUBLES: dict[str, dict[str, Any]] = {
    "delay": {"delay": 0.2},
    "late": {"delay": 3 * IMPATIENT},  # Served, and nobody waits for the answer any more.
    "refuse": {"refuses": True},
    "black hole": {"answers": False},
    "cut at 0": {"reply_bytes": 0},
    "cut at 1": {"reply_bytes": 1},
    "cut at 100": {"reply_bytes": 100},
    "cut at 700": {"reply_bytes": 700},
}
QUICK = {("page", "cut at 0"), ("refund", "cut at 100"), ("card", "late"), ("capture", "refuse"),
         ("transfer", "black hole"), ("payout", "cut at 0"), ("reversal", "cut at 1")}  # fmt: skip
WAITS = {"hour": HOUR, "day": DAY}
PAGE_WAITS = {"soon": timedelta(seconds=5), "minutes": 2 * MINUTE}  # As a person tries again.
GRID = [
    pytest.param(
        STEPS[step],
        TROUBLES[trouble],
        wait,
        id=f"{step}-{trouble}-{name}",
        marks=[] if (step, trouble) in QUICK and name in {"hour", "soon"} else [pytest.mark.slow],
    )
    for step, trouble in product(STEPS, TROUBLES)
    for name, wait in (PAGE_WAITS if step == "page" else WAITS).items()
]


@pytest.fixture
def sandbox() -> Iterator[Running]:
    """Run a sandbox in which it is noon until its clock is turned."""
    with serve(clock=NOON.timestamp) as running:
        yield running


@pytest.fixture
def line(sandbox: Running, settings: Settings) -> Iterator[Line]:
    """Let the product ask the sandbox over a line that can be broken."""
    with line_to(sandbox.url) as opened, patience(PATIENT):
        settings.STRIPE_API_BASE = opened.url
        yield opened


@pytest.mark.parametrize(("step", "trouble", "wait"), GRID)
def test_whatever_befalls_a_call_it_is_made_once_and_booked_once(
    line: Line, sandbox: Running, step: Step, trouble: dict[str, Any], wait: timedelta
) -> None:
    act = step.begin(sandbox)
    line.only = step.call
    for name, value in trouble.items():
        setattr(line, name, value)

    with patience(IMPATIENT), suppress(ProviderUnavailable):
        act(NOON)
    assert line.met == 1

    line.mend()
    for later in (wait, wait + 2 * MINUTE):
        forward(sandbox, later)
        act(NOON + later)
    assert at_provider(sandbox, step.left) == step.left
    assert booked(step) == step.entries
    assert books_fit()


@pytest.mark.parametrize(("step", "wait"), [("page", "soon"), ("refund", "hour"), ("card", "hour")])
def test_without_its_keys_the_provider_would_do_it_twice(
    line: Line, sandbox: Running, step: str, wait: str
) -> None:
    """The control: the breaks are such that only the keys keep money from moving twice."""
    act = STEPS[step].begin(sandbox)
    line.only, line.reply_bytes = STEPS[step].call, 0
    with mock.patch.object(idempotency, "claim", return_value=idempotency.Claim(None)):
        with suppress(ProviderUnavailable):
            act(NOON)
        line.mend()
        act(NOON + (WAITS | PAGE_WAITS)[wait])

    made = list(STEPS[step].left)[-1]
    assert at_provider(sandbox, {made: 2}) == {made: 2}


def forward(sandbox: Running, since_noon: timedelta) -> None:
    """Turn the provider's clock to so much after noon."""
    ahead = since_noon.total_seconds() - (sandbox.world.now() - NOON.timestamp())
    make_payouts.control(sandbox, "clock", {"forward": int(max(ahead, 0))})


def booked(step: Step) -> dict[str, int]:
    kinds = {"charge", "processor_fee", "refund", "transfer", "transfer_reversal", *step.entries}
    found = {kind: Entry.objects.filter(kind=kind).count() for kind in kinds}
    return {kind: number for kind, number in found.items() if number}
