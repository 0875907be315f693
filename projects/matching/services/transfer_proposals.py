"""Money between pots moves by two people: one proposes, another confirms.

The lock of a proposal is taken before the lock of its programme.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils.translation import gettext as _

from payments.ledger import selectors as ledger
from payments.money import Money
from projects.catalogue.models import Membership
from projects.matching import engine, permissions
from projects.matching.models import PotTransfer, Programme, TransferProposal
from projects.matching.refusals import NotAllowed
from projects.matching.services.programmes import SENT_ALREADY
from projects.matching.services.transfers import (
    TOO_SMALL,
    PotTooSmall,
    TransferRefused,
    refuse_wrong,
    transfer_between_pots,
)

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.utils.functional import _StrPromise

State = TransferProposal.State
LONGEST_NAME = 160


@transaction.atomic
def propose_transfer(  # noqa: PLR0913  A transfer has that many facts.
    *,
    programme_id: str,
    source_layer: str,
    target_layer: str,
    amount: Money,
    key: str,
    actor_id: UUID,
    now: datetime,
) -> TransferProposal:
    """Ask a second person to move money between pots; the same `key` asks once.

    Raises:
        NotAllowed: The person may not move money of the agency's pots.
        TransferRefused: It could never be moved; says why.
        PotTooSmall: The pot has less free.
    """
    programme = Programme.objects.get(pk=programme_id)
    _require_treasurer(programme, actor_id)
    refuse_wrong(programme, {source_layer, target_layer}, amount, _name(actor_id))
    source = engine.pot(programme_id, amount.currency, source_layer)
    if ledger.balances([source])[source].left < amount.minor:
        raise PotTooSmall(str(TOO_SMALL))
    asked = {"source_layer": source_layer, "target_layer": target_layer, "minor": amount.minor}
    proposal, is_new = TransferProposal.objects.get_or_create(
        key=key,
        defaults=asked | {"programme": programme, "proposed_by_id": actor_id, "proposed_at": now},
    )
    known = {name: getattr(proposal, name) for name in asked}
    if not is_new and (proposal.programme_id, known) != (programme_id, asked):
        raise TransferRefused(str(SENT_ALREADY))
    return proposal


@transaction.atomic
def confirm_transfer(*, proposal_id: UUID, actor_id: UUID, now: datetime) -> TransferProposal:
    """Move what somebody else proposed to move.

    Raises:
        NotAllowed: The person proposed it, or may not move money of the agency's pots; or who
            proposed it may not any more.
        TransferRefused: It was moved or dropped before, or cannot be moved; says why.
        PotTooSmall: The pot has less free now.
    """
    proposal = _locked(proposal_id, actor_id)
    if reason := permissions.why_not_move(proposed_by=proposal.proposed_by_id, actor_id=actor_id):
        raise NotAllowed(reason)
    if _why_not_treasurer(proposal.programme, proposal.proposed_by_id):
        raise NotAllowed(_("Who proposed it may not move this money any more. Give it up."))
    posted = transfer_between_pots(
        programme_id=proposal.programme_id,
        source_layer=proposal.source_layer,
        target_layer=proposal.target_layer,
        amount=Money(proposal.minor, proposal.programme.currency),
        by=_name(proposal.proposed_by_id),
        idempotency_key=proposal.key,
        now=now,
    )
    proposal.transfer = PotTransfer.objects.get(ledger_key=posted.idempotency_key)
    return _end(proposal, State.MOVED, actor_id, now)


@transaction.atomic
def drop_transfer(*, proposal_id: UUID, actor_id: UUID, now: datetime) -> TransferProposal:
    """Give up a proposed move of money; the proposer may take it back too.

    Raises:
        NotAllowed: The person may not move money of the agency's pots.
        TransferRefused: It was moved or dropped before.
    """
    return _end(_locked(proposal_id, actor_id), State.DROPPED, actor_id, now)


def _locked(proposal_id: UUID, actor_id: UUID) -> TransferProposal:
    """Return a proposal that waits, locked, if the person may move money of its programme."""
    rows = TransferProposal.objects.select_for_update(of=("self",)).select_related("programme")
    proposal = rows.get(pk=proposal_id)
    _require_treasurer(proposal.programme, actor_id)
    if proposal.state != State.PROPOSED:
        raise TransferRefused(_("This does not wait any more: it was moved, or given up."))
    return proposal


def _end(proposal: TransferProposal, to: State, actor_id: UUID, now: datetime) -> TransferProposal:
    proposal.state, proposal.ended_by_id, proposal.ended_at = to, actor_id, now
    proposal.save(update_fields=["state", "ended_by", "ended_at", "transfer"])
    return proposal


def _require_treasurer(programme: Programme, actor_id: UUID) -> None:
    if reason := _why_not_treasurer(programme, actor_id):
        raise NotAllowed(reason)


def _why_not_treasurer(programme: Programme, person_id: UUID) -> _StrPromise | None:
    held = Membership.objects.filter(user_id=person_id, organisation_id=programme.agency_id)
    return permissions.why_not_fund(held.values_list("role", flat=True))


def _name(person_id: UUID) -> str:
    return str(get_user_model().objects.get(pk=person_id).get_full_name())[:LONGEST_NAME]
