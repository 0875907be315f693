"""What several programmes did with one contribution, seen from one of them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from projects.matching.instant.outcomes import Before, leave
from projects.matching.models import Allocation, WaitingMoney
from projects.matching.rules import Stack
from projects.matching.services import changes, waiting

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from projects.matching.models import ProgrammeVersion
    from projects.matching.rules import Counted, Rule


def before(
    pairs: Sequence[tuple[ProgrammeVersion, Allocation]], money: Mapping[str, Counted]
) -> dict[str, Before]:
    """Return what all other programmes have done with each contribution, by reference.

    A second look comes after all of them, whatever the order in which they were asked first.
    """
    found = {row.contribution_ref: Before() for _, row in pairs}
    looking = {row.programme_id: row.contribution_ref for _, row in pairs}
    asking = [row.contribution_ref for version, row in pairs if _looks_at_others(version.rule)]
    if not asking:
        return found
    others = _given(asking)
    for ref in asking:
        given = [row for row in others[ref] if row.programme_id not in looking]
        found[ref] = _folded(given, money[ref])
    return found


def lock_waiting(refs: Iterable[str]) -> None:
    """Lock the turns that wait at later programmes, so that nobody decides by what was before."""
    rows = WaitingMoney.objects.filter(contribution_ref__in=list(refs))
    list(rows.select_for_update(no_key=True).order_by("id").values_list("pk"))


def tell_waiting(refs: Sequence[str], money: Mapping[str, Counted]) -> None:
    """Let later programmes know of what contributions have been given, or lost, since."""
    rows = list(WaitingMoney.objects.filter(contribution_ref__in=list(refs)))
    if not rows:
        return
    given = _given([row.contribution_ref for row in rows])
    waiting.tell(
        [(row, _folded(given[row.contribution_ref], money[row.contribution_ref])) for row in rows]
    )


def _looks_at_others(rule: Rule) -> bool:
    stacking = rule.stacking
    is_alone = stacking.mode is Stack.PARALLEL and not stacking.exclusive_with
    return not is_alone or stacking.total_public_share is not None


def _given(refs: Collection[str]) -> dict[str, list[Allocation]]:
    rows = Allocation.objects.given().filter(contribution_ref__in=refs).select_related("version")
    found = defaultdict[str, list[Allocation]](list)
    for row in rows.order_by("allocated_at", "id"):
        found[row.contribution_ref].append(row)
    return found


def _folded(rows: Iterable[Allocation], money: Counted) -> Before:
    seen = Before()
    for row in rows:
        seen = leave(seen, row.version.rule, money, changes.standing_of(row))
    return seen
