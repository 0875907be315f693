"""A committee's round: applications with scores become ceilings, the best first, within the pot."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from projects.matching import parts
from projects.matching.closes import ranking
from projects.matching.closes.entrants import Entrant
from projects.matching.closes.wishes import Wish
from projects.matching.rules import Coupling, Scope
from projects.matching.selectors import ceilings as found
from projects.matching.services.ceilings import CeilingRefused, locked, look_again, write

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from projects.matching.closes.ranking import Standing
    from projects.matching.instant.outcomes import Json
    from projects.matching.models import Ceiling, Programme
    from projects.matching.rules import Rule

THOUSANDTHS = 1000
SCORE = "project.score"


class ScoresMissing(CeilingRefused):
    """Nobody without a conflict of interest has scored an application."""


class AwardedBefore(CeilingRefused):
    """A project of the round has a ceiling already, or applies twice."""


@dataclass(frozen=True, slots=True)
class Score:
    """What one member of the committee says of one application."""

    member: str
    points: int
    has_conflict: bool = False  # An interest in the project: the member's points do not count.


@dataclass(frozen=True, slots=True)
class Application:
    """What a project asks for, when it applied, and what the committee says of it."""

    project_id: UUID
    asked_minor: int
    scores: tuple[Score, ...]
    applied_at: datetime

    @property
    def mean(self) -> Fraction:
        """Return the mean of the points that count, exactly.

        Raises:
            ScoresMissing: nobody's count.
        """
        points = [score.points for score in self.scores if not score.has_conflict]
        if not points:
            raise ScoresMissing(
                _("Every application needs the points of somebody who has no part in it.")
            )
        return Fraction(sum(points), len(points))


@transaction.atomic
def award_ranked(
    *, programme_id: str, applications: Sequence[Application], by: str, now: datetime
) -> list[Ceiling]:
    """Award ceilings to applications, the best first, within the pot; return them in that order.

    The score of an application is the mean of what members without a conflict of interest say. An
    application that gets nothing has a ceiling of nothing with the reason. Each carries the facts
    of its letter.

    Raises:
        NoCeilings: the programme matches without an award.
        ScoresMissing: an application that nobody without a conflict has scored.
        AwardedBefore: a project that applies twice, or has a ceiling already.
        CeilingRefused: nothing was applied for, or nobody's decision.
        Programme.DoesNotExist: no such programme.
    """
    programme, rule = locked(programme_id, by)
    _refuse(programme, applications)
    means = {str(each.project_id): each.mean for each in applications}
    known = {str(each.project_id): each for each in applications}
    standings = ranking.ranked(
        _in_thousandths(rule),
        [_entrant(project, each.applied_at, means[project]) for project, each in known.items()],
    )
    placed = [each for each in standings if each.place is not None]
    dealt = _deal(rule, placed, known, room=found.room(programme_id))
    awarded = []
    for standing in standings:
        project = standing.entrant.project
        minor, reason = dealt.get(project, (0, standing.reason))
        application = known[project]
        letter = _letter(
            rule, application, standing, mean=means[project], minor=minor, reason=reason or ""
        )
        awarded.append(
            write(
                programme,
                application.project_id,
                minor,
                by=by,
                now=now,
                reason=reason or "",
                letter=letter | {"decided_on": now.date().isoformat()},
            )
        )
    look_again(programme, awarded, now=now)
    return awarded


def _refuse(programme: Programme, applications: Sequence[Application]) -> None:
    projects = {each.project_id for each in applications}
    if not applications or any(each.asked_minor <= 0 for each in applications):
        raise CeilingRefused(_("An application asks for an amount above zero."))
    standing = programme.ceilings.of_projects(projects).standing()
    if len(projects) < len(applications) or any(each.amount_minor for each in standing):
        raise AwardedBefore(_("A project applies twice, or was awarded something before."))


def _in_thousandths(rule: Rule) -> Rule:
    """Return the rule with scores in thousandths of a point, as means are compared."""
    least = rule.ranking.min_score
    terms = replace(
        rule.ranking, by=SCORE, min_score=None if least is None else least * THOUSANDTHS
    )
    return replace(rule, ranking=terms, coupling=Coupling.JOINT)


def _entrant(project: str, applied_at: datetime, mean: Fraction) -> Entrant:
    return Entrant(project, 0, 0, applied_at, project, facts={SCORE: int(mean * THOUSANDTHS)})


def _deal(
    rule: Rule,
    placed: Sequence[Standing],
    applications: dict[str, Application],
    *,
    room: int,
) -> dict[str, tuple[int, str | None]]:
    """Return what each ranked project gets of what can still be promised, and why less."""
    terms, prizes = _in_thousandths(rule), rule.ranking.awards
    left, found = {"": room}, {}
    for n, standing in enumerate(placed):
        project = standing.entrant.project
        asked = applications[project].asked_minor
        wished = _within_caps(rule, asked)
        why = "cap_project" if wished < asked else None
        if prizes:
            wished = prizes[n] if n < len(prizes) else 0
            why = None if wished else "not_ranked"
        wish = Wish((("", wished),) if wished else (), why)
        given, reason = ranking.dealt(terms, wish, left, floor_minor=_floor(rule))
        minor = parts.total(given)
        left[""] -= minor
        found[project] = (minor, reason)
    return found


def _within_caps(rule: Rule, asked_minor: int) -> int:
    """Return what is asked, cut to the caps that the terms set to every project."""
    caps = [
        cap.amount
        for cap in rule.caps
        if cap.scope is Scope.PROJECT and cap.layer is None and cap.when is None
    ]
    return min([asked_minor, *(amount for amount in caps if isinstance(amount, int))])


def _floor(rule: Rule) -> int:
    return max((each.amount for each in rule.floors if isinstance(each.amount, int)), default=0)


def _letter(  # noqa: PLR0913  A letter says that many things.
    rule: Rule,
    application: Application,
    standing: Standing,
    *,
    mean: Fraction,
    minor: int,
    reason: str,
) -> dict[str, Json]:
    """Return what the letter to a project says, as data."""
    return {
        "programme": rule.name,
        "currency": rule.currency,
        "asked_minor": application.asked_minor,
        "awarded_minor": minor,
        "reason": reason,
        "place": standing.place,
        "score": [mean.numerator, mean.denominator],
        "members": sum(not score.has_conflict for score in application.scores),
        "abstained": sum(score.has_conflict for score in application.scores),
    }
