"""Counting what was decided before by what the newest terms of a programme speak of.

Each row keeps what it moves so as its own, like all it moved before. The caller holds the
programme's lock.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from django.db import connection
from django.db.models import Max, Model

from projects.matching import engine, extending
from projects.matching.instant.outcomes import Given, Held
from projects.matching.models import Allocation, Claim, CountedMoney, Reservation, Round
from projects.matching.rules import Counted
from projects.matching.services import changes, tallies
from projects.matching.tally import as_rows, from_rows, touched

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from uuid import UUID

    from django.db.models import QuerySet

    from projects.matching.models import Programme
    from projects.matching.rules import Rule
    from projects.matching.tally import Moves

BATCH = 2_000

Row = TypeVar("Row", bound=Model)
Terms = dict["UUID", "Rule"]
"""The rules of a programme by the keys of its versions."""

_ADD = """
UPDATE {table} AS row SET {columns}
FROM jsonb_to_recordset(%s::jsonb) AS added (id uuid, stands jsonb, made jsonb)
WHERE row.id = added.id
"""
_STANDS = "moves = row.moves || added.stands"
_MADE = "decided_moves = row.decided_moves || added.made"
_TO_ALLOCATIONS = _ADD.format(table="matching_allocation", columns=f"{_STANDS}, {_MADE}")
_TO_CLAIMS = _ADD.format(table="matching_claim", columns=_STANDS)
_TO_RESERVATIONS = _ADD.format(table="matching_reservation", columns=_STANDS)


class Added(NamedTuple):
    """What one row moves besides: as it stands, and as it was decided."""

    row: UUID
    stands: Moves
    made: Moves = ()


def extend(programme: Programme, newest: Rule, *, earlier: Rule) -> None:
    """Count what a programme gave, holds and has claims for by all that its newest rule asks.

    `earlier` is the rule it follows, by which all of that is counted already.
    """
    if not extending.speaks_of_more(newest, earlier):
        return
    terms = _terms(programme)
    decided = Allocation.objects.filter(programme=programme)
    if not extending.speaks_of_money(newest):
        decided = decided.filter(decided_minor__gt=0)
    for allocations in _batches(decided):
        _write(programme, _TO_ALLOCATIONS, _of_allocations(newest, terms, allocations))
    for claims in _batches(_open_claims(programme)):
        _write(programme, _TO_CLAIMS, _of_claims(newest, terms, claims))
    for held in _batches(Reservation.objects.active().filter(programme=programme)):
        _write(programme, _TO_RESERVATIONS, _of_reservations(newest, terms, held))


def extend_rows(
    programme: Programme, newest: Rule, rows: Sequence[Allocation], *, earlier: Rule
) -> None:
    """Count decisions that were just written by one rule by what the newest asks besides."""
    if extending.speaks_of_more(newest, earlier):
        _write(programme, _TO_ALLOCATIONS, _of_allocations(newest, _terms(programme), rows))


def _terms(programme: Programme) -> Terms:
    return {version.pk: version.rule for version in programme.versions.all()}


def _open_claims(programme: Programme) -> QuerySet[Claim]:
    """Return the claims for the coming round: those of a closed one stay as they are."""
    last = Round.objects.filter(programme=programme).aggregate(number=Max("number"))["number"]
    return Claim.objects.filter(programme=programme, round_number__gt=last or 0)


def _batches(rows: QuerySet[Row]) -> Iterator[list[Row]]:
    """Yield rows in the order of their keys, locked, some thousand at a time."""
    ordered = rows.order_by("pk").select_for_update(no_key=True, of=("self",))
    batch = list(ordered[:BATCH])
    while batch:
        yield batch
        batch = list(ordered.filter(pk__gt=batch[-1].pk)[:BATCH])


def _of_allocations(newest: Rule, terms: Terms, rows: Sequence[Allocation]) -> Iterator[Added]:
    money = _money(row.contribution_ref for row in rows)
    for row in rows:
        rule, each = terms[row.version_id], money[row.contribution_ref]
        made = changes.decision_of(row)
        more = extending.missing(newest, rule, each, made)
        if more:
            yield Added(row.pk, _standing(rule, each, made, more, row), more)


def _standing(rule: Rule, money: Counted, made: Given, more: Moves, row: Allocation) -> Moves:
    whole = money.amount_minor
    remaining = whole if row.remaining_minor is None else row.remaining_minor
    added = Given(made.parts, more, made.reason, made.steps, made.lump_minor)
    return extending.standing(rule, money, added, engine.parts_of(row.parts), remaining)


def _of_claims(newest: Rule, terms: Terms, rows: Sequence[Claim]) -> Iterator[Added]:
    money = _money(row.contribution_ref for row in rows)
    for row in rows:
        each = money[row.contribution_ref]
        more = extending.missing_of_claim(
            newest,
            terms[row.version_id],
            each,
            Given((), from_rows(row.moves), row.reason or None, tuple(row.steps)),
            remaining_minor=row.remaining_minor,
        )
        if more:
            yield Added(row.pk, more)


def _of_reservations(newest: Rule, terms: Terms, rows: Sequence[Reservation]) -> Iterator[Added]:
    for row in rows:
        held = Held(engine.parts_of(row.parts), from_rows(row.moves), row.reason or None)
        more = extending.missing_of_held(newest, terms[row.version_id], _promised(row), held)
        if more:
            yield Added(row.pk, more)


def _promised(row: Reservation) -> Counted:
    """Return the money of a reservation, which has not arrived: as when it was held first."""
    return Counted(
        ref=row.contribution_ref,
        amount_minor=row.base_minor,
        currency=row.currency,
        settled_at=row.held_since,
        donor=row.donor_key,
        project=str(row.project_id),
        facts=row.facts,
        initiated_at=row.held_since,
    )


def _money(refs: Iterable[str]) -> Mapping[str, Counted]:
    counted = CountedMoney.objects.filter(contribution_ref__in=list(refs))
    return {each.contribution_ref: each.counted for each in counted}


def _write(programme: Programme, statement: str, found: Iterable[Added]) -> None:
    """Add moves to rows of one table, and to the tally."""
    added = list(found)
    if not added:
        return
    rows = [
        {"id": str(each.row), "stands": as_rows(each.stands), "made": as_rows(each.made)}
        for each in added
    ]
    with connection.cursor() as cursor:
        cursor.execute(statement, [json.dumps(rows)])
    keys = frozenset(key for each in added for key in touched(each.stands))
    tally = engine.tallies({programme.pk: keys})[programme.pk]
    for each in added:
        tally.move(each.stands)
    tallies.write(programme.pk, tally)
