"""The limits of a programme and the room each one leaves.

Every cap clips; the smallest room wins and is the one that is named. What was given before is kept
in a tally, so that nothing here has to look anything up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from projects.matching.counting import condition_holds
from projects.matching.instant import bases, ideals, subjects, thresholds
from projects.matching.rules import Allocation, Cap, Period, Scope
from projects.matching.tally import Key, Measure, both, touched

if TYPE_CHECKING:
    from collections.abc import Iterable

    from projects.matching.rules import Counted, Rule
    from projects.matching.tally import Tally


class Room(NamedTuple):
    """How much one limit still lets through, and the reason code when it is the one that binds."""

    reason: str
    minor: int
    layer: str | None = None  # None: of all layers together.


class Kept(NamedTuple):
    """One cap before one contribution: the layer it limits and the counter of match it keeps."""

    cap: Cap
    layer: str | None
    key: Key | None


def clip(ideal_minor: int, limits: Iterable[Room]) -> tuple[int, str | None]:
    """Return the smaller of an amount and every room, and the reason of the room that bound.

    Of two equally small rooms the earlier is named. A room exactly as large as the amount does not
    bind.
    """
    minor, reason = ideal_minor, None
    for room in limits:
        if room.minor < minor:
            minor, reason = room.minor, room.reason
    return minor, reason


def reason_of(cap: Cap) -> str:
    """Return the reason code of a cap: its scope, and its period where it has one."""
    return f"cap_{cap.scope}" + ("" if cap.period is Period.NONE else f"_{cap.period}")


def kept(rule: Rule, money: Counted) -> list[Kept]:
    """Return every cap of a rule with its counter, whether it speaks of this money or not."""
    return [
        Kept(cap, layer, moved_by(rule, money, cap, layer))
        for cap in rule.caps
        for layer in layers_of(rule, cap)
    ]


def limit(rule: Rule, money: Counted, cap: Cap, *, funded_minor: int) -> int | None:
    """Return the amount of a cap on the day of this money; None: it does not speak of it."""
    if cap.when is not None and not condition_holds(cap.when, money.facts):
        return None
    if isinstance(cap.amount, int):
        return cap.amount
    return subjects.amount_of(cap.amount, rule, money, funded_minor=funded_minor)


def used(rule: Rule, money: Counted, each: Kept, tally: Tally, counted_minor: int) -> int:
    """Return what a cap has given away before this contribution.

    `counted_minor` is this money in the rule's currency: a cap on the project's cost counts it too.
    """
    if each.key is None:
        return 0
    if each.cap.period is not Period.N_YEARS and each.cap.scope is not Scope.PROJECT_COST:
        return tally[each.key]
    own = counted_minor if each.cap.scope is Scope.PROJECT_COST else 0
    return own + sum(tally[key] for key in read_by(rule, money, each))


def layers_of(rule: Rule, cap: Cap) -> list[str | None]:
    """Return the layers that a cap limits; None is all of them together."""
    if cap.layer is None and cap.scope is Scope.LAYER:
        return [layer.id for layer in rule.layers]
    return [cap.layer]


def moved_by(rule: Rule, money: Counted, cap: Cap, layer: str | None) -> Key | None:
    """Return the counter of match that a cap keeps, if it keeps one for this money."""
    whose = subjects.subject(cap.scope, money)
    if cap.scope is Scope.CONTRIBUTION or whose is None:
        return None
    scope = Scope.PROJECT if cap.scope is Scope.PROJECT_COST else cap.scope
    period = "" if cap.period is Period.NONE else _period(rule, money, cap)
    return Key(Measure.MATCHED, scope, whose, period, layer or "")


def read_by(rule: Rule, money: Counted, each: Kept) -> list[Key]:
    """Return every counter that a cap adds up."""
    cap, key = each.cap, each.key
    if key is None:
        return []
    found = [key]
    if cap.period is Period.N_YEARS:
        years = subjects.earlier_years(rule, subjects.day(rule, money), cap.years)
        found = [key._replace(period=year) for year in years]
    if cap.scope is Scope.PROJECT_COST:
        found += [each._replace(measure=Measure.COUNTED, layer="") for each in found]
    return found


def _period(rule: Rule, money: Counted, cap: Cap) -> str:
    return subjects.period_key(rule, cap.period, subjects.day(rule, money))


def needs_award(rule: Rule) -> bool:
    """Tell whether a committee must have awarded the project a ceiling before."""
    return rule.needs_award or rule.allocation is Allocation.MANUAL


def project_key(money: Counted) -> Key:
    """Return the counter of all the match of a project."""
    return Key(Measure.MATCHED, "project", money.project)


def lifetime_keys(money: Counted) -> tuple[Key, Key]:
    """Return the counters of a project of an organisation, and of how many such there are."""
    organisation = str(money.facts.get("project.organisation"))
    whose = both(organisation, money.project)
    return (
        Key(Measure.MATCHED, "organisation_project", whose),
        Key(Measure.PROJECTS, "organisation", organisation),
    )


def reserve_key(layer: str) -> Key:
    return Key(Measure.RESERVE, "layer", "", "", layer)


def matched_keys(rule: Rule, money: Counted, caps: Iterable[Kept]) -> list[Key]:
    """Return the counters of match that a rule keeps for this money; some more than once."""
    found = [each.key for each in caps if each.key is not None]
    if needs_award(rule):
        found.append(project_key(money))
    if rule.stacking.lifetime_awards is not None:
        found.append(lifetime_keys(money)[0])
    return found


def keys(rule: Rule, money: Counted) -> frozenset[Key]:
    """Return every counter that deciding on this money may read or move."""
    caps = kept(rule, money)
    found = [*matched_keys(rule, money, caps), *bases.counted_keys(rule, money)]
    for each in caps:
        found += read_by(rule, money, each)
    found += (key for cap in rule.base_caps if (key := bases.used_key(cap.scope, money)))
    if rule.paired:
        found += (bases.role_key(money, role) for role in rule.paired.roles)
        found.append(bases.paired_key(money))
    if (total := ideals.total_key(rule, money)) is not None:
        found.append(total)
    if ideals.is_lump(rule):
        found.append(ideals.lump_key(money))
    if rule.threshold is not None:
        found += (thresholds.unlocked_key(money), thresholds.donors_key(money))
    if rule.reserve is not None:
        found += (reserve_key(layer.id) for layer in rule.layers)
    return touched((key, 0) for key in found)
