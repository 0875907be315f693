from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from projects.matching import documents
from projects.matching.formula import (
    Flat,
    Rate,
)
from projects.matching.rules import (
    SINGLE,
    Allocation,
    BaseCap,
    Cap,
    Clock,
    Condition,
    Counts,
    Coupling,
    Exhaustion,
    Floor,
    Freed,
    Indexed,
    Layer,
    Metric,
    Obligation,
    Operator,
    Paired,
    Pairing,
    Partial,
    Period,
    Ranking,
    Reserve,
    Rule,
    Scope,
    Share,
    Stack,
    Stacking,
    Threshold,
    Tranche,
    Unlock,
    Weight,
    Window,
)
from tests.make import rules as make
from tests.projects.matching import whole_documents

WOMAN = Condition("donor.sex", Operator.EQ, "f")
MARCH = datetime(2026, 3, 1, tzinfo=UTC)
APRIL = datetime(2026, 4, 1, tzinfo=UTC)


def test_a_whole_document_becomes_a_rule() -> None:
    assert documents.read(whole_documents.BASE) == Rule(
        programme_id="kenya-fund",
        name="Kenya Diaspora Fund",
        currency="EUR",
        instrument="loan",
        legal_basis="Act 7 of 2025",
        window=Window(
            MARCH, APRIL, "Africa/Nairobi", Clock.INITIATED, datetime(2026, 4, 7, 21, tzinfo=UTC)
        ),
        formula=Flat(Rate(2, 1)),
        priority=3,
        counts=Counts(
            kinds=("donation", "pledge"),
            channels=("bank_transfer",),
            by=("individual", "club"),
            proof="remittance_origin",
        ),
        eligible=(
            Condition("project.country", Operator.IN, ("KEN", "UGA")),
            Condition("role", Operator.NE, "entrepreneur"),
            Condition("donor.origin", Operator.EQ, value_field="project.country"),
            Condition("donor.age", Operator.GTE, 18),
            Condition("organisation.is_verified", Operator.EQ, value=True),
        ),
        min_contribution_minor=500,
        base_caps=(
            BaseCap(Scope.DONOR_PROJECT, 1000_00),
            BaseCap(Scope.CONTRIBUTION, Share("budget", Rate(1, 10))),
        ),
        weight=Weight("donor.score", ((15, Rate(50, 100)), (25, Rate(100, 100)))),
        paired=Paired(("diaspora", "entrepreneur"), Pairing.EQUAL),
        fx={"USD": Rate(9, 10)},
        indices={"wage": ((date(2025, 1, 1), 150_00), (date(2026, 1, 1), 160_00))},
        fiscal_year_start=(4, 6),
        pot_minor=10_000_00,
        caps=(
            Cap(Scope.DONOR, 500_00, Period.MONTH),
            Cap(Scope.CLUB, Share("pot", Rate(1, 4)), Period.N_YEARS, 2),
            Cap(Scope.PROJECT, Indexed("wage", Rate(50, 1)), when=WOMAN),
            Cap(Scope.BENEFICIARY, 2000_00, Period.N_YEARS, 3),
        ),
        floors=(Floor(Scope.PROJECT, 250_00),),
        threshold=Threshold(Metric.DONORS, 5, Unlock.FORWARD, revoke=True),
        reserve=Reserve((WOMAN,), Share("pot", Rate(3, 10)), datetime(2026, 3, 20, tzinfo=UTC)),
        needs_award=True,
        on_exhaustion=Exhaustion.WAITLIST,
        stacking=Stacking(Stack.CASCADE, Rate(1, 2), ("other-fund",), 1),
        partial=Partial.PROPORTIONAL,
        freed=Freed.FUNDER,
        disbursement=(Tranche("visit", Rate(1, 2)), Tranche("milestone", Rate(1, 1))),
        obligations=(Obligation("report"), Obligation("closing_act", date(2026, 12, 31))),
        reservation_minutes=20,
    )


def test_what_may_be_left_out_has_a_plain_meaning() -> None:
    assert documents.read(make.document()) == Rule(
        programme_id="kenya-fund",
        name="kenya-fund",
        currency="EUR",
        window=Window(MARCH, APRIL, "UTC"),
        formula=Flat(Rate(2, 1)),
        layers=SINGLE,
    )


