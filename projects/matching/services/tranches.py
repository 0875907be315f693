"""Paying earned match to projects, part by part, as milestones are met.

By each tranche a part of all that is earned is due. It pays what is due less what was paid before;
where more was paid than is due, because money went back since, it pays nothing and the rest is kept
of the next one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _
from uuid_utils.compat import uuid7

from payments import events
from payments.ledger.services import post
from projects.matching import engine
from projects.matching.models import (
    Allocation,
    Award,
    AwardChange,
    Freeze,
    MatchTransition,
    MetObligation,
    Programme,
    Tranche,
    TranchePart,
)
from projects.matching.round_events import MatchPaid
from projects.matching.selectors import rounds as found
from projects.matching.services import books, lines
from projects.matching.services.earning import changed
from projects.matching.services.programmes import ProgrammeRefused

if TYPE_CHECKING:
    from collections import Counter
    from datetime import datetime
    from uuid import UUID

    from projects.matching.formula import Rate
    from projects.matching.rules import Rule
    from projects.matching.services.earning import Match


class TrancheRefused(ProgrammeRefused):
    """A tranche cannot be paid like this. The message is for the agency."""


class NoSuchTranche(TrancheRefused):
    """The terms of the programme have no such part, or more was due before."""


class NothingEarned(TrancheRefused):
    """No match of the programme is earned for the project."""


class ObligationMissed(TrancheRefused):
    """A duty of the terms is overdue."""


class PaymentFrozen(TrancheRefused):
    """The programme or the project is frozen."""


@transaction.atomic
def pay_tranche(
    *, programme_id: str, project_id: UUID, cumulative: Rate, by: str, now: datetime
) -> Tranche:
    """Pay a project what is due by now of its earned match, into the escrow of its campaigns.

    `cumulative` is the part of all earned match that is due by this tranche. Paying the same part
    again pays only what was earned since.

    Raises:
        NoSuchTranche: not a part of a whole, not one of the terms, or less than before.
        NothingEarned: there is nothing to pay of.
        ObligationMissed: a duty is overdue.
        PaymentFrozen: an order to stop stands.
        TrancheRefused: nobody says so.
        Programme.DoesNotExist: no such programme.
    """
    (programme,) = engine.locked([programme_id]) or [Programme.objects.get(pk=programme_id)]
    earlier = Tranche.objects.filter(programme=programme, project_id=project_id)
    last = earlier.order_by("-number").first()
    rule = programme.versions.order_by("-number")[:1].get().rule
    _refuse(rule, project_id, cumulative, last, by=by, now=now)
    standing = found.handed_over(programme_id, project_id)
    paid = found.paid_by_campaign(programme_id, project_id)
    if not standing and last is None:
        raise NothingEarned(_("No match of this programme is earned for the project yet."))
    due = cumulative.of(standing.total())
    before = paid.total()
    tranche = Tranche.objects.create(
        programme=programme,
        project_id=project_id,
        number=last.number + 1 if last else 1,
        cumulative_numerator=cumulative.numerator,
        cumulative_denominator=cumulative.denominator,
        standing_minor=standing.total(),
        due_minor=due,
        before_minor=before,
        paid_minor=max(0, due - before),
        paid_by=by,
        paid_at=now,
    )
    _pay(tranche, standing, paid, currency=programme.currency, now=now)
    return tranche


@transaction.atomic
def meet_obligation(
    *, programme_id: str, project_id: UUID, code: str, by: str, now: datetime
) -> MetObligation:
    """Write down that a project has done a duty of a programme. A repeat changes nothing.

    Raises:
        TrancheRefused: the terms have no such duty, or nobody says so.
    """
    (programme,) = engine.locked([programme_id]) or [Programme.objects.get(pk=programme_id)]
    rules = [version.rule for version in programme.versions.all()]
    if not by.strip() or not any(duty.code == code for rule in rules for duty in rule.obligations):
        raise TrancheRefused(_("This programme has no such duty, or nobody says it is done."))
    met, _created = MetObligation.objects.get_or_create(
        programme=programme,
        project_id=project_id,
        code=code,
        defaults={"seen_by": by, "met_at": now},
    )
    return met


def _refuse(  # noqa: PLR0913  A payment may fail for that many reasons.
    rule: Rule,
    project_id: UUID,
    cumulative: Rate,
    last: Tranche | None,
    *,
    by: str,
    now: datetime,
) -> None:
    if not by.strip():
        raise TrancheRefused(_("Say who pays."))
    top, bottom = cumulative.numerator, cumulative.denominator
    parts = [each.cumulative for each in rule.disbursement]
    is_known = not parts or any(top * p.denominator == p.numerator * bottom for p in parts)
    if not 0 < top <= bottom or not is_known:
        raise NoSuchTranche(_("The terms of this programme have no such payment."))
    if last and top * last.cumulative_denominator < last.cumulative_numerator * bottom:
        raise NoSuchTranche(_("More than that was due by the payment before."))
    standing = Freeze.objects.standing()
    if standing.filter(programme=rule.programme_id).exists():
        raise PaymentFrozen(_("This programme is frozen. Lift the freeze first."))
    if standing.filter(project_id=project_id).exists():
        raise PaymentFrozen(_("This project is frozen. Lift the freeze first."))
    if missed := _missed(rule, project_id, now):
        raise ObligationMissed(
            _("These duties are overdue: %(duties)s.") % {"duties": ", ".join(missed)}
        )


def _missed(rule: Rule, project_id: UUID, now: datetime) -> list[str]:
    today = now.astimezone(ZoneInfo(rule.window.zone)).date()
    overdue = {each.code for each in rule.obligations if each.due_on and each.due_on < today}
    met = MetObligation.objects.filter(programme=rule.programme_id, project_id=project_id)
    return sorted(overdue - set(met.values_list("code", flat=True)))


def _pay(
    tranche: Tranche,
    standing: Counter[str],
    paid: Counter[str],
    *,
    currency: str,
    now: datetime,
) -> None:
    """Pay each campaign what it has earned and was not paid, in the order of their keys."""
    left, parts = tranche.paid_minor, []
    for key in sorted(standing):
        minor = min(left, standing[key] - paid[key])
        if minor > 0:
            left -= minor
            parts.append(
                TranchePart(
                    id=uuid7(),
                    tranche=tranche,
                    campaign_key=key,
                    minor=minor,
                    ledger_key=f"match_paid:{tranche.pk}:{key}",
                )
            )
    post([books.pay(part, currency=currency, at=now) for part in parts])
    TranchePart.objects.bulk_create(parts)
    for part in parts:
        _mark(tranche, part.campaign_key, paid[part.campaign_key] + part.minor, now=now)
    if parts:
        events.publish(
            MatchPaid(
                str(tranche.project_id),
                tranche.programme_id,
                tranche.number,
                tranche.paid_minor,
                currency,
            )
        )


def _mark(tranche: Tranche, campaign_key: str, paid_minor: int, *, now: datetime) -> None:
    """Call paid, in the order of settlement, what the payments so far cover whole."""
    of = {"programme": tranche.programme_id, "campaign_key": campaign_key}
    awards = Award.objects.filter(**of, state__in=["earned", "paid"]).order_by("round__number")
    others = Allocation.objects.filter(**of, state__in=["earned", "paid"])
    rows: list[Match] = [*others.order_by("settled_at", "contribution_ref"), *awards]
    room = paid_minor - sum(row.amount_minor for row in rows if row.state == "paid")
    covered: list[Match] = []
    for row in (row for row in rows if row.state == "earned"):
        if row.amount_minor > room:
            break
        room -= row.amount_minor
        row.state = "paid"
        covered.append(row)
    cause = f"tranche:{tranche.number}"
    for model in (Allocation, Award):
        done = [row.pk for row in covered if isinstance(row, model)]
        model.objects.filter(pk__in=done).update(state="paid")
    MatchTransition.objects.bulk_create(
        lines.moved(row, came_from="earned", cause=cause, now=now)
        for row in covered
        if isinstance(row, Allocation)
    )
    AwardChange.objects.bulk_create(
        changed(row, came_from="earned", cause=cause, now=now)
        for row in covered
        if isinstance(row, Award)
    )
