"""Pro rata: every claim gets the same part, of one pot or of several layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projects.matching.closes import dividing
from projects.matching.closes.dividing import Floor, Limit, Terms
from projects.matching.closes.in_layers import Asked, divide
from projects.matching.rules import Coupling
from tests.make.claims import claim, close, pots, totals
from tests.projects.matching.rounds import JOINT, PRORATA

if TYPE_CHECKING:
    from projects.matching.closes.in_layers import Paid


def test_pro_rata_gives_everybody_the_rate_where_the_pot_does() -> None:
    closed = close(
        [claim(10_01, ref="a"), claim(5_00, ref="b", project="p2")],
        pot=1000_00,
        allocation="prorata_close",
        rate=[1, 2],
    )

    assert closed.by_claim == [("a", 5_00), ("b", 2_50)]
    assert closed.by_project == {"p1": (("", 5_00),), "p2": (("", 2_50),)}
    assert (closed.reasons, closed.project_reasons) == ({}, {})


def test_pro_rata_thirds_give_the_last_cent_to_the_earliest() -> None:
    claims = [
        claim(100_00, ref="c3", project="p3", minutes=2),
        claim(100_00, ref="c1", project="p1", minutes=1),
        claim(100_00, ref="c2", project="p2", minutes=0),
    ]

    closed = close(claims, pot=100_00, **PRORATA)

    assert closed.by_claim == [("c2", 33_34), ("c1", 33_33), ("c3", 33_33)]
    assert closed.reasons == dict.fromkeys(["c1", "c2", "c3"], "pot_exhausted")


def test_pro_rata_never_rounds_the_ratio_first() -> None:
    """GlobalGiving's own page pays 3,432.86, with 39.3 percent."""
    claims = [claim(8_735_00, ref="a"), claim(181_905_17, ref="b")]

    closed = close(claims, pot=75_000_00, **PRORATA)

    assert closed.by_claim == [("a", 3_436_45), ("b", 71_563_55)]


def test_pro_rata_keeps_the_caps_of_the_rule_and_names_them() -> None:
    claims = [claim(80, ref="a", donor="d", minutes=0), claim(80, ref="b", donor="d", minutes=1)]

    closed = close(claims, pot=1000, **PRORATA, caps=[{"scope": "donor", "amount": 100}])

    assert closed.by_claim == [("a", 80), ("b", 20)]
    assert closed.reasons == {"b": "cap_donor"}


def test_wishes_do_not_go_through_weight_or_threshold_a_second_time() -> None:
    claims = [
        claim(50, ref="a", facts={"donor.score": 20}, minutes=0),
        claim(50, ref="b", facts={"donor.score": 20}, minutes=1),
    ]

    closed = close(
        claims,
        pot=1000,
        **PRORATA,
        caps=[{"scope": "donor", "amount": 40}],
        weight={"by": "donor.score", "map": [[15, 50], [25, 100]]},
        threshold={"metric": "donors", "at": 2, "mode": "unlock_retro"},
    )

    assert closed.by_claim == [("a", 40), ("b", 40)]


def test_pro_rata_shares_again_what_the_cap_on_a_project_cuts_off() -> None:
    claims = [claim(300, ref="a"), claim(100, ref="b", project="p2"), claim(100, ref="c")]

    filled = close(claims, pot=250, **PRORATA, project_cap=160)
    kept = close(claims, pot=250, **PRORATA, project_cap=160, fill=False)

    assert (totals(filled), totals(kept)) == ({"p1": 160, "p2": 90}, {"p1": 160, "p2": 50})
    assert filled.by_claim == [("a", 120), ("b", 90), ("c", 40)]
    assert filled.reasons == {"a": "cap_project", "b": "pot_exhausted", "c": "cap_project"}


def test_pro_rata_pays_no_project_less_than_the_floor() -> None:
    claims = [claim(300, ref="a"), claim(100, ref="b", project="p2")]

    closed = close(claims, pot=200, **PRORATA, floors=[{"scope": "project", "amount": 60}])

    assert closed.by_claim == [("a", 200), ("b", 0)]
    assert closed.reasons == {"a": "pot_exhausted", "b": "below_floor"}


def test_a_pot_that_the_next_call_may_fill_says_so() -> None:
    closed = close([claim(300, ref="a")], pot=200, **PRORATA, on_exhaustion="next_call")

    assert closed.reasons == {"a": "next_call"}


def test_joint_layers_pay_in_step_with_the_shortest() -> None:
    closed = close(
        [claim(100, ref="a"), claim(300, ref="b", project="p2")],
        pot=pots(federal=200, local=1000),
        **JOINT,
    )

    assert closed.by_project == {
        "p1": (("federal", 50), ("local", 100)),
        "p2": (("federal", 150), ("local", 300)),
    }
    assert closed.by_claim == [("a", 150), ("b", 450)]
    assert closed.reasons == {"a": "limited_by:federal", "b": "limited_by:federal"}


