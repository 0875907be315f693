"""Counting what was given before by what new terms limit.

A tally moves only what the rule of the time speaks of. Where newer terms bring a cap or a
threshold on something else, what stands from before is counted for it now, and each row keeps
those moves as its own. The caller holds the programme's lock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from projects.matching import bases, caps, counting, engine
from projects.matching.models import Allocation, CountedMoney
from projects.matching.services import tallies
from projects.matching.tally import as_rows, from_rows, touched

if TYPE_CHECKING:
    from collections.abc import Sequence

    from projects.matching.models import Programme
    from projects.matching.rules import Counted, Rule
    from projects.matching.tally import Key, Moves

BATCH = 500


def speaks_of_more(rule: Rule, earlier: Rule) -> bool:
    """Tell whether a rule counts something that an earlier one did not."""
    return not _counted_by(rule) <= _counted_by(earlier)


def _counted_by(rule: Rule) -> set[tuple[object, ...]]:
    """Return what a rule counts by: scopes with their periods, layers and calendars."""
    calendar = (rule.window.zone, rule.window.clock, rule.fiscal_year_start)
    found: set[tuple[object, ...]] = {
        ("cap", cap.scope, cap.period, cap.layer, calendar if cap.period != "none" else None)
        for cap in rule.caps
    }
    found |= {("base", cap.scope) for cap in rule.base_caps}
    if rule.threshold is not None:
        found.add(("threshold", rule.threshold.metric))
    if rule.needs_award:
        found.add(("award",))
    if rule.stacking.lifetime_awards is not None:
        found.add(("lifetime",))
    return found


def extend(programme: Programme, rule: Rule) -> None:
    """Count all that a programme decided so far by what a rule speaks of, batch by batch."""
    keys = list(Allocation.objects.filter(programme=programme).values_list("pk", flat=True))
    for start in range(0, len(keys), BATCH):
        rows = Allocation.objects.filter(pk__in=keys[start : start + BATCH])
        extend_rows(programme, rule, list(rows.select_for_update(no_key=True)))


def extend_rows(programme: Programme, rule: Rule, rows: Sequence[Allocation]) -> None:
    """Count some decisions by what a rule speaks of; what they counted already stays."""
    refs = [row.contribution_ref for row in rows]
    counted = CountedMoney.objects.filter(contribution_ref__in=refs)
    money = {each.contribution_ref: each.counted for each in counted}
    added = {row.pk: _missing(rule, money[row.contribution_ref], row) for row in rows}
    keys = frozenset(key for moves in added.values() for key in touched(moves))
    if not keys:
        return
    tally = engine.tallies({programme.pk: keys})[programme.pk]
    for row in rows:
        moves = added[row.pk]
        tally.move(moves)
        row.moves = as_rows((*from_rows(row.moves), *moves))
        row.decided_moves = as_rows((*from_rows(row.decided_moves), *moves))
    Allocation.objects.bulk_update([row for row in rows if added[row.pk]], _FIELDS)
    tallies.write(programme.pk, tally)


_FIELDS = ("moves", "decided_moves")


def _missing(rule: Rule, money: Counted, row: Allocation) -> Moves:
    """Return what a decision moves by this rule and has not moved yet."""
    remaining = row.remaining_minor
    stays = counting.converted(rule, money, remaining)
    if stays is None or counting.missing(rule, money) is not None:
        return ()
    parts = dict(engine.parts_of(row.parts))
    wanted: dict[Key, int] = dict.fromkeys(bases.counted_keys(rule, money), stays)
    for key in caps.matched_keys(rule, money, caps.kept(rule, money)):
        wanted[key] = parts.get(key.layer, 0) if key.layer else row.amount_minor
    for cap in rule.base_caps:
        if used := bases.used_key(cap.scope, money):
            wanted[used] = min(stays, row.base_minor)
    known = {key for key, _ in from_rows(row.moves)}
    return tuple((key, minor) for key, minor in wanted.items() if minor and key not in known)
