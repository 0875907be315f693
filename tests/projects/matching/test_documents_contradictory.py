"""Documents whose every word is allowed, but not beside the others."""

from __future__ import annotations

from typing import Any

import pytest

from projects.matching import documents
from projects.matching.documents import Contradiction
from tests.make import rules as make
from tests.projects.matching.refused_documents import (
    LAYERS,
    LUMP,
    SEX,
    WAGE,
    cap,
    close,
    tiers,
)

CONTRADICTORY: list[tuple[dict[str, Any], str, str]] = [
    (make.document(currency="EUX"), "currency", "must be a code of ISO 4217 that Weft knows"),
    (make.document(currency="eur"), "currency", "must be a code of ISO 4217 that Weft knows"),
    (make.document(tz="Mars/Olympus"), "tz", "must be a zone of the IANA database"),
    (make.document(tz="../etc/passwd"), "tz", "must be a zone of the IANA database"),
    (
        make.document(window=["2026-02-30T00:00:00Z", "2026-04-01T00:00:00Z"]),
        "window[0]",
        "must be a time that exists",
    ),
    (
        make.document(window=["2026-04-01T00:00:00Z", "2026-04-01T03:00:00+03:00"]),
        "window[1]",
        "must be a time after window[0]",
    ),
    (make.document(settle_by="2026-04-08T00:00:00Z"), "settle_by", "only with clock: initiated"),
    (
        make.document(settle_by="2026-02-08T00:00:00Z", clock="initiated"),
        "settle_by",
        "must be a time after window[0]",
    ),
    (make.document(fx={"EUR": [1, 1]}), "fx.EUR", "is the programme's own currency"),
    (make.document(fx={"EUX": [1, 1]}), "fx.EUX", "must be a code of ISO 4217"),
    (make.document(fiscal_year_start="02-29"), "fiscal_year_start", "must be a day of every year"),
    (make.document(counts={"kind": "loan", "kinds": "loan"}), "counts.kind", "says the same as "),
    (
        make.document(paired={"roles": ["a", "a"], "rule": "min"}),
        "paired.roles",
        "must be different",
    ),
    (
        make.document(weight={"by": "donor.score", "map": [[25, 100], [15, 50]]}),
        "weight.map",
        "must ascend, each score once",
    ),
    (
        make.document(indices={"wage": [["2026-01-01", 5], ["2026-01-01", 6]]}),
        "indices.wage[1][0]",
        "must be after the day before it",
    ),
    # Formulas.
    (make.document(rate=None), "rate", "is missing; or write layers, tiers or a formula"),
    (close("prorata", rate=None), "rate", "is missing; or write layers, tiers or a formula"),
    (
        make.document(rate=[1, 1], formula={"type": "none"}),
        "formula",
        "says the same as rate: leave one out",
    ),
    (make.document(rate=[1, 1], layers=LAYERS), "rate", "each layer has a rate already"),
    (close("share", rate=[1, 1]), "formula", "with share_close: share_of_pot"),
    (close("quadratic", rate=[1, 1]), "formula", "with quadratic_close: quadratic"),
    (close("prorata", formula={"type": "lump", "amount": 5}), "formula", "with prorata_close: "),
    (make.document(formula={"type": "quadratic"}), "formula", "with instant: rate, tiers, lump, "),
    (make.document(formula={"type": "score"}), "formula", "with instant: rate, tiers, lump, "),
    (tiers([500, None, 1, 1], [0, 499, 1, 2]), "tiers.bands[1][0]", "nothing is above a band "),
    (tiers([500, 900, 1, 1], [0, 499, 1, 2]), "tiers.bands[1][0]", "must be above 900, the last "),
    (
        tiers([0, 500, 1, 1], [500, None, 1, 2]),
        "tiers.bands[1][0]",
        "must be above 500, the last ",
    ),
    (tiers([10, 9, 1, 1]), "tiers.bands[0][1]", "must be at least 10"),
    (
        tiers([0, 9, 1, 1], on="project.jobs", mode="marginal"),
        "tiers.mode",
        "allowed: slab, for a fact",
    ),
    (
        tiers(["a", 1, 1], ["a", 1, 2], on="project.kind"),
        "tiers.bands",
        "must name each word once",
    ),
    # Layers.
    (
        make.document(layers=[LAYERS[0], LAYERS[0]]),
        "layers[1].id",
        "must be another id than before",
    ),
    (make.document(layers=[LAYERS[0], {"id": "b"}]), "layers[1].rate", "is missing; the others "),
    (make.document(layers=[{"id": "a"}]), "rate", "is missing; or write layers, tiers or "),
    (
        make.document(layers=[{"id": "a"}, {"id": "b"}], allocation="quadratic_close"),
        "layers",
        "several layers each have a rate of their own",
    ),
    (make.document(layers=LAYERS, pot=5), "pot", "belongs into each layer"),
    (make.document(coupling="joint"), "coupling", "only with layers"),
    # Caps and other limits.
    (cap(currency="USD"), "caps[0].currency", "must be EUR, as the programme's"),
    (
        make.document(base_cap={"scope": "donor", "amount": 1, "currency": "USD"}),
        "base_cap.currency",
        "must be EUR, as the programme's",
    ),
    (cap(layer="city"), "caps[0].layer", "the programme has no layers"),
    (
        make.document(layers=LAYERS, caps=[{"scope": "donor", "amount": 1, "layer": "city"}]),
        "caps[0].layer",
        "allowed: federal, state",
    ),
    (cap(scope="layer"), "caps[0].layer", "is missing: which layer?"),
    (
        make.document(
            layers=LAYERS, caps=[{"scope": "project_cost", "amount": 1, "layer": "state"}]
        ),
        "caps[0].layer",
        "a cost is money and match of all layers together",
    ),
    (cap(scope="contribution", period="month"), "caps[0].period", "allowed: none; one gift is "),
    (
        make.document(caps=[{"scope": "project", "share_of_budget": [3, 2]}]),
        "caps[0].share_of_budget",
        "must be at most one, as [1, 2]",
    ),
    (
        make.document(caps=[{"scope": "project", "index": "rent", "times": [1, 1]}], indices=WAGE),
        "caps[0].amount",
        "an index of indices: wage",
    ),
    (
        make.document(base_cap={"scope": "donor", "amount": 1}, base_caps=[]),
        "base_caps",
        "says the same as base_cap: leave one out",
    ),
    (
        make.document(threshold=LUMP | {"amount": 1, "lump": 1}),
        "threshold.lump",
        "says the same as amount: leave one out",
    ),
    (
        make.document(reserve={"where": SEX, "predicate": SEX, "amount": 1}),
        "reserve.predicate",
        "says the same as where: leave one out",
    ),
    # Sharing out, and afterwards.
    (close("prorata", stacking={"mode": "cascade"}), "stacking.mode", "allowed: parallel, for "),
    (close("prorata", stacking={"mode": "exclusive"}), "stacking.mode", "allowed: parallel, for "),
    (close("prorata", on_exhaustion="refuse"), "on_exhaustion", "allowed: partial, waitlist, "),
    (close("ranked", needs_award=True), "needs_award", "only with instant or manual"),
    (
        close("prorata", threshold=LUMP | {"amount": 5}),
        "threshold.mode",
        "allowed: lump only with instant",
    ),
    (make.document(project_cap=5), "project_cap", "is for a close; here write a cap of scope "),
    (make.document(ranking=["p1"]), "ranking", "only with ranked_close or needs_award"),
    (make.document(min_score=5), "ranking", "only with ranked_close or needs_award"),
    (
        close("ranked", ranking={"min_score": 5}, min_score=5),
        "min_score",
        "is said by ranking.min_score already",
    ),
    (
        close("ranked", ranking={"partial": True}, partial_fill=True),
        "partial_fill",
        "is said by ranking.partial already",
    ),
    (
        close("ranked", ranking={"order": ["p1"], "scores": {"p1": 5}}),
        "ranking.scores",
        "says the same as order: leave one out",
    ),
    (
        close("ranked", ranking={"scores": {"p1": 5}, "tie": "earliest"}),
        "ranking.tie",
        "allowed: project_id, beside scores",
    ),
    (
        close("ranked", ranking={"p1": 5}, min_score=6),
        "ranking.scores",
        "no project reaches min_score",
    ),
    (close("ranked", ranking=["p1", "p1"]), "ranking.order", "must name each project once"),
    (
        make.document(waitlist=True, on_exhaustion="refuse"),
        "waitlist",
        "contradicts on_exhaustion: refuse",
    ),
    (
        make.document(disbursement=[{"cumulative": [1, 2]}, {"cumulative": [2, 4]}]),
        "disbursement[1].cumulative",
        "must be more than the one before",
    ),
    (
        make.document(obligations=[{"code": "x", "due_on": "2026-02-30"}]),
        "obligations[0].due_on",
        "must be a day that exists",
    ),
]


@pytest.mark.parametrize(("broken", "field", "allowed"), CONTRADICTORY)
def test_parts_that_contradict_each_other_are_refused(
    broken: dict[str, Any], field: str, allowed: str
) -> None:
    with pytest.raises(Contradiction) as refusal:
        documents.read(broken)

    assert refusal.value.field == field
    assert refusal.value.allowed.startswith(allowed)
