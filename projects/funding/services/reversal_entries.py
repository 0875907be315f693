"""What refunds and disputes write in the books of a campaign. Repeating any of it changes nothing.

What is asked back or disputed is held, and then taken for good or returned. Escrow gives it as far
as it reaches; after a payout the rest is a receivable from the project's owner, netted on the next
payment. The processor keeps its fee when money goes back: by the fee policy the platform gives the
campaign what that costs it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from payments import fees
from payments.ledger import selectors as ledger
from payments.ledger.models import AccountKind
from payments.ledger.models import Posting as Line
from payments.ledger.services import AccountKey, Entry, Posting, post
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


class Booking:
    """All that one change writes, put together first and then written at once.

    What one entry leaves in escrow, or brings to it, the next can take.
    """

    def __init__(self, contribution: Contribution, *, at: datetime) -> None:
        self._contribution, self._at = contribution, at
        self._escrow = escrow(contribution.campaign)
        self._room = ledger.left(self._escrow).minor
        self._entries: list[Entry] = []
        self._final: list[Entry] = []

    def write(self) -> None:
        """Write everything; every account that is touched is locked by the first batch.

        What is held and taken in one go is pending in the first and final in the second.

        Raises:
            BalanceExceeded: escrow gave money elsewhere since it was read; nothing was written.
            LedgerBusy: others hold an account.
        """
        post(self._entries)
        post(self._final)

    def undo(self, moved: Moved) -> None:
        """Give the campaign what was held, or even taken, unless it stays as it is booked."""
        reversal = moved.reversal
        is_kept = reversal.state != Stage.RETURNED and not moved.is_again
        if moved.was is None or moved.was == Stage.RETURNED or is_kept:
            return
        key = _key(reversal, times=reversal.rebooked - moved.is_again)
        if moved.was == Stage.HELD:
            self._entries.append(_finish(key, how="void", at=self._at))
            self._leaves(-line.amount_minor for line in _lines(key) if self._is_escrow(line))
        else:
            self._add(self._opposite(reversal, key=key))

    def do(self, moved: Moved) -> None:
        """Hold back what is asked back or disputed; make final what the giver, or a bank, has.

        What a bank takes beyond the gift's own money is the platform's loss, not the campaign's.
        """
        reversal = moved.reversal
        if reversal.state == Stage.RETURNED:
            return
        key = _key(reversal)
        is_held_anew = moved.was is None or moved.is_again
        if is_held_anew:
            self._add(self._held(reversal, key=key))
        if reversal.state == Stage.TAKEN:
            batch = self._final if is_held_anew else self._entries
            batch.append(_finish(key, how="post", at=self._at))

    def make_up_for_fees(self, news: Reversal, *, before: Money, now: Money) -> None:
        """Bring what makes up for fees to its share of what has gone by now."""
        whole = self._contribution.amount
        for kind, account, fee in _made_up_for(self._contribution):
            already = fees.share(fee, gone=before, amount=whole)
            due = fees.share(fee, gone=now, amount=whole) - already
            if not due:
                continue
            back = "" if due.minor > 0 else "_returned"
            entry = Entry(
                kind=f"{kind}{back}",
                reference=self._contribution.key,
                idempotency_key=f"{kind}{back}:{news.key}",
                occurred_at=self._at,
                postings=(Posting(account, due.minor), *self._from_campaign(-due.minor)),
            )
            self._add(entry)

    def _add(self, entry: Entry) -> None:
        self._entries.append(entry)
        self._leaves(line.amount_minor for line in entry.postings if line.account == self._escrow)

    def _leaves(self, debits: Iterable[int]) -> None:
        self._room -= sum(debits)

    def _is_escrow(self, line: Line) -> bool:
        return line.account.key == self._escrow

    def _held(self, reversal: Reversal, *, key: str) -> Entry:
        own = reversal.taken_minor or 0
        postings = self._from_campaign(own)
        if beyond := reversal.amount_minor - own:
            loss = AccountKey(AccountKind.LOSS, BEYOND, reversal.currency)
            postings.append(Posting(loss, beyond))
        postings.append(Posting(_donor(self._contribution, reversal), -reversal.amount_minor))
        return Entry(
            kind=f"{reversal.kind}_held",
            reference=self._contribution.key,
            idempotency_key=key,
            occurred_at=self._at,
            postings=tuple(postings),
            state="pending",
        )

    def _from_campaign(self, minor: int) -> list[Posting]:
        """Return the debits of an amount: escrow as far as it reaches, the rest a receivable.

        A negative amount is a credit of the escrow.
        """
        given = min(minor, max(self._room, 0))
        owner = owed_by_owner(self._contribution.campaign)
        lines = [(self._escrow, given), (owner, minor - given)]
        return [Posting(account, part) for account, part in lines if part]

    def _opposite(self, reversal: Reversal, *, key: str) -> Entry:
        """Return the entry that undoes what was final already."""
        taken = f"{key}:post"
        return Entry(
            kind=f"{reversal.kind}_returned",
            reference=self._contribution.key,
            idempotency_key=f"{key}:returned",
            occurred_at=self._at,
            postings=tuple(Posting(line.account.key, -line.amount_minor) for line in _lines(taken)),
            corrects=taken,
        )


def _finish(key: str, *, how: Literal["post", "void"], at: datetime) -> Entry:
    """Return the entry that makes a pending one final, or gives back what it held."""
    return Entry(
        kind="",
        reference="",
        idempotency_key=f"{key}:{how}",
        occurred_at=at,
        state="posted" if how == "post" else "voided",
        finishes=key,
    )


def _lines(key: str) -> Iterable[Line]:
    return Line.objects.filter(entry__idempotency_key=key).select_related("account")


def _made_up_for(contribution: Contribution) -> list[tuple[str, AccountKey, Money]]:
    """Return the fees that a campaign is not to bear for money that went back, and who does."""
    code = contribution.currency
    given_up = AccountKey(AccountKind.PLATFORM_FEE, PLATFORM, code)
    found = [("platform_fee_lost", given_up, Money(contribution.platform_fee_minor, code))]
    if fees.DEFAULT.lost is fees.Bearer.PLATFORM:
        lost = AccountKey(AccountKind.LOSS, LOST_FEES, code)
        found.append(("lost_fee", lost, Money(contribution.fee_minor, code)))
    return found


def _donor(contribution: Contribution, reversal: Reversal) -> AccountKey:
    return AccountKey(AccountKind.DONOR_CLEARING, contribution.key, reversal.currency)


def _key(reversal: Reversal, *, times: int | None = None) -> str:
    """Return the name of the entry that books a reversal, or booked it some changes ago."""
    again = reversal.rebooked if times is None else times
    name = f"{reversal.kind}_held:{reversal.key}"
    return f"{name}:{again}" if again else name
