"""What a person may do about a payout, and in a sentence why they may not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from payments.console import access
from payments.ledger.services import LedgerBusy
from payments.payouts import moves, services
from payments.payouts.models import Payout

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from django.utils.functional import _StrPromise

S = Payout.State


class Action(StrEnum):
    """What can be done about a payout; the value is part of the page's address."""

    APPROVE = "approve"
    HOLD = "hold"
    CANCEL = "cancel"
    RELEASE = "release"


@dataclass(frozen=True, slots=True)
class Words:
    """What an action is called, what it does, and what is said when it is done."""

    name: _StrPromise
    effect: _StrPromise
    done: _StrPromise


@dataclass(frozen=True, slots=True)
class Offer:
    """An action with the reason why this person cannot take it, if there is one."""

    action: Action
    words: Words
    refusal: _StrPromise | None


WORDS: Mapping[Action, Words] = {
    Action.APPROVE: Words(
        _("Approve"),
        _("The money leaves with the next run, unless something still holds it back."),
        _("Your approval is written down."),
    ),
    Action.HOLD: Words(
        _("Put on hold"),
        _("Nothing is sent until somebody releases it. Approvals given so far no longer count."),
        _("The payout is on hold."),
    ),
    Action.CANCEL: Words(
        _("Cancel"),
        _("It ends here, and the escrow keeps its money. It cannot be opened again."),
        _("The payout is cancelled."),
    ),
    Action.RELEASE: Words(
        _("Release"),
        _("It waits for approval again, by as many people as before."),
        _("The payout waits for approval again."),
    ),
}
_GOAL = {
    Action.APPROVE: S.APPROVED,
    Action.HOLD: S.ON_HOLD,
    Action.CANCEL: S.CANCELLED,
    Action.RELEASE: S.REQUESTED,
}


class NotDone(Exception):
    """An action that was not taken. The message is fit to be shown."""


def offers(payout: Payout, person: access.Person) -> list[Offer]:
    """Return every action, possible or not, in the order they are shown."""
    return [Offer(one, WORDS[one], why_not(one, payout, person)) for one in Action]


def why_not(action: Action, payout: Payout, person: access.Person) -> _StrPromise | None:
    """Return why a person cannot do this about a payout now, or nothing if they can."""
    if not access.may_pay(person):
        return _("Your log-in does not have the right to act on payouts.")
    if _GOAL[action] not in moves.ALLOWED[payout.state]:
        return _NOT_NOW[action]
    return _why_not_approve(payout, person) if action is Action.APPROVE else None


def _why_not_approve(payout: Payout, person: access.Person) -> _StrPromise | None:
    # Rooms may write down either.
    names = {services.as_compared(name) for name in (str(person.pk), person.get_username())}
    if services.as_compared(payout.requested_by) in names:
        return _("You asked for this payout, so somebody else has to approve it.")
    if services.as_compared(payout.approved_by) in names:
        return _("You have approved it already. It needs a second person.")
    if not payout.account.details_digest:
        return _("The owner has not said where to be paid.")
    details = payout.account.changes.last()
    if details and services.as_compared(details.actor) in names:
        return _("You gave the bank details it is paid to, so somebody else has to approve it.")
    return None


def take(action: Action, payout: Payout, *, by: str, reason: str, now: datetime) -> None:
    """Act on a payout in a person's name.

    Raises:
        NotDone: It is not possible, or no longer; says why.
    """
    try:
        if action is Action.APPROVE:
            services.approve(payout_id=payout.pk, by=by, now=now)
        else:
            act = {
                Action.HOLD: services.hold,
                Action.CANCEL: services.cancel,
                Action.RELEASE: services.release,
            }[action]
            act(payout_id=payout.pk, by=by, reason=reason, now=now)
    except services.PayoutRefused as refusal:
        raise NotDone(str(refusal)) from refusal
    except services.MoveRefused as refusal:
        raise NotDone(str(_NOT_NOW[action])) from refusal
    except LedgerBusy as refusal:
        raise NotDone(str(_("The books are busy. Nothing was changed; try again."))) from refusal


_NOT_NOW = {
    Action.APPROVE: _("Only a payout that waits for approval can be approved."),
    Action.HOLD: _("Only a payout that has not been sent can be put on hold."),
    Action.CANCEL: _("Only a payout that has not been sent can be cancelled."),
    Action.RELEASE: _("Only a payout on hold can be released."),
}