def test_layers_bring_their_rates_pots_agreements_and_caps() -> None:
    rule = documents.read(whole_documents.LAYERED)

    assert rule.layers == (
        Layer("federal", Rate(1, 3), 900_00, {"p1": Rate(1, 2), "p2": Rate(0, 1)}),
        Layer("local", Rate(2, 1), 1),
    )
    assert rule.coupling is Coupling.INDEPENDENT
    assert rule.caps == (
        Cap(Scope.LAYER, 800_00, Period.FISCAL_YEAR, layer="federal"),
        Cap(Scope.PROJECT, 7, layer="local"),
    )
    assert rule.base_caps == (BaseCap(Scope.DONOR, 5),)
    assert rule.reserve == Reserve((Condition("donor.sex", Operator.IN, ("f",)),), 100)
    assert rule.on_exhaustion is Exhaustion.WAITLIST
    assert rule.accounts() == ("kenya-fund/federal", "kenya-fund/local")
    assert rule.formula == Flat(Rate(7, 3))  # Of all layers together: what people are told.


def test_one_layer_without_a_rate_takes_the_formula() -> None:
    rule = make.rule(layers=[{"id": "city", "pot": 100}], rate=[1, 2])

    assert (rule.layers, rule.formula) == ((Layer("city", None, 100),), Flat(Rate(1, 2)))


@pytest.mark.parametrize(
    ("written", "ranking"),
    [
        ("score", Ranking("project.score")),
        ("project.points", Ranking("project.points")),
        (["p2", "p1"], Ranking(order=("p2", "p1"))),
        ({"by": "points", "tie": "earliest"}, Ranking("project.points", tie="earliest")),
        (
            {"score": "points", "min_score": 5, "partial": True},
            Ranking("project.points", 5, "project_id", partial_fill=True),
        ),
        ({"awards": [3, 2]}, Ranking(awards=(3, 2))),
        ({"p1": 70, "p2": 90, "p3": 70}, Ranking(order=("p2", "p1", "p3"))),
        ({"scores": {"p1": 70, "p2": 90}, "min_score": 71}, Ranking(order=("p2",))),
    ],
)
def test_projects_are_ordered_by_a_fact_or_by_hand(written: object, ranking: Ranking) -> None:
    assert make.rule(allocation="ranked_close", ranking=written).ranking == ranking


def test_the_smallest_score_and_the_partial_fill_may_stand_beside_the_ranking() -> None:
    rule = make.rule(
        allocation="ranked_close", ranking={"by": "score"}, min_score=60, partial_fill=True
    )

    assert rule.ranking == Ranking("project.score", 60, "project_id", partial_fill=True)
    assert rule.allocation is Allocation.RANKED_CLOSE


@pytest.mark.parametrize("written", ["04-01", [4, 1], 4])
def test_a_fiscal_year_begins_where_it_is_said_to(written: object) -> None:
    assert make.rule(fiscal_year_start=written).fiscal_year_start == (4, 1)


@pytest.mark.parametrize(
    ("written", "conditions"),
    [
        ({"where": [{"field": "donor.sex", "op": "eq", "value": "f"}]}, (WOMAN,)),
        ({"where": {"field": "donor.sex", "op": "eq", "value": "f"}}, (WOMAN,)),
        ({"eligible": [{"field": "donor.sex", "op": "eq", "value": "f"}] * 2}, (WOMAN, WOMAN)),
        ({"predicate": {"field": "donor.sex", "op": "eq", "value": "f"}}, (WOMAN,)),
        ({"when": {"field": "donor.sex", "op": "eq", "value": "f"}}, (WOMAN,)),
        ({"field": "donor.sex", "op": "eq", "value": "f"}, (WOMAN,)),
    ],
)
def test_a_reserve_says_for_whom_it_is(
    written: dict[str, object], conditions: tuple[Condition, ...]
) -> None:
    assert make.rule(reserve={**written, "amount": 5}).reserve == Reserve(conditions, 5)


def test_project_caps_are_amounts_or_shares_of_the_pot() -> None:
    close = {"allocation": "prorata_close"}

    assert make.rule(project_cap=500, fill=False, **close).project_cap == 500
    assert make.rule(project_cap={"amount": 5}, **close).project_cap == 5
    assert make.rule(project_cap=[1, 4], **close).project_cap == Share("pot", Rate(1, 4))


def test_one_word_of_disbursement_is_all_of_it_once_that_is_done() -> None:
    rule = make.rule(disbursement="against_receipts")

    assert rule.disbursement == (Tranche("against_receipts", Rate(1, 1)),)
