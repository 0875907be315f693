"""The books as the console shows them: a trial balance at a moment, an account's statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q, Sum

from payments.ledger import selectors as ledger
from payments.ledger.models import Account, Entry, Posting
from payments.money import Money

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from payments.ledger.entries import AccountKey
    from payments.ledger.selectors import TrialBalanceLine


@dataclass(frozen=True, slots=True)
class Line:
    """What was posted to an account, or to all accounts of a kind."""

    kind: str
    owner_ref: str
    debits: Money
    credits: Money

    @property
    def net(self) -> Money:
        """Return debits less credits."""
        return self.debits - self.credits


@dataclass(frozen=True, slots=True)
class Currency:
    """One currency of a trial balance, by kind of account."""

    code: str
    lines: Sequence[Line]

    @property
    def total(self) -> Line:
        debits = sum(line.debits.minor for line in self.lines)
        credited = sum(line.credits.minor for line in self.lines)
        return Line("", "", Money(debits, self.code), Money(credited, self.code))


def currencies(found: Iterable[TrialBalanceLine]) -> list[Currency]:
    """Return a trial balance by currency and kind."""
    tables: dict[str, list[Line]] = {}
    for line in ledger.by_kind(found):
        tables.setdefault(line.currency, []).append(shown(line))
    return [Currency(code, lines) for code, lines in tables.items()]


def shown(line: TrialBalanceLine) -> Line:
    """Return a line of a trial balance with its amounts as money."""
    return Line(
        line.kind,
        line.owner_ref or "",
        Money(line.debits_minor, line.currency),
        Money(line.credits_minor, line.currency),
    )


def accounts(
    *, as_of: datetime | None, currency: str = "", kind: str = "", owner: str = ""
) -> list[Line]:
    """Return what was posted to each account, in one query."""
    found = ledger.trial_balance(currency=currency or None, as_of=as_of)
    return [
        shown(line)
        for line in found
        if line.kind == (kind or line.kind) and owner in (line.owner_ref or "")
    ]


def ids(lines: Sequence[Line]) -> Mapping[tuple[str, str, str], UUID]:
    """Return the ids of the accounts of these lines by kind, owner and currency, in one query."""
    found = Account.objects.filter(
        kind__in={line.kind for line in lines},
        owner_ref__in={line.owner_ref for line in lines},
    )
    return {(one.kind, one.owner_ref, one.currency): one.pk for one in found}


def statement(
    key: AccountKey, *, since: datetime | None, until: datetime | None
) -> tuple[Money, QuerySet[Posting]]:
    """Return an account's balance before a moment, and its postings from then to another.

    `running_minor` of a posting is the balance with it, whatever comes before the first shown.
    """
    postings = ledger.statement(key)
    if until is not None:
        postings = postings.filter(entry__occurred_at__lte=until)
    if since is None:
        return Money(0, key.currency), postings
    before = Posting.objects.filter(
        Q(entry__state=Entry.State.POSTED, entry__occurred_at__lt=since),
        account__kind=key.kind,
        account__owner_ref=key.owner_ref,
        currency=key.currency,
    ).aggregate(minor=Sum("amount_minor", default=0))
    return Money(int(before["minor"]), key.currency), postings.filter(entry__occurred_at__gte=since)
