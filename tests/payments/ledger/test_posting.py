from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

import pytest

from payments.ledger import selectors, services
from payments.ledger.models import Account, AccountKind, Entry, Posting
from payments.ledger.selectors import Balance
from payments.ledger.services import PostedEntry
from tests.make import ledger as make

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db

NOON = make.NOON
LATER = NOON + timedelta(minutes=15)


def held(*, pot_minor: int = 30_00, minor: int = 10_00) -> str:
    """Fund a pot, hold money back from it and return the key of the pending entry."""
    pot = make.pot(minor=pot_minor)
    earned = make.account(AccountKind.MATCH_EARNED, "campaign:well")
    services.post(
        [
            make.entry(
                debit=pot, credit=earned, minor=minor, key="hold", state="pending", expires_at=LATER
            )
        ]
    )
    return "hold"


POT = make.account(AccountKind.MATCH_POT, "fund")
EARNED = make.account(AccountKind.MATCH_EARNED, "campaign:well")


def test_a_posted_entry_moves_both_totals() -> None:
    debit, credit = make.account(AccountKind.SUSPENSE), make.account(AccountKind.PAYABLE)

    (posted,) = services.post([make.entry(debit=debit, credit=credit, minor=12_34, key="k")])

    assert posted == PostedEntry(posted.id, "k", created=True)
    assert selectors.balance(debit) == Balance(debits_posted=12_34)
    assert selectors.balance(credit) == Balance(credits_posted=12_34)
    assert set(Posting.objects.values_list("entry_id", "amount_minor", "currency")) == {
        (posted.id, 12_34, "EUR"),
        (posted.id, -12_34, "EUR"),
    }


def test_ids_carry_their_time_so_that_they_sort() -> None:
    services.post([make.entry()])

    ids = {
        *Entry.objects.values_list("id", flat=True),
        *Posting.objects.values_list("id", flat=True),
        *Account.objects.values_list("id", flat=True),
    }
    assert {found.version for found in ids} == {7}
    assert len(ids) == 5


