"""Refunds and disputes: what they do to a contribution, its match and its campaign.

News of them comes in any order, twice, and even before the news of the payment. A row remembers
what was heard (`Reversal`); everything else follows from the rows together, so that the order makes
no difference. Where a bank takes back what was refunded already, more may go back than was given;
which part of each is the gift's own is worked out anew with all news (`reversal_entries.shares`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

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
_STANDING = (Stage.HELD, Stage.TAKEN)


@dataclass(frozen=True, slots=True)
class Change:
    """One piece of news, and every reversal whose booking it moves."""

    news: Reversal
    moved: tuple[books.Moved, ...]
    gone_before: Money
    gone_now: Money
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
    return [_change(contribution, row, before=None, at=row.changed_at, now=now) for row in rows]


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
        if known is not None and known.taken_minor is None:
            before = None  # Heard of before its payment, and never booked.
        book(contribution, _change(contribution, reversal, before=before, at=at, now=now))
    else:
        reconsider_hold(contribution, now=now)
    return contribution


def _rank(stage: Reversal.State) -> int:
    return Reversal.ORDER.index(stage)


def _change(
    contribution: Contribution,
    news: Reversal,
    *,
    before: Reversal.State | None,
    at: datetime,
    now: datetime,
) -> Change:
    """Bring contribution and match to what all reversals say now; the books come after."""
    rows = contribution.reversals.of_payment(news.payment_id)
    known = [row for row in rows if row.pk == news.pk or row.taken_minor is not None]
    shares = books.shares(contribution.amount_minor, known)
    gone_before, moved = 0, []
    for row in known:
        was = Stage(row.state) if row.pk != news.pk else before
        booked = row.taken_minor or 0
        gone_before += booked if was in _STANDING else 0
        share = shares.get(row.pk, booked)
        if row.taken_minor is None or share != booked:
            row.rebooked += was in _STANDING
            row.taken_minor = share
            row.save(update_fields=["taken_minor", "rebooked"])
        if was != row.state or share != booked:
            moved.append(books.Moved(row, was, is_again=share != booked))
    code = contribution.currency
    news = next(row for row in known if row.pk == news.pk)
    _derive(contribution, news, now=now)
    _match_what_remains(contribution, news, now=now)
    return Change(
        news, tuple(moved), Money(gone_before, code), Money(sum(shares.values()), code), at
    )


def book(contribution: Contribution, change: Change) -> None:
    """Write what a change means in the books, in one go; accounts are locked last.

    What is undone comes first, so that escrow has room for the rest.
    """
    booking = books.Booking(contribution, at=change.at)
    for each in change.moved:
        booking.undo(each)
    booking.make_up_for_fees(change.news, before=change.gone_before, now=change.gone_now)
    for each in change.moved:
        booking.do(each)
    booking.write()


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
