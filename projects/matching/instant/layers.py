"""From what the formula gives to what is paid: every layer within its rooms and its pot.

Joint layers pay together: the matched base is the largest whose match no room and no pot is too
small for, and every layer pays its rate on that base. Independent layers pay each by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from projects.matching.caps import Room, clip
from projects.matching.rules import Coupling, Exhaustion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from projects.matching.formula import Rate
    from projects.matching.instant.ideals import Ideal
    from projects.matching.instant.outcomes import Parts
    from projects.matching.rules import Rule

Rates = list[tuple[str, "Rate"]]
POT = "pot_exhausted"


class Paid(NamedTuple):
    """What the layers pay, why it is less than the formula gives, and what only a pot forbade."""

    parts: Parts
    reason: str | None
    unmet: Parts = ()
    matched_minor: int | None = None  # The matched base, of joint layers.


def pay(  # noqa: PLR0913  The stages so far, and what limits them.
    rule: Rule,
    ideal: Ideal,
    rates: Rates | None,
    base_minor: int,
    *,
    limits: Sequence[Room],
    pots: Sequence[Room],
) -> Paid:
    """Return what is paid within limits, and from pots: one room for each layer, in order."""
    if len(ideal.parts) == 1:
        return _alone(rule, ideal, limits, pots[0])
    if rule.coupling is Coupling.JOINT and rates is not None:
        return _joint(rule, rates, base_minor, limits, pots)
    return _independent(rule, ideal, limits, pots)


def _alone(rule: Rule, ideal: Ideal, limits: Sequence[Room], pot: Room) -> Paid:
    (layer, whole), *_ = ideal.parts
    allowed, reason = clip(whole, limits)
    if pot.minor >= allowed:
        return Paid(((layer, allowed),) if allowed else (), reason)
    minor = 0 if rule.on_exhaustion is Exhaustion.REFUSE else max(0, pot.minor)
    unmet = ((layer, allowed - minor),)
    return Paid(((layer, minor),) if minor else (), _exhausted(rule, pot.reason), unmet)


def _exhausted(rule: Rule, reason: str) -> str:
    if rule.on_exhaustion is Exhaustion.REFUSE:
        return "refused_partial"
    return "next_call" if rule.on_exhaustion is Exhaustion.NEXT_CALL else reason


def reason_of(rule: Rule, short: Sequence[str]) -> str:
    """Return the reason code of match that only the pots of some layers did not allow.

    The layer is named where it, and not all there is, was too small: of joint layers the one that
    holds the others back, of others the first.
    """
    is_one = rule.coupling is Coupling.JOINT or len(short) < len(rule.layers)
    return f"limited_by:{short[0]}" if len(rule.layers) > 1 and short and is_one else POT


def _joint(
    rule: Rule, rates: Rates, base_minor: int, limits: Sequence[Room], pots: Sequence[Room]
) -> Paid:
    allowed, reason = base_minor, None
    for room in limits:
        most = most_base(rates, room, allowed)
        if most < allowed:
            allowed = most
            reason = room.reason if room.layer is None else f"limited_by:{room.layer}"
    matched, limiting = allowed, None
    for pot in pots:
        most = most_base(rates, pot, matched)
        if most < matched:
            matched, limiting = most, pot
    if limiting is None:
        return Paid(_parts(rates, matched), reason, (), matched)
    if rule.on_exhaustion is Exhaustion.REFUSE:
        matched = 0
    rate = next(rate for layer, rate in rates if layer == limiting.layer)
    unmet = ((str(limiting.layer), rate.of(allowed) - rate.of(matched)),)
    reason = _exhausted(rule, f"limited_by:{limiting.layer}")
    return Paid(_parts(rates, matched), reason, unmet, matched)


def _parts(rates: Rates, base_minor: int) -> Parts:
    return tuple((layer, minor) for layer, rate in rates if (minor := rate.of(base_minor)))


def most_base(rates: Rates, room: Room, base_minor: int) -> int:
    """Return the largest base, up to this one, that a room allows to one layer or to all."""
    minor = max(0, room.minor)
    if room.layer is not None:
        most = [rate.most_for(minor) for layer, rate in rates if layer == room.layer]
        return min([base_minor, *(each for each in most if each is not None)])
    low, high = 0, base_minor
    while low < high:
        middle = (low + high + 1) // 2
        if sum(rate.of(middle) for _, rate in rates) <= minor:
            low = middle
        else:
            high = middle - 1
    return low


def _independent(rule: Rule, ideal: Ideal, limits: Sequence[Room], pots: Sequence[Room]) -> Paid:
    given: list[tuple[str, int]] = []
    unmet: list[tuple[str, int]] = []
    reasons: list[str] = []
    shared = [room for room in limits if room.layer is None]
    for (layer, whole), pot in zip(ideal.parts, pots, strict=True):
        spent = sum(minor for _, minor in given)
        own = [room for room in limits if room.layer == layer]
        rooms = [*own, *(Room(room.reason, max(0, room.minor - spent)) for room in shared)]
        allowed, reason = clip(whole, rooms)
        minor = min(allowed, max(0, pot.minor))
        if minor < allowed:
            unmet.append((layer, allowed - minor))
            reason = _exhausted(rule, pot.reason)
        given.append((layer, minor))
        reasons += [reason] if reason else []
    short = [layer for layer, _ in unmet]
    reasons = [reason_of(rule, short) if reason == POT else reason for reason in reasons]
    if unmet and rule.on_exhaustion is Exhaustion.REFUSE:
        missing = dict(unmet)
        unmet = [(layer, minor + missing.get(layer, 0)) for layer, minor in given]
        given = []
    return Paid(
        tuple((layer, minor) for layer, minor in given if minor),
        next(iter(reasons), None),
        tuple((layer, minor) for layer, minor in unmet if minor),
    )
