"""Awarding ceilings, one by one and by a committee, within what the pots were given."""

from __future__ import annotations

from datetime import timedelta

import pytest

from payments.money import Money
from projects.matching import services
from projects.matching.models import Allocation, Ceiling
from projects.matching.selectors import rounds as found
from projects.matching.services import ceilings, committees
from projects.matching.services.committees import Application, Score
from tests.make import closing as make
from tests.make import matching

pytestmark = pytest.mark.django_db
NOW = matching.NOON


def programme(**changes: object) -> None:
    terms = {"id": "fund", "rate": [1, 1], "needs_award": True} | changes
    matching.programme(pot_minor=100_00, **terms)


def award(n: int, minor: int, *, currency: str = "EUR", by: str = "Ama") -> Ceiling:
    return services.award_ceiling(
        programme_id="fund",
        project_id=make.project(n),
        amount=Money(minor, currency),
        by=by,
        now=NOW,
    )


def application(n: int, asked: int, *points: int, conflicts: tuple[int, ...] = ()) -> Application:
    scores = [Score(f"m{k}", each) for k, each in enumerate(points)]
    scores += [Score(f"x{k}", each, has_conflict=True) for k, each in enumerate(conflicts)]
    return Application(make.project(n), asked, tuple(scores), NOW - timedelta(days=n))


def rank(*applications: Application) -> list[tuple[int, int, str]]:
    awarded = services.award_ranked(
        programme_id="fund", applications=applications, by="Committee", now=NOW
    )
    return [(row.project_id.int, row.amount_minor, row.reason) for row in awarded]


def test_a_project_draws_up_to_its_ceiling() -> None:
    programme()
    award(1, 50_00)
    make.given("c1", 40_00)
    make.given("c2", 40_00)
    rows = Allocation.objects.values_list("contribution_ref", "amount_minor", "reason")
    assert list(rows) == [("c1", 40_00, ""), ("c2", 10_00, "cap_award")]
    assert found.verify_rounds() == []


def test_money_that_came_before_its_award_is_matched_with_it() -> None:
    programme()
    make.given("c1", 40_00)
    assert Allocation.objects.get().reason == "no_award"
    award(1, 30_00)
    assert Allocation.objects.get().amount_minor == 30_00
    award(1, 50_00)
    assert Allocation.objects.get().amount_minor == 40_00


def test_ceilings_never_promise_more_than_the_pot_was_given() -> None:
    programme()
    award(1, 60_00)
    with pytest.raises(ceilings.CeilingsExceedPot):
        award(2, 40_01)
    award(2, 40_00)
    assert found.ceiling_of("fund", make.project(2)) == 40_00
    assert Ceiling.objects.count() == 2
    assert found.verify_rounds() == []


def test_a_ceiling_can_change_but_not_below_what_was_drawn() -> None:
    programme()
    award(1, 60_00)
    make.given("c1", 40_00)
    assert award(1, 60_00).number == 1
    assert award(1, 40_00).number == 2
    with pytest.raises(ceilings.CeilingBelowDrawn):
        award(1, 39_99)
    assert found.ceiling_of("fund", make.project(1)) == 40_00


def test_an_award_needs_a_programme_that_awards_an_amount_and_a_name() -> None:
    programme()
    for changes in ({"minor": 0}, {"minor": 1, "currency": "USD"}, {"minor": 1, "by": " "}):
        with pytest.raises(ceilings.CeilingRefused):
            award(1, **changes)
    matching.programme(id="plain")
    with pytest.raises(ceilings.NoCeilings):
        services.award_ceiling(
            programme_id="plain",
            project_id=make.project(1),
            amount=Money(1, "EUR"),
            by="Ama",
            now=NOW,
        )
    assert not Ceiling.objects.exists()


def test_the_best_are_awarded_first_and_what_does_not_fit_is_passed_over() -> None:
    programme()
    assert rank(
        application(1, 60_00, 70, 80),
        application(2, 50_00, 90),
        application(3, 50_00, 60),
    ) == [(2, 50_00, ""), (1, 0, "not_ranked"), (3, 50_00, "")]
    assert found.verify_rounds() == []


def test_points_of_who_has_an_interest_do_not_count() -> None:
    programme()
    assert rank(application(1, 60_00, 50, conflicts=(100, 100)), application(2, 60_00, 51, 52)) == [
        (2, 60_00, ""),
        (1, 0, "not_ranked"),
    ]
    letter = Ceiling.objects.get(project_id=make.project(1)).letter
    assert letter["score"] == [50, 1]
    assert (letter["members"], letter["abstained"]) == (1, 2)


def test_a_letter_says_what_was_asked_awarded_and_why() -> None:
    programme(ranking={"min_score": 60})
    assert rank(application(1, 60_00, 59, 60)) == [(1, 0, "below_min_score")]
    assert Ceiling.objects.get().letter == {
        "programme": "fund",
        "currency": "EUR",
        "asked_minor": 60_00,
        "awarded_minor": 0,
        "reason": "below_min_score",
        "place": None,
        "score": [119, 2],
        "members": 2,
        "abstained": 0,
        "decided_on": "2026-03-10",
    }


def test_the_last_gets_what_is_left_where_the_terms_say_so() -> None:
    programme(ranking={"partial_fill": True})
    assert rank(application(1, 80_00, 90), application(2, 50_00, 80)) == [
        (1, 80_00, ""),
        (2, 20_00, "pot_exhausted"),
    ]


def test_a_cap_on_projects_cuts_what_is_asked() -> None:
    programme(caps=[{"scope": "project", "amount": 30_00}])
    assert rank(application(1, 80_00, 90)) == [(1, 30_00, "cap_project")]


def test_nothing_is_awarded_where_a_score_is_missing_or_a_project_is_there_twice() -> None:
    programme()
    with pytest.raises(committees.ScoresMissing):
        rank(application(1, 60_00, 70), application(2, 60_00, conflicts=(90,)))
    with pytest.raises(committees.AwardedBefore):
        rank(application(1, 60_00, 70), application(1, 50_00, 70))
    with pytest.raises(ceilings.CeilingRefused):
        rank()
    assert not Ceiling.objects.exists()
    award(1, 10_00)
    with pytest.raises(committees.AwardedBefore):
        rank(application(1, 60_00, 70))
    assert Ceiling.objects.count() == 1
