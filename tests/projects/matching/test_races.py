"""Sixty-four people at the same instant, and what happens when a guard is taken away."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from marketplace import database
from payments.ledger import selectors as ledger
from payments.money import Money
from projects.matching import selectors, services
from projects.matching.models import Allocation, Reservation
from tests.crowd import at_once
from tests.make import matching as make
from tests.projects.matching.unguarded import take_away_the_turn

if TYPE_CHECKING:
    from projects.matching.services import Gift, Quote

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 64
MATCHES = 30
EACH = 100_00


def reserve(gift: Gift) -> Quote:
    return services.reserve(gift=gift, now=make.NOON)


def count_and_allocate(gift: Gift) -> int:
    services.count(gift=gift, settled_at=make.NOON, now=make.NOON)
    return services.allocate_due(programme_id="fund", now=make.NOON)


def people() -> list[Gift]:
    return [make.gift(EACH, ref=f"c{n:02}", donor=f"d{n:02}") for n in range(PEOPLE)]


def take_away_the_floor_of_pots() -> None:
    with database.as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_account DROP CONSTRAINT ledger_account_not_overdrawn")


def held() -> int:
    return sum(Reservation.objects.active().values_list("amount_minor", flat=True))


@pytest.mark.promise("M7")
def test_a_pot_worth_30_matches_holds_exactly_30_of_64() -> None:
    make.programme(id="fund", rate=[1, 1], pot_minor=MATCHES * EACH)

    quotes = at_once(reserve, people())

    assert Counter(quote.match for quote in quotes) == {
        Money(EACH, "EUR"): MATCHES,
        Money(0, "EUR"): PEOPLE - MATCHES,
    }
    refused = [quote.lines[0].reason for quote in quotes if not quote.match]
    assert set(refused) == {"pot_exhausted"}
    assert held() == MATCHES * EACH
    assert selectors.left(["fund"]) == {"fund": Money(0, "EUR")}
    assert ledger.verify() == selectors.verify_differences() == []


@pytest.mark.promise("M7")
def test_control_without_the_guards_the_pot_is_overspent() -> None:
    make.programme(id="fund", rate=[1, 1], pot_minor=MATCHES * EACH)
    take_away_the_turn()
    take_away_the_floor_of_pots()

    at_once(reserve, people())

    assert held() > MATCHES * EACH
    assert selectors.left(["fund"])["fund"].minor < 0


@pytest.mark.promise("M7")
def test_without_our_lock_the_ledger_still_holds_the_pot() -> None:
    make.programme(id="fund", rate=[1, 1], pot_minor=MATCHES * EACH)
    take_away_the_turn()

    quotes = at_once(reserve, people())

    assert sum(quote.match.minor for quote in quotes) == held() <= MATCHES * EACH
    assert selectors.left(["fund"])["fund"].minor >= 0
    assert ledger.verify() == selectors.verify_differences() == []


@pytest.mark.promise("M7")
def test_a_cap_of_30_matches_lets_exactly_30_of_64_through() -> None:
    limits = [{"scope": "project", "amount": MATCHES * EACH}]
    make.programme(id="fund", rate=[1, 1], caps=limits, pot_minor=10 * PEOPLE * EACH)

    quotes = at_once(reserve, people())

    assert Counter(quote.lines[0].reason for quote in quotes) == {
        None: MATCHES,
        "cap_project": PEOPLE - MATCHES,
    }
    assert held() == MATCHES * EACH


@pytest.mark.promise("M7")
def test_control_without_the_lock_the_cap_is_exceeded() -> None:
    limits = [{"scope": "project", "amount": MATCHES * EACH}]
    make.programme(id="fund", rate=[1, 1], caps=limits, pot_minor=10 * PEOPLE * EACH)
    take_away_the_turn()

    at_once(reserve, people())

    assert held() > MATCHES * EACH
    assert {each.kind for each in selectors.verify_differences()} == {"cap"}


@pytest.mark.promise("M14")
def test_64_workers_at_the_same_money_allocate_each_contribution_once() -> None:
    make.programme(id="fund", rate=[1, 1], pot_minor=MATCHES * EACH)
    gifts = people()
    for gift in gifts[: PEOPLE // 2]:
        services.reserve(gift=gift, now=make.NOON)

    at_once(count_and_allocate, gifts)
    services.allocate_all_due(now=make.NOON)

    rows = Allocation.objects.order_by("contribution_ref")
    assert [row.contribution_ref for row in rows] == [gift.contribution_ref for gift in gifts]
    assert [row.amount_minor for row in rows] == [EACH] * MATCHES + [0] * (PEOPLE - MATCHES)
    assert not Reservation.objects.active().exists()
    assert selectors.matched_totals({"campaign:a-well": "EUR"}) == {
        "campaign:a-well": Money(MATCHES * EACH, "EUR")
    }
    assert ledger.verify() == selectors.verify_differences() == []


@pytest.mark.promise("M7")
def test_reserving_lapsing_releasing_and_expiring_at_once_loses_nothing() -> None:
    make.programme(id="fund", rate=[1, 1], pot_minor=MATCHES * EACH)
    late = make.NOON + timedelta(minutes=15)
    gifts = people()
    at_once(reserve, gifts)

    def act(gift: Gift) -> object:
        n = int(gift.contribution_ref[1:])
        ref = gift.contribution_ref
        match n % 4:
            case 0:
                return services.release(contribution_ref=ref, now=late)
            case 1:
                return services.expire_reservations(now=late)
            case 2:
                return services.let_lapse(contribution_ref=ref)
            case _:
                return services.reserve(gift=gift, now=late)

    at_once(act, gifts)

    left = selectors.left(["fund"])["fund"].minor
    assert left + held() == MATCHES * EACH
    assert left >= 0
    assert ledger.verify() == selectors.verify_differences() == []
