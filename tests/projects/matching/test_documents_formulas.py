from __future__ import annotations

import pytest

from projects.matching.formula import (
    Band,
    BandMode,
    Flat,
    Formula,
    Lump,
    Nothing,
    Quadratic,
    QuadraticVariant,
    Rate,
    Score,
    ShareOfCost,
    ShareOfPot,
    TierOn,
    Tiers,
)
from tests.make import rules as make

HALF = [[0, 499, 1, 2], [500, None, 3, 4]]
BANDS = (Band(0, 499, Rate(1, 2)), Band(500, None, Rate(3, 4)))


@pytest.mark.parametrize(
    ("changes", "formula"),
    [
        ({"formula": {"type": "rate", "rate": [1, 3]}}, Flat(Rate(1, 3))),
        (
            {"tiers": {"mode": "slab", "bands": HALF}},
            Tiers(TierOn.AMOUNT, BandMode.SLAB, BANDS),
        ),
        (
            {
                "formula": {
                    "type": "tiers",
                    "mode": "marginal",
                    "on": "project_total",
                    "bands": HALF,
                }
            },
            Tiers(TierOn.PROJECT_TOTAL, BandMode.MARGINAL, BANDS),
        ),
        (
            {"tiers": {"mode": "marginal", "bands": [[0, 499, 1, 2], [499, None, 3, 4]]}},
            Tiers(TierOn.AMOUNT, BandMode.MARGINAL, BANDS),
        ),
        (
            {"tiers": {"mode": "slab", "on": "project.jobs", "bands": HALF}},
            Tiers(TierOn.ATTRIBUTE, BandMode.SLAB, BANDS, "project.jobs"),
        ),
        (
            {
                "tiers": {
                    "mode": "slab",
                    "on": "attribute",
                    "attribute": "organisation.status",
                    "bands": [["superstar", 50, 100], ["partner", 30, 100]],
                }
            },
            Tiers(
                TierOn.ATTRIBUTE,
                BandMode.SLAB,
                (),
                "organisation.status",
                (("superstar", Rate(50, 100)), ("partner", Rate(30, 100))),
            ),
        ),
        ({"formula": {"type": "lump", "amount": 5}}, Lump(5)),
        (
            {"formula": {"type": "share_of_cost", "rate": [7, 10]}},
            ShareOfCost(Rate(7, 10), "project.cost"),
        ),
        (
            {"formula": {"type": "share_of_cost", "rate": [1, 10], "of": "project.share"}},
            ShareOfCost(Rate(1, 10), "project.share"),
        ),
        ({"allocation": "share_close"}, ShareOfPot()),
        ({"allocation": "quadratic_close"}, Quadratic()),
        (
            {
                "allocation": "quadratic_close",
                "formula": {"type": "quadratic", "variant": "alpha", "alpha": [1, 2]},
            },
            Quadratic(QuadraticVariant.ALPHA, Rate(1, 2)),
        ),
        (
            {
                "allocation": "quadratic_close",
                "formula": {"type": "quadratic", "variant": "pairwise", "m": 2500},
            },
            Quadratic(QuadraticVariant.PAIRWISE, Rate(1, 1), 2500),
        ),
        ({"allocation": "ranked_close", "rate": None}, Score("project.asked")),
        ({"allocation": "manual", "rate": None}, Nothing()),
        ({"formula": {"type": "none"}}, Nothing()),
        ({"formula": "none"}, Nothing()),
        ({"formula": "quadratic", "allocation": "quadratic_close"}, Quadratic()),
        (
            {
                "rate": None,
                "threshold": {"metric": "raised", "at": 9, "mode": "lump", "amount": 5},
            },
            Nothing(),
        ),
    ],
)
def test_every_formula_has_a_written_form(changes: dict[str, object], formula: Formula) -> None:
    assert make.rule(**changes).formula == formula
