"""Bringing allocations to what they come to now: entries, rows, counters, log and news.

A change voids what is committed and commits another amount, or nothing. The caller holds the
programme's lock, and has moved the tally.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count

from payments import events
from payments.ledger.services import post
from projects.matching import engine
from projects.matching.events import MatchAllocated, MatchReduced
from projects.matching.instant.outcomes import Given
from projects.matching.models import Allocation, MatchTransition
from projects.matching.services import earning, entries, lines, tallies
from projects.matching.tally import as_rows, from_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from payments.ledger.services import Entry
    from projects.matching.instant.outcomes import Outcome, Parts
    from projects.matching.models import Programme
    from projects.matching.tally import Moves, Tally

State = Allocation.State
LOST = "threshold_lost"
_FIELDS = (
    "amount_minor",
    "parts",
    "moves",
    "base_minor",
    "ideal_minor",
    "lump_minor",
    "decided_minor",
    "decided_parts",
    "decided_moves",
    "unmet",
    "reason",
    "steps",
    "state",
    "ledger_key",
)


@dataclass(frozen=True, slots=True)
class Change:
    """What an allocation is to come to.

    `decided` is there where it was decided again, `lost` where its threshold was lost.
    """

    row: Allocation
    parts: Parts
    moves: Moves
    cause: str
    decided: Outcome | None = None
    lost: Outcome | None = None

    @property
    def minor(self) -> int:
        return sum(minor for _, minor in self.parts)

    @property
    def is_booked(self) -> bool:
        return self.parts != engine.parts_of(self.row.parts)


def standing_of(row: Allocation) -> Given:
    """Return what stands of a decision, as a plain value."""
    return Given(
        engine.parts_of(row.parts),
        from_rows(row.moves),
        row.reason or None,
        tuple(row.steps),
        min(row.lump_minor, row.amount_minor),
    )


def decision_of(row: Allocation) -> Given:
    """Return a decision as it was made, before any of its money went back.

    With a lost threshold it was to give nothing.
    """
    is_lost = row.reason == LOST
    return Given(
        () if is_lost else engine.parts_of(row.decided_parts),
        from_rows(row.decided_moves),
        row.reason or None,
        tuple(row.steps),
        row.lump_minor,
    )


def apply(programme: Programme, wanted: Sequence[Change], tally: Tally, *, now: datetime) -> int:
    """Write changes of one programme; return the minor units that its pots get back."""
    booked = [change for change in wanted if change.is_booked]
    keys = _next_keys([change.row for change in booked])
    returned = [entry for change in booked for entry in _to_funder(change, now=now)]
    voided = [entries.uncommit(each.row, at=now) for each in booked if each.row.amount_minor]
    log, freed = list[MatchTransition](), 0
    for change in wanted:
        came_from, before = change.row.state, change.row.amount_minor
        _bring(change, key=keys.get(change.row.pk, change.row.ledger_key))
        freed += before - change.minor
        if change in booked:
            log.append(_line(change, came_from=came_from, before=before, now=now))
            _tell(change, before=before, currency=programme.currency)
    standing = [each.row for each in booked if each.row.amount_minor]
    committed = [entries.commit(row, currency=programme.currency, at=now) for row in standing]
    post([*voided, *committed, *returned])
    Allocation.objects.bulk_update([change.row for change in wanted], _FIELDS)
    tallies.write(programme.pk, tally)
    MatchTransition.objects.bulk_create(log)
    return freed


def _bring(change: Change, *, key: str) -> None:
    """Set the fields of a row; its state follows from what was decided and what stands."""
    row, decided = change.row, change.decided
    row.parts, row.amount_minor = change.parts, change.minor
    row.moves = as_rows(change.moves)
    if decided is not None:
        row.base_minor, row.ideal_minor = decided.base_minor, decided.ideal_minor
        row.lump_minor = decided.lump_minor
        if decided.minor >= row.decided_minor:
            row.decided_minor, row.decided_parts = decided.minor, decided.parts
        row.decided_moves, row.unmet = as_rows(decided.moves), decided.unmet
        row.steps, row.reason = list(decided.steps), decided.reason or ""
    elif change.lost is not None:
        row.decided_moves = as_rows(change.lost.moves)
        row.steps, row.reason = list(change.lost.steps), LOST
    row.ledger_key = key if row.amount_minor else ""
    if row.amount_minor:
        row.state = State.COMMITTED
    elif row.state == State.COMMITTED:
        row.state = State.RELEASED


def _to_funder(change: Change, *, now: datetime) -> list[Entry]:
    """Return the entry that takes what is freed out of its pots, where the rule says so."""
    row, stays = change.row, dict(change.parts)
    freed = tuple(
        (layer, gone)
        for layer, minor in engine.parts_of(row.parts)
        if (gone := minor - stays.get(layer, 0)) > 0
    )
    return earning.to_funder(row, freed, key=f"{row.ledger_key}:void", now=now) if freed else []


def _next_keys(rows: Sequence[Allocation]) -> dict[UUID, str]:
    """Return the names of the next entries that commit these matches; the log counts them."""
    counted = MatchTransition.objects.filter(subject_id__in=[row.pk for row in rows]).order_by()
    earlier = dict(counted.values_list("subject_id").annotate(Count("id")))
    return {
        row.pk: f"{entries.commit_key(row.contribution_ref, row.programme_id)}:{earlier[row.pk]}"
        for row in rows
    }


def _line(change: Change, *, came_from: str, before: int, now: datetime) -> MatchTransition:
    return lines.moved(
        change.row,
        came_from=came_from,
        cause=change.cause,
        now=now,
        released_minor=before - change.minor,
    )


def _tell(change: Change, *, before: int, currency: str) -> None:
    """Tell of match that is taken back, and of match that a second look has given."""
    row, minor = change.row, change.minor
    if minor < before:
        events.publish(
            MatchReduced(
                contribution_ref=row.contribution_ref,
                programme_id=row.programme_id,
                amount_minor=minor,
                released_minor=before - minor,
                currency=currency,
                cause=change.cause,
            )
        )
    elif change.decided is not None:
        events.publish(MatchAllocated(row.contribution_ref, row.programme_id, minor, currency))