def test_independent_layers_pay_each_for_itself() -> None:
    closed = close(
        [claim(100, ref="a"), claim(300, ref="b", project="p2")],
        pot=pots(federal=200, local=1000),
        coupling="independent",
        **JOINT,
    )

    assert totals(closed) == {"p1": 250, "p2": 750}
    assert set(closed.reasons.values()) == {"limited_by:federal"}


def test_independent_layers_that_are_all_short_are_the_pot() -> None:
    closed = close(
        [claim(100, ref="a")], pot=pots(federal=50, local=0), coupling="independent", **JOINT
    )

    assert closed.reasons == {"a": "pot_exhausted"}


def test_a_layered_round_cuts_by_the_cap_on_a_project_and_drops_what_is_below_a_floor() -> None:
    closed = close(
        [claim(100, ref="a"), claim(300, ref="b", project="p2")],
        pot=pots(federal=1000, local=1000),
        project_cap=600,
        floors=[{"scope": "project", "amount": 400}],
        **JOINT,
    )

    assert totals(closed) == {"p2": 600}
    assert closed.by_claim == [("a", 0), ("b", 600)]
    assert closed.reasons == {"a": "below_floor", "b": "cap_project"}


def test_layers_share_again_what_the_cap_on_a_project_cuts_off() -> None:
    claims = [claim(300, ref="a"), claim(100, ref="b", project="p2"), claim(100, project="p3")]

    again = close(claims, pot=pots(federal=200, local=400), project_cap=225, **JOINT)
    kept = close(claims, pot=pots(federal=200, local=400), project_cap=225, fill=False, **JOINT)

    assert totals(again) == {"p1": 225, "p2": 188, "p3": 187}
    assert again.by_project["p1"] == (("federal", 75), ("local", 150))
    assert totals(kept) == {"p1": 225, "p2": 120, "p3": 120}
    assert again.reasons["a"] == kept.reasons["a"] == "cap_project"


def test_layers_divide_again_what_is_too_little_for_one() -> None:
    claims = [claim(300, ref="a"), claim(100, ref="b", project="p2")]
    floors = [{"scope": "project", "amount": 200}]

    closed = close(claims, pot=pots(federal=200, local=400), floors=floors, **JOINT)

    assert totals(closed) == {"p1": 600}
    assert closed.reasons == {"a": "limited_by:federal", "b": "below_floor"}


WISHES = st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=1, max_size=6)


def divided(wishes: list[tuple[int, int]], left: tuple[int, int], room: int, **terms: bool) -> Paid:
    asked = Asked(
        {"x": [x for x, _ in wishes], "y": [y for _, y in wishes]},
        {"x": left[0], "y": left[1]},
        Coupling.JOINT if terms["joint"] else Coupling.INDEPENDENT,
    )
    each = [Limit((place,), room, "cap_project") for place in range(len(wishes))]
    floors = [Floor((0,), 50)]
    return divide(asked, Terms(limits=each, floors=floors, refill=terms["refill"]))


@pytest.mark.promise("M12")
@settings(max_examples=100)
@given(
    wishes=WISHES,
    left=st.tuples(st.integers(0, 1500), st.integers(0, 1500)),
    room=st.integers(0, 600),
    joint=st.booleans(),
    refill=st.booleans(),
)
def test_no_layer_pays_more_than_it_has_or_than_was_wished(
    wishes: list[tuple[int, int]], left: tuple[int, int], room: int, *, joint: bool, refill: bool
) -> None:
    paid = divided(wishes, left, room, joint=joint, refill=refill)

    assert sum(paid.by_layer["x"]) <= left[0]
    assert sum(paid.by_layer["y"]) <= left[1]
    for place, (x, y) in enumerate(wishes):
        assert 0 <= paid.by_layer["x"][place] <= x
        assert 0 <= paid.by_layer["y"][place] <= y
        total = paid.by_layer["x"][place] + paid.by_layer["y"][place]
        assert total == paid.divided.parts[place] <= room
    assert paid.divided.parts[0] == 0 or paid.divided.parts[0] >= 50


@pytest.mark.promise("M12")
@settings(max_examples=50)
@given(wishes=WISHES, left=st.integers(0, 1500), room=st.integers(0, 600))
def test_with_one_layer_it_is_the_division_of_one_pot(
    wishes: list[tuple[int, int]], left: int, room: int
) -> None:
    own = [x for x, _ in wishes]
    each = [Limit((place,), room, "cap_project") for place in range(len(own))]
    terms = Terms(limits=each, floors=[Floor((0,), 50)])

    paid = divide(Asked({"x": own}, {"x": left}, Coupling.INDEPENDENT), terms)

    assert paid.divided.parts == paid.by_layer["x"] == dividing.divide(left, own, terms).parts
