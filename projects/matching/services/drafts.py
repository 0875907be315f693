"""Writing a programme's next terms, and publishing them by two people.

One proposes, another publishes, from a day on: what money settled before then keeps the terms of
its time. The lock of a draft is taken before the lock of its programme.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects.catalogue.models import Membership
from projects.matching import documents, permissions
from projects.matching.models.drafts import DraftStep, ProgrammeDraft
from projects.matching.models.programmes import Programme, ProgrammeVersion
from projects.matching.refusals import (
    DraftChanged,
    DraftOutdated,
    DraftRefused,
    DraftWaiting,
    NotAllowed,
    WrongState,
)
from projects.matching.services.programmes import ProgrammeRefused, publish_programme

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

State = ProgrammeDraft.State
Event = DraftStep.Event
Document = dict[str, object]


@transaction.atomic
def start_draft(
    *, document: Document, agency_id: UUID, actor_id: UUID, template: str = "", now: datetime
) -> ProgrammeDraft:
    """Begin a new programme, or the next terms of one that the agency has.

    Raises:
        RuleNotUnderstood: The document is not a rule.
        NotAllowed: The person may not write the agency's programmes, or the id is another's.
        DraftWaiting: A draft of this programme is being written already.
    """
    require_manager(agency_id=agency_id, actor_id=actor_id)
    rule = documents.read(document)
    draft = ProgrammeDraft(
        agency_id=agency_id,
        programme_key=rule.programme_id,
        document=document,
        template=template,
        based_on=_latest_number(rule.programme_id),
        created_at=now,
        saved_by_id=actor_id,
        saved_at=now,
    )
    _require_own_terms(draft, rule_currency=rule.currency)
    _store(draft)
    _record(draft, Event.START, actor_id=actor_id, now=now)
    return draft


@transaction.atomic
def save_draft(
    *, draft_id: UUID, document: Document, version: int, actor_id: UUID, now: datetime
) -> ProgrammeDraft:
    """Replace what a draft says. `version` is the one the person began to write from.

    Raises:
        RuleNotUnderstood: The document is not a rule.
        NotAllowed: The person may not write it, or the document is another programme's.
        WrongState: It was proposed or is finished.
        DraftChanged: Somebody else saved it in between; nothing was written.
    """
    draft = _locked(draft_id, State.OPEN, actor_id=actor_id)
    rule = documents.read(document)
    _require_unchanged(draft, version)
    if rule.programme_id != draft.programme_key:
        if draft.based_on:
            raise NotAllowed(_("The id of a published programme never changes."))
        draft.programme_key = rule.programme_id
    _require_own_terms(draft, rule_currency=rule.currency)
    draft.document = document
    draft.version += 1
    draft.saved_by_id = actor_id
    draft.saved_at = now
    _store(draft)
    _record(draft, Event.SAVE, actor_id=actor_id, now=now)
    return draft


@transaction.atomic
def propose_draft(
    *,
    draft_id: UUID,
    version: int,
    starts_at: datetime | None,
    actor_id: UUID,
    now: datetime,
) -> ProgrammeDraft:
    """Offer a draft to a second person. From now on its document is fixed.

    Raises:
        NotAllowed: The person may not write the agency's programmes.
        WrongState: It was proposed or is finished.
        DraftChanged: Somebody saved it after the person looked.
        DraftRefused: It is to start in the past, or says what is in force already.
    """
    draft = _locked(draft_id, State.OPEN, actor_id=actor_id)
    _require_unchanged(draft, version)
    _require_up_to_date(draft)
    if starts_at is not None and starts_at < now:
        raise DraftRefused(_("New terms never start in the past."))
    if starts_at is not None and starts_at >= documents.read(draft.document).window.closes_at:
        raise DraftRefused(_("These terms would start after their own last day."))
    latest = _latest(draft.programme_key)
    if latest is not None and latest.document == draft.document:
        raise DraftRefused(_("It says the same as the published terms."))
    draft.state = State.PROPOSED
    draft.proposed_by_id = actor_id
    draft.proposed_at = now
    draft.starts_at = starts_at
    draft.save()
    _record(draft, Event.PROPOSE, actor_id=actor_id, now=now)
    return draft


@transaction.atomic
def return_draft(*, draft_id: UUID, reason: str, actor_id: UUID, now: datetime) -> ProgrammeDraft:
    """Give a proposed draft back to be written on; the proposer may take it back too.

    Raises:
        NotAllowed: The person may not write the agency's programmes.
        WrongState: It is not proposed.
    """
    draft = _locked(draft_id, State.PROPOSED, actor_id=actor_id)
    draft.state = State.OPEN
    draft.proposed_by = draft.proposed_at = draft.starts_at = None
    draft.save()
    _record(draft, Event.RETURN, actor_id=actor_id, now=now, reason=reason)
    return draft


@transaction.atomic
def publish_draft(
    *, draft_id: UUID, version: int, actor_id: UUID, now: datetime
) -> ProgrammeVersion:
    """Make a proposed draft the terms of its programme, from its start or from now on.

    Raises:
        NotAllowed: The person proposed it, or may not write the agency's programmes.
        WrongState: It is not proposed.
        DraftChanged: It is not what the person looked at.
        DraftRefused: The programme cannot take it; says why.
    """
    draft = _locked(draft_id, State.PROPOSED, actor_id=actor_id)
    if reason := permissions.why_not_publish(proposed_by=draft.proposed_by_id, actor_id=actor_id):
        raise NotAllowed(reason)
    _require_unchanged(draft, version)
    _require_up_to_date(draft)
    try:
        published = publish_programme(
            document=draft.document,
            agency_id=draft.agency_id,
            published_by=_name(actor_id),
            now=max(draft.starts_at or now, now),
        )
    except ProgrammeRefused as refusal:
        raise DraftRefused(str(refusal)) from refusal
    draft.state = State.PUBLISHED
    draft.published_by_id = actor_id
    draft.published = published
    draft.save()
    _record(draft, Event.PUBLISH, actor_id=actor_id, now=now)
    return published


@transaction.atomic
def discard_draft(*, draft_id: UUID, reason: str, actor_id: UUID, now: datetime) -> ProgrammeDraft:
    """Throw a draft away; its history is kept.

    Raises:
        NotAllowed: The person may not write the agency's programmes.
        WrongState: It was proposed or is finished.
    """
    draft = _locked(draft_id, State.OPEN, actor_id=actor_id)
    draft.state = State.DISCARDED
    draft.save()
    _record(draft, Event.DISCARD, actor_id=actor_id, now=now, reason=reason)
    return draft


def require_manager(*, agency_id: UUID, actor_id: UUID) -> None:
    """Refuse a person who may not write this agency's programmes.

    Raises:
        NotAllowed: The person has no role there that permits it.
    """
    held = Membership.objects.filter(user_id=actor_id, organisation_id=agency_id)
    if reason := permissions.why_not_manage(held.values_list("role", flat=True)):
        raise NotAllowed(reason)


def _locked(draft_id: UUID, state: str, *, actor_id: UUID) -> ProgrammeDraft:
    """Return the draft, locked until the transaction ends, if the person may take the step."""
    draft = locked_row(draft_id)
    require_manager(agency_id=draft.agency_id, actor_id=actor_id)
    if draft.state != state:
        raise WrongState(why_fixed(draft))
    return draft


def locked_row(draft_id: UUID) -> ProgrammeDraft:
    return ProgrammeDraft.objects.select_for_update(of=("self",)).get(pk=draft_id)


def why_fixed(draft: ProgrammeDraft) -> str:
    """Say in which state a draft is, where a step needs another one."""
    return str(_WRONG[State(draft.state)])


_WRONG = {
    State.OPEN: gettext_lazy("The draft is being written on. Somebody has to propose it first."),
    State.PROPOSED: gettext_lazy("The draft waits for a second person, so its text is fixed."),
    State.PUBLISHED: gettext_lazy("The draft was published already."),
    State.DISCARDED: gettext_lazy("The draft was thrown away."),
}


def _store(draft: ProgrammeDraft) -> None:
    """Write a draft whose programme may have another one that waits."""
    try:
        with transaction.atomic():
            draft.save()
    except IntegrityError as error:
        if "matching_draft_one_waiting" not in str(error):
            raise
        raise DraftWaiting(_("A draft of this programme is being written already.")) from error


def _require_unchanged(draft: ProgrammeDraft, version: int) -> None:
    if draft.version != version:
        raise DraftChanged(
            saved_by=draft.saved_by.get_full_name(),
            saved_at=draft.saved_at,
            version=draft.version,
        )


def _require_up_to_date(draft: ProgrammeDraft) -> None:
    if _latest_number(draft.programme_key) != draft.based_on:
        raise DraftOutdated(
            _("Another version was published after this draft was begun. Begin again from it.")
        )


def _require_own_terms(draft: ProgrammeDraft, *, rule_currency: str) -> None:
    """Refuse the id of another agency's programme, and another currency than the programme's."""
    programme = Programme.objects.filter(pk=draft.programme_key).first()
    if programme is None:
        return
    if programme.agency_id != draft.agency_id:
        raise NotAllowed(_("This id is taken. Choose another one."))
    if programme.currency != rule_currency:
        raise NotAllowed(_("The currency of a programme never changes."))


def _name(person_id: UUID) -> str:
    return str(get_user_model().objects.get(pk=person_id).get_full_name())


def _latest(programme_key: str) -> ProgrammeVersion | None:
    return ProgrammeVersion.objects.filter(programme=programme_key).order_by("number").last()


def _latest_number(programme_key: str) -> int:
    latest = _latest(programme_key)
    return latest.number if latest else 0


def _record(
    draft: ProgrammeDraft, event: str, *, actor_id: UUID, now: datetime, reason: str = ""
) -> None:
    DraftStep.objects.create(
        draft=draft, event=event, version=draft.version, actor_id=actor_id, reason=reason, at=now
    )
