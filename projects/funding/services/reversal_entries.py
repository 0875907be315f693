"""What refunds and disputes write in the books of a campaign. Repeating any of it changes nothing.

What is asked back or disputed is held, and then taken for good or returned. Escrow gives it as far
as it reaches; after a payout the rest is a receivable from the project's owner, netted on the next
payment. The processor keeps its fee when money goes back: by the fee policy the platform gives the
campaign what that costs it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from payments import fees
from payments.ledger import selectors as ledger
from payments.ledger.models import AccountKind
from payments.ledger.models import Posting as Line
from payments.ledger.services import AccountKey, Entry, Posting, finish, post
from payments.money import Money
from projects.funding.models import Reversal
from projects.funding.selectors import escrow, owed_by_owner

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from projects.funding.models import Contribution

Stage = Reversal.State
PLATFORM = "weft"
LOST_FEES, BEYOND = "lost_fees", "beyond_the_gift"


@dataclass(frozen=True, slots=True)
class Moved:
    """A reversal whose booking changes: how far it was booked, and whether its share is another."""

    reversal: Reversal
    was: Reversal.State | None
    is_again: bool


def shares(amount_minor: int, reversals: Iterable[Reversal]) -> dict[UUID, int]:
    """Return what of each standing reversal is the gift's own money, by its id.

    Refunds come first, then what is final, then ties by key: whatever was heard first, the answer
    is the same, and never more than the gift. The rest of a reversal is the platform's loss.
    """
    standing = [each for each in reversals if each.state != Stage.RETURNED]
    found, room = {}, amount_minor
    for each in sorted(standing, key=_turn):
        found[each.pk] = min(each.amount_minor, room)
        room -= found[each.pk]
    return found


def _turn(reversal: Reversal) -> tuple[bool, bool, str]:
    return (
        reversal.kind != Reversal.Kind.REFUND,
        reversal.state != Stage.TAKEN,
        reversal.key,
    )


def undo(contribution: Contribution, moved: Moved, *, at: datetime) -> None:
    """Give the campaign what was held, or even taken, unless it stays as it is booked."""
    reversal = moved.reversal
    is_kept = reversal.state != Stage.RETURNED and not moved.is_again
    if moved.was is None or moved.was == Stage.RETURNED or is_kept:
        return
    key = _key(reversal, times=reversal.rebooked - moved.is_again)
    if moved.was == Stage.HELD:
        finish(key, how="void", idempotency_key=f"{key}:void", occurred_at=at)
    else:
        post([_opposite(contribution, reversal, key=key, at=at)])


def do(contribution: Contribution, moved: Moved, *, at: datetime) -> None:
    """Hold back what is asked back or disputed; make final what the giver, or a bank, has.

    What a bank takes beyond the gift's own money is the platform's loss, not the campaign's.
    """
    reversal = moved.reversal
    if reversal.state == Stage.RETURNED:
        return
    key = _key(reversal)
    if moved.was is None or moved.is_again:
        post([_held(contribution, reversal, key=key, at=at)])
    if reversal.state == Stage.TAKEN:
        finish(key, how="post", idempotency_key=f"{key}:post", occurred_at=at)


def _held(contribution: Contribution, reversal: Reversal, *, key: str, at: datetime) -> Entry:
    own = reversal.taken_minor or 0
    postings = _from_campaign(contribution, own, room=_room(contribution))
    if beyond := reversal.amount_minor - own:
        loss = AccountKey(AccountKind.LOSS, BEYOND, reversal.currency)
        postings.append(Posting(loss, beyond))
    postings.append(Posting(_donor(contribution, reversal), -reversal.amount_minor))
    return Entry(
        kind=f"{reversal.kind}_held",
        reference=contribution.key,
        idempotency_key=key,
        occurred_at=at,
        postings=tuple(postings),
        state="pending",
    )


def make_up_for_fees(
    contribution: Contribution, news: Reversal, *, before: Money, now: Money, at: datetime
) -> None:
    """Bring what makes up for fees to its share of what has gone by now."""
    for kind, account, fee in _made_up_for(contribution):
        already = fees.share(fee, gone=before, amount=contribution.amount)
        due = fees.share(fee, gone=now, amount=contribution.amount) - already
        if not due:
            continue
        back = "" if due.minor > 0 else "_returned"
        entry = Entry(
            kind=f"{kind}{back}",
            reference=contribution.key,
            idempotency_key=f"{kind}{back}:{news.key}",
            occurred_at=at,
            postings=(
                Posting(account, due.minor),
                *_from_campaign(contribution, -due.minor, room=_room(contribution)),
            ),
        )
        post([entry])


def _made_up_for(contribution: Contribution) -> list[tuple[str, AccountKey, Money]]:
    """Return the fees that a campaign is not to bear for money that went back, and who does."""
    code = contribution.currency
    given_up = AccountKey(AccountKind.PLATFORM_FEE, PLATFORM, code)
    found = [("platform_fee_lost", given_up, Money(contribution.platform_fee_minor, code))]
    if fees.DEFAULT.lost is fees.Bearer.PLATFORM:
        lost = AccountKey(AccountKind.LOSS, LOST_FEES, code)
        found.append(("lost_fee", lost, Money(contribution.fee_minor, code)))
    return found


def _from_campaign(contribution: Contribution, minor: int, *, room: int) -> list[Posting]:
    """Return the debits of an amount: escrow as far as it reaches, the rest a receivable.

    A negative amount is a credit of the escrow.
    """
    campaign = contribution.campaign
    given = min(minor, max(room, 0))
    lines = [(escrow(campaign), given), (owed_by_owner(campaign), minor - given)]
    return [Posting(account, part) for account, part in lines if part]


def _room(contribution: Contribution) -> int:
    return ledger.left(escrow(contribution.campaign)).minor


def _opposite(contribution: Contribution, reversal: Reversal, *, key: str, at: datetime) -> Entry:
    """Return the entry that undoes what was final already."""
    taken = f"{key}:post"
    lines = Line.objects.filter(entry__idempotency_key=taken).select_related("account")
    return Entry(
        kind=f"{reversal.kind}_returned",
        reference=contribution.key,
        idempotency_key=f"{key}:returned",
        occurred_at=at,
        postings=tuple(Posting(line.account.key, -line.amount_minor) for line in lines),
        corrects=taken,
    )


def _donor(contribution: Contribution, reversal: Reversal) -> AccountKey:
    return AccountKey(AccountKind.DONOR_CLEARING, contribution.key, reversal.currency)


def _key(reversal: Reversal, *, times: int | None = None) -> str:
    """Return the name of the entry that books a reversal, or booked it some changes ago."""
    again = reversal.rebooked if times is None else times
    name = f"{reversal.kind}_held:{reversal.key}"
    return f"{name}:{again}" if again else name
