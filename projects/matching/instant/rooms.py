"""Every room that a match has to fit into, and the counters that it then moves."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from projects.matching import caps, counting
from projects.matching.caps import Room
from projects.matching.instant import ideals, subjects
from projects.matching.instant.outcomes import total_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from projects.matching.caps import Kept
    from projects.matching.instant.ideals import Ideal
    from projects.matching.instant.outcomes import Parts, Pots, Step, Turn
    from projects.matching.rules import Counted, Rule
    from projects.matching.tally import Key, Tally


UNLIMITED = 2**62


def limits(
    turn: Turn, kept: Sequence[Kept], counted_minor: int, *, tally: Tally, funded_minor: int
) -> tuple[list[Room], list[Step]]:
    """Return the rooms of everything but the pots, the first to be named first."""
    rooms: list[Room] = []
    steps: list[Step] = []
    if caps.needs_award(turn.rule):
        ceiling = turn.ceiling_minor or 0
        left = max(0, ceiling - tally[caps.project_key(turn.money)])
        rooms.append(Room("cap_award", left))
        steps.append({"step": "award", "ceiling": ceiling, "room": left})
    for each in kept:
        if found := _capped(turn, each, counted_minor, tally, funded_minor):
            rooms.append(found[0])
            steps.append(found[1])
    stacking = turn.rule.stacking
    if stacking.lifetime_awards is not None and not _is_new_within(turn, tally):
        rooms.append(Room("cap_organisation", 0))
        steps.append({"step": "lifetime_awards", "cap": stacking.lifetime_awards, "room": 0})
    if (share := stacking.total_public_share) is not None:
        given = _really_given(turn)
        public = public_room(turn.rule, given, public_minor=turn.before.public_minor)
        rooms.append(Room("total_public_cap", public))
        steps.append(
            {
                "step": "total_public",
                "share": [share.numerator, share.denominator],
                "before": turn.before.public_minor,
                "room": public,
            }
        )
    return rooms, steps


def _capped(
    turn: Turn, each: Kept, counted_minor: int, tally: Tally, funded_minor: int
) -> tuple[Room, Step] | None:
    cap = each.cap
    limit = caps.limit(turn.rule, turn.money, cap, funded_minor=funded_minor)
    if limit is None:
        return None
    used = caps.used(turn.rule, turn.money, each, tally, counted_minor)
    room = limit - used if used < limit else 0
    return Room(caps.reason_of(cap), room, each.layer), {
        "step": "cap",
        "scope": cap.scope,
        "period": cap.period,
        "layer": each.layer,
        "cap": limit,
        "room": room,
    }


def _is_new_within(turn: Turn, tally: Tally) -> bool:
    """Tell whether an organisation may be matched for this project, a new one or not."""
    project, organisation = caps.lifetime_keys(turn.money)
    most = turn.rule.stacking.lifetime_awards or 0
    return tally[project] > 0 or tally[organisation] < most


def _really_given(turn: Turn) -> Counted:
    """Return the money that public money is measured on; what a claim counts for is not it."""
    given = turn.before.given_minor
    return turn.money if given is None else replace(turn.money, amount_minor=given)


def public_room(rule: Rule, money: Counted, *, public_minor: int) -> int:
    """Return how much a programme may add so that public money keeps to its share.

    Of the money and of the match of all programmes together; `public_minor` is, in the money's own
    currency, the match of the others. The answer is in the programme's currency.
    """
    share = rule.stacking.total_public_share
    if share is None or share.numerator >= share.denominator:
        return UNLIMITED
    most = share.numerator * money.amount_minor // (share.denominator - share.numerator)
    return counting.converted(rule, money, max(0, most - public_minor)) or 0


def pot_rooms(turn: Turn, *, tally: Tally, pots: Pots) -> tuple[list[Room], list[Step]]:
    """Return the room of each layer's pot, in the order of the rule."""
    rooms: list[Room] = []
    steps: list[Step] = []
    for layer in turn.rule.layers:
        left = pots.left.get(layer.id, 0)
        kept = 0
        if turn.rule.reserve is not None and not _qualifies(turn):
            kept = min(max(0, left), unspent(turn, layer.id, tally=tally, pots=pots))
            steps.append({"step": "reserve", "layer": layer.id, "room": kept})
        room = left - kept
        reason = "reserved_for_others" if kept else "pot_exhausted"
        rooms.append(Room(reason, room, layer.id))
        steps.append({"step": "pot", "layer": layer.id, "room": room})
    return rooms, steps


def _qualifies(turn: Turn) -> bool:
    reserve = turn.rule.reserve
    return reserve is not None and counting.facts_met(reserve.conditions, turn.money.facts)


def unspent(turn: Turn, layer: str, *, tally: Tally, pots: Pots) -> int:
    """Return how much of the reserve is still kept for those who qualify."""
    reserve = turn.rule.reserve
    if reserve is None or pots.is_reserve_released:
        return 0
    if reserve.release_at is not None and turn.money.settled_at >= reserve.release_at:
        return 0
    amount = subjects.amount_of(
        reserve.amount, turn.rule, turn.money, funded_minor=pots.funded_minor
    )
    return max(0, amount - tally[caps.reserve_key(layer)])


def moves_of_match(  # noqa: PLR0913  What was paid, and what it was paid from.
    turn: Turn, kept: Sequence[Kept], parts: Parts, ideal: Ideal, *, tally: Tally, pots: Pots
) -> dict[Key, int]:
    """Return what paying these parts adds to the counters of match."""
    if not parts:
        return {}
    total, paid = total_of(parts), dict(parts)
    moves = {
        key: paid.get(key.layer, 0) if key.layer else total
        for key in caps.matched_keys(turn.rule, turn.money, kept)
    }
    if ideal.is_lump:
        moves[ideals.lump_key(turn.money)] = total
    if turn.rule.reserve is not None and _qualifies(turn):
        for layer, minor in parts:
            moves[caps.reserve_key(layer)] = min(
                minor, unspent(turn, layer, tally=tally, pots=pots)
            )
    return moves


def match_step(parts: Parts, *, base: int, ideal: int, entry: int, passed: int) -> Step:
    """Return the last step of a calculation: what is paid, and what it is a share of."""
    step: Step = {
        "step": "match",
        "minor": total_of(parts),
        "base": base,
        "ideal": ideal,
        "entry": entry,
        "passed": passed,
    }
    if any(layer for layer, _ in parts):
        step["parts"] = [[layer, minor] for layer, minor in parts]
    return step
