"""What a rule would cost: the same arithmetic as in earnest, over money that came before.

The plain run takes the money as it is. The fan says how sure that is: days of the past are drawn
again, with their money and in any order, until the programme's window is full, many times over. The
draws follow from the seed alone, so that the same question has the same answer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from projects.matching.instant.outcomes import Pots
from projects.matching.simulating import draws, trial

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from projects.matching.rules import Counted, Rule

WORKED = 10  # Examples.


@dataclass(frozen=True, slots=True)
class Simulation:
    """What a programme would have given, when its pot would be empty, and how sure that is."""

    rule: Rule
    funded_minor: int
    spend: tuple[trial.Day, ...]  # Of days on which money came.
    runs_out_on: date | None  # The day that takes the last of the pot.
    unmatched: tuple[trial.Worked, ...]
    worked: tuple[trial.Worked, ...]  # Ten examples, one of each kind first.
    projects: int  # That money came for.
    projects_in_full: int  # Of them, those all of whose money is matched as the formula says.
    fan: tuple[draws.Spread, ...] = ()
    draws: int = 0
    draws_that_run_out: int = 0
    runs_out_p50: date | None = None  # In the middle of all draws; None: it lasts.
    short_from: date | None = None  # The first day on which the pot lacked something.

    @property
    def spent_minor(self) -> int:
        return sum(day.minor for day in self.spend)


def simulate(  # noqa: PLR0913  The rule, the money, and what the draws depend on.
    rule: Rule,
    money: Iterable[Counted],
    *,
    funded_minor: int | Mapping[str, int],
    ceilings: Mapping[str, int] | None = None,
    samples: int = 200,
    seed: int = 1,
) -> Simulation:
    """Return what a rule would give to money, with so much in its pot, or in that of each layer.

    `ceilings` are what a committee awarded, by project. `samples` draws make the fan, fewer where
    there is much money, and none where there is very much.
    """
    pots = _pots(rule, funded_minor)
    ordered = sorted(money, key=lambda each: each.order)
    plain = trial.run(rule, ordered, pots, ceilings or {})
    spend = trial.days_of(rule, ordered, plain, pots)
    in_full, projects = _in_full(plain.worked)
    result = Simulation(
        rule=rule,
        funded_minor=pots.funded_minor,
        spend=spend,
        runs_out_on=trial.empty_on(rule, ordered, plain, pots),
        short_from=plain.short_from,
        unmatched=tuple(each for each in plain.worked if each.reason is not None),
        worked=_examples(plain.worked),
        projects=projects,
        projects_in_full=in_full,
    )
    return _with_fan(result, ordered, pots, ceilings or {}, (samples, seed))


def into_window(rule: Rule, money: Iterable[Counted], *, since: date) -> list[Counted]:
    """Return money of a time that began on a day as if it came from the window's opening on.

    Whole days are added, so that the time of day stays. What would come after the close is left
    out.
    """
    zone = ZoneInfo(rule.window.zone)
    by = rule.window.opens_at.astimezone(zone).date() - since
    moved = (draws.moved(each, by.days, each.ref) for each in money)
    return [each for each in moved if each.settled_at < rule.window.closes_at]


def _pots(rule: Rule, funded_minor: int | Mapping[str, int]) -> Pots:
    """Return the pots; one amount for several layers is split as their own pots are."""
    if not isinstance(funded_minor, int):
        left = {layer.id: funded_minor.get(layer.id, 0) for layer in rule.layers}
    elif len(rule.layers) == 1:
        left = {rule.layers[0].id: funded_minor}
    else:
        whole = sum(layer.pot_minor for layer in rule.layers) or 1
        left = {layer.id: funded_minor * layer.pot_minor // whole for layer in rule.layers}
    return Pots(left, sum(left.values()))


def _in_full(worked: Iterable[trial.Worked]) -> tuple[int, int]:
    """Return how many projects got all that the formula gives, and how many there are."""
    is_full: dict[str, bool] = {}
    for each in worked:
        before = is_full.get(each.money.project, True)
        is_full[each.money.project] = before and each.reason is None
    return sum(is_full.values()), len(is_full)


def _examples(worked: Sequence[trial.Worked]) -> tuple[trial.Worked, ...]:
    """Return ten examples in order: the first of each reason, then others spread evenly."""
    first = {each.reason: place for place, each in reversed(list(enumerate(worked)))}
    places = sorted(first.values())[:WORKED]
    rest = [place for place in range(len(worked)) if place not in places]
    wanted = min(WORKED - len(places), len(rest))
    places += [rest[n * len(rest) // wanted] for n in range(wanted)]
    return tuple(worked[place] for place in sorted(places))


def _with_fan(
    result: Simulation,
    money: Sequence[Counted],
    pots: Pots,
    ceilings: Mapping[str, int],
    drawing: tuple[int, int],
) -> Simulation:
    rule, (samples, seed) = result.rule, drawing
    past = draws.by_day(rule, money)
    horizon = draws.window_of(rule)
    count = draws.number_of(samples, len(money), len(past), len(horizon))
    if not count:
        return result
    lefts: list[list[int]] = [[] for _ in horizon]
    ends: list[date | None] = []
    for draw in range(count):
        money_drawn = draws.drawn(past, horizon, seed=seed, draw=draw)
        passed = trial.run(rule, money_drawn, pots, ceilings)
        days = {day.on: day.left_minor for day in trial.days_of(rule, money_drawn, passed, pots)}
        left = pots.funded_minor
        for place, on in enumerate(horizon):
            left = days.get(on, left)
            lefts[place].append(left)
        ends.append(trial.empty_on(rule, money_drawn, passed, pots))
    middle = sorted(end or date.max for end in ends)[count // 2]
    return replace(
        result,
        fan=tuple(draws.spread(on, sorted(each)) for on, each in zip(horizon, lefts, strict=True)),
        draws=count,
        draws_that_run_out=sum(end is not None for end in ends),
        runs_out_p50=None if middle == date.max else middle,
    )
