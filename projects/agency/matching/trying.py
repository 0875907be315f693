"""Trying a rule out on money that came before, and saying what would have happened."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from payments.money import Money
from projects.agency.matching import fan, words
from projects.catalogue.models import Project
from projects.catalogue.selectors import texts
from projects.matching import wording
from projects.matching.selectors import drafts as selectors
from projects.matching.selectors import simulations
from projects.matching.simulating import simulation
from projects.matching.wording import reasons

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from projects.agency.matching.fan import Fan
    from projects.matching.rules import Counted, Rule
    from projects.matching.simulating.simulation import Simulation

YEAR = timedelta(days=365)
MOST_DRAWS, FEWEST_DRAWS = 100, 10
MOST_DECISIONS = 30_000  # Of all draws together, while a person waits.


@dataclass(frozen=True, slots=True)
class Reason:
    """Why money got less than the formula gives, how often, and how much that was."""

    code: str
    words: str
    count: int
    missing: Money


@dataclass(frozen=True, slots=True)
class Sample:
    """One contribution and what the rule gives for it, in words."""

    on: date
    given: Money
    project: str
    match: Money
    why: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rule would have done, as the page shows it."""

    counted: int
    spent: Money
    left: Money
    runs_out_on: date | None
    draws: int
    draws_that_run_out: int
    runs_out_p50: date | None
    projects: int
    projects_in_full: int
    unmatched: int
    fan: Fan | None
    reasons: tuple[Reason, ...]
    samples: tuple[Sample, ...]
    left_out: int = 0  # Contributions that would come after the window.


def money_of(agency_id: UUID, rule: Rule, *, now: datetime) -> tuple[Counted, ...]:
    """Return what the agency's projects received in the last 12 months."""
    return selectors.past_money(agency_id, rule, since=now - YEAR, until=now)


def outcome(
    rule: Rule, money: Sequence[Counted], funded: dict[str, int] | int, *, is_drawn: bool = True
) -> Outcome:
    """Return what a rule would have done to money, as if it came in the rule's window."""
    placed = in_window(rule, money)
    ceilings = _ceilings(rule, placed)
    draws = min(MOST_DRAWS, max(FEWEST_DRAWS, MOST_DECISIONS // max(1, len(placed))))
    found = simulation.simulate(
        rule,
        placed,
        funded_minor=funded,
        ceilings=ceilings,
        samples=draws if is_drawn else 0,
    )
    return replace(_shown(found, len(placed)), left_out=len(money) - len(placed))


def in_window(rule: Rule, money: Sequence[Counted]) -> list[Counted]:
    """Return money as it is where all of it lies in the window, else moved to its beginning."""
    window, zone = rule.window, ZoneInfo(rule.window.zone)
    if all(window.contains(each.settled_at) for each in money):
        return list(money)
    first = min(each.settled_at for each in money).astimezone(zone).date()
    return simulation.into_window(rule, money, since=first)


def _ceilings(rule: Rule, money: Iterable[Counted]) -> dict[str, int] | None:
    """Return what was awarded to the projects that are ours; a file may name others."""
    known = [each for each in money if _is_id(each.project)]
    return dict(simulations.ceilings_of(rule, known)) if rule.needs_award else None


def _shown(found: Simulation, counted: int) -> Outcome:
    currency = found.rule.currency
    return Outcome(
        counted=counted,
        spent=Money(found.spent_minor, currency),
        left=Money(found.funded_minor - found.spent_minor, currency),
        runs_out_on=found.runs_out_on,
        draws=found.draws,
        draws_that_run_out=found.draws_that_run_out,
        runs_out_p50=found.runs_out_p50,
        projects=found.projects,
        projects_in_full=found.projects_in_full,
        unmatched=len(found.unmatched),
        fan=fan.drawn(
            found.fan,
            funded_minor=found.funded_minor,
            currency=currency,
            runs_out_on=found.runs_out_p50,
        ),
        reasons=_reasons(found),
        samples=_samples(found),
    )


def _reasons(found: Simulation) -> tuple[Reason, ...]:
    counts, missing = Counter[str](), Counter[str]()
    for each in found.unmatched:
        counts[each.reason or ""] += 1
        missing[each.reason or ""] += each.missing_minor
    return tuple(
        Reason(code, _reason_words(code), count, Money(missing[code], found.rule.currency))
        for code, count in sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    )


def _reason_words(code: str) -> str:
    kind, _colon, field = code.partition(":")
    if kind == "not_eligible":
        return _("A condition of the rule is not met: %(field)s.") % {"field": field}
    if (limited := _limited(code)) is not None:
        return _("The limit per %(what)s was reached.") % {"what": limited}
    return reasons.plain(code, {})


def _limited(code: str) -> str | None:
    """Return what the limit of a reason such as cap_donor_month is per."""
    scope = code.removeprefix("cap_")
    for period in ("_month", "_fiscal_year", "_n_years"):
        scope = scope.removesuffix(period)
    labels = dict(words.SCOPES)
    return str(labels[scope]) if code.startswith("cap_") and scope in labels else None


def _samples(found: Simulation) -> tuple[Sample, ...]:
    currency, zone = found.rule.currency, ZoneInfo(found.rule.window.zone)
    names = _titles(each.money.project for each in found.worked)
    return tuple(
        Sample(
            on=each.money.settled_at.astimezone(zone).date(),
            given=Money(each.money.amount_minor, each.money.currency),
            project=names.get(each.money.project, each.money.project),
            match=Money(each.minor, currency),
            why=wording.why(each.reason, each.steps, currency=currency),
            steps=wording.sentences(each.steps, currency=currency),
        )
        for each in found.worked
    )


def _titles(projects: Iterable[str]) -> dict[str, str]:
    ids = {project for project in projects if _is_id(project)}
    rows = list(Project.objects.filter(pk__in=ids))
    found = texts(rows, language=get_language() or "en")
    return {str(row.pk): found[row.pk].title for row in rows}


def _is_id(project: str) -> bool:
    try:
        UUID(project)
    except ValueError:
        return False
    return True
