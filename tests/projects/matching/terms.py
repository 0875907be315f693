"""Any rules and any money, for what must be true of all of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from projects.matching.allocation import Pots
from projects.matching.formula import Band, BandMode, Flat, Formula, Lump, Rate, TierOn, Tiers
from projects.matching.rules import (
    BaseCap,
    Cap,
    Condition,
    Coupling,
    Exhaustion,
    Indexed,
    Layer,
    Metric,
    Operator,
    Paired,
    Pairing,
    Partial,
    Period,
    Reserve,
    Rule,
    Scope,
    Share,
    Stacking,
    Threshold,
    Unlock,
    Weight,
)
from tests.make import rules as make

if TYPE_CHECKING:
    from projects.matching.rules import Amount, Counted, Fact

DAY = timedelta(days=1)
AMOUNTS = st.integers(0, 2_000)
RATES = st.builds(Rate, st.integers(1, 5), st.integers(1, 5))
RURAL = Condition("project.area", Operator.EQ, "rural")
BANDS = (Band(1, 300, Rate(1, 1)), Band(301, 900, Rate(1, 3)), Band(901, None, Rate(1, 7)))

amounts: st.SearchStrategy[Amount] = st.one_of(
    AMOUNTS,
    st.builds(Share, st.sampled_from(["pot", "budget"]), RATES),
    st.builds(Indexed, st.just("wage"), RATES),
)
caps = st.lists(
    st.builds(
        Cap,
        scope=st.sampled_from([scope for scope in Scope if scope is not Scope.LAYER]),
        amount=amounts,
        period=st.sampled_from(Period),
        years=st.integers(1, 3),
        when=st.sampled_from([None, None, RURAL]),
    ),
    max_size=3,
).map(tuple)
base_caps = st.lists(
    st.builds(BaseCap, st.sampled_from([Scope.CONTRIBUTION, Scope.DONOR, Scope.PROJECT]), AMOUNTS),
    max_size=2,
).map(tuple)
formulas: st.SearchStrategy[Formula] = st.one_of(
    st.builds(Flat, RATES),
    st.builds(Lump, AMOUNTS),
    st.builds(
        Tiers,
        st.sampled_from([TierOn.AMOUNT, TierOn.DONOR_TOTAL, TierOn.PROJECT_TOTAL]),
        st.sampled_from(BandMode),
        st.just(BANDS),
    ),
)
layers = st.one_of(
    st.just((Layer("", None),)),
    st.lists(RATES, min_size=2, max_size=3).map(
        lambda rates: tuple(Layer(name, rate) for name, rate in zip("abc", rates, strict=False))
    ),
)
forward = st.builds(
    Threshold,
    st.sampled_from(Metric),
    st.integers(1, 3),
    st.just(Unlock.FORWARD),
    st.just(True),  # noqa: FBT003  It revokes.
)
weights = Weight("donor.score", ((0, Rate(0, 1)), (10, Rate(1, 2)), (20, Rate(1, 1))))


PAIRED = [Paired(("m", "e"), each) for each in Pairing]


@st.composite
def rules(draw: st.DrawFn, *, caps: st.SearchStrategy[tuple[Cap, ...]] = caps) -> Rule:
    """Return an instant rule of any kind but those that work backwards."""
    return replace(
        make.rule(),
        formula=draw(formulas),
        layers=draw(layers),
        coupling=draw(st.sampled_from(Coupling)),
        caps=draw(caps),
        base_caps=draw(base_caps),
        weight=draw(st.sampled_from([*[None] * 3, weights])),
        paired=draw(st.sampled_from([*[None] * 6, *PAIRED])),
        threshold=draw(st.one_of(st.none(), st.none(), forward)),
        reserve=draw(st.one_of(st.none(), st.builds(Reserve, st.just((RURAL,)), AMOUNTS))),
        on_exhaustion=draw(st.sampled_from(Exhaustion)),
        stacking=Stacking(
            total_public_share=draw(st.sampled_from([None, None, Rate(1, 2)])),
            lifetime_awards=draw(st.sampled_from([*[None] * 4, 1])),
        ),
        partial=draw(st.sampled_from(Partial)),
        indices={"wage": ((date(2026, 1, 1), 100), (date(2026, 3, 12), 300))},
    )


@st.composite
def moneys(draw: st.DrawFn) -> list[Counted]:
    """Return up to ten contributions, some in the same instant."""
    return [_money(draw, n) for n in range(draw(st.integers(1, 10)))]


def _money(draw: st.DrawFn, n: int) -> Counted:
    project = draw(st.sampled_from(["p1", "p2"]))
    facts: dict[str, Fact] = {
        "role": draw(st.sampled_from(["m", "e"])),
        "donor.score": draw(st.integers(5, 25)),
        "donor.club": draw(st.sampled_from(["k1", "k2"])),
        "project.organisation": "o1",
        "project.region": "north" if project == "p1" else "south",
        "project.beneficiary": f"b-{project}",
        "project.budget": 500,
        "project.goal": 400,
        "project.area": "rural" if project == "p1" else "urban",
    }
    return make.money(
        draw(st.integers(1, 1_000)),
        ref=f"c{n}",
        donor=draw(st.sampled_from(["d1", "d2", "d3", None])),
        project=project,
        settled_at=make.NOON + (n // 2) * DAY,
        facts=facts,
    )


def pots(rule: Rule, minor: int) -> Pots:
    """Return this much in every pot of a rule."""
    return Pots({layer.id: minor for layer in rule.layers}, minor * len(rule.layers))
