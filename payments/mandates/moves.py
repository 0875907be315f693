"""The moves of a mandate from state to state. Each is checked, stored and written down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.mandates.models import Mandate, MandateMove
from payments.moves import MoveRefused

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

S = Mandate.State
ALLOWED: dict[str, frozenset[str]] = {
    S.CREATED: frozenset({S.OPEN, S.SAVED, S.FAILED, S.EXPIRED, S.RELEASED}),
    S.OPEN: frozenset({S.SAVED, S.FAILED, S.EXPIRED, S.RELEASED}),
    S.SAVED: frozenset({S.RELEASED}),
    S.FAILED: frozenset({S.RELEASED}),  # A card that was saved late is given up at once.
    S.EXPIRED: frozenset({S.RELEASED}),
    S.RELEASED: frozenset(),
}


def lock(mandate_id: UUID) -> Mandate:
    """Return the mandate, locked."""
    return Mandate.objects.select_for_update().get(pk=mandate_id)


def move(mandate: Mandate, state: Mandate.State, *, cause: str, now: datetime) -> None:
    """Store a locked mandate in its new state, with all else that was set on it.

    Raises:
        MoveRefused: There is no way from the present state to that one.
    """
    if state not in ALLOWED[mandate.state]:
        raise MoveRefused(f"A mandate that is {mandate.state} cannot become {state}.")
    MandateMove.objects.create(
        mandate=mandate, from_state=mandate.state, to_state=state, cause=cause, at=now
    )
    mandate.state = state
    mandate.save()
