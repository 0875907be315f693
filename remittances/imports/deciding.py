"""Deciding whether two spellings are one firm, and what is known of a firm; each step is kept."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from remittances.figures import services as figures
from remittances.models import NameProposal, Provider, ProviderEvent, ProviderName

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

EDITABLE = (
    "website", "licensed_in_id", "licence_number", "licence_register_url", "licence_checked_on",
    "complaints_url", "commercial_link", "commercial_note",
)  # fmt: skip
State = NameProposal.State


class DecisionRefused(ValueError):
    """The proposal is no longer as the person saw it; nothing was changed."""


@transaction.atomic
def approve(*, proposal_id: UUID, by: UUID, now: datetime) -> NameProposal:
    """Let a spelling mean the firm that was proposed.

    Raises:
        DecisionRefused: Somebody decided already, or the spelling means that firm anyway.
    """
    proposal = _waiting(proposal_id)
    name = ProviderName.objects.select_for_update().get(pk=proposal.spelling_id)
    if name.provider_id == proposal.provider_id:
        raise DecisionRefused(_("The spelling means this firm already."))
    proposal.moved_from_id = name.provider_id
    name.provider_id = proposal.provider_id
    name.save(update_fields=["provider"])
    _decide(proposal, State.APPROVED, by=by, now=now)
    figures.refresh_names(spellings=[proposal.spelling_id])
    return proposal


@transaction.atomic
def decline(*, proposal_id: UUID, by: UUID, now: datetime) -> NameProposal:
    """Let a spelling keep meaning the firm it means.

    Raises:
        DecisionRefused: Somebody decided already.
    """
    proposal = _waiting(proposal_id)
    _decide(proposal, State.DECLINED, by=by, now=now)
    return proposal


@transaction.atomic
def undo(*, proposal_id: UUID, by: UUID, now: datetime) -> NameProposal:
    """Take a decision back; the proposal waits again.

    Raises:
        DecisionRefused: Nothing was decided, or the spelling was moved on since.
    """
    proposal = NameProposal.objects.select_for_update().get(pk=proposal_id)
    if proposal.state == State.WAITING:
        raise DecisionRefused(_("Nothing has been decided yet."))
    if proposal.state == State.APPROVED:
        _move_back(proposal)
    proposal.moved_from, proposal.decided_by, proposal.decided_at = None, None, None
    proposal.state = State.WAITING
    proposal.save()
    _note(proposal.provider_id, "undone", {"spelling": proposal.spelling_id}, by=by, now=now)
    figures.refresh_names(spellings=[proposal.spelling_id])
    return proposal


@transaction.atomic
def edit_provider(
    *, provider_id: UUID, changes: Mapping[str, str | date | None], by: UUID, now: datetime
) -> list[str]:
    """Change what is known of a firm, and keep what it was. Return the names of what changed."""
    provider = Provider.objects.select_for_update().get(pk=provider_id)
    before = {name: getattr(provider, name) for name in EDITABLE}
    changed = [name for name in EDITABLE if name in changes and changes[name] != before[name]]
    if changed:
        for name in changed:
            setattr(provider, name, changes[name])
        provider.save(update_fields=[name.removesuffix("_id") for name in changed])
        facts = {name: [_plain(before[name]), _plain(changes[name])] for name in changed}
        _note(provider_id, "edited", facts, by=by, now=now)
    return changed


def _waiting(proposal_id: UUID) -> NameProposal:
    proposal = NameProposal.objects.select_for_update().get(pk=proposal_id)
    if proposal.state != State.WAITING:
        raise DecisionRefused(_("Somebody has decided this already."))
    return proposal


def _decide(proposal: NameProposal, state: State, *, by: UUID, now: datetime) -> None:
    proposal.state, proposal.decided_by_id, proposal.decided_at = state, by, now
    proposal.save()
    facts = {"spelling": proposal.spelling_id}
    if proposal.moved_from_id is not None:
        facts["from"] = str(proposal.moved_from_id)
    _note(proposal.provider_id, state.value, facts, by=by, now=now)


def _move_back(proposal: NameProposal) -> None:
    name = ProviderName.objects.select_for_update().get(pk=proposal.spelling_id)
    if name.provider_id != proposal.provider_id or proposal.moved_from_id is None:
        raise DecisionRefused(_("The spelling was moved on to another firm since."))
    name.provider_id = proposal.moved_from_id
    name.save(update_fields=["provider"])


def _note(
    provider_id: UUID, kind: str, facts: Mapping[str, object], *, by: UUID, now: datetime
) -> None:
    ProviderEvent.objects.create(
        provider_id=provider_id, kind=kind, facts=dict(facts), actor_id=by, at=now
    )


def _plain(value: str | date | None) -> str | None:
    return value.isoformat() if isinstance(value, date) else value
