"""Documents that are no rules: each is told the place that is wrong, and what is allowed there."""

from __future__ import annotations

import pytest

from projects.matching import documents
from projects.matching.documents import Contradiction, RuleNotUnderstood
from tests.make import rules as make
from tests.projects.matching.refused_documents import (
    LAYERS,
    LUMP,
    SEX,
    SLAB,
    cap,
    close,
    condition,
    tiers,
)

MALFORMED: list[tuple[object, str, str]] = [
    ([], "programme", "must be an object"),
    (None, "programme", "must be an object"),
    (make.document(currency=None), "currency", "is missing"),
    (make.document(rates=[1, 1]), "rates", "unknown; known: id, currency, window, name, "),
    (make.document(id="kenya fund"), "id", "must be letters, digits and single hyphens"),
    (make.document(id="kenya-fund\n"), "id", "must be letters, digits and single hyphens"),
    (make.document(id=7), "id", "must be a text of 1 to 64 characters"),
    (make.document(name=""), "name", "must be a text of 1 to 120 characters"),
    (make.document(version=0), "version", "must be a whole number from 1 to 1000000"),
    (make.document(instrument="gift"), "instrument", "allowed: grant, loan, equity, "),
    (make.document(window=["2026-03-01T00:00:00Z"]), "window", "must be a list of 2"),
    (
        make.document(window=["2026-03-01T00:00:00", "2026-04-01T00:00:00Z"]),
        "window[0]",
        "must be a time with its offset",
    ),
    (make.document(clock="sun"), "clock", "allowed: settled, initiated"),
    (make.document(priority=0), "priority", "must be a whole number from 1 to 1000"),
    (make.document(rate=[1]), "rate", "must be a list of 2"),
    (make.document(rate=[0, 0]), "rate[0]", "must be a whole number from 1 to 1000000"),
    (make.document(rate=[1, 0]), "rate[1]", "must be a whole number from 1 to 1000000"),
    (make.document(rate=[10**30, 1]), "rate[0]", "must be a whole number from 1 to 1000000"),
    (make.document(rate=[0.5, 1]), "rate[0]", "must be a whole number from 1 to 1000000"),
    (make.document(rate=[2.0, 1]), "rate[0]", "must be a whole number from 1 to 1000000"),
    (make.document(rate=[True, 1]), "rate[0]", "must be a whole number from 1 to 1000000"),
    (make.document(rate="1/2"), "rate", "must be a list of 2"),
    (make.document(pot=-1), "pot", "must be a whole number from 0 to 1000000000000000"),
    (make.document(pot={"by": "project.region"}), "pot.by", "unknown; known: amount"),
    (make.document(min_contribution=0), "min_contribution", "must be a whole number from 1"),
    # Which money counts.
    (make.document(counts={"kinds": ["gift"]}), "counts.kinds[0]", "allowed: donation, loan, "),
    (make.document(counts={"by": "robot"}), "counts.by", "allowed: individual, club, company"),
    (make.document(counts={"tips": True}), "counts.tips", "unknown; known: kinds, kind, "),
    (make.document(counts={"proof": "a b"}), "counts.proof", "must be letters, digits, and "),
    (make.document(eligible=SEX), "eligible", "must be a list of 0 to 20"),
    (make.document(eligible=[SEX] * 21), "eligible", "must be a list of 0 to 20"),
    (condition("giver.sex", value="f"), "eligible[0].field", "must be role, or a name after "),
    (condition("donor.", value="f"), "eligible[0].field", "must be role, or a name after "),
    (condition("country", value="KEN"), "eligible[0].field", "must be role, or a name after "),
    (condition(op="like", value="f"), "eligible[0].op", "allowed: eq, ne, in, not_in, gte, lte"),
    (condition(), "eligible[0].value", "needs a value or a value_field"),
    (condition(value=1, value_field="role"), "eligible[0].value", "needs a value or a "),
    (condition(value=None), "eligible[0].value", "must be a text, a whole number, true or false"),
    (condition(value=1.5), "eligible[0].value", "must be a text, a whole number, true or false"),
    (condition(value=["f"]), "eligible[0].value", "must be a text, a whole number, true or false"),
    (condition(op="gte", value="18"), "eligible[0].value", "must be a whole number from -"),
    (condition(op="in", value="f"), "eligible[0].value", "must be a list of 1 to 300"),
    (condition(op="in", value=[]), "eligible[0].value", "must be a list of 1 to 300"),
    (condition(op="in", value=["f"] * 301), "eligible[0].value", "must be a list of 1 to 300"),
    (condition(value="f", unless="x"), "eligible[0].unless", "unknown; known: field, op, "),
    (make.document(paired={"roles": ["a"], "rule": "min"}), "paired.roles", "must be a list of 2"),
    (make.document(paired={"roles": ["a", "b"]}), "paired.rule", "is missing"),
    (make.document(weight={"by": "donor.score"}), "weight.map", "needs a map or bands"),
    (
        make.document(weight={"by": "donor.score", "map": [[1, 1001]]}),
        "weight.map[0][1]",
        "must be a whole number from 0 to 1000",
    ),
    (make.document(fx={"USD": [0, 1]}), "fx.USD[0]", "must be a whole number from 1"),
    (make.document(fx=[]), "fx", "must be an object of at most 50 currencies"),
    (make.document(fiscal_year_start="4 June"), "fiscal_year_start", "must be a month and a day"),
    (make.document(fiscal_year_start=13), "fiscal_year_start[0]", "must be a whole number from 1"),
    (make.document(indices={"wage": []}), "indices.wage", "must be a list of 1 to 200"),
    # Formulas.
    (make.document(formula={}), "formula.type", "allowed: rate, tiers, lump, share_of_cost, "),
    (make.document(formula={"type": "log"}), "formula.type", "allowed: rate, tiers, lump, "),
    (make.document(formula={"type": ["rate"]}), "formula.type", "allowed: rate, tiers, lump, "),
    (make.document(formula={"type": "rate"}), "formula.rate", "is missing"),
    (make.document(formula="rate"), "formula.rate", "is missing"),
    (make.document(formula="log"), "formula", "allowed: rate, tiers, lump, share_of_cost, "),
    (
        make.document(formula={"type": "lump", "amount": 1, "rate": [1, 1]}),
        "formula.rate",
        "unknown; known: type, amount",
    ),
    (
        close("quadratic", formula={"type": "quadratic", "variant": "log"}),
        "formula.variant",
        "allowed: linear, alpha, pairwise",
    ),
    (
        close("quadratic", formula={"type": "quadratic", "variant": "pairwise"}),
        "formula.m",
        "is missing",
    ),
    (
        close("quadratic", formula={"type": "quadratic", "alpha": [1, 2]}),
        "formula.alpha",
        "belongs to another variant than linear",
    ),
    (make.document(tiers={"bands": [[0, 1, 1, 1]]}), "tiers.mode", "is missing"),
    (make.document(tiers=SLAB), "tiers.bands", "is missing"),
    (tiers(), "tiers.bands", "must be a list of 1 to 50"),
    (
        tiers(*([n * 10, n * 10 + 9, 1, 1] for n in range(10_000))),
        "tiers.bands",
        "must be a list of 1 to 50",
    ),
    (tiers([0, 9, 20]), "tiers.bands[0]", "must be a list of 4"),
    (tiers([0, 9, 1, 0]), "tiers.bands[0][3]", "must be a whole number from 1"),
    (tiers([0.5, 9, 1, 1]), "tiers.bands[0][0]", "must be a whole number from 0"),
    (tiers(["leader", 1, 1]), "tiers.bands[0]", "must be a list of 4"),
    (tiers([0, 9, 1, 1], on="colour"), "tiers.on", "allowed: amount, donor_total, "),
    (tiers([0, 9, 1, 1], on="giver.jobs"), "tiers.on", "must be role, or a name after "),
    (tiers([0, 9, 1, 1], on="attribute"), "tiers.attribute", "is missing: which fact?"),
    (tiers([0, 9, 1, 1], attribute="role"), "tiers.attribute", "belongs to on: attribute"),
    # Layers.
    (make.document(layers=[]), "layers", "must be a list of 1 to 12"),
    (make.document(layers=[{"rate": [1, 1]}]), "layers[0].id", "is missing"),
    (make.document(layers=[{"id": "a/b"}]), "layers[0].id", "must be letters, digits, and "),
    (
        make.document(layers=[{"id": "a", "rate": [1, 1], "pot_by": "x"}]),
        "layers[0].pot_by",
        "unknown; known: id, rate, pot, shares, caps",
    ),
    (make.document(layers=LAYERS, coupling="loose"), "coupling", "allowed: joint, independent"),
    (
        make.document(layers=[{"id": "a", "rate": [1, 1], "shares": {"p1": [-1, 2]}}]),
        "layers[0].shares.p1[0]",
        "must be a whole number from 0",
    ),
    # Caps and other limits.
    (cap(scope="village"), "caps[0].scope", "allowed: contribution, donor, donor_project, "),
    (cap(scope="donor_project_count"), "caps[0].scope", "allowed: contribution, donor, "),
    (make.document(caps=[{"scope": "donor"}]), "caps[0].amount", "is missing; one of amount, "),
    (cap(share_of_pot=[1, 2]), "caps[0]", "is too much; one of amount, share_of_budget, "),
    (cap(amount=0), "caps[0].amount", "must be a whole number from 1 to 1000000000000000"),
    (cap(amount="50_SMMLV"), "caps[0].amount", "must be a whole number from 1"),
    (cap(amount=10**15 + 1), "caps[0].amount", "must be a whole number from 1"),
    (cap(times=[1, 1]), "caps[0].times", "belongs beside an index"),
    (cap(amount={"index": "wage"}), "caps[0].amount.times", "is missing"),
    (cap(period="week"), "caps[0].period", "allowed: none, month, fiscal_year, n_years, "),
    (cap(period="n_years"), "caps[0].years", "is missing: how many?"),
    (cap(period="month", years=2), "caps[0].years", "belongs to the period n_years"),
    (cap(when={"field": "donor.sex"}), "caps[0].when.op", "is missing"),
    (cap(tax=1), "caps[0].tax", "unknown; known: scope, period, amount, "),
    (
        make.document(
            layers=[LAYERS[0] | {"caps": [{"scope": "donor", "amount": 1, "layer": "x"}]}]
        ),
        "layers[0].caps[0].layer",
        "is the layer it is written in",
    ),
    (
        make.document(base_cap={"scope": "club", "amount": 1}),
        "base_cap.scope",
        "allowed: contribution, donor, donor_project, donor_organisation, project",
    ),
    (make.document(base_caps={"scope": "donor", "amount": 1}), "base_caps", "must be a list of 0"),
    (
        make.document(floors=[{"scope": "donor", "amount": 1}]),
        "floors[0].scope",
        "allowed: project",
    ),
    (make.document(threshold=LUMP), "threshold.amount", "is missing: how much?"),
    (
        make.document(threshold=LUMP | {"mode": "unlock_retro", "lump": 5}),
        "threshold.lump",
        "belongs to the mode lump",
    ),
    (
        make.document(threshold={"metric": "likes", "at": 1}),
        "threshold.metric",
        "allowed: raised, ",
    ),
    (make.document(threshold={"metric": "pct"}), "threshold.at", "is missing"),
    (
        make.document(threshold={"metric": "pct", "at": 1, "revoke": 1}),
        "threshold.revoke",
        "must be true or false",
    ),
    (make.document(reserve={"amount": 5}), "reserve.where", "is missing: for whom?"),
    (make.document(reserve={"where": [], "amount": 5}), "reserve.where", "must be a list of 1 to "),
    (make.document(reserve={"where": SEX}), "reserve.amount", "is missing; one of amount, "),
    (make.document(reserve={"where": SEX, "op": "eq", "amount": 5}), "reserve.op", "belongs into "),
    # Sharing out, and afterwards.
    (make.document(allocation="lottery"), "allocation", "allowed: instant, prorata_close, "),
    (make.document(on_exhaustion="stop"), "on_exhaustion", "allowed: partial, refuse, waitlist, "),
    (make.document(waitlist="yes"), "waitlist", "must be true or false"),
    (close("prorata", project_cap=0), "project_cap", "must be a whole number from 1"),
    (close("ranked", ranking="by luck"), "ranking.by", "must be role, or a name after donor., "),
    (close("ranked", ranking={"tie": "luck"}), "ranking.tie", "allowed: project_id, earliest"),
    (close("ranked", ranking={"p1": "90"}), "ranking.scores.p1", "must be a whole number from -"),
    (close("ranked", ranking={"scores": {}}), "ranking.scores", "must be an object of 1 to 500 "),
    (close("ranked", min_score="60"), "min_score", "must be a whole number from -1000000"),
    (make.document(stacking="cascade"), "stacking", "must be an object"),
    (make.document(stacking={"mode": "stack"}), "stacking.mode", "allowed: parallel, cascade, "),
    (make.document(refund={"partial": "none"}), "refund.partial", "allowed: recompute, "),
    (make.document(refund={"freed": "donor"}), "refund.freed", "allowed: pot, waitlist, funder"),
    (make.document(disbursement=[]), "disbursement", "must be a list of 1 to 20"),
    (make.document(disbursement=[{"after": "x"}]), "disbursement[0].cumulative", "is missing"),
    (make.document(obligations=[7]), "obligations[0]", "must be an object"),
    (make.document(reservation_minutes=61), "reservation_minutes", "must be a whole number from 1"),
]


@pytest.mark.parametrize(("broken", "field", "allowed"), MALFORMED)
def test_a_malformed_document_is_told_the_field_and_what_is_allowed(
    broken: object, field: str, allowed: str
) -> None:
    with pytest.raises(RuleNotUnderstood) as refusal:
        documents.read(broken)

    assert refusal.value.field == field
    assert refusal.value.allowed.startswith(allowed)
    assert str(refusal.value) == f"{field}: {refusal.value.allowed}"
    assert not isinstance(refusal.value, Contradiction)
