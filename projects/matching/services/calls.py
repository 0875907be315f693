"""A committee's round from the call to the decision: who applies, who judges, who may not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects.catalogue.models import Membership, Project
from projects.matching import engine, permissions
from projects.matching.models.committees import (
    MOST_POINTS,
    Application,
    Call,
    Conflict,
    Mark,
)
from projects.matching.models.programmes import Programme
from projects.matching.refusals import CallRefused, NotAllowed
from projects.matching.selectors.ceilings import room
from projects.matching.services import committees
from projects.matching.services.ceilings import CeilingRefused, locked
from projects.matching.services.drafts import require_manager

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from payments.money import Money
    from projects.matching.models import Ceiling

IN_CONFLICT = gettext_lazy("You declared a conflict in this round, so others decide it.")
LONGEST_NAME = 160
PROPOSAL = ("proposed_by", "proposed_at", "proposed_room_minor", "proposed_terms")


@transaction.atomic
def open_call(*, programme_id: str, title: str, actor_id: UUID, now: datetime) -> Call:
    """Open a round for applications; a programme has one undecided round at a time.

    Raises:
        NotAllowed: The person may not write the agency's programmes.
        CallRefused: The programme matches without awards, or has an open round.
    """
    programme = Programme.objects.get(pk=programme_id)
    require_manager(agency_id=programme.agency_id, actor_id=actor_id)
    try:
        locked(programme_id, _name(actor_id))
    except CeilingRefused as refusal:
        raise CallRefused(str(refusal)) from refusal
    latest = programme.calls.order_by("-number").first()
    if latest is not None and not latest.is_decided:
        raise CallRefused(_("A round of this programme is open already."))
    return Call.objects.create(
        programme=programme,
        number=latest.number + 1 if latest else 1,
        title=title,
        opened_by_id=actor_id,
        opened_at=now,
    )


@transaction.atomic
def enter_application(  # noqa: PLR0913  One keyword for each column of the row.
    *,
    call_id: UUID,
    project_id: UUID,
    asked: Money,
    note: str,
    actor_id: UUID,
    now: datetime,
) -> Application:
    """Enter a project of the agency into a round.

    Raises:
        NotAllowed: The person may not write the agency's programmes.
        CallRefused: The round is decided or proposed, the project applies already or is another
            agency's, or the amount is in another currency.
    """
    call = _open(call_id)
    require_manager(agency_id=call.programme.agency_id, actor_id=actor_id)
    own = Project.objects.filter(pk=project_id, agency=call.programme.agency_id)
    if not own.exists():
        raise CallRefused(_("Only projects of your agency can apply here."))
    if call.applications.filter(project_id=project_id).exists():
        raise CallRefused(_("This project applies already."))
    if asked.currency != call.programme.currency:
        raise CallRefused(_("The amount is in another currency than the programme's."))
    return Application.objects.create(
        call=call,
        project_id=project_id,
        asked_minor=asked.minor,
        note=note,
        entered_by_id=actor_id,
        entered_at=now,
    )


@transaction.atomic
def give_mark(
    *, application_id: UUID, points: int, note: str, actor_id: UUID, now: datetime
) -> Mark:
    """Say what one member thinks of an application; saying it again replaces it.

    Raises:
        NotAllowed: The person does not sit on the committee, or declared a conflict.
        CallRefused: The round is decided or proposed, or there are no such points.
    """
    application = _judged(application_id, actor_id)
    if not 0 <= points <= MOST_POINTS:
        raise CallRefused(_("Points are whole numbers from 0 to 100."))
    if application.conflicts.filter(member=actor_id).exists():
        raise NotAllowed(_("You declared a conflict here, so your points do not count."))
    mark, _created = Mark.objects.update_or_create(
        application=application,
        member_id=actor_id,
        defaults={"points": points, "note": note, "given_at": now},
    )
    return mark


@transaction.atomic
def declare_conflict(
    *, application_id: UUID, reason: str, actor_id: UUID, now: datetime
) -> Conflict:
    """Keep a member out of one application for good; points given before no longer count.

    Raises:
        NotAllowed: The person does not sit on the committee.
        CallRefused: The round is decided, or its decision is proposed.
    """
    application = _judged(application_id, actor_id)
    conflict, _created = Conflict.objects.get_or_create(
        application=application,
        member_id=actor_id,
        defaults={"reason": reason, "declared_at": now},
    )
    return conflict


@transaction.atomic
def propose_decision(*, call_id: UUID, actor_id: UUID, now: datetime) -> Call:
    """Offer a round to a second person to decide. From now on applications and points are fixed.

    Raises:
        NotAllowed: The person may not write the agency's programmes, or declared a conflict here.
        CallRefused: It is proposed or decided, nobody applied, or an application has no points
            that count.
    """
    call = _open(call_id)
    _require_decider(call, actor_id)
    entered = _entered(call)
    try:
        for each in entered:
            _ = applied(each).mean
    except CeilingRefused as refusal:
        raise CallRefused(str(refusal)) from refusal
    call.proposed_by_id, call.proposed_at = actor_id, now
    call.proposed_room_minor, call.proposed_terms = _grounds(call)
    call.save(update_fields=PROPOSAL)
    return call


@transaction.atomic
def return_decision(*, call_id: UUID, actor_id: UUID) -> Call:
    """Give a proposed decision back to the committee; the proposer may take it back too.

    Raises:
        NotAllowed: The person may not write the agency's programmes.
        CallRefused: It is not proposed.
    """
    call = _locked(call_id)
    require_manager(agency_id=call.programme.agency_id, actor_id=actor_id)
    if not call.is_proposed:
        raise CallRefused(_("Nobody has proposed it yet."))
    call.proposed_by = call.proposed_at = call.proposed_room_minor = call.proposed_terms = None
    call.save(update_fields=PROPOSAL)
    return call


@transaction.atomic
def decide_call(*, call_id: UUID, actor_id: UUID, now: datetime) -> Call:
    """Award ceilings to the applications of a round, the best first, within the pot.

    Raises:
        NotAllowed: The person may not write the agency's programmes, proposed the decision, or
            declared a conflict in the round.
        CallRefused: It is decided, nobody has proposed it, or the pot or the terms changed since.
    """
    call = _locked(call_id)
    _require_decider(call, actor_id)
    if reason := permissions.why_not_decide(proposed_by=call.proposed_by_id, actor_id=actor_id):
        raise NotAllowed(reason) if call.is_proposed else CallRefused(reason)
    engine.locked([call.programme_id])
    if _grounds(call) != (call.proposed_room_minor, call.proposed_terms):
        raise CallRefused(_("The pot or the terms changed since. Give it back and propose again."))
    entered = _entered(call)
    try:
        ceilings = committees.award_ranked(
            programme_id=call.programme_id,
            applications=[applied(each) for each in entered],
            by=_name(actor_id),
            now=now,
        )
    except CeilingRefused as refusal:
        raise CallRefused(str(refusal)) from refusal
    _write_down(entered, ceilings)
    call.decided_by_id, call.decided_at = actor_id, now
    call.save(update_fields=["decided_by", "decided_at"])
    return call


def _grounds(call: Call) -> tuple[int, int]:
    """Return what a decision rests on: what can still be promised, and the newest version."""
    newest = call.programme.versions.aggregate(newest=Max("number"))["newest"]
    return room(call.programme_id), newest


def _entered(call: Call) -> list[Application]:
    entered = list(call.applications.prefetch_related("marks", "conflicts"))
    if not entered:
        raise CallRefused(_("Nobody has applied yet."))
    return entered


def _write_down(entered: Sequence[Application], ceilings: Sequence[Ceiling]) -> None:
    by_project = {each.project_id: each for each in entered}
    for ceiling in ceilings:
        application = by_project[ceiling.project_id]
        place = ceiling.letter["place"]
        application.ceiling = ceiling
        application.rank = place if isinstance(place, int) else None
        application.save(update_fields=["ceiling", "rank"])


def has_conflict(call: Call, person_id: UUID) -> bool:
    """Tell whether a person declared a conflict in a round, and so decides nothing of it."""
    return Conflict.objects.filter(application__call=call, member=person_id).exists()


def _require_decider(call: Call, actor_id: UUID) -> None:
    require_manager(agency_id=call.programme.agency_id, actor_id=actor_id)
    if has_conflict(call, actor_id):
        raise NotAllowed(str(IN_CONFLICT))


def applied(application: Application) -> committees.Application:
    """Return an application with everybody's points, as awarding takes it."""
    out = {conflict.member_id for conflict in application.conflicts.all()}
    marks = {mark.member_id: mark.points for mark in application.marks.all()}
    return committees.Application(
        project_id=application.project_id,
        asked_minor=application.asked_minor,
        scores=tuple(
            committees.Score(str(member), marks.get(member, 0), has_conflict=member in out)
            for member in sorted(marks.keys() | out, key=str)
        ),
        applied_at=application.entered_at,
    )


def _locked(call_id: UUID) -> Call:
    call = Call.objects.select_for_update(of=("self",)).select_related("programme").get(pk=call_id)
    if call.is_decided:
        raise CallRefused(_("This round is decided."))
    return call


def _open(call_id: UUID) -> Call:
    """Return the round, locked, while nobody has proposed its decision."""
    call = _locked(call_id)
    if call.is_proposed:
        raise CallRefused(
            _(
                "The decision waits for a second person, so applications and points are fixed."
                " It can be given back first."
            )
        )
    return call


def _judged(application_id: UUID, actor_id: UUID) -> Application:
    """Return the application, its round locked, if the person sits on the committee."""
    application = Application.objects.get(pk=application_id)
    call = _open(application.call_id)
    held = Membership.objects.filter(
        user_id=actor_id, organisation_id=call.programme.agency_id
    ).values_list("role", flat=True)
    if reason := permissions.why_not_judge(held):
        raise NotAllowed(reason)
    return application


def _name(person_id: UUID) -> str:
    return str(get_user_model().objects.get(pk=person_id).get_full_name())[:LONGEST_NAME]
