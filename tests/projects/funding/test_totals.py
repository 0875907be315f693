"""Totals are sums of the books, in a fixed number of queries, and checked against the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from payments.ledger.services import AccountKey, AccountKind, Entry, Posting, post
from payments.money import Money
from projects.funding import selectors
from projects.funding.selectors import escrow
from tests.make import funding as make

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

NOON = make.NOON


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


@pytest.mark.django_db
@pytest.mark.promise("M18")
def test_a_campaign_is_what_people_gave_and_what_was_matched_beside_the_owners_part() -> None:
    programme = make.programme()
    campaign = make.campaign(goal_minor=1_000_00, owner_minor=150_00)
    make.settled(campaign, minor=100_00)
    make.settled(campaign, minor=50_00, fee_minor=1_00)
    make.settled(campaign, minor=10_00, fee_minor=40, email="binta@example.org")
    make.submitted(make.identified(campaign, minor=77_00))
    make.allocate(programme.programme_id)

    totals = selectors.totals([campaign])[campaign.pk]

    assert totals.contributed == eur(160_00)
    assert totals.matched == eur(320_00)
    assert totals.raised == eur(480_00)
    assert totals.owner == eur(150_00)
    assert totals.needed == eur(370_00)
    assert totals.contributors == 2
    assert not totals.is_reached


@pytest.mark.django_db
def test_what_is_reserved_and_what_waits_is_not_matched_yet() -> None:
    make.programme()
    campaign = make.campaign()
    make.settled(campaign)

    totals = selectors.totals([campaign])[campaign.pk]

    assert (totals.contributed, totals.matched) == (eur(100_00), eur(0))


@pytest.mark.django_db
def test_nothing_more_is_needed_once_the_goal_is_passed() -> None:
    campaign = make.campaign(goal_minor=120_00, owner_minor=30_00)
    make.settled(campaign, minor=100_00)

    totals = selectors.totals([campaign])[campaign.pk]

    assert totals.needed == eur(0)
    assert totals.is_reached


@pytest.mark.django_db
def test_totals_take_as_many_queries_for_many_campaigns_as_for_one(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    campaigns = [make.campaign() for _ in range(3)]
    for campaign in campaigns:
        make.settled(campaign)

    with django_assert_num_queries(2):
        selectors.totals(campaigns[:1])
    with django_assert_num_queries(2):
        found = selectors.totals(campaigns)

    assert [found[campaign.pk].contributed for campaign in campaigns] == [eur(100_00)] * 3


@pytest.mark.django_db
def test_the_books_and_the_contributions_are_compared() -> None:
    campaign = make.campaign()
    make.settled(campaign)
    assert selectors.verify_differences() == []

    suspense = AccountKey(AccountKind.SUSPENSE, "test", "EUR")
    post(
        [
            Entry(
                kind="contribution",
                reference="nobody",
                idempotency_key="stray",
                occurred_at=NOON,
                postings=(Posting(suspense, 5_50), Posting(escrow(campaign), -5_50)),
            )
        ]
    )

    (difference,) = selectors.verify_differences()
    assert (difference.kind, difference.key) == ("total", campaign.key)
    assert (difference.expected, difference.found) == ("100.00", "105.50")


@pytest.mark.django_db
def test_a_fingerprint_row_names_state_and_match() -> None:
    programme = make.programme()
    campaign = make.campaign()
    paid = make.settled(campaign)
    draft = make.contribution(campaign)
    make.allocate(programme.programme_id)

    rows = selectors.fingerprint_rows()

    assert rows == sorted([(paid.key, "settled", 200_00), (draft.key, "draft", 0)])
