"""Letting money that has had its turn go on to the next programme, and waking that one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.db import connection

from payments import queue
from projects.matching.models import WaitingMoney

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from projects.matching.instant.outcomes import Before

TASK = "matching.allocate_due"

_GO_ON = """
UPDATE matching_waiting_money AS waiting
SET programme_id = moved.programme, left_minor = moved.left_minor,
    public_minor = moved.public_minor, gave = moved.gave, parked_until = NULL, last_error = ''
FROM jsonb_to_recordset(%s::jsonb) AS moved (
    id uuid, programme text, left_minor bigint, public_minor bigint, gave text[]
)
WHERE waiting.id = moved.id
"""


def pass_on(turns: Sequence[tuple[WaitingMoney, Before]]) -> None:
    """Let the next programme decide, knowing what those before did; the last ends the waiting."""
    moved: list[dict[str, object]] = []
    done: list[UUID] = []
    woken = set[str]()
    for row, before in turns:
        following = row.money.candidate_after(row.programme_id)
        if following is None:
            done.append(row.pk)
            continue
        woken.add(following)
        moved.append(_document(row, following, before))
    if done:
        WaitingMoney.objects.filter(pk__in=done).delete()
    _go_on(moved)
    for programme_id in sorted(woken):
        queue.wake_on_commit(TASK, programme_id=programme_id)


def tell(changes: Iterable[tuple[WaitingMoney, Before]]) -> None:
    """Let money that still waits know of what a programme asked earlier has given since."""
    _go_on([_document(row, row.programme_id, before) for row, before in changes])


def _document(row: WaitingMoney, programme_id: str, before: Before) -> dict[str, object]:
    return {
        "id": str(row.pk),
        "programme": programme_id,
        "left_minor": before.left_minor,
        "public_minor": before.public_minor,
        "gave": before.gave,
    }


def _go_on(moved: list[dict[str, object]]) -> None:
    if moved:
        with connection.cursor() as cursor:
            cursor.execute(_GO_ON, [json.dumps(moved)])
