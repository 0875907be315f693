"""The thread that does what is due: deliveries, settlements, expiries."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from payments.sandbox import (
    charges,
    deliveries,
    disputes,
    intents,
    jobs,
    payouts,
    refunds,
    sessions,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from payments.sandbox.world import World

_IDLE = 0.5  # Seconds between two looks at the clock when nothing happens.
_PATIENCE = 1.0  # Seconds that stopping waits for a delivery under way.


class Background:
    """Runs `do_due` whenever something happened, and twice a second for what time brings."""

    def __init__(self) -> None:
        self._woken = threading.Event()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        self._woken.set()

    def start(self, world: World) -> None:
        self._thread = threading.Thread(target=self._run, args=(world,), daemon=True)
        self._thread.start()

    def stop(self) -> bool:
        """End after the delivery under way; say whether that was at once."""
        self._stopped.set()
        self._woken.set()
        if self._thread:
            self._thread.join(_PATIENCE)
        return self._thread is None or not self._thread.is_alive()

    def _run(self, world: World) -> None:
        while not self._stopped.is_set():
            self._woken.clear()
            do_due(world, stopping=self._stopped.is_set)
            self._woken.wait(_IDLE)


def do_due(world: World, *, stopping: Callable[[], bool] = lambda: False) -> None:
    """Do everything whose time has come: jobs first, for they make events."""
    with world.working:
        for kind, identifier in jobs.due(world):
            with world.store.transaction():
                jobs.drop(world, identifier)
                _JOBS[kind](world, identifier)
        deliveries.deliver_due(world, stopping=stopping)


def _settle(world: World, identifier: str, *, succeeded: bool = True) -> None:
    intent = world.store.get(intents.KIND, identifier)
    intents.settle(world, intent, succeeded=succeeded)
    sessions.after_settlement(world, intent)


def _fail(world: World, identifier: str) -> None:
    _settle(world, identifier, succeeded=False)


def _count(world: World, identifier: str) -> None:
    charges.count(world, world.store.get(charges.KIND, identifier))


def _expire(world: World, identifier: str) -> None:
    sessions.current(world, identifier)


def _end_hold(world: World, identifier: str) -> None:
    intents.end_hold(world, world.store.get(intents.KIND, identifier))


def _finish_refund(world: World, identifier: str) -> None:
    refunds.finish(world, world.store.get(refunds.KIND, identifier))


def _fail_refund(world: World, identifier: str) -> None:
    refunds.fail(world, world.store.get(refunds.KIND, identifier))


def _move_payout(world: World, identifier: str) -> None:
    payouts.move_on(world, world.store.get(payouts.KIND, identifier))


def _dispute(world: World, identifier: str) -> None:
    charge = world.store.get(charges.KIND, identifier.rpartition(" ")[2])
    disputes.open_for_card(world, charge)


_JOBS: dict[str, Callable[[World, str], None]] = {
    jobs.SETTLE: _settle,
    jobs.FAIL: _fail,
    jobs.COUNT: _count,
    jobs.EXPIRE: _expire,
    jobs.END_HOLD: _end_hold,
    jobs.FINISH_REFUND: _finish_refund,
    jobs.FAIL_REFUND: _fail_refund,
    jobs.DISPUTE: _dispute,
    jobs.MOVE_PAYOUT: _move_payout,
}
