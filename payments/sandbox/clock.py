"""The sandbox's time: the machine's, and ahead of it by as much as somebody has turned it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.sandbox.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from payments.sandbox.store import Document, Store
    from payments.sandbox.world import World

_AHEAD = "clock_ahead"
_FARTHEST = 10 * 366 * 24 * 3600


class Clock:
    """Seconds since 1970. It only goes forward, and a restart does not set it back."""

    def __init__(self, machine: Callable[[], float], store: Store) -> None:
        self.machine = machine
        self._store = store
        with store.transaction() as connection:
            row = connection.execute("SELECT value FROM settings WHERE name = ?", (_AHEAD,))
            (value,) = row.fetchone() or ("0",)
        self._ahead = int(value)

    def __call__(self) -> float:
        return self.machine() + self._ahead

    def turn(self, seconds: int) -> None:
        """Go forward."""
        with self._store.transaction() as connection:
            connection.execute("DELETE FROM settings WHERE name = ?", (_AHEAD,))
            connection.execute(
                "INSERT INTO settings (name, value) VALUES (?, ?)",
                (_AHEAD, str(self._ahead + seconds)),
            )
        self._ahead += seconds


def control(world: World, body: Document) -> Document:
    """Turn the clock `forward` by whole seconds, and have what is due by then done.

    Raises:
        InvalidRequest: backwards, or more than ten years.
    """
    seconds = body.get("forward")
    if type(seconds) is not int or not 0 <= seconds <= _FARTHEST:
        raise InvalidRequest(message="forward must be whole seconds.", param="forward")
    if not isinstance(world.clock, Clock):
        raise InvalidRequest(message="This sandbox has a clock that nobody can turn.")
    world.clock.turn(seconds)
    world.wake()
    return {"now": world.now()}


def machine_time(world: World) -> int:
    """Return the time that everybody else has: webhooks are signed with it."""
    return int(world.clock.machine() if isinstance(world.clock, Clock) else world.clock())
