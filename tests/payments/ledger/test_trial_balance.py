from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from payments.ledger import selectors, services
from payments.ledger.models import AccountKind, Entry
from payments.ledger.selectors import TrialBalanceLine
from payments.money import Money
from tests.make import ledger as make

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

CLEARING = make.account(AccountKind.PROVIDER_CLEARING, "stripe")
ESCROWS = [make.account(AccountKind.ESCROW, f"campaign:{n}") for n in (1, 2)]


def book() -> None:
    """Two gifts, one passed on in part, one held, one converted."""
    clearing = (AccountKind.PROVIDER_CLEARING, "stripe")
    services.post(
        [
            make.entry(debit=CLEARING, credit=ESCROWS[0], minor=100_00),
            make.entry(debit=CLEARING, credit=ESCROWS[1], minor=50_00),
            make.entry(debit=ESCROWS[0], credit=make.account(), minor=30_00),
            make.entry(debit=ESCROWS[1], credit=make.account(), minor=9_00, state="pending"),
            services.Entry(
                kind="conversion",
                reference="r",
                idempotency_key="fx",
                occurred_at=make.NOON,
                rate=services.Rate(10873, 10000, "ecb", make.NOON),
                postings=services.conversion(
                    Money(10_00, "EUR"), Money(10_87, "USD"), giver=clearing, taker=clearing
                ),
            ),
        ]
    )


@pytest.mark.django_db
def test_every_account_has_its_debits_and_credits_in_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    book()

    with django_assert_num_queries(1):
        lines = selectors.trial_balance()

    assert lines == [
        TrialBalanceLine("escrow", "campaign:1", "EUR", 30_00, 100_00),
        TrialBalanceLine("escrow", "campaign:2", "EUR", 0, 50_00),
        TrialBalanceLine("fx", "EUR-USD", "EUR", 10_00, 0),
        TrialBalanceLine("payable", "owner", "EUR", 0, 30_00),
        TrialBalanceLine("provider_clearing", "stripe", "EUR", 150_00, 10_00),
        TrialBalanceLine("fx", "EUR-USD", "USD", 0, 10_87),
        TrialBalanceLine("provider_clearing", "stripe", "USD", 10_87, 0),
    ]


@pytest.mark.promise("M1")
@pytest.mark.django_db
def test_what_was_posted_sums_to_zero_in_each_currency() -> None:
    book()

    nets: Counter[str] = Counter()
    for line in selectors.trial_balance():
        nets[line.currency] += line.net_minor

    assert dict(nets) == {"EUR": 0, "USD": 0}


@pytest.mark.django_db
def test_one_currency_is_looked_at_alone() -> None:
    book()

    assert [line.kind for line in selectors.trial_balance(currency="USD")] == [
        "fx",
        "provider_clearing",
    ]


@pytest.mark.django_db
def test_accounts_of_a_kind_are_added_up() -> None:
    book()

    kinds = selectors.by_kind(selectors.trial_balance(currency="EUR"))

    assert [(line.kind, line.net_minor) for line in kinds] == [
        ("escrow", -120_00),
        ("fx", 10_00),
        ("payable", -30_00),
        ("provider_clearing", 140_00),
    ]
    assert kinds[0] == TrialBalanceLine("escrow", None, "EUR", 30_00, 150_00)


@pytest.mark.promise("M2")
@pytest.mark.django_db
def test_what_was_recorded_later_is_not_in_an_earlier_balance() -> None:
    services.post([make.entry(debit=CLEARING, credit=ESCROWS[0], minor=1_00, key="first")])
    as_of = Entry.objects.get().recorded_at
    services.post([make.entry(debit=CLEARING, credit=ESCROWS[0], minor=5_00)])

    lines = selectors.trial_balance(as_of=as_of)

    assert [(line.kind, line.net_minor) for line in lines] == [
        ("escrow", -1_00),
        ("provider_clearing", 1_00),
    ]


@pytest.mark.django_db
def test_a_statement_runs_its_balance_in_one_query_and_leaves_out_what_is_held(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    book()
    services.post([make.entry(debit=CLEARING, credit=ESCROWS[1], minor=1_00, key="last")])

    with django_assert_num_queries(1):
        lines = [
            (line.entry.state, line.amount_minor, line.balance_minor)  # type: ignore[attr-defined]
            for line in selectors.statement(ESCROWS[1])
        ]

    assert lines == [
        ("posted", -50_00, -50_00),
        ("pending", 9_00, -50_00),
        ("posted", -1_00, -51_00),
    ]


@pytest.mark.django_db
def test_a_page_of_a_statement_goes_on_where_the_one_before_ended() -> None:
    for number in range(5):
        services.post([make.entry(debit=CLEARING, credit=ESCROWS[0], minor=1, key=f"{number}")])

    page = selectors.statement(ESCROWS[0])[3:]

    assert [line.balance_minor for line in page] == [-4, -5]  # type: ignore[attr-defined]
