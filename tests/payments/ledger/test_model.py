"""Any sequence of entries keeps the running totals equal to the sums and to a model in Python."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import permutations
from typing import TYPE_CHECKING

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payments.ledger import selectors, services
from payments.ledger.models import AccountKind
from tests.make import ledger as make

if TYPE_CHECKING:
    from payments.ledger.services import AccountKey, Entry

ACCOUNTS = (
    make.account(AccountKind.PROVIDER_CLEARING, "stripe"),
    make.account(AccountKind.MATCH_POT, "fund"),
    make.account(AccountKind.MATCH_EARNED, "campaign"),
    make.account(AccountKind.ESCROW, "campaign"),
)
steps = st.one_of(
    st.tuples(
        st.sampled_from(["posted", "pending"]),
        st.sampled_from(list(permutations(ACCOUNTS, 2))),
        st.integers(1, 50),
    ),
    st.tuples(st.sampled_from(["post", "void"]), st.just(None), st.integers(0, 5)),
)


@dataclass
class Books:
    """The rules again, as plainly as possible."""

    posted: Counter[AccountKey] = field(default_factory=Counter)  # Debits less credits.
    held: dict[str, tuple[AccountKey, AccountKey, int]] = field(default_factory=dict)

    def allow(self, debit: AccountKey, minor: int) -> bool:
        taken = sum(amount for account, _, amount in self.held.values() if account == debit)
        guarded = debit.kind in {AccountKind.MATCH_POT, AccountKind.ESCROW}
        return not guarded or self.posted[debit] + taken + minor <= 0

    def move(self, debit: AccountKey, credit: AccountKey, minor: int) -> None:
        self.posted[debit] += minor
        self.posted[credit] -= minor


@pytest.mark.promise("M1")
@pytest.mark.promise("M7")
@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sequence=st.lists(steps, max_size=25))
def test_any_sequence_keeps_totals_equal_to_sums(sequence: list[tuple]) -> None:  # type: ignore[type-arg]
    books = Books()
    with transaction.atomic():
        for number, (what, pair, size) in enumerate(sequence):
            if pair:
                debit, credit = pair
                key = f"e{number}"
                enter(
                    books, make.entry(debit=debit, credit=credit, minor=size, key=key, state=what)
                )
            else:
                finish(books, f"f{number}", what, size)
        for account in ACCOUNTS:
            balance = selectors.balance(account)
            assert balance.debits_posted - balance.credits_posted == books.posted[account]
            assert balance.debits_pending == sum(
                minor for debit, _, minor in books.held.values() if debit == account
            )
        assert selectors.verify() == []
        transaction.set_rollback(True)


def enter(books: Books, entry: Entry) -> None:
    debit, credit = (posting.account for posting in entry.postings)
    minor = entry.postings[0].amount_minor
    if not books.allow(debit, minor):
        with pytest.raises(services.BalanceExceeded):
            services.post([entry])
        return
    services.post([entry])
    if entry.state == "posted":
        books.move(debit, credit, minor)
    else:
        books.held[entry.idempotency_key] = (debit, credit, minor)


def finish(books: Books, key: str, how: str, number: int) -> None:
    if number >= len(books.held):
        return
    pending = list(books.held)[number]
    services.finish(pending, how=how, idempotency_key=key, occurred_at=make.NOON)  # type: ignore[arg-type]
    held = books.held.pop(pending)
    if how == "post":
        books.move(*held)
