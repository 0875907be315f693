"""Money that somebody asked to move between the pots of a programme, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from payments.money import Money
from projects.matching import permissions
from projects.matching.models import TransferProposal

if TYPE_CHECKING:
    from uuid import UUID

    from django.utils.functional import Promise

    from projects.matching.models import Programme

LATEST = 20


@dataclass(frozen=True, slots=True)
class ProposedTransfer:
    """One proposal, and why the person who looks may not confirm it."""

    proposal: TransferProposal
    amount: Money
    why_not: Promise | str | None

    @property
    def waits(self) -> bool:
        return self.proposal.state == TransferProposal.State.PROPOSED


def transfers_of(programme: Programme, *, person_id: UUID) -> tuple[ProposedTransfer, ...]:
    """Return what waits for a second person, and the latest that was moved or given up."""
    rows = TransferProposal.objects.filter(programme=programme)
    rows = rows.select_related("proposed_by", "ended_by")
    waiting = rows.filter(state=TransferProposal.State.PROPOSED)
    ended = rows.exclude(state=TransferProposal.State.PROPOSED).order_by("-ended_at", "-id")
    return tuple(
        ProposedTransfer(
            proposal=row,
            amount=Money(row.minor, programme.currency),
            why_not=permissions.why_not_move(proposed_by=row.proposed_by_id, actor_id=person_id),
        )
        for row in [*waiting, *ended[:LATEST]]
    )
