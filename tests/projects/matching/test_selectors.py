from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from payments.ledger import services as ledger
from payments.ledger.selectors import Difference
from payments.money import Money
from projects.matching import engine, selectors, services
from projects.matching.gifts import ProjectFacts
from projects.matching.models import (
    Allocation,
    CountedMoney,
    ProgrammeVersion,
    TallyCounter,
)
from tests.make import ledger as make_ledger
from tests.make import matching as make

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db
SOON = make.NOON + timedelta(minutes=1)
CAMPAIGN = "campaign:a-well"


def project(n: int, country: str) -> ProjectFacts:
    return ProjectFacts(
        project_id=UUID(int=n),
        project_slug=f"project-{n}",
        country=country,
        sector="water",
        kind="social",
    )


def condition(country: str) -> list[dict[str, str]]:
    return [{"field": "project.country", "op": "eq", "value": country}]


def test_programmes_of_many_projects_come_in_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    make.programme(id="kenya", priority=2, eligible=condition("KEN"))
    make.programme(id="all", priority=1)
    make.programme(id="over", window=["2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"], priority=3)
    projects = [project(1, "KEN"), project(2, "MDA")]

    with django_assert_num_queries(1):
        found = selectors.programmes_by_project(projects, now=make.NOON)

    assert {key.int: [each.id for each in value] for key, value in found.items()} == {
        1: ["all", "kenya"],
        2: ["all"],
    }
    assert selectors.programmes_for(projects[0], now=make.NOON) == found[UUID(int=1)]
    assert [each.id for each in selectors.programmes(now=make.NOON)] == ["all", "kenya", "over"]


