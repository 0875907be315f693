from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction

from marketplace import database
from payments.ledger import selectors, services
from payments.ledger.models import AccountKind
from payments.ledger.selectors import Balance, Difference, FingerprintRow, Size
from payments.money import Money
from tests.make import ledger as make

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

CLEARING = make.account(AccountKind.PROVIDER_CLEARING, "stripe")
FEE = make.account(AccountKind.PROCESSOR_FEE, "stripe")
ESCROW = make.account(AccountKind.ESCROW, "campaign:well")
EARNED = make.account(AccountKind.MATCH_EARNED, "campaign:well")
LATER = make.NOON + timedelta(minutes=15)


def settle(*, minor: int = 100_00, fee: int = 3_00) -> None:
    """Book one gift as the product does: charge, fee, contribution, fee borne."""
    donor = make.account(AccountKind.DONOR_CLEARING, "gift-1")
    services.post(
        [
            make.entry(debit=CLEARING, credit=donor, minor=minor, kind="charge"),
            make.entry(debit=FEE, credit=CLEARING, minor=fee, kind="processor_fee"),
            make.entry(debit=donor, credit=ESCROW, minor=minor, kind="contribution"),
            make.entry(debit=ESCROW, credit=FEE, minor=fee, kind="fee_borne"),
        ]
    )


@pytest.mark.django_db
def test_an_account_that_was_never_used_is_empty() -> None:
    assert selectors.balance(ESCROW) == Balance()
    assert selectors.left(ESCROW) == Money(0, "EUR")


@pytest.mark.django_db
def test_an_account_without_a_running_total_is_rolled_up() -> None:
    settle()

    assert selectors.balance(CLEARING) == Balance(debits_posted=100_00, credits_posted=3_00)
    assert selectors.balance(FEE) == Balance(debits_posted=3_00, credits_posted=3_00)
    assert selectors.left(ESCROW) == Money(97_00, "EUR")


@pytest.mark.django_db
def test_many_balances_take_two_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    settle()
    keys = [CLEARING, ESCROW, *(make.account(AccountKind.ESCROW, f"c{n}") for n in range(50))]

    with django_assert_num_queries(2):
        found = selectors.balances(keys)

    assert len(found) == 52
    assert found[ESCROW].credits_posted == 100_00
    assert found[CLEARING].debits_posted == 100_00


@pytest.mark.django_db
def test_a_statement_lists_the_postings_of_one_account() -> None:
    settle()

    lines = selectors.statement(ESCROW).values_list("entry__kind", "amount_minor")

    assert list(lines) == [("contribution", -100_00), ("fee_borne", 3_00)]


@pytest.mark.django_db
def test_the_size_counts_everything() -> None:
    settle()

    assert selectors.size() == Size(entries=4, postings=8, accounts=4)


@pytest.mark.django_db
def test_the_fingerprint_leaves_out_what_came_to_nothing_and_passing_holds() -> None:
    settle()
    pot = make.pot(minor=30_00)
    services.post(
        [
            make.entry(
                debit=pot, credit=EARNED, minor=5_00, key="hold", state="pending", expires_at=LATER
            ),
            make.entry(debit=pot, credit=EARNED, minor=7_00, key="committed", state="pending"),
            make.entry(debit=pot, credit=EARNED, minor=9_00, key="undone", state="pending"),
        ]
    )
    services.finish("undone", how="void", idempotency_key="undo", occurred_at=make.NOON)

    assert selectors.fingerprint_rows() == [
        FingerprintRow("escrow/campaign:well", "EUR", -97_00, 0),
        FingerprintRow("match_earned/campaign:well", "EUR", 0, -7_00),
        FingerprintRow("match_pot/fund", "EUR", -30_00, 7_00),
        FingerprintRow("provider_clearing/stripe", "EUR", 97_00, 0),
        FingerprintRow("provider_clearing/treasury:fund", "EUR", 30_00, 0),
    ]


@pytest.mark.django_db(transaction=True)
def test_verify_finds_a_total_that_is_not_the_sum_of_its_postings() -> None:
    settle()
    with database.as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ledger_account SET credits_posted = credits_posted + 1 WHERE kind = 'escrow'"
        )

    assert selectors.verify() == [
        Difference("account", "escrow/campaign:well credits_posted", "EUR", "100.00", "100.01")
    ]


@pytest.mark.django_db(transaction=True)
def test_verify_finds_entries_that_do_not_balance_or_are_empty() -> None:
    settle()
    with database.as_owner(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_posting DISABLE TRIGGER ledger_posting_balance")
        cursor.execute(
            """
            WITH hand AS (
                INSERT INTO ledger_entry (id, kind, reference, idempotency_key, content_sha256,
                                          state, occurred_at, recorded_at)
                VALUES (gen_random_uuid(), 'charge', '', 'lopsided', '', 'posted', now(), now()),
                       (gen_random_uuid(), 'charge', '', 'empty', '', 'posted', now(), now())
                RETURNING id, idempotency_key
            )
            INSERT INTO ledger_posting (id, entry_id, account_id, amount_minor, currency)
            SELECT gen_random_uuid(), hand.id, account.id, 5, 'EUR'
            FROM hand, ledger_account AS account
            WHERE hand.idempotency_key = 'lopsided' AND account.kind = 'provider_clearing'
            """
        )

    assert selectors.verify() == [
        Difference("entry", "lopsided", "EUR", "0.00", "0.05"),
        Difference("entry", "empty", "", "postings", "none"),
    ]
