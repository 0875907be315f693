"""What a formula gives once for a project, when money of the project goes back.

It was written down with the contribution that brought it, and is the project's: it stays as long as
any money of the project still counts with the programme. A threshold's lump stays as long as the
threshold is reached, which is asked elsewhere. The caller holds the programme's lock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from projects.matching import unwinding
from projects.matching.models import Allocation, CountedMoney
from projects.matching.services import changes

if TYPE_CHECKING:
    from projects.matching.instant.outcomes import Decided, Remaining
    from projects.matching.rules import Counted

BATCH = 100


def stays(
    row: Allocation,
    money: Counted,
    decided: Decided,
    *,
    remaining_minor: int,
    public_minor: int | None = None,
) -> Remaining:
    """Return what stays of a decision when this much of its money remains, minor units."""
    rule = row.version.rule
    is_whole = remaining_minor >= money.amount_minor
    is_lump = bool(decided.lump_minor and decided.parts) and not unwinding.is_of_threshold(rule)
    if is_lump and not is_whole and _has_others(row):
        return unwinding.kept_by_project(rule, money, decided, remaining_minor=remaining_minor)
    return unwinding.remaining(
        rule, money, decided, remaining_minor=remaining_minor, public_minor=public_minor
    )


def of_project(row: Allocation) -> list[Allocation]:
    """Return, locked, the lumps of a row's project that other money has a say in.

    Those are written with contributions of which something has gone back.
    """
    rows = Allocation.objects.filter(
        programme=row.programme_id, project_id=row.project_id, lump_minor__gt=0
    )
    gone = rows.exclude(pk=row.pk).filter(remaining_minor__isnull=False)
    locked = gone.select_related("version", "programme").select_for_update(
        no_key=True, of=("self",)
    )
    return [
        each for each in locked.order_by("id") if not unwinding.is_of_threshold(each.version.rule)
    ]


def _has_others(row: Allocation) -> bool:
    """Tell whether other money of a row's project still counts with its programme."""
    others = Allocation.objects.filter(
        programme=row.programme_id, project_id=row.project_id, base_minor__gt=0
    )
    left = others.exclude(pk=row.pk).exclude(remaining_minor=0).select_related("version")
    rows = list(left.order_by("pk")[:BATCH])
    while rows:
        if _any_counts(rows):
            return True
        rows = list(left.order_by("pk").filter(pk__gt=rows[-1].pk)[:BATCH])
    return False


def _any_counts(rows: list[Allocation]) -> bool:
    counted = CountedMoney.objects.filter(
        contribution_ref__in=[row.contribution_ref for row in rows]
    )
    money = {each.contribution_ref: each.counted for each in counted}
    return any(
        unwinding.still_counts(
            row.version.rule,
            money[row.contribution_ref],
            changes.standing_of(row),
            remaining_minor=_left(row, money[row.contribution_ref]),
        )
        for row in rows
    )


def _left(row: Allocation, money: Counted) -> int:
    return money.amount_minor if row.remaining_minor is None else row.remaining_minor