def test_pots_come_from_the_ledger_in_three_queries(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    make.programme(id="a", pot_minor=500_00)
    make.programme(id="b", priority=2, pot_minor=0)
    make.counted(make.gift(100_00, donor="d1"))
    services.allocate_due(programme_id="a", now=SOON)
    services.reserve(gift=make.gift(50_00, donor="d2"), now=SOON)

    with django_assert_num_queries(3):
        found = selectors.pots(["a", "b"])

    assert found == {
        "a": selectors.Pot(funded=Money(500_00, "EUR"), left=Money(200_00, "EUR")),
        "b": selectors.Pot(funded=Money(0, "EUR"), left=Money(0, "EUR")),
    }
    assert selectors.left(["a"]) == {"a": Money(200_00, "EUR")}


@pytest.mark.promise("M18")
def test_what_is_only_reserved_is_not_matched(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    make.programme(id="fund")
    services.reserve(gift=make.gift(70_00, donor="d1"), now=make.NOON)
    make.counted(make.gift(100_00, ref="c2", donor="d2"))
    make.counted(make.gift(5_00, ref="c3", donor="d3"))
    services.allocate_due(programme_id="fund", now=SOON)

    with django_assert_num_queries(1):
        totals = selectors.matched_totals({CAMPAIGN: "EUR", "campaign:unknown": "EUR"})

    assert totals == {CAMPAIGN: Money(210_00, "EUR")}
    assert selectors.matched_by_contribution() == {"c2": 200_00, "c3": 10_00}


def test_an_explanation_tells_every_programme_and_step_in_words() -> None:
    make.programme(id="small", name="Small fund", priority=1, min_contribution=500_00)
    make.programme(
        id="fund",
        name="The fund",
        priority=2,
        rate=[1, 2],
        caps=[{"scope": "donor", "amount": 40_00}],
        eligible=condition("KEN"),
    )
    make.counted(make.gift(75_01, ref="c1"))
    assert selectors.is_waiting("c1")
    services.allocate_all_due(now=SOON)

    small, fund = selectors.explanation("c1")

    assert (small.programme_name, small.match, small.state, small.reason) == (
        "Small fund",
        Money(0, "EUR"),
        "refused",
        "below_minimum",
    )
    assert small.why == "This programme adds to amounts of €500.00 or more."
    assert (fund.programme_id, fund.match, fund.state, fund.reason) == (
        "fund",
        Money(37_50, "EUR"),
        "committed",
        None,
    )
    assert fund.rule.startswith("While the pot lasts, €100.00 that arrives from 1 March 2026")
    assert fund.why == "€75.01 at 1 to 2 is €37.50."
    assert fund.steps == (
        "Counted: €75.01.",
        "Condition met: the project is in Kenya.",
        "Rate 1 to 2, rounded down: €37.50.",
        "Limit per person: €40.00, of which €40.00 was free.",
        "In the pot: €10,000.00.",
        "Match: €37.50.",
    )
    assert not selectors.is_waiting("c1")


def test_the_books_agree_after_every_kind_of_step() -> None:
    make.programme(id="fund", caps=[{"scope": "donor", "amount": 300_00}])
    make.programme(id="other", priority=2, caps=[{"scope": "programme", "amount": 10_00}])
    for n in range(4):
        gift = make.gift(100_00, donor=f"d{n % 2}")
        services.reserve(gift=gift, now=make.NOON)
        if n:
            make.counted(gift)
    services.allocate_all_due(now=SOON)

    assert selectors.verify_differences() == []


def test_only_what_a_decision_may_read_is_gathered() -> None:
    caps = [{"scope": "donor", "amount": 500_00}, {"scope": "project", "amount": 900_00}]
    (version,) = [make.programme(id="fund", pot_minor=1_000_00, caps=caps)]
    services.reserve(gift=make.gift(100_00, donor="d1"), now=make.NOON)
    (terms,) = ProgrammeVersion.objects.with_orders().filter(pk=version.pk)

    def gathered(donor: str | None) -> dict[str, int]:
        money = make.gift(1_00, donor=donor).counted(settled_at=make.NOON)
        stand = engine.standing([(terms, money)])
        return {key.whose: minor for key, minor in stand.tallies["fund"].items()}

    assert gathered(None) == gathered("d2") == {str(make.PROJECT): 200_00}
    assert gathered("d1") == {str(make.PROJECT): 200_00, "d1": 200_00}
    assert engine.standing([], of=[terms]).left("fund") == 800_00


def test_money_taken_from_a_pot_without_an_allocation_is_a_difference() -> None:
    make.programme(id="fund", pot_minor=500_00)
    stray = make_ledger.entry(
        debit=engine.pot("fund", "EUR"), credit=engine.earned(CAMPAIGN, "EUR"), minor=7_00
    )
    ledger.post([stray])

    assert selectors.verify_differences() == [
        Difference("pot", "fund", "EUR", expected="50000", found="49300"),
        Difference("total", f"match of {CAMPAIGN}", "EUR", expected="0", found="700"),
    ]


def test_an_allocation_without_money_is_a_difference_and_so_is_an_exceeded_cap() -> None:
    version = make.programme(
        id="fund", pot_minor=500_00, caps=[{"scope": "donor", "amount": 100_00}]
    )
    make.counted(make.gift(100_00, ref="c1", donor="d1"))
    services.allocate_due(programme_id="fund", now=SOON)
    money = CountedMoney.objects.get()
    Allocation.objects.create(
        contribution_ref="c2",
        programme=version.programme,
        version=version,
        campaign_key=CAMPAIGN,
        project_id=money.project_id,
        donor_key="d1",
        base_minor=1,
        ideal_minor=1,
        decided_minor=1,
        decided_parts=[["", 1]],
        amount_minor=1,
        parts=[["", 1]],
        moves=[["matched", "donor", "d1", "", "", 1]],
        state=Allocation.State.COMMITTED,
        steps=[],
        ledger_key="nothing",
        settled_at=make.NOON,
        allocated_at=SOON,
    )

    assert selectors.verify_differences() == [
        Difference("pot", "fund", "EUR", expected="39999", found="40000"),
        Difference("total", f"match of {CAMPAIGN}", "EUR", expected="10001", found="10000"),
        Difference(
            "total", "tally of fund:matched:donor:d1", "EUR", expected="10001", found="10000"
        ),
        Difference("entry", "state of c2 by fund", "EUR", "pending, as committed", found="nothing"),
    ]

    TallyCounter.objects.filter(whose="d1").update(minor=10001)

    assert selectors.verify_differences()[2:-1] == [
        Difference("cap", "fund:donor:d1", "EUR", expected="at most 10000", found="10001"),
    ]


def test_a_cap_that_was_looser_once_is_not_exceeded() -> None:
    first = make.programme(id="fund", caps=[{"scope": "programme", "amount": 200_00}])
    make.counted(make.gift(100_00, ref="c1"))
    services.allocate_due(programme_id="fund", now=SOON)
    services.publish_programme(
        document=make.document(id="fund", caps=[{"scope": "programme", "amount": 50_00}]),
        agency_id=first.programme.agency_id,
        now=SOON,
    )

    assert selectors.verify_differences() == []


def test_a_receipt_leaves_out_programmes_for_other_projects() -> None:
    make.programme(id="elsewhere", eligible=condition("MDA"))
    make.programme(id="small", min_contribution=500_00)
    make.counted(make.gift(10_00, ref="c1"))

    every = selectors.explanation("c1")
    of_project = selectors.explanation("c1", of_project=True)

    assert [(each.programme_id, each.reason) for each in every] == [
        ("elsewhere", "not_eligible:project.country"),
        ("small", "below_minimum"),
    ]
    assert of_project == every[1:]
