"""One pass of a rule over money: what each contribution would get, and what each day takes.

Decided as in earnest: refused, in turns, again where a project reaches its threshold, or at the
close.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from projects.matching import allocation, closing, counting
from projects.matching.closes import entrants
from projects.matching.instant import ideals, steps
from projects.matching.instant.outcomes import Outcome, Turn
from projects.matching.rules import Counted, Coupling
from projects.matching.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from projects.matching.instant.outcomes import Parts, Pots, Step
    from projects.matching.rules import Rule

INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Worked:
    """What the rule gives for one contribution, and every step that leads there."""

    money: Counted
    minor: int
    missing_minor: int  # Less than the formula gives on all of the money.
    reason: str | None
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """What one day takes from the pot, and what is left after it."""

    on: date
    minor: int
    left_minor: int


@dataclass(slots=True)
class Trial:
    """One pass over money: what each got, and what each day took."""

    worked: list[Worked] = field(default_factory=list)
    spent: Counter[date] = field(default_factory=Counter)
    paid: Counter[tuple[date, str]] = field(default_factory=Counter)  # By day and layer.
    short_from: date | None = None  # When it first lacked something.

    def pay(self, on: date, parts: Parts) -> None:
        for layer, minor in parts:
            self.spent[on] += minor
            self.paid[on, layer] += minor

    def lack(self, on: date) -> None:
        self.short_from = min(self.short_from or on, on)


def run(rule: Rule, money: Sequence[Counted], pots: Pots, ceilings: Mapping[str, int]) -> Trial:
    """Return what a rule would make of money in order of settlement, with pots and ceilings."""
    trial, asked = Trial(), list[Counted]()
    for each in money:
        reason = counting.refusal(rule, each)
        if reason is None:
            asked.append(each)
        else:
            told = (*steps.of_money(rule, each), steps.of_refusal(rule, each, reason))
            trial.worked.append(Worked(each, 0, _on_all(rule, each), reason, told))
    if rule.allocation.is_at_close:
        _close(rule, asked, pots, trial)
    else:
        _decide(rule, asked, pots, ceilings, trial)
    trial.worked.sort(key=lambda each: each.money.order)
    return trial


def _decide(
    rule: Rule, asked: list[Counted], pots: Pots, ceilings: Mapping[str, int], trial: Trial
) -> None:
    """Decide on money one after the other, and again where a project reaches its threshold."""
    tally, outcomes = Tally(), dict[str, Outcome]()
    turns = {each.ref: Turn(rule, each, ceiling_minor=ceilings.get(each.project)) for each in asked}
    paid_on: dict[str, date] = {}
    waiting = list(turns.values())
    while waiting:
        done = allocation.allocate(waiting, tally=tally, pots=pots)
        pots = done.pots
        outcomes |= done.outcomes
        waiting = [turn for turn in waiting if turn.money.ref not in done.outcomes]
        if done.unlocked is not None:
            pots, raised = _look_again(turns, outcomes, done.unlocked, tally, pots)
            last = max((turns[ref].money.settled_at for ref in done.outcomes), default=None)
            paid_on |= {ref: day_of(rule, last or turns[ref].money.settled_at) for ref in raised}
    for ref, outcome in outcomes.items():
        money = turns[ref].money
        on = paid_on.get(ref, day_of(rule, money.settled_at))
        trial.pay(on, outcome.parts)
        ideal = outcome.ideal_minor or _on_all(rule, money)
        missing = max(0, ideal - outcome.minor)
        trial.worked.append(Worked(money, outcome.minor, missing, outcome.reason, outcome.steps))
        if outcome.unmet:
            trial.lack(on)


def _look_again(
    turns: Mapping[str, Turn],
    outcomes: dict[str, Outcome],
    project: str,
    tally: Tally,
    pots: Pots,
) -> tuple[Pots, list[str]]:
    raised = []
    for ref in sorted(outcomes, key=lambda each: turns[each].money.order):
        if turns[ref].money.project == project:
            before = outcomes[ref]
            now = allocation.look_again(turns[ref], before, tally=tally, pots=pots)
            tally.move(before.moves, back=True)
            tally.move(now.moves)
            pots = pots.plus(before.parts).less(now.parts)
            outcomes[ref] = now
            raised.append(ref)
    return pots, raised


def _close(rule: Rule, asked: list[Counted], pots: Pots, trial: Trial) -> None:
    """Take the claim of each and share out the pot on the last day of the window."""
    tally, claims, based = Tally(), list[entrants.Claim](), dict[str, Outcome]()
    for money in asked:
        claim = allocation.claim_base(Turn(rule, money), tally=tally, pots=pots)
        tally.move(claim.moves)
        based[money.ref] = claim
        if claim.base_minor:
            claims.append(
                entrants.Claim(
                    money.ref,
                    money.project,
                    money.donor,
                    claim.base_minor,
                    money.settled_at,
                    money.facts,
                    given_minor=counting.converted(rule, money) or 0,
                )
            )
    closed = closing.close(rule, claims, pots=pots)
    minors = dict(closed.by_claim)
    for money in asked:
        minor, claim = minors.get(money.ref, 0), based[money.ref]
        reason = closed.reasons.get(money.ref, None if minor else claim.reason)
        missing = max(0, _on_all(rule, money) - minor) if reason else 0
        trial.worked.append(Worked(money, minor, missing, reason, claim.steps))
    last = day_of(rule, rule.window.closes_at - INSTANT)
    for parts in closed.by_project.values():
        trial.pay(last, parts)
    if any(each.reason == "pot_exhausted" for each in trial.worked):
        trial.lack(last)


def _on_all(rule: Rule, money: Counted) -> int:
    """Return what the formula gives on all of some money, as if nothing had come before it."""
    return ideals.of(rule, money, counting.converted(rule, money) or 0, Tally()).minor


def day_of(rule: Rule, at: datetime) -> date:
    return at.astimezone(ZoneInfo(rule.window.zone)).date()


def days_of(rule: Rule, money: Iterable[Counted], trial: Trial, pots: Pots) -> tuple[Day, ...]:
    """Return each day on which money came or was given."""
    left = pots.funded_minor
    days = list[Day]()
    for on in sorted({day_of(rule, each.settled_at) for each in money} | set(trial.spent)):
        left -= trial.spent[on]
        days.append(Day(on, trial.spent[on], left))
    return tuple(days)


def empty_on(rule: Rule, money: Sequence[Counted], trial: Trial, pots: Pots) -> date | None:
    """Return the day that took the last of the pot; of an empty pot, the first day of money.

    Funders who give jointly give no more when the first has nothing left, others when the last has.
    """
    if not money:
        return None
    left = {layer.id: pots.left.get(layer.id, 0) for layer in rule.layers}
    first = min(day_of(rule, each.settled_at) for each in money)
    ends = {layer: first for layer, minor in left.items() if not minor}
    for (on, layer), minor in sorted(trial.paid.items()):
        left[layer] -= minor
        if minor and not left[layer]:
            ends[layer] = on
    is_one_enough = rule.coupling is Coupling.JOINT
    if not ends or (len(ends) < len(left) and not is_one_enough):
        return None
    return min(ends.values()) if is_one_enough else max(ends.values())
