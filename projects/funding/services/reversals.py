"""Refunds and disputes: what they do to a contribution, its match and its campaign.

News of them comes in any order, twice, and even before the news of the payment. A row remembers
what was heard (`Reversal`); everything else follows from the rows together, so that the order makes
no difference.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from payments.money import Money
from projects.funding import selectors
from projects.funding.models import Contribution, ContributionLog, Reversal
from projects.funding.services import reversal_entries as books
from projects.funding.services.rows import move, note, of_reference
from projects.matching import services as matching

if TYPE_CHECKING:
    from datetime import datetime

State = Contribution.State
Kind = Reversal.Kind
Stage = Reversal.State


@dataclass(frozen=True, slots=True)
class Change:
    """What a reversal was booked as until now, and what others take of the same money."""

    reversal: Reversal
    before: Reversal.State | None
    others: Money
    at: datetime


@transaction.atomic
def hear(  # noqa: PLR0913  The fields of the event.
    *,
    kind: Reversal.Kind,
    key: str,
    payment_id: UUID,
    reference: str,
    amount: Money,
    stage: Reversal.State,
    at: datetime,
    now: datetime,
) -> Contribution | None:
    """Take in what became of a refund or a dispute; a repeat, or older news, changes nothing.

    `at` is the provider's time. A refund that nobody here asked for counts as well. A reference of
    another room returns None.
    """
    contribution = of_reference(reference)
    if contribution is None:
        return None
    news = Reversal(
        kind=kind,
        key=key,
        payment_id=payment_id,
        amount_minor=amount.minor,
        currency=amount.currency,
    )
    return _hear(contribution, news, stage=stage, at=at, now=now)


def heard_before(contribution: Contribution, *, now: datetime) -> list[Change]:
    """Take in what was heard of a payment before the payment itself; to be booked after it."""
    rows = contribution.reversals.of_payment(_paid_by(contribution))
    return [
        _change(contribution, reversal, before=None, at=reversal.changed_at, now=now)
        for reversal in rows
    ]


def reconsider_hold(contribution: Contribution, *, now: datetime) -> None:
    """Let a contribution wait for a person while other money than its own has not all gone back."""
    holds = ContributionLog.objects.filter(contribution=contribution, event="hold")
    others = {UUID(facts["payment"]) for facts in holds.values_list("facts", flat=True)}
    waits = not others <= selectors.paid_back(contribution)
    if waits == (contribution.needs_person_since is not None):
        return
    contribution.needs_person_since = now if waits else None
    contribution.save(update_fields=["needs_person_since", "updated_at"])
    if not waits:
        note(contribution, event="release", at=now, reason="given_back")


def _hear(
    contribution: Contribution,
    news: Reversal,
    *,
    stage: Reversal.State,
    at: datetime,
    now: datetime,
) -> Contribution:
    known = contribution.reversals.filter(kind=news.kind, key=news.key).first()
    before = Stage(known.state) if known else None
    if before is not None and _rank(stage) <= _rank(before):
        return contribution
    reversal = known or news
    reversal.contribution, reversal.state, reversal.changed_at = contribution, stage, at
    if known is None:
        reversal.heard_at = now
    reversal.save()
    if contribution.payment_id == reversal.payment_id:
        book(contribution, _change(contribution, reversal, before=before, at=at, now=now))
    else:
        reconsider_hold(contribution, now=now)
    return contribution


def _rank(stage: Reversal.State) -> int:
    return Reversal.ORDER.index(stage)


def _change(
    contribution: Contribution,
    reversal: Reversal,
    *,
    before: Reversal.State | None,
    at: datetime,
    now: datetime,
) -> Change:
    """Bring contribution and match to what a reversal says now; the books come after."""
    others = _gone(contribution, but=reversal)
    if reversal.taken_minor is None:
        is_back = reversal.state == Stage.RETURNED
        room = 0 if is_back else contribution.amount_minor - others.minor
        reversal.taken_minor = min(reversal.amount_minor, room)
        reversal.save(update_fields=["taken_minor"])
        before = None
    _derive(contribution, reversal, now=now)
    _match_what_remains(contribution, reversal, now=now)
    return Change(reversal, before, others, at)


def book(contribution: Contribution, change: Change) -> None:
    """Write what a change means in the books; accounts are locked last."""
    reversal, others, at = change.reversal, change.others, change.at
    match (change.before, reversal.state):
        case (None, Stage.HELD):
            books.hold(contribution, reversal, others=others, at=at)
        case (None, Stage.TAKEN):
            books.hold(contribution, reversal, others=others, at=at)
            books.take(reversal, at=at)
        case (Stage.HELD, Stage.TAKEN):
            books.take(reversal, at=at)
        case (Stage.HELD | Stage.TAKEN, Stage.RETURNED):
            books.give_back(contribution, reversal, others=others, at=at)


def _gone(contribution: Contribution, *, but: Reversal) -> Money:
    """Return what of a contribution is held back or taken, one reversal left out."""
    others = contribution.reversals.exclude(state=Stage.RETURNED).exclude(pk=but.pk)
    sums = others.aggregate(sum=Sum("taken_minor", default=0))
    return Money(sums["sum"], contribution.currency)


def _derive(contribution: Contribution, reversal: Reversal, *, now: datetime) -> None:
    """Write on the contribution what all that was heard of its money comes to."""
    sums = dict.fromkeys(((kind, stage) for kind in Kind for stage in Stage), 0)
    for row in contribution.reversals.exclude(taken_minor=None):
        sums[Kind(row.kind), Stage(row.state)] += row.taken_minor or 0
    contribution.refunded_minor = sums[Kind.REFUND, Stage.TAKEN]
    contribution.blocked_minor = sums[Kind.DISPUTE, Stage.HELD]
    contribution.lost_minor = sums[Kind.DISPUTE, Stage.TAKEN]
    state = _state(contribution, is_asked_back=sums[Kind.REFUND, Stage.HELD] > 0)
    facts = {"amount_minor": reversal.taken_minor, "of": reversal.name}
    move(contribution, event=f"{reversal.kind}_{reversal.state}", to=state, at=now, facts=facts)


def _state(contribution: Contribution, *, is_asked_back: bool) -> Contribution.State:
    if contribution.blocked_minor:
        return State.DISPUTED
    if contribution.lost_minor:
        return State.LOST
    if is_asked_back:
        return State.REFUND_PENDING
    if contribution.refunded_minor == contribution.amount_minor:
        return State.REFUNDED
    return State.PARTIALLY_REFUNDED if contribution.refunded_minor else State.SETTLED


def _match_what_remains(contribution: Contribution, reversal: Reversal, *, now: datetime) -> None:
    ref, cause = contribution.key, reversal.name
    blocked = contribution.blocked_minor > 0
    matching.unwind(contribution_ref=ref, remaining=contribution.remaining, cause=cause, now=now)
    change = matching.block if blocked else matching.unblock
    change(contribution_ref=ref, cause=cause, now=now)


def _paid_by(contribution: Contribution) -> UUID:
    if contribution.payment_id is None:
        raise ValueError(f"{contribution} is not paid.")
    return contribution.payment_id
