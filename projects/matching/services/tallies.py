"""Moving the counters of a programme's tally, in one statement however many there are.

The caller holds the programme's lock and writes, in the same transaction, the rows whose moves
these are.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.db import connection
from uuid_utils.compat import uuid7

from projects.matching import engine
from projects.matching.tally import touched

if TYPE_CHECKING:
    from collections.abc import Iterable

    from projects.matching.tally import Moves, Tally

_MOVE = """
MERGE INTO matching_tally AS counter
USING jsonb_to_recordset(%s::jsonb) AS moved (
    id uuid, measure text, scope text, whose text, period text, layer text, minor bigint
)
ON counter.programme_id = %s AND counter.whose = moved.whose
    AND counter.measure = moved.measure AND counter.scope = moved.scope
    AND counter.period = moved.period AND counter.layer = moved.layer
WHEN MATCHED THEN UPDATE SET minor = counter.minor + moved.minor
WHEN NOT MATCHED THEN
    INSERT (id, programme_id, measure, scope, whose, period, layer, minor)
    VALUES (moved.id, %s, moved.measure, moved.scope, moved.whose, moved.period, moved.layer,
        moved.minor)
"""


def write(programme_id: str, tally: Tally) -> None:
    """Move a programme's counters as its tally moved since it was read.

    Raises:
        IntegrityError: a counter would go below zero.
    """
    changes = [
        key._asdict() | {"id": str(uuid7()), "minor": minor} for key, minor in tally.changed()
    ]
    if changes:
        with connection.cursor() as cursor:
            cursor.execute(_MOVE, [json.dumps(changes), programme_id, programme_id])


def take_back(programme_id: str, moves: Iterable[Moves]) -> None:
    """Move the counters back by what some rows moved, which no longer do."""
    gone = [each for each in moves if each]
    keys = frozenset(key for each in gone for key in touched(each))
    tally = engine.tallies({programme_id: keys})[programme_id]
    for each in gone:
        tally.move(each, back=True)
    write(programme_id, tally)
