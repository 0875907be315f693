"""Deciding how much match a project may draw.

All ceilings of a programme together never promise more than its pots were given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from payments import events
from projects.matching import engine
from projects.matching.models import Allocation, Ceiling, Programme
from projects.matching.round_events import CeilingAwarded
from projects.matching.rules import Allocation as How
from projects.matching.selectors import ceilings as found
from projects.matching.services import again
from projects.matching.services.programmes import ProgrammeRefused

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from payments.money import Money
    from projects.matching.instant.outcomes import Json
    from projects.matching.rules import Rule

WANTED_AWARD = ("no_award", "cap_award")


class CeilingRefused(ProgrammeRefused):
    """No ceiling can be awarded like this. The message is for the agency."""


class NoCeilings(CeilingRefused):
    """The programme matches without an award."""


class CeilingsExceedPot(CeilingRefused):
    """All ceilings together would promise more than the pots were given."""


class CeilingBelowDrawn(CeilingRefused):
    """The project has drawn more than that already."""


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
    programme, _rule = locked(programme_id, by)
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
    ceiling = write(programme, project_id, amount.minor, by=by, now=now)
    look_again(programme, [ceiling], now=now)
    return ceiling


def look_again(programme: Programme, ceilings: Sequence[Ceiling], *, now: datetime) -> None:
    """Decide again on money that got less for want of a ceiling."""
    projects = [each.project_id for each in ceilings if each.amount_minor]
    short = Allocation.objects.filter(
        programme=programme, project_id__in=projects, reason__in=WANTED_AWARD
    ).short()
    again.look(programme, short, cause="ceiling_awarded", now=now)


def locked(programme_id: str, by: str) -> tuple[Programme, Rule]:
    (programme,) = engine.locked([programme_id]) or [Programme.objects.get(pk=programme_id)]
    rule = programme.versions.order_by("-number")[:1].get().rule
    if not rule.needs_award and rule.allocation is not How.MANUAL:
        raise NoCeilings(_("This programme matches without an award."))
    if not by.strip():
        raise CeilingRefused(_("Say who awards."))
    return programme, rule


def _last(programme: Programme, project_id: UUID) -> Ceiling | None:
    return programme.ceilings.filter(project_id=project_id).order_by("-number").first()


def write(  # noqa: PLR0913  A decision has that many facts.
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
