"""Reading the books: balances, statements, the check of every sum, and the fingerprint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from django.db.models import Case, Count, F, Q, Sum, When, Window

from payments.ledger.entries import AccountKey
from payments.ledger.models import NEVER_OVERDRAWN, TOTALS, Account, Entry, Posting
from payments.money import Money

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

_PENDING = Q(entry__state=Entry.State.PENDING, entry__finished_by=None)
_SUMS = {
    "debits_posted": Sum(
        "amount_minor", filter=Q(amount_minor__gt=0, entry__state=Entry.State.POSTED), default=0
    ),
    "debits_pending": Sum("amount_minor", filter=Q(_PENDING, amount_minor__gt=0), default=0),
    "credits_posted": -Sum(
        "amount_minor", filter=Q(amount_minor__lt=0, entry__state=Entry.State.POSTED), default=0
    ),
    "credits_pending": -Sum("amount_minor", filter=Q(_PENDING, amount_minor__lt=0), default=0),
}


@dataclass(frozen=True, slots=True)
class Balance:
    """The four totals of an account in minor units, all at least zero."""

    debits_posted: int = 0
    debits_pending: int = 0
    credits_posted: int = 0
    credits_pending: int = 0

    @property
    def left(self) -> int:
        """Return what a pot or an escrow can still give: put in, less taken and held back."""
        return self.credits_posted - self.debits_posted - self.debits_pending


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that should be so and is not. Amounts are decimal strings in major units."""

    kind: Literal["account", "entry", "pot", "cap", "total"]
    key: str
    currency: str
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class Size:
    """How much the ledger holds."""

    entries: int
    postings: int
    accounts: int


class FingerprintRow(NamedTuple):
    """What an account comes to for good: posted money, and money committed without a time limit."""

    account: str
    currency: str
    posted_minor: int
    committed_minor: int


@dataclass(frozen=True, slots=True)
class TrialBalanceLine:
    """What was posted to an account, or to all accounts of a kind, in minor units."""

    kind: str
    owner_ref: str | None  # None: all accounts of the kind.
    currency: str
    debits_minor: int
    credits_minor: int

    @property
    def net_minor(self) -> int:
        """Return debits less credits; over all lines of a currency they sum to zero."""
        return self.debits_minor - self.credits_minor


def balance(key: AccountKey) -> Balance:
    """Return the totals of one account; one that was never used is empty."""
    return balances([key])[key]


def balances(keys: Iterable[AccountKey]) -> dict[AccountKey, Balance]:
    """Return the totals of many accounts in at most two queries."""
    found = dict.fromkeys(keys, Balance())
    accounts = Account.objects.filter(
        kind__in={key.kind for key in found},
        owner_ref__in={key.owner_ref for key in found},
        currency__in={key.currency for key in found},
    )
    wanted = [account for account in accounts if account.key in found]
    rolled_up = _sums([account for account in wanted if not account.keeps_total])
    for account in wanted:
        kept = Balance(**{total: getattr(account, total) for total in TOTALS})
        found[account.key] = kept if account.keeps_total else rolled_up.get(account.pk, Balance())
    return found


def left(key: AccountKey) -> Money:
    """Return what a pot or an escrow can still give."""
    return Money(balance(key).left, key.currency)


def statement(key: AccountKey) -> QuerySet[Posting]:
    """Return the postings of one account with their entries, oldest first.

    Each has `balance_minor`: what was posted up to and with it, debit positive. What is held or
    given back does not move it.
    """
    order = ("entry__occurred_at", "entry_id", "id")
    posted = Case(When(entry__state=Entry.State.POSTED, then=F("amount_minor")), default=0)
    return (
        Posting.objects.filter(
            account__kind=key.kind, account__owner_ref=key.owner_ref, currency=key.currency
        )
        .select_related("entry")
        .annotate(balance_minor=Window(Sum(posted), order_by=order))
        .order_by(*order)
    )


def trial_balance(
    *, currency: str | None = None, as_of: datetime | None = None
) -> list[TrialBalanceLine]:
    """Return what was posted to every account, by currency, kind and owner, in one query.

    `as_of` looks at what was recorded by then, as an export does.
    """
    postings = Posting.objects.filter(entry__state=Entry.State.POSTED)
    if currency is not None:
        postings = postings.filter(currency=currency)
    if as_of is not None:
        postings = postings.filter(entry__recorded_at__lte=as_of)
    rows = (
        postings.order_by()
        .values_list("currency", "account__kind", "account__owner_ref")
        .annotate(
            debits=Sum("amount_minor", filter=Q(amount_minor__gt=0), default=0),
            credits=-Sum("amount_minor", filter=Q(amount_minor__lt=0), default=0),
        )
    )
    return [
        TrialBalanceLine(kind, owner_ref, code, int(debited), int(credited))
        for code, kind, owner_ref, debited, credited in sorted(rows)
    ]


