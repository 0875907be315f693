"""Closing a programme: who gets what, what is written, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from payments import events
from payments.ledger import selectors as ledger
from payments.money import Money
from projects.matching import engine, selectors, services
from projects.matching.models import (
    Award,
    AwardChange,
    Claim,
    Round,
    Share,
    WaitingMoney,
)
from projects.matching.round_events import MatchAwarded, RoundClosed
from projects.matching.selectors import rounds as found
from projects.matching.services import rounds
from tests.make import closing as make
from tests.make import matching

pytestmark = pytest.mark.django_db
OPEN = make.END - timedelta(seconds=1)


def shares() -> dict[str, int]:
    return dict(Share.objects.values_list("contribution_ref", "minor"))


def awards() -> dict[str, tuple[int, str, str]]:
    rows = Award.objects.values_list("campaign_key", "amount_minor", "state", "reason")
    return {key: (minor, state, reason) for key, minor, state, reason in rows}


def pot(programme: str = "fund", layer: str = "") -> int:
    return ledger.balance(engine.pot(programme, "EUR", layer)).left


def agree() -> None:
    assert ledger.verify() == found.verify_rounds() == []


def test_a_close_pays_the_pot_to_the_last_unit_and_the_earliest_gets_it() -> None:
    make.programme()
    make.given("c3", 100_00, project_n=3, at=matching.NOON + timedelta(days=2))
    make.given("c1", 100_00, project_n=1, at=matching.NOON + timedelta(days=1))
    make.given("c2", 100_00, project_n=2, at=matching.NOON)

    closed = make.close()

    assert shares() == {"c2": 33_34, "c1": 33_33, "c3": 33_33}
    assert awards() == {
        "campaign:1": (33_33, "committed", "pot_exhausted"),
        "campaign:2": (33_34, "committed", "pot_exhausted"),
        "campaign:3": (33_33, "committed", "pot_exhausted"),
    }
    assert (closed.number, closed.claims, closed.matched_minor) == (1, 3, 100_00)
    assert closed.pots == [("", 100_00)]
    assert pot() == 0
    books = ledger.balance(engine.earned("campaign:2", "EUR"))
    assert (books.credits_pending, books.credits_posted) == (33_34, 0)
    agree()


def test_a_close_tells_of_the_round_and_of_each_award(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    monkeypatch.setattr(events, "publish", told.append)
    make.programme(allocation="quadratic_close", pot_minor=1000_00)
    make.given("c1", 9_00, project_n=1)
    make.given("c2", 4_00, project_n=1)
    make.given("c3", 4_00, project_n=2)

    closed = make.close()

    key = str(closed.pk)
    assert told == [
        MatchAwarded("campaign:1", str(make.project(1)), "fund", key, 12_00, "EUR"),
        RoundClosed("fund", key, 1, 12_00, "EUR"),
    ]
    assert set(AwardChange.objects.values_list("to_state", "amount_minor", "cause")) == {
        ("committed", 12_00, "round:1"),
        ("unmatched", 0, "round:1"),
    }


def test_closing_twice_changes_nothing() -> None:
    make.programme(pot_minor=500_00)
    make.given("c1", 60_00)
    first = make.close()
    rows = list(Award.objects.values())

    assert make.close(make.LATER) == first
    assert services.close_due(now=make.LATER) == 0

    assert list(Award.objects.values()) == rows
    assert Round.objects.count() == 1
    assert pot() == 440_00
    agree()


def test_quadratic_shares_sum_to_the_projects_exactly() -> None:
    make.programme(allocation="quadratic_close", pot_minor=1000_00)
    make.given("c1", 27, project_n=1)
    make.given("c2", 27, project_n=1)
    make.given("c3", 50_00, project_n=2, donor="same")
    make.given("c4", 50_00, project_n=2, donor="same")

    make.close()

    assert found.project_matches("fund") == {make.project(1): 54, make.project(2): 0}
    assert shares() == {"c1": 27, "c2": 27}
    assert awards()["campaign:2"] == (0, "unmatched", "single_giver")
    assert pot() == 1000_00 - 54
    agree()


def test_two_campaigns_of_one_project_get_what_their_own_claims_share() -> None:
    make.programme(pot_minor=90_00)
    gift = make.given("c1", 100_00, project_n=1)
    other = replace(gift, contribution_ref="c2", campaign_key="campaign:1-again", donor_key="d2")
    later = matching.NOON + timedelta(hours=1)
    services.count(gift=replace(other, amount=Money(200_00, "EUR")), settled_at=later, now=later)
    services.allocate_all_due(now=later)

    make.close()

    assert awards() == {
        "campaign:1": (30_00, "committed", "pot_exhausted"),
        "campaign:1-again": (60_00, "committed", "pot_exhausted"),
    }
    agree()


def test_every_layer_pays_its_part_of_an_award() -> None:
    layers = [{"id": "state", "rate": [1, 1], "pot": 0}, {"id": "city", "rate": [1, 2], "pot": 0}]
    make.programme(pot_minor=0, rate=None, layers=layers)
    for layer, minor in (("state", 100_00), ("city", 20_00)):
        services.fund_pot(
            programme_id="fund",
            amount=Money(minor, "EUR"),
            idempotency_key=layer,
            layer=layer,
            now=matching.PUBLISHED,
        )
    make.given("c1", 60_00)

    closed = make.close()

    award = Award.objects.get()
    assert award.amount_minor == sum(minor for _, minor in award.parts) == closed.matched_minor
    assert dict(award.parts) == {"state": 40_00, "city": 20_00}
    assert pot("fund", "city") == 0
    assert pot("fund", "state") == 60_00
    agree()


def test_a_ranked_close_asks_for_the_scores_of_the_day() -> None:
    make.programme(allocation="ranked_close", rate=[1, 1], pot_minor=60_00)
    make.given("c1", 40_00, project_n=1)
    make.given("c2", 50_00, project_n=2)
    scores = {str(make.project(n)): {"project.score": n} for n in (1, 2)}

    services.close_programme(programme_id="fund", now=make.END, projects=scores)

    assert awards() == {
        "campaign:1": (0, "unmatched", "not_ranked"),
        "campaign:2": (50_00, "committed", ""),
    }
    assert Round.objects.get().facts["projects"] == scores
    agree()


def test_facts_of_what_was_given_cut_wishes() -> None:
    when = {"field": "donor.residence", "op": "eq", "value": "DEU"}
    cap = {"scope": "contribution", "amount": 10_00, "when": when}
    make.programme(caps=[cap])
    make.given("c1", 40_00)
    make.close()
    assert shares() == {"c1": 10_00}
    agree()


def test_nothing_is_closed_while_money_can_still_settle() -> None:
    make.programme()
    make.given("c1", 60_00)
    with pytest.raises(rounds.TooEarly):
        make.close(OPEN)
    assert services.close_due(now=OPEN) == 0
    assert not Round.objects.exists()
    assert not Share.objects.exists()
    assert pot() == 100_00


def test_a_clock_of_beginnings_closes_when_the_last_money_may_have_settled() -> None:
    make.programme(clock="initiated", settle_by="2026-04-08T00:00:00Z")
    with pytest.raises(rounds.TooEarly):
        make.close()
    assert make.close(make.END + timedelta(days=7)).matched_minor == 0


def test_nothing_is_closed_while_money_waits() -> None:
    make.programme()
    gift = matching.gift(60_00, ref="c1")
    services.count(gift=gift, settled_at=matching.NOON, now=matching.NOON)
    with pytest.raises(rounds.MoneyStillWaits):
        make.close()
    assert services.close_due(now=make.END) == 0
    assert not Round.objects.exists()


def test_money_that_waits_for_a_programme_before_it_is_waited_for() -> None:
    matching.programme(id="first", rate=[1, 1], priority=1)
    make.programme(priority=2)
    gift = matching.gift(60_00, ref="c1")
    services.count(gift=gift, settled_at=matching.NOON, now=matching.NOON)
    assert WaitingMoney.objects.get().programme_id == "first"
    with pytest.raises(rounds.MoneyStillWaits):
        make.close()


def test_a_frozen_programme_is_not_closed() -> None:
    make.programme()
    services.freeze_programme(programme_id="fund", reason="audit", by="A", now=matching.NOON)
    with pytest.raises(rounds.StillFrozen):
        make.close()


def test_a_programme_that_matches_at_once_has_no_close() -> None:
    matching.programme(id="fund")
    with pytest.raises(rounds.NotAtClose):
        make.close()
    assert services.close_due(now=make.LATER) == 0


def test_the_next_call_has_a_round_of_its_own() -> None:
    make.programme(pot_minor=100_00)
    make.given("c1", 60_00)
    make.close()
    window = ["2026-05-01T00:00:00Z", "2026-06-01T00:00:00Z"]
    terms = matching.document(id="fund", allocation="prorata_close", rate=[1, 1], window=window)
    agency = engine.locked(["fund"])[0].agency_id
    services.publish_programme(document=terms, agency_id=agency, now=make.LATER)
    make.given("c2", 90_00, at=make.LATER + timedelta(days=30))

    closed = make.close(make.END + timedelta(days=90))

    assert (closed.number, closed.matched_minor) == (2, 40_00)
    assert shares() == {"c1": 60_00, "c2": 40_00}
    assert found.project_matches("fund") == {make.project(1): 100_00}
    agree()


def test_what_is_due_is_closed_and_others_are_left() -> None:
    make.programme()
    make.given("c1", 60_00)
    make.programme(id="later", window=["2026-03-01T00:00:00Z", "2026-07-01T00:00:00Z"])
    assert services.close_due(now=make.END) == 1
    assert list(Round.objects.values_list("programme_id", flat=True)) == ["fund"]


def test_only_claims_that_count_are_in_a_round() -> None:
    make.programme(base_cap={"scope": "donor", "amount": 60_00}, pot_minor=1000_00)
    make.given("c1", 60_00, donor="ann", project_n=1)
    make.given("c2", 60_00, donor="ann", project_n=2, at=matching.NOON + timedelta(hours=1))
    closed = make.close()
    assert closed.claims == 1
    assert awards() == {"campaign:1": (60_00, "committed", "")}
    assert Claim.objects.get(contribution_ref="c2").reason == "base_cap_donor"
    agree()


def test_match_of_a_round_is_matched_for_its_campaign() -> None:
    make.programme()
    make.given("c1", 60_00)
    make.close()
    assert selectors.matched_totals({"campaign:1": "EUR"}) == {"campaign:1": Money(60_00, "EUR")}
