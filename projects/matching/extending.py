"""What an earlier decision counts for by newer terms.

A decision moves the counters that its own terms speak of. Newer terms may speak of others: a cap
on another scope, period or layer, a base cap, a threshold, a pairing, tiers on a total. What stands
from before is then counted by those too, as if they had always been kept. Terms that speak of less
count nothing anew, and a counter that the terms of the time kept stays as they kept it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from projects.matching import caps, counting, unwinding
from projects.matching.formula import Tiers
from projects.matching.instant import bases, ideals, subjects
from projects.matching.instant.outcomes import total_of
from projects.matching.rules import Metric, Period, Scope
from projects.matching.tally import Measure

if TYPE_CHECKING:
    from projects.matching.instant.outcomes import Decided, Held, Outcome, Parts
    from projects.matching.rules import Cap, Counted, Rule
    from projects.matching.tally import Key, Moves
    from projects.matching.unwinding import Stages

_OF_MATCH = (Measure.MATCHED, Measure.RESERVE)


def speaks_of_more(rule: Rule, earlier: Rule) -> bool:
    """Tell whether a rule may count something that an earlier one did not."""
    return not _speaks_of(rule) <= _speaks_of(earlier)


def speaks_of_money(rule: Rule) -> bool:
    """Tell whether a rule counts money, whatever became of it, and not match alone."""
    names = {str(name) for name, *_ in _speaks_of(rule)}
    return not names <= {"cap", "award", "lifetime", "reserve"}


def _speaks_of(rule: Rule) -> set[tuple[object, ...]]:
    """Return what a rule counts by: scopes with their periods, layers and calendars."""
    of_it: dict[tuple[object, ...], bool] = {
        ("paired", rule.paired and rule.paired.roles): rule.paired is not None,
        ("tiers", isinstance(rule.formula, Tiers) and rule.formula.on): True,
        ("reserve", rule.reserve and rule.reserve.conditions): rule.reserve is not None,
        ("award",): caps.needs_award(rule),
        ("lifetime",): rule.stacking.lifetime_awards is not None,
    }
    found = {name for name, is_so in of_it.items() if is_so} - {("tiers", False)}
    found |= {("base", cap.scope) for cap in rule.base_caps}
    found |= {
        _kind_of(rule, cap, layer) for cap in rule.caps for layer in caps.layers_of(rule, cap)
    }
    if rule.threshold is not None:
        found.add(("threshold", rule.threshold.metric is Metric.DONORS))
    return found


def _kind_of(rule: Rule, cap: Cap, layer: str | None) -> tuple[object, ...]:
    dated = (rule.window.zone, rule.window.clock, rule.fiscal_year_start)
    kind = "cost" if cap.scope is Scope.PROJECT_COST else "cap"
    calendar = dated if cap.period is not Period.NONE else None
    return kind, cap.scope, cap.period, layer or "", calendar


def widened(outcome: Outcome, newest: Rule, money: Counted) -> Outcome:
    """Return a decision that moves besides what the newest rule of its programme speaks of."""
    if not speaks_of_more(newest, outcome.rule):
        return outcome
    more = missing(newest, outcome.rule, money, outcome)
    return outcome._replace(moves=(*outcome.moves, *more)) if more else outcome


def missing(newest: Rule, rule: Rule, money: Counted, decided: Decided) -> Moves:
    """Return what a decision by `rule` has not moved of what the newest rule speaks of.

    `decided` is as it was made, before any of its money went back.
    """
    reason = counting.refusal(rule, money)
    names = {step["step"] for step in decided.steps}
    if reason is not None and not decided.parts:
        return ()
    stages = unwinding.stages_of(rule, money, money, decided.steps)
    if "promised" not in names and not names.isdisjoint({"refused", "exclusive"}):
        stages.used = stages.weighted = stages.minor = 0
    if reason is not None:
        stages.counted = 0  # Promised before it was refused: the match counts, the money does not.
    total = stages.minor if "match" in names else 0
    wanted = _amounts(newest, money, decided.parts, stages, total_minor=total)
    return _new(wanted, rule, money, decided.moves)


def missing_of_claim(
    newest: Rule, rule: Rule, money: Counted, claim: Decided, *, remaining_minor: int | None
) -> Moves:
    """Return what a claim by `rule` has not moved of what the newest rule speaks of.

    A claim counts by what remains of its money, and for nothing where it came too late.
    """
    if not claim.steps:
        return ()
    if remaining_minor is not None:
        money = replace(money, amount_minor=remaining_minor)
    return missing(newest, rule, money, claim)


def missing_of_held(newest: Rule, rule: Rule, money: Counted, held: Held) -> Moves:
    """Return what a reservation by `rule` has not moved of what the newest rule speaks of.

    Nobody has kept how its base came about, so it counts for all of its money until it is decided
    on. Money that has not arrived reaches no threshold and stands for no role.
    """
    whole = counting.converted(rule, money) or 0
    stages = unwinding.Stages(whole, whole, whole, whole)
    wanted = _amounts(newest, money, held.parts, stages, total_minor=whole)
    kept = {
        key: minor
        for key, minor in wanted.items()
        if key.measure != Measure.COUNTED and key.scope != "role"
    }
    return _new(kept, rule, money, held.moves)


def standing(
    rule: Rule, money: Counted, made: Decided, parts: Parts, remaining_minor: int
) -> Moves:
    """Return what stands of a decision's moves when these parts and this much of the money do."""
    is_lump = bool(made.lump_minor and parts)  # It may stay when its money does not.
    left = unwinding.kept_by_project if is_lump else unwinding.remaining
    stays = left(rule, money, made, remaining_minor=remaining_minor).moves
    paid, total = dict(parts), total_of(parts)
    limited = (
        (key, min(minor, paid.get(key.layer, 0) if _is_of_layer(key) else total))
        if key.measure in _OF_MATCH
        else (key, minor)
        for key, minor in stays
    )
    return tuple((key, minor) for key, minor in limited if minor)


