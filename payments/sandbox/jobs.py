"""What the sandbox owes to itself at a later time: settlements, refunds that end, expiries."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from payments.sandbox.world import World

SETTLE = "settle_intent"
FAIL = "fail_intent"
COUNT = "count_charge"
EXPIRE = "expire_session"
END_HOLD = "end_hold"
FINISH_REFUND = "finish_refund"
FAIL_REFUND = "fail_refund"
DISPUTE = "dispute_charge"
MOVE_PAYOUT = "move_payout"


def plan(world: World, kind: str, identifier: str, due: int) -> None:
    """Have a job done for an object at `due`, in seconds since 1970; one job an object."""
    with world.store.transaction() as connection:
        connection.execute(
            "INSERT INTO jobs (object, kind, due) VALUES (?, ?, ?)"
            " ON CONFLICT (object) DO UPDATE SET kind = excluded.kind, due = excluded.due",
            (identifier, kind, due),
        )
    world.wake()


def drop(world: World, identifier: str) -> None:
    """Forget the job of an object."""
    with world.store.transaction() as connection:
        connection.execute("DELETE FROM jobs WHERE object = ?", (identifier,))


def due(world: World) -> list[tuple[str, str]]:
    """Return kind and object of every job whose time has come, earliest first."""
    with world.store.transaction() as connection:
        rows: list[tuple[str, str]] = connection.execute(
            "SELECT kind, object FROM jobs WHERE due <= ? ORDER BY due, object", (world.now(),)
        ).fetchall()
    return rows
