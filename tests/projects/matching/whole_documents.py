"""Documents that together say every word of the vocabulary."""

from __future__ import annotations

from tests.make import rules as make

WOMAN = {"field": "donor.sex", "op": "eq", "value": "f"}

BASE = make.document(
    name="Kenya Diaspora Fund",
    version=3,
    instrument="loan",
    legal_basis="Act 7 of 2025",
    tz="Africa/Nairobi",
    clock="initiated",
    settle_by="2026-04-08T00:00:00+03:00",
    priority=3,
    counts={
        "kinds": ["donation", "pledge"],
        "channels": "bank_transfer",
        "by": ["individual", "club"],
        "proof": "remittance_origin",
    },
    eligible=[
        {"field": "project.country", "op": "in", "value": ["KEN", "UGA"]},
        {"field": "role", "op": "ne", "value": "entrepreneur"},
        {"field": "donor.origin", "op": "eq", "value_field": "project.country"},
        {"field": "donor.age", "op": "gte", "value": 18},
        {"field": "organisation.is_verified", "op": "eq", "value": True},
    ],
    min_contribution=500,
    base_caps=[
        {"scope": "donor_project", "amount": 1000_00, "currency": "EUR"},
        {"scope": "contribution", "share_of_budget": [1, 10]},
    ],
    weight={"by": "donor.score", "map": [[15, 50], [25, 100]]},
    paired={"roles": ["diaspora", "entrepreneur"], "rule": "equal"},
    fx={"USD": [9, 10]},
    indices={"wage": [["2025-01-01", 150_00], ["2026-01-01", 160_00]]},
    fiscal_year_start="04-06",
    pot=10_000_00,
    caps=[
        {"scope": "donor", "amount": 500_00, "period": "month"},
        {"scope": "club", "share_of_pot": [1, 4], "period": "n_years", "years": 2},
        {"scope": "project", "index": "wage", "times": [50, 1], "when": WOMAN},
        {"scope": "beneficiary", "amount": 2000_00, "period": "three_years"},
    ],
    floors=[{"scope": "project", "amount": 250_00}],
    threshold={"metric": "donors", "at": 5, "mode": "unlock_forward", "revoke": True},
    reserve={"where": [WOMAN], "share": [3, 10], "release_at": "2026-03-20T00:00:00Z"},
    needs_award=True,
    on_exhaustion="waitlist",
    stacking={
        "mode": "cascade",
        "total_public_share": [1, 2],
        "exclusive_with": ["other-fund"],
        "lifetime_awards": 1,
    },
    refund={"partial": "proportional", "freed": "funder"},
    disbursement=[{"after": "visit", "cumulative": [1, 2]}, {"cumulative": [1, 1]}],
    obligations=["report", {"code": "closing_act", "due_on": "2026-12-31"}],
    reservation_minutes=20,
)
LAYERED = make.document(
    layers=[
        {"id": "federal", "rate": [1, 3], "pot": 900_00, "shares": {"p1": [1, 2], "p2": [0, 1]}},
        {
            "id": "local",
            "rate": [2, 1],
            "pot": {"amount": 1},
            "caps": [{"scope": "project", "amount": 7}],
        },
    ],
    coupling="independent",
    base_cap={"scope": "donor", "amount": 5},
    caps=[{"scope": "layer", "layer": "federal", "amount": 800_00, "period": "fiscal_year"}],
    reserve={"field": "donor.sex", "op": "in", "value": ["f"], "amount": 100},
    waitlist=True,
)
RANKED = make.document(
    allocation="ranked_close",
    ranking={"by": "score", "tie": "earliest", "partial_fill": True, "awards": [3, 2, 1]},
    min_score=60,
    floors=[{"scope": "project", "amount": {"index": "wage", "times": [1, 2]}}],
    indices={"wage": [["2026-01-01", 5]]},
    project_cap={"index": "wage", "times": [3, 1]},
)
LONG_FORMS: list[tuple[dict[str, object], dict[str, object]]] = [
    ({"type": "rate", "rate": [1, 2]}, {"layers": [{"id": "one", "pot": 5}]}),
    (
        {"type": "tiers", "mode": "marginal", "on": "donor_total", "bands": [[0, 9, 1, 2]]},
        {"allocation": "prorata_close", "project_cap": [1, 10], "fill": False},
    ),
    ({"type": "lump", "amount": 1000}, {"fiscal_year_start": [7, 1]}),
    ({"type": "share_of_cost", "rate": [7, 10], "of": "project.budget"}, {}),
    ({"type": "share_of_pot"}, {"allocation": "share_close", "fiscal_year_start": 10}),
    ({"type": "quadratic"}, {"allocation": "quadratic_close"}),
    (
        {"type": "quadratic", "variant": "alpha", "alpha": [1, 2]},
        {"allocation": "quadratic_close", "project_cap": 50},
    ),
    (
        {"type": "quadratic", "variant": "pairwise", "m": 2500},
        {"allocation": "quadratic_close", "weight": {"by": "role", "bands": [[1, 0, 1]]}},
    ),
    ({"type": "score", "asked": "project.wish"}, {"allocation": "manual"}),
    ({"type": "none"}, {"disbursement": "manual"}),
]
FORMULAS = [make.document(formula=formula, **more) for formula, more in LONG_FORMS]
FORMULAS.append(make.document(formula="none"))
TIERED = [
    make.document(
        tiers={"mode": "slab", "bands": [[1, 499, 20, 100], [500, None, 40, 100]]},
        threshold={"metric": "raised", "at": 5, "mode": "lump", "amount": 9},
        base_cap=[{"scope": "project", "amount": 1}],
    ),
    make.document(
        tiers={
            "mode": "slab",
            "on": "attribute",
            "attribute": "organisation.status",
            "bands": [["leader", 1, 2], ["partner", 0, 1]],
        },
        reserve={"predicate": WOMAN, "share_of_pot": [1, 2], "currency": "EUR"},
    ),
    make.document(tiers={"mode": "slab", "on": "project.jobs", "bands": [[1, 3, 1, 2]]}),
]
SCORED = make.document(
    allocation="ranked_close",
    ranking={"p1": 5, "p2": 9},
    min_score=6,
    project_cap={"share_of_budget": [1, 2]},
    reserve={"when": WOMAN, "amount": 5, "release": "2026-03-20T00:00:00Z"},
)
SCORED_AT_LENGTH = make.document(allocation="ranked_close", ranking={"scores": {"p1": 5}})
HAND_RANKED = make.document(allocation="ranked_close", ranking=["p2", "p1"], partial_fill=True)
BY_FACT = make.document(allocation="ranked_close", ranking="project.points")

ALL = [BASE, LAYERED, RANKED, *FORMULAS, *TIERED, HAND_RANKED, BY_FACT, SCORED, SCORED_AT_LENGTH]
