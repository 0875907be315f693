"""Deciding how much match a project may draw: one by one, or a committee's round of applications.

All ceilings of a programme together never promise more than its pots were given. A project that
would be promised more than is left is refused, or gets what is left where the terms say so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from payments import events
from projects.matching import engine, ranking
from projects.matching.models import Allocation, Ceiling, Programme
from projects.matching.outcomes import Json
from projects.matching.round_events import CeilingAwarded
from projects.matching.rules import Allocation as How
from projects.matching.rules import Coupling, Scope
from projects.matching.selectors import ceilings as found
from projects.matching.services import again
from projects.matching.services.programmes import ProgrammeRefused

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from payments.money import Money
    from projects.matching.ranking import Dealt, Standing
    from projects.matching.rules import Rule

THOUSANDTHS = 1000
SCORE = "project.score"
WANTED_AWARD = ("no_award", "cap_award")


class CeilingRefused(ProgrammeRefused):
    """No ceiling can be awarded like this. The message is for the agency."""


class NoCeilings(CeilingRefused):
    """The programme matches without an award."""


class CeilingsExceedPot(CeilingRefused):
    """All ceilings together would promise more than the pots were given."""


class CeilingBelowDrawn(CeilingRefused):
    """The project has drawn more than that already."""


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
def award_ceiling(
    *, programme_id: str, project_id: UUID, amount: Money, by: str, now: datetime
) -> Ceiling:
    """Let a project draw this much match from a programme in all. The same again changes nothing.

    Money that came before the award and got nothing for want of one is looked at again.

    Raises:
        NoCeilings: the programme matches without an award.
        CeilingsExceedPot: all ceilings together would be more than the pots were given.
        CeilingBelowDrawn: the project has drawn more already.
        CeilingRefused: another currency, no amount, or nobody's decision.
        Programme.DoesNotExist: no such programme.
    """
    programme, _rule = _locked(programme_id, by)
    if amount.currency != programme.currency or amount.minor <= 0:
        raise CeilingRefused(
            _("A ceiling is an amount above zero in %(currency)s.")
            % {"currency": programme.currency}
        )
    last = _last(programme, project_id)
    if last is not None and last.amount_minor == amount.minor:
        return last
    if found.drawn(programme_id, project_id) > amount.minor:
        raise CeilingBelowDrawn(_("This project has drawn more than that already."))
    if amount.minor - (last.amount_minor if last else 0) > found.room(programme_id):
        raise CeilingsExceedPot(_("There is not that much left in the pot to promise."))
    ceiling = _write(programme, project_id, amount.minor, by=by, now=now)
    _look_again(programme, [ceiling], now=now)
    return ceiling


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
    programme, rule = _locked(programme_id, by)
    _refuse(programme, applications)
    means = {str(each.project_id): each.mean for each in applications}
    known = {str(each.project_id): each for each in applications}
    standings = ranking.ranked(
        _in_thousandths(rule),
        {project: {SCORE: int(mean * THOUSANDTHS)} for project, mean in means.items()},
        {project: (each.applied_at, project) for project, each in known.items()},
    )
    placed = [each for each in standings if each.place is not None]
    dealt = _deal(rule, placed, known, room=found.room(programme_id))
    awarded = []
    for standing in standings:
        share = dealt.get(standing.project)
        application = known[standing.project]
        minor = sum(part for _, part in share.parts) if share else 0
        reason = (share.reason if share else standing.reason) or ""
        letter = _letter(rule, application, standing, means[standing.project], minor, reason)
        awarded.append(
            _write(
                programme,
                application.project_id,
                minor,
                by=by,
                now=now,
                reason=reason,
                letter=letter | {"decided_on": now.date().isoformat()},
            )
        )
    _look_again(programme, awarded, now=now)
    return awarded


def _look_again(programme: Programme, ceilings: Sequence[Ceiling], *, now: datetime) -> None:
    """Decide again on money that got less for want of a ceiling."""
    projects = [each.project_id for each in ceilings if each.amount_minor]
    short = Allocation.objects.filter(
        programme=programme, project_id__in=projects, reason__in=WANTED_AWARD
    ).short()
    again.look(programme, short, cause="ceiling_awarded", now=now)


def _locked(programme_id: str, by: str) -> tuple[Programme, Rule]:
    (programme,) = engine.locked([programme_id]) or [Programme.objects.get(pk=programme_id)]
    rule = programme.versions.order_by("-number")[:1].get().rule
    if not rule.needs_award and rule.allocation is not How.MANUAL:
        raise NoCeilings(_("This programme matches without an award."))
    if not by.strip():
        raise CeilingRefused(_("Say who awards."))
    return programme, rule


def _last(programme: Programme, project_id: UUID) -> Ceiling | None:
    return programme.ceilings.filter(project_id=project_id).order_by("-number").first()


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


def _deal(
    rule: Rule,
    placed: Sequence[Standing],
    applications: dict[str, Application],
    *,
    room: int,
) -> dict[str, Dealt]:
    """Return what each ranked project gets of what can still be promised, and why less."""
    prizes = rule.ranking.awards
    asked = [applications[each.project].asked_minor for each in placed]
    wishes = [_within_caps(rule, minor) for minor in asked]
    if prizes:
        wishes = [prizes[n] if n < len(prizes) else 0 for n in range(len(placed))]
    dealt = ranking.deal(
        _in_thousandths(rule),
        [(("", minor),) if minor else () for minor in wishes],
        left={"": room},
        floors=[_floor(rule)] * len(wishes),
        short="pot_exhausted",
    )
    found = {}
    for standing, wish, one, minor in zip(placed, wishes, dealt, asked, strict=True):
        less = "not_ranked" if prizes and not wish else "cap_project"
        reason = one.reason or (less if not wish or (wish < minor and not prizes) else None)
        found[standing.project] = replace(one, reason=reason)
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


def _write(  # noqa: PLR0913  A decision has that many facts.
    programme: Programme,
    project_id: UUID,
    minor: int,
    *,
    by: str,
    now: datetime,
    reason: str = "",
    letter: dict[str, Json] | None = None,
) -> Ceiling:
    last = _last(programme, project_id)
    ceiling = Ceiling.objects.create(
        programme=programme,
        project_id=project_id,
        number=last.number + 1 if last else 1,
        amount_minor=minor,
        reason=reason,
        letter=letter or {},
        awarded_by=by,
        awarded_at=now,
    )
    events.publish(
        CeilingAwarded(
            project_id=str(project_id),
            programme_id=programme.pk,
            number=ceiling.number,
            amount_minor=minor,
            currency=programme.currency,
        )
    )
    return ceiling
