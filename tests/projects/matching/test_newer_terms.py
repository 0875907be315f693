"""Newer terms of a programme, and what it gave, holds and has claims for by the older ones."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from payments.ledger import selectors as ledger
from payments.money import Money
from projects.matching import selectors, services
from projects.matching.models import (
    Allocation,
    Claim,
    ProgrammeVersion,
    Reservation,
    TallyCounter,
)
from tests.crowd import at_once
from tests.make import catalogue
from tests.make import matching as make

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
TWO_DAYS = make.NOON + 2 * DAY
DONOR = {"scope": "donor", "amount": 100_00}


def renew(**terms: Any) -> ProgrammeVersion:  # noqa: ANN401
    """Publish newer terms of the fund, a day after noon."""
    known = ProgrammeVersion.objects.filter(programme="fund").earliest("number")
    return services.publish_programme(
        document=make.document(**({"id": "fund", "rate": [1, 1]} | terms)),
        agency_id=known.programme.agency_id,
        now=make.NOON + DAY,
    )


def give(minor: int, ref: str, donor: str = "d1", *, days: int = 0) -> None:
    at = make.NOON + days * DAY
    make.counted(make.gift(minor, ref=ref, donor=donor), settled_at=at)
    services.allocate_due(programme_id="fund", now=at)


def given() -> dict[str, tuple[int, str]]:
    rows = Allocation.objects.values_list("contribution_ref", "amount_minor", "reason")
    return {ref: (minor, reason) for ref, minor, reason in rows}


def counter(**of: str) -> int:
    found = TallyCounter.objects.filter(programme="fund", **of).first()
    return found.minor if found else 0


def remain(ref: str, minor: int) -> None:
    services.unwind(
        contribution_ref=ref, remaining=Money(minor, "EUR"), cause=f"{ref}:{minor}", now=TWO_DAYS
    )


def is_sound() -> bool:
    return ledger.verify() == selectors.verify_differences() == []


@pytest.mark.promise("M7")
def test_a_new_base_cap_counts_the_money_that_was_matched_before() -> None:
    make.programme(id="fund", rate=[1, 1])
    give(80_00, "c1")
    give(30_00, "c2")
    remain("c2", 10_00)

    renew(base_caps=[DONOR])

    assert counter(measure="used", whose="d1") == 90_00
    give(50_00, "c3", days=2)
    assert given()["c3"] == (10_00, "base_cap_donor")
    assert is_sound()


@pytest.mark.promise("M7")
def test_tiers_on_a_total_go_on_from_the_total_there_was() -> None:
    make.programme(id="fund", rate=[1, 1])
    give(80_00, "c1")

    bands = [[0, 100_00, 1, 1], [100_01, None, 1, 2]]
    renew(rate=None, tiers={"on": "donor_total", "mode": "marginal", "bands": bands})

    give(40_00, "c2", days=2)
    assert given()["c2"] == (30_00, "")
    assert is_sound()


@pytest.mark.promise("M7")
def test_a_new_threshold_counts_the_givers_there_were() -> None:
    make.programme(id="fund", rate=[1, 1])
    give(10_00, "c1", "d1")
    give(10_00, "c2", "d2")

    renew(threshold={"metric": "donors", "at": 3, "mode": "unlock_forward"})

    give(10_00, "c3", "d2", days=2)
    give(10_00, "c4", "d3", days=2)
    assert given()["c3"] == (0, "threshold_not_reached")
    assert given()["c4"] == (10_00, "")
    assert is_sound()


@pytest.mark.promise("M7")
def test_what_is_held_counts_by_a_new_cap_until_it_is_given_back() -> None:
    make.programme(id="fund", rate=[1, 1])
    services.reserve(gift=make.gift(80_00, ref="held", donor="d1"), now=make.NOON, keep=True)

    renew(caps=[DONOR])

    quote = services.quote(gift=make.gift(50_00, donor="d1"), now=TWO_DAYS)
    assert (quote.match, quote.lines[0].reason) == (Money(20_00, "EUR"), "cap_donor")
    assert is_sound()
    services.release(contribution_ref="held", now=TWO_DAYS)
    assert counter(measure="matched", whose="d1") == 0
    assert is_sound()


@pytest.mark.promise("M7")
def test_a_promise_of_older_terms_still_counts_by_the_newest_once_it_is_kept() -> None:
    make.programme(id="fund", rate=[1, 1])
    held = make.gift(80_00, ref="held", donor="d1")
    services.reserve(gift=held, now=make.NOON + DAY - timedelta(minutes=1))
    renew(caps=[{"scope": "donor", "amount": 50_00}])

    give(80_00, "held", days=1)

    assert given()["held"] == (80_00, "")
    assert Allocation.objects.get().version.number == 1
    assert counter(measure="matched", whose="d1") == 80_00
    assert is_sound()


@pytest.mark.promise("M7")
def test_a_second_look_by_older_terms_counts_by_the_newest() -> None:
    make.programme(id="fund", rate=[1, 1], pot_minor=60_00, on_exhaustion="waitlist")
    give(80_00, "c1")
    renew(caps=[DONOR], on_exhaustion="waitlist")
    assert counter(measure="matched", whose="d1") == 60_00

    make.fund("fund", 100_00)

    assert given()["c1"] == (80_00, "pot_exhausted")
    assert counter(measure="matched", whose="d1") == 80_00
    remain("c1", 50_00)
    remain("c1", 80_00)
    assert counter(measure="matched", whose="d1") == 80_00
    assert is_sound()


@pytest.mark.promise("M7")
def test_claims_for_the_coming_round_count_by_a_new_base_cap() -> None:
    make.programme(id="fund", rate=[1, 1], allocation="prorata_close")
    give(80_00, "c1")

    renew(base_caps=[DONOR], allocation="prorata_close")
    give(50_00, "c2", days=2)

    claims = dict(Claim.objects.values_list("contribution_ref", "base_minor"))
    assert claims == {"c1": 80_00, "c2": 20_00}
    assert counter(measure="used", whose="d1") == 100_00
    assert is_sound()


def test_terms_that_drop_a_cap_count_nothing_anew() -> None:
    make.programme(id="fund", rate=[1, 1], caps=[DONOR])
    give(80_00, "c1")
    renew()
    before = list(TallyCounter.objects.values_list("pk", "minor"))

    give(80_00, "c2", days=2)

    assert given()["c2"] == (80_00, "")
    assert list(TallyCounter.objects.values_list("pk", "minor")) == before


def test_what_a_reservation_moved_only_grows() -> None:
    make.programme(id="fund", rate=[1, 1], caps=[DONOR])
    services.reserve(gift=make.gift(80_00, ref="held", donor="d1"), now=make.NOON)
    change = "UPDATE matching_reservation SET moves = "

    with connection.cursor() as cursor:
        cursor.execute(change + """moves || '[["matched", "programme", "", "", "", 8000]]'""")
    for less in ("'[]'", "moves - 0"):
        with (
            pytest.raises(DatabaseError, match="keeps its terms"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(change + less)
    assert len(Reservation.objects.get().moves) == 2


@pytest.mark.promise("M7")
@pytest.mark.django_db(transaction=True)
def test_terms_that_are_published_beside_decisions_miss_none_of_them() -> None:
    make.programme(id="fund", rate=[1, 1])
    catalogue.agency()
    for n in range(12):
        make.counted(make.gift(10_00, ref=f"c{n:02}", donor="d1"))

    def act(n: int) -> None:
        if n == 2:
            renew(caps=[DONOR])
        else:
            services.allocate_due(programme_id="fund", now=make.NOON)

    at_once(act, range(6))

    assert sum(minor for minor, _ in given().values()) == 120_00
    assert counter(measure="matched", whose="d1") == 120_00
    assert is_sound()
