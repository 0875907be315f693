"""What a rule would cost, as a document and as text."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from payments import amounts
from payments.money import Money
from projects.matching import documents, wording
from projects.matching.replaying.files import parsed
from projects.matching.reports import told_of
from projects.matching.selectors import simulations
from projects.matching.simulating import contribution_files, simulation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from projects.matching.rules import Counted, Rule
    from projects.matching.simulating.simulation import Simulation
    from projects.matching.simulating.trial import Worked

LAST = re.compile(r"([1-9][0-9]{0,3})(d|w|m|y)", re.ASCII)
DAYS = {"d": 1, "w": 7, "y": 365}
MONTHS_IN_YEAR, LAST_DAY_OF_ALL = 12, 28
LONGEST = 3660  # Days.


class SimulationRefused(ValueError):
    """What was asked cannot be simulated; says why."""


def simulated(
    programme: str,
    *,
    contributions: Path | None,
    last: str | None,
    pot: str | None,
    now: datetime,
) -> tuple[dict[str, Any], str, str]:
    """Return what a programme, or the rule in a file, would cost.

    Raises:
        SimulationRefused: no such programme, no time, or no amount.
        FileRefused: the rule or the contributions in a file are none.
    """
    rule = _rule(programme)
    money, left_out = _money(rule, contributions, last, now)
    try:
        result = simulation.simulate(
            rule,
            money,
            funded_minor=_pot(rule, pot),
            ceilings=simulations.ceilings_of(rule, money) if last else None,
        )
    except ArithmeticError as error:
        raise SimulationRefused(f"{rule.programme_id} cannot be worked out: {error}") from error
    return document(result, left_out), "\n".join(_text(result, left_out)), ""


def _rule(programme: str) -> Rule:
    """Return the newest terms of a programme, or the rule that a file has."""
    path = Path(programme)
    if path.suffix and path.is_file():
        with told_of(path):
            return documents.read(parsed(path))
    rule = simulations.terms_of(programme)
    if rule is None:
        raise SimulationRefused(f"There is no programme {programme!r}, and no file of that name.")
    return rule


def _money(
    rule: Rule, contributions: Path | None, last: str | None, now: datetime
) -> tuple[list[Counted], int]:
    """Return the money to try, and how much of it comes after the window and is left out."""
    if contributions is not None:
        with told_of(contributions):
            return contribution_files.read(contributions, own_currency=rule.currency), 0
    since = _since(last or "", now)
    past = simulations.past_money(rule, since=since, until=now)
    placed = simulations.as_if_in_window(rule, past, since=since)
    return placed, len(past) - len(placed)


def _since(last: str, now: datetime) -> datetime:
    """Return the beginning of the last so many days, weeks, months or years."""
    found = LAST.fullmatch(last)
    if found is None:
        raise SimulationRefused(f"--last is {last!r}: write it as 12m, 90d, 8w or 1y.")
    count, unit = int(found[1]), found[2]
    if count * DAYS.get(unit, 31) > LONGEST:
        raise SimulationRefused(f"--last is {last!r}: at most ten years.")
    if unit != "m":
        return now - timedelta(days=count * DAYS[unit])
    months = now.year * MONTHS_IN_YEAR + now.month - 1 - count
    year, month = divmod(months, MONTHS_IN_YEAR)
    return now.replace(year=year, month=month + 1, day=min(now.day, LAST_DAY_OF_ALL))


def _pot(rule: Rule, pot: str | None) -> dict[str, int] | int:
    """Return what is in the pots, as given in major units or as was put in."""
    if pot is None:
        return simulations.put_in(rule)
    try:
        return amounts.parse_plain(pot, currency=rule.currency, for_charge=False).minor
    except amounts.AmountNotUnderstood as error:
        raise SimulationRefused(f"--pot is {pot!r}: write it as 1000 or 1000.00.") from error


def document(result: Simulation, left_out: int = 0) -> dict[str, Any]:
    """Return a simulation as plain JSON values, amounts in minor units.

    `left_out` is how many contributions were not tried, since they come after the window.
    """
    return {
        "programme": result.rule.programme_id,
        "currency": result.rule.currency,
        "funded_minor": result.funded_minor,
        "spent_minor": result.spent_minor,
        "spend": [
            {"day": day.on.isoformat(), "minor": day.minor, "left_minor": day.left_minor}
            for day in result.spend
        ],
        "left_out": {"outside_window": left_out},
        "runs_out_on": _day(result.runs_out_on),
        "short_from": _day(result.short_from),
        "unmatched": [_worked(each) for each in result.unmatched],
        "projects": result.projects,
        "projects_in_full": result.projects_in_full,
        "draws": result.draws,
        "draws_that_run_out": result.draws_that_run_out,
        "runs_out_p50": _day(result.runs_out_p50),
        "fan": [
            {"day": day.on.isoformat(), "p10": day.p10, "p50": day.p50, "p90": day.p90}
            for day in result.fan
        ],
        "worked": [_worked_in_words(each, result.rule) for each in result.worked],
    }


def _worked(each: Worked) -> dict[str, Any]:
    return {"contribution": each.money.ref, "minor": each.missing_minor, "reason": each.reason}


def _worked_in_words(each: Worked, rule: Rule) -> dict[str, Any]:
    return {
        "contribution": each.money.ref,
        "minor": each.minor,
        "reason": each.reason,
        "why": wording.why(each.reason, each.steps, currency=rule.currency),
        "steps": list(wording.sentences(each.steps, currency=rule.currency)),
    }


def _day(on: date | None) -> str | None:
    return None if on is None else on.isoformat()


def _text(result: Simulation, left_out: int) -> Iterator[str]:
    currency = result.rule.currency

    def told(minor: int) -> str:
        return f"{Money(minor, currency).decimal} {currency}"

    yield f"{result.rule.programme_id}: {told(result.spent_minor)} of {told(result.funded_minor)}"
    if result.runs_out_on is None:
        yield "The pot lasts."
    else:
        yield f"The pot is empty on {result.runs_out_on}."
    if result.short_from not in {None, result.runs_out_on}:
        yield f"It first lacks something on {result.short_from}."
    if left_out:
        window = result.rule.window
        length = (window.closes_at - window.opens_at).days
        yield f"Later than the {length} days of the window, and so left out: {left_out}."
    yield f"{result.projects_in_full} of {result.projects} projects are matched in full."
    if result.draws:
        yield f"Drawn {result.draws} times, it is empty {result.draws_that_run_out} times."
    for day in result.spend:
        yield f"  {day.on}: {told(day.minor)}, left {told(day.left_minor)}"
    for each in result.unmatched:
        yield f"  {each.money.ref} misses {told(each.missing_minor)}: {each.reason}"