def by_kind(lines: Iterable[TrialBalanceLine]) -> list[TrialBalanceLine]:
    """Return one line a currency and kind: the sums over the accounts of that kind."""
    sums: dict[tuple[str, str], tuple[int, int]] = {}
    for line in lines:
        debited, credited = sums.get((line.currency, line.kind), (0, 0))
        sums[line.currency, line.kind] = debited + line.debits_minor, credited + line.credits_minor
    return [
        TrialBalanceLine(kind, None, code, *totals) for (code, kind), totals in sorted(sums.items())
    ]


def size() -> Size:
    """Return the number of entries, postings and accounts."""
    return Size(Entry.objects.count(), Posting.objects.count(), Account.objects.count())


def is_empty(*, as_of: datetime) -> bool:
    """Tell whether nothing had been recorded by a moment."""
    return not Entry.objects.filter(recorded_at__lte=as_of).exists()


def verify() -> list[Difference]:
    """Recompute everything from the postings and return whatever does not agree."""
    sums = _sums()
    return [*_wrong_entries(), *_wrong_accounts(sums), *_overdrawn(sums)]


def fingerprint_rows() -> list[FingerprintRow]:
    """Return every account that came to something, sorted; without ids, times and passing holds."""
    standing = Q(entry__state=Entry.State.POSTED) | Q(_PENDING, entry__expires_at=None)
    rows = (
        Posting.objects.filter(standing)
        .values("account__kind", "account__owner_ref", "currency")
        .annotate(
            posted=Sum("amount_minor", filter=Q(entry__state=Entry.State.POSTED), default=0),
            committed=Sum("amount_minor", filter=_PENDING, default=0),
        )
        .exclude(posted=0, committed=0)
        .values_list("account__kind", "account__owner_ref", "currency", "posted", "committed")
    )
    return sorted(
        FingerprintRow(str(AccountKey(kind, owner_ref, currency)), currency, posted, committed)
        for kind, owner_ref, currency, posted, committed in rows.order_by()
    )


def _sums(accounts: Iterable[Account] | None = None) -> dict[UUID, Balance]:
    """Return what postings add up to by account, for some accounts or all."""
    postings = Posting.objects.order_by()
    if accounts is not None:
        postings = postings.filter(account__in=[account.pk for account in accounts])
    rows = postings.values_list("account").annotate(**_SUMS).values_list("account", *_SUMS)
    return {row[0]: Balance(**dict(zip(_SUMS, map(int, row[1:]), strict=True))) for row in rows}


def _wrong_entries() -> Iterator[Difference]:
    """Yield entries that do not balance in a currency, or have no postings at all."""
    unbalanced = (
        Posting.objects.order_by()
        .values_list("entry__idempotency_key", "currency")
        .annotate(found=Sum("amount_minor"))
        .exclude(found=0)
    )
    for key, currency, found in unbalanced:
        yield Difference("entry", key, currency, _written(0, currency), _written(found, currency))
    empty = Entry.objects.annotate(lines=Count("postings")).filter(lines=0)
    for key in empty.values_list("idempotency_key", flat=True):
        yield Difference("entry", key, "", expected="postings", found="none")


def _wrong_accounts(sums: Mapping[UUID, Balance]) -> Iterator[Difference]:
    """Yield running totals that are not the sum of their postings."""
    for account in Account.objects.filter(keeps_total=True).order_by("kind", "owner_ref"):
        truth = sums.get(account.pk, Balance())
        for total in TOTALS:
            expected, found = getattr(truth, total), getattr(account, total)
            if expected != found:
                key, currency = f"{account.key} {total}", account.currency
                expected, found = _written(expected, currency), _written(found, currency)
                yield Difference("account", key, currency, expected, found)


def _overdrawn(sums: Mapping[UUID, Balance]) -> Iterator[Difference]:
    """Yield pots and escrows from which postings took more than was put in."""
    for account in Account.objects.filter(kind__in=NEVER_OVERDRAWN).order_by("kind", "owner_ref"):
        rest = sums.get(account.pk, Balance()).left
        if rest < 0:
            found = _written(rest, account.currency)
            yield Difference("pot", str(account.key), account.currency, "0 or more", found)


def _written(minor: int, currency: str) -> str:
    return f"{Money(int(minor), currency).decimal:f}"
