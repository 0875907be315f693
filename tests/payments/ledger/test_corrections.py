from __future__ import annotations

from datetime import timedelta

import pytest

from payments.ledger import selectors, services
from payments.ledger.models import AccountKind, Entry, Posting
from payments.ledger.selectors import Balance
from payments.money import Money
from tests.make import ledger as make

pytestmark = pytest.mark.django_db

SUSPENSE, PAYABLE = make.account(AccountKind.SUSPENSE), make.account(AccountKind.PAYABLE)
LATER = make.NOON + timedelta(days=1)


def book(minor: int = 100_00) -> None:
    services.post([make.entry(debit=SUSPENSE, credit=PAYABLE, minor=minor, key="wrong")])


def correct(key: str, minor: int) -> services.PostedEntry:
    return services.correct(
        key="wrong",
        idempotency_key=key,
        occurred_at=LATER,
        kind="charge_corrected",
        postings=[services.Posting(SUSPENSE, minor), services.Posting(PAYABLE, -minor)],
    )


def reverse(key: str = "wrong", *, idempotency_key: str = "back") -> services.PostedEntry:
    return services.reverse(
        key=key, idempotency_key=idempotency_key, occurred_at=LATER, kind="charge_reversed"
    )


@pytest.mark.promise("M2")
def test_a_correction_names_the_wrong_entry_and_leaves_it_as_it_was() -> None:
    book(minor=100_00)

    correct("less", -1_00)

    found = Entry.objects.get(idempotency_key="less")
    assert (found.corrects.idempotency_key, found.reference) == ("wrong", "ref-1")  # type: ignore[union-attr]
    assert (found.kind, found.occurred_at) == ("charge_corrected", LATER)
    assert selectors.balance(PAYABLE) == Balance(debits_posted=1_00, credits_posted=100_00)
    wrong = Entry.objects.get(idempotency_key="wrong")
    assert sorted(wrong.postings.values_list("amount_minor", flat=True)) == [-100_00, 100_00]


def test_an_entry_may_be_corrected_again_and_each_correction_counts_once() -> None:
    book(minor=100_00)

    made = [correct(key, minor).created for key, minor in (("a", -1), ("b", 5), ("a", -1))]

    assert made == [True, True, False]
    wrong = Entry.objects.get(idempotency_key="wrong")
    assert set(wrong.corrected_by.values_list("idempotency_key", flat=True)) == {"a", "b"}
    assert selectors.balance(SUSPENSE) == Balance(debits_posted=100_05, credits_posted=1)


def test_a_reversal_takes_back_every_posting() -> None:
    book(minor=100_00)

    assert reverse().created
    assert not reverse().created

    assert selectors.balance(SUSPENSE) == Balance(debits_posted=100_00, credits_posted=100_00)
    assert selectors.balance(PAYABLE) == Balance(debits_posted=100_00, credits_posted=100_00)
    assert Posting.objects.count() == 4
    assert selectors.verify() == []


@pytest.mark.promise("M13")
def test_a_reversed_conversion_goes_back_at_the_rate_it_came() -> None:
    rate = services.Rate(10873, 10000, "stripe:txn_1", make.NOON)
    postings = services.conversion(
        Money(100_00, "EUR"),
        Money(108_73, "USD"),
        giver=("provider_clearing", "stripe"),
        taker=("provider_clearing", "stripe"),
    )
    services.post(
        [
            services.Entry(
                kind="conversion",
                reference="r",
                idempotency_key="wrong",
                occurred_at=make.NOON,
                postings=postings,
                rate=rate,
            )
        ]
    )

    reverse()

    found = Entry.objects.get(idempotency_key="back").rate
    assert found == services.Rate(10000, 10873, "stripe:txn_1", make.NOON)
    fx = [make.account(AccountKind.FX, "EUR-USD", currency) for currency in ("EUR", "USD")]
    assert [selectors.balance(key).debits_posted for key in fx] == [100_00, 108_73]
    assert [selectors.balance(key).credits_posted for key in fx] == [100_00, 108_73]


def test_a_finished_entry_is_reversed_and_a_held_or_voided_one_is_not() -> None:
    for key in ("held", "final", "void"):
        services.post([make.entry(key=key, minor=7, state="pending")])
    services.finish("final", how="post", idempotency_key="final-2", occurred_at=make.NOON)
    services.finish("void", how="void", idempotency_key="void-2", occurred_at=make.NOON)

    reverse("final-2")

    assert selectors.balance(SUSPENSE) == Balance(
        debits_posted=7, credits_posted=7, debits_pending=7
    )
    for key in ("held", "void-2", "unknown"):
        with pytest.raises(services.NothingToCorrect):
            reverse(key, idempotency_key=f"back-{key}")


def test_a_correction_that_takes_too_much_is_refused() -> None:
    pot = make.pot(minor=30_00)
    key = Entry.objects.get().idempotency_key
    services.post([make.entry(debit=pot, credit=PAYABLE, minor=20_00)])

    with pytest.raises(services.BalanceExceeded):
        reverse(key)

    assert selectors.left(pot).minor == 10_00
