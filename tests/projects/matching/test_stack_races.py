"""Sixty-four people before two programmes with a pot each, which others lock the other way round.

Some are named so that the order of asking is not the order of locking. Refunds, top-ups and
promises go on meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection

from marketplace import database
from payments.ledger import selectors as ledger
from payments.money import Money
from projects.matching import selectors, services
from projects.matching.models import Allocation
from tests.crowd import at_once
from tests.make import matching as make
from tests.projects.matching.unguarded import take_away_the_turn

if TYPE_CHECKING:
    from projects.matching.services import Gift

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.promise("M7")]
PEOPLE = 64
EACH = 100_00
FULL = 20
TOP_UPS = 4
POTS = {"a-second": FULL * EACH, "b-first": FULL * EACH}


def two_pots() -> None:
    """Publish two programmes: the first to be asked is the second to be locked."""
    make.programme(id="b-first", priority=1, rate=[1, 1], pot_minor=POTS["b-first"])
    make.programme(
        id="a-second",
        priority=2,
        rate=[1, 1],
        pot_minor=POTS["a-second"],
        on_exhaustion="waitlist",
        caps=[{"scope": "project", "amount": 60 * EACH}],
    )
    make.counted(make.gift(EACH, ref="early", donor="early"))
    services.allocate_all_due(now=make.NOON)


def people() -> list[Gift]:
    return [make.gift(EACH, ref=f"c{n:02}", donor=f"d{n:02}") for n in range(PEOPLE)]


def give(gift: Gift) -> object:
    """Promise, count and decide; some give back at once, some fill a pot up."""
    n, ref = int(gift.contribution_ref[1:]), gift.contribution_ref
    if n % 2:
        services.reserve(gift=gift, now=make.NOON)
    services.count(gift=gift, settled_at=make.NOON, now=make.NOON)
    order = ["b-first", "a-second"] if n % 4 < 2 else ["a-second", "b-first"]
    for programme_id in order:
        services.allocate_due(programme_id=programme_id, now=make.NOON)
    if n % 8 == 3:
        services.unwind(
            contribution_ref=ref, remaining=Money(0, "EUR"), cause=f"refund:{n}", now=make.NOON
        )
    if n % 16 == 5:
        make.fund("a-second", EACH)
    return None


def given(programme_id: str) -> int:
    rows = Allocation.objects.given().filter(programme=programme_id)
    return sum(rows.values_list("amount_minor", flat=True))


def test_two_pots_asked_and_locked_in_opposite_orders_stay_exact() -> None:
    two_pots()

    at_once(give, people())
    services.allocate_all_due(now=make.NOON)

    assert ledger.verify() == selectors.verify_differences() == []
    left = {each: money.minor for each, money in selectors.left(list(POTS)).items()}
    funded = POTS | {"a-second": POTS["a-second"] + TOP_UPS * EACH}
    assert {each: left[each] + given(each) for each in POTS} == funded
    assert min(left.values()) >= 0
    # The first pot keeps what was refunded after it ran dry; the second serves its waiting list.
    assert left["a-second"] == 0
    decided = Allocation.objects.exclude(contribution_ref="early").values_list(
        "contribution_ref", flat=True
    )
    assert sorted(decided) == sorted(2 * [gift.contribution_ref for gift in people()])


def test_control_without_lock_and_floor_the_pots_or_the_tally_go_wrong() -> None:
    two_pots()
    take_away_the_turn()
    with database.as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_account DROP CONSTRAINT ledger_account_not_overdrawn")

    def reserve(gift: Gift) -> object:
        return services.reserve(gift=gift, now=make.NOON)

    at_once(reserve, people())

    assert min(money.minor for money in selectors.left(list(POTS)).values()) < 0