def _is_of_layer(key: Key) -> bool:
    return bool(key.layer) or key.measure == Measure.RESERVE


def _amounts(
    rule: Rule, money: Counted, parts: Parts, stages: Stages, *, total_minor: int
) -> dict[Key, int]:
    """Return every counter that a rule speaks of before money, and how much it moves."""
    rule = _with_subjects(rule, money)
    paid, match = dict(parts), total_of(parts)
    found = dict.fromkeys(bases.counted_keys(rule, money), stages.counted)
    for key in caps.matched_keys(rule, money, caps.kept(rule, money)):
        found[key] = paid.get(key.layer, 0) if key.layer else match
    for cap in rule.base_caps:
        if (used := bases.used_key(cap.scope, money)) is not None:
            found[used] = stages.used
    if rule.paired is not None and (role := money.facts.get("role")) in rule.paired.roles:
        found[bases.role_key(money, role)] = stages.weighted
        found[bases.paired_key(money)] = stages.minor
    if (total := ideals.total_key(rule, money)) is not None:
        found[total] = total_minor
    if rule.reserve is not None and counting.facts_met(rule.reserve.conditions, money.facts):
        found |= {caps.reserve_key(layer.id): paid.get(layer.id, 0) for layer in rule.layers}
    return found


def _with_subjects(rule: Rule, money: Counted) -> Rule:
    """Return a rule without those limits whose subject the money does not name."""

    def is_named(scope: Scope) -> bool:
        field = subjects.FIELDS.get(scope)
        return field is None or money.facts.get(field) is not None

    stacking = rule.stacking
    if money.facts.get("project.organisation") is None:
        stacking = replace(stacking, lifetime_awards=None)
    return replace(
        rule,
        caps=tuple(cap for cap in rule.caps if is_named(cap.scope)),
        base_caps=tuple(cap for cap in rule.base_caps if is_named(cap.scope)),
        stacking=stacking,
    )


def _new(wanted: dict[Key, int], rule: Rule, money: Counted, moves: Moves) -> Moves:
    kept = caps.keys(rule, money) | {key for key, _ in moves}
    return tuple((key, minor) for key, minor in wanted.items() if minor and key not in kept)
