"""What refunds and disputes write in the books of a campaign. Repeating any of it changes nothing.

What is asked back or disputed is held, and then taken for good or returned. Escrow gives it as far
as it reaches; after a payout the rest is a receivable from the project's owner, netted on the next
payment. The processor keeps its fee when money goes back: by the fee policy the platform gives the
campaign what that costs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments import fees
from payments.ledger import selectors as ledger
from payments.ledger.models import AccountKind
from payments.ledger.models import Entry as Booked
from payments.ledger.models import Posting as Line
from payments.ledger.services import AccountKey, Entry, Posting, finish, post
from payments.money import Money
from projects.funding.selectors import escrow, owed_by_owner

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from projects.funding.models import Contribution, Reversal

PLATFORM = "weft"
LOST_FEES, BEYOND = "lost_fees", "beyond_the_gift"


def hold(contribution: Contribution, reversal: Reversal, *, others: Money, at: datetime) -> None:
    """Hold back what is asked back or disputed, and make up for the fee lost with it.

    `others` is what is held or taken of the same contribution besides. What a bank takes beyond
    the contribution itself is the platform's loss, not the campaign's.
    """
    gone = others + _taken(reversal)
    booked = _fee_entries(contribution, reversal, before=others, now=gone, at=at)
    room = ledger.left(escrow(contribution.campaign)).minor + _credited(contribution, booked)
    postings = _from_campaign(contribution, _taken(reversal).minor, room=room)
    beyond = reversal.amount_minor - _taken(reversal).minor
    if beyond:
        loss = AccountKey(AccountKind.LOSS, BEYOND, reversal.currency)
        postings.append(Posting(loss, beyond))
    postings.append(Posting(_donor(contribution, reversal), -reversal.amount_minor))
    held = Entry(
        kind=f"{reversal.kind}_held",
        reference=contribution.key,
        idempotency_key=_key(reversal),
        occurred_at=at,
        postings=tuple(postings),
        state="pending",
    )
    post([*booked, held])


def take(reversal: Reversal, *, at: datetime) -> None:
    """Make final what was held: the giver, or the giver's bank, has the money."""
    key = _key(reversal)
    finish(key, how="post", idempotency_key=f"{key}:post", occurred_at=at)


def give_back(
    contribution: Contribution, reversal: Reversal, *, others: Money, at: datetime
) -> None:
    """Give the campaign what was held, or even taken, and take back what made up for the fee."""
    key = _key(reversal)
    gone = others + _taken(reversal)
    is_taken = Booked.objects.filter(idempotency_key=f"{key}:post").exists()
    if is_taken:
        post([_opposite(contribution, reversal, at=at)])
    else:
        finish(key, how="void", idempotency_key=f"{key}:void", occurred_at=at)
    post(_fee_entries(contribution, reversal, before=gone, now=others, at=at))


def _fee_entries(
    contribution: Contribution, reversal: Reversal, *, before: Money, now: Money, at: datetime
) -> list[Entry]:
    """Return the entries that bring what made up for fees to its share of what has gone by now."""
    entries = []
    for kind, account, fee in _made_up_for(contribution):
        already = fees.share(fee, gone=before, amount=contribution.amount)
        due = fees.share(fee, gone=now, amount=contribution.amount) - already
        if due:
            back = "" if due.minor > 0 else "_returned"
            entries.append(
                Entry(
                    kind=f"{kind}{back}",
                    reference=contribution.key,
                    idempotency_key=f"{kind}{back}:{reversal.key}",
                    occurred_at=at,
                    postings=(
                        Posting(account, due.minor),
                        *_from_campaign(contribution, -due.minor, room=_room(contribution)),
                    ),
                )
            )
    return entries


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


def _credited(contribution: Contribution, entries: Sequence[Entry]) -> int:
    """Return what entries add to a campaign's escrow."""
    account = escrow(contribution.campaign)
    postings = [posting for entry in entries for posting in entry.postings]
    return -sum(posting.amount_minor for posting in postings if posting.account == account)


def _opposite(contribution: Contribution, reversal: Reversal, *, at: datetime) -> Entry:
    """Return the entry that undoes what was final already."""
    taken = f"{_key(reversal)}:post"
    lines = Line.objects.filter(entry__idempotency_key=taken).select_related("account")
    return Entry(
        kind=f"{reversal.kind}_returned",
        reference=contribution.key,
        idempotency_key=f"{reversal.kind}_returned:{reversal.key}",
        occurred_at=at,
        postings=tuple(Posting(line.account.key, -line.amount_minor) for line in lines),
        corrects=taken,
    )


def _taken(reversal: Reversal) -> Money:
    return Money(reversal.taken_minor or 0, reversal.currency)


def _donor(contribution: Contribution, reversal: Reversal) -> AccountKey:
    return AccountKey(AccountKind.DONOR_CLEARING, contribution.key, reversal.currency)


def _key(reversal: Reversal) -> str:
    return f"{reversal.kind}_held:{reversal.key}"