def test_nothing_to_post_asks_nothing(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(0):
        assert services.post([]) == []


def test_a_repeated_entry_is_written_once() -> None:
    entry = make.entry(key="once")
    (first,) = services.post([entry])

    (second,) = services.post([entry])

    assert second == PostedEntry(first.id, "once", created=False)
    assert Posting.objects.count() == 2
    assert selectors.balance(entry.postings[0].account) == Balance(debits_posted=100_00)


def test_a_batch_that_repeats_itself_writes_it_once() -> None:
    entry = make.entry(key="twice")

    first, second = services.post([entry, entry])

    assert (first.created, second.created) == (True, False)
    assert first.id == second.id
    assert Posting.objects.count() == 2


def test_a_known_key_with_other_content_is_refused() -> None:
    services.post([make.entry(key="taken", minor=1)])

    with pytest.raises(services.IdempotencyConflict):
        services.post([make.entry(key="new"), make.entry(key="taken", minor=2)])

    assert list(Entry.objects.values_list("idempotency_key", flat=True)) == ["taken"]


def test_a_pending_entry_holds_money_back() -> None:
    held(minor=10_00)

    assert selectors.balance(POT) == Balance(credits_posted=30_00, debits_pending=10_00)
    assert selectors.balance(EARNED) == Balance(credits_pending=10_00)
    assert selectors.left(POT).minor == 20_00


def test_posting_a_pending_entry_makes_it_final() -> None:
    key = held(minor=10_00)

    services.finish(key, how="post", idempotency_key="final", occurred_at=NOON, kind="match_earned")

    assert selectors.balance(POT) == Balance(credits_posted=30_00, debits_posted=10_00)
    assert selectors.balance(EARNED) == Balance(credits_posted=10_00)
    final = Entry.objects.get(idempotency_key="final")
    assert (final.kind, final.state, final.reference) == ("match_earned", "posted", "ref-1")
    assert final.finishes == Entry.objects.get(idempotency_key=key)
    assert final.postings.count() == 2


def test_voiding_a_pending_entry_gives_the_money_back() -> None:
    key = held(minor=10_00)

    services.finish(key, how="void", idempotency_key="void", occurred_at=LATER)

    assert selectors.balance(POT) == Balance(credits_posted=30_00)
    assert selectors.balance(EARNED) == Balance()
    assert Entry.objects.get(idempotency_key="void").kind == "charge"
    assert selectors.verify() == []


def test_a_repeated_finish_changes_nothing() -> None:
    key = held(minor=10_00)

    finished = [
        services.finish(key, how="void", idempotency_key="void", occurred_at=at)
        for at in (NOON, LATER)
    ]

    assert [entry.created for entry in finished] == [True, False]
    assert selectors.left(POT).minor == 30_00


@pytest.mark.parametrize("how", ["post", "void"])
def test_a_pending_entry_is_finished_once(how: Literal["post", "void"]) -> None:
    key = held(minor=10_00)
    services.finish(key, how="void", idempotency_key="first", occurred_at=NOON)

    with pytest.raises(services.NothingToFinish):
        services.finish(key, how=how, idempotency_key="second", occurred_at=NOON)

    assert not Entry.objects.filter(idempotency_key="second").exists()
    assert selectors.left(POT).minor == 30_00


def test_only_a_pending_entry_can_be_finished() -> None:
    services.post([make.entry(key="final")])

    for key in ("final", "unknown"):
        with pytest.raises(services.NothingToFinish):
            services.finish(key, how="void", idempotency_key="finish", occurred_at=NOON)

    assert Entry.objects.count() == 1


def test_a_pending_entry_that_has_run_out_can_only_be_voided() -> None:
    key = held(minor=10_00)

    with pytest.raises(services.PendingExpired):
        services.finish(key, how="post", idempotency_key="late", occurred_at=LATER)

    assert selectors.balance(POT).debits_pending == 10_00
    services.finish(key, how="void", idempotency_key="void", occurred_at=LATER)
    assert selectors.balance(POT).debits_pending == 0


def test_a_repeated_finish_is_not_late() -> None:
    key = held(minor=10_00)
    services.finish(key, how="post", idempotency_key="final", occurred_at=NOON)

    again = services.finish(key, how="post", idempotency_key="final", occurred_at=LATER)

    assert not again.created
    assert selectors.balance(POT) == Balance(credits_posted=30_00, debits_posted=10_00)


def test_a_pot_gives_no_more_than_it_holds() -> None:
    pot = make.pot(minor=30_00)
    services.post([make.entry(debit=pot, credit=EARNED, minor=30_00, key="all")])

    with pytest.raises(services.BalanceExceeded):
        services.post([make.entry(debit=pot, credit=EARNED, minor=1, key="more", state="pending")])

    assert selectors.balance(pot) == Balance(credits_posted=30_00, debits_posted=30_00)
    assert not Entry.objects.filter(idempotency_key="more").exists()


def test_a_refusal_leaves_the_callers_transaction_usable() -> None:
    pot = make.pot(minor=1)

    with pytest.raises(services.BalanceExceeded):
        services.post([make.entry(debit=pot, credit=EARNED, minor=2)])

    services.post([make.entry(debit=pot, credit=EARNED, minor=1)])
    assert selectors.left(pot).minor == 0


def test_an_entry_that_does_not_balance_is_refused() -> None:
    entry = make.entry()
    lopsided = [
        services.Entry(
            kind="charge",
            reference="r",
            idempotency_key="lopsided",
            occurred_at=NOON,
            postings=[entry.postings[0], services.Posting(entry.postings[1].account, -1)],
        )
    ]

    with pytest.raises(services.EntryUnbalanced):
        services.post(lopsided)

    assert not Entry.objects.exists()
    assert not Account.objects.exists()


def test_a_correction_names_what_it_corrects() -> None:
    services.post([make.entry(key="wrong")])
    right = make.entry(key="right", debit=make.account(), credit=make.account("suspense"))

    services.post([services.Entry(**{**_fields(right), "corrects": "wrong"})])

    correction = Entry.objects.get(idempotency_key="right")
    assert correction.corrects == Entry.objects.get(idempotency_key="wrong")
    with pytest.raises(services.NothingToCorrect):
        services.post(
            [services.Entry(**{**_fields(make.entry(key="other")), "corrects": "unknown"})]
        )


def test_a_thousand_entries_are_one_call(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    pot = make.pot(minor=1_000_00)
    entries = [
        make.entry(
            debit=pot,
            credit=make.account(AccountKind.MATCH_EARNED, f"c{n}"),
            minor=1_00,
            key=f"{n}",
        )
        for n in range(1_000)
    ]

    with django_assert_num_queries(3):  # The call between a savepoint and its release.
        posted = services.post(entries)

    assert [entry.idempotency_key for entry in posted] == [f"{n}" for n in range(1_000)]
    assert all(entry.created for entry in posted)
    assert selectors.balance(pot) == Balance(credits_posted=1_000_00, debits_posted=1_000_00)
    assert selectors.verify() == []


def _fields(entry: services.Entry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in services.Entry.__slots__}
