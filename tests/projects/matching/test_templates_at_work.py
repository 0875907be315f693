"""What the templates give, by hand: the figures that each programme's own conditions speak of."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from projects.matching import documents
from projects.matching.allocation import allocate
from projects.matching.closes.entrants import Claim
from projects.matching.closing import Closed, close
from projects.matching.instant.outcomes import Pots, Turn
from projects.matching.tally import Tally
from projects.matching.templates import published
from tests.make import rules as make

if TYPE_CHECKING:
    from projects.matching.rules import Fact, Rule

Facts = dict[str, "Fact"]

RULES = {template.id: documents.read(template.document) for template in published()}
PLENTY = 10**12
MOLDOVA: Facts = {
    "contribution.kind": "own_investment",
    "contribution.proof": "remittance_origin",
    "donor.citizenship": "MDA",
    "donor.relation": "spouse",
    "project.private_share": 100,
    "donor.training_done": True,
}
GRADUATE: Facts = {
    "contribution.kind": "own_investment",
    "contribution.proof": "remittance_origin",
    "project.pare_stage": 1,
    "project.previous_grant_status": "completed",
}
PAIR: Facts = {"donor.age": 30, "project.employees": 3, "project.widu_completed": 1}
INVESTOR: Facts = {
    "contribution.kind": "equity",
    "contribution.channel": "foreign_currency_account",
    "project.cost": 2_000_000_00,
    "project.emigrant_equity_pct": 25,
    "project.emigrant_share": 1_500_000_00,
    "project.sector": "hotels",
}
BRITON: Facts = {"donor.residence": "GBR", "organisation.live_grants": 1}
LEADER: Facts = {"organisation.status_at_snapshot": "leader", "project.organisation": "o"}


def pots(rule: Rule, minor: int) -> Pots:
    return Pots(left={layer.id: minor for layer in rule.layers}, funded_minor=minor)


@pytest.mark.parametrize(
    ("template", "gifts", "given"),
    [
        (
            "moldova-pare-1-1",
            [(100_000_00, MOLDOVA), (200_000_00, MOLDOVA)],
            [100_000_00, 150_000_00],
        ),
        ("moldova-pare-1-1", [(5_00, MOLDOVA | {"contribution.proof": "payslip"})], [0]),
        (
            "moldova-pare-1-2",
            [(200_000_00, GRADUATE), (200_000_00, GRADUATE)],
            [400_000_00, 100_000_00],
        ),
        (
            "widu-original",
            [(600_00, PAIR | {"role": "diaspora"}), (800_00, PAIR | {"role": "entrepreneur"})],
            [0, 1_200_00],
        ),
        (
            "widu-thirds",
            [(600_00, PAIR | {"role": "diaspora"}), (600_00, PAIR | {"role": "entrepreneur"})],
            [0, 600_00],
        ),
        ("morocco-mdm-invest", [(500_000_00, INVESTOR)], [150_000_00]),
        ("uk-aid-match", [(60_000_00, BRITON)], [0]),
        ("big-give-pledges", [(6_000_00, {"donor.is_pledger_of_project": False})], [5_000_00]),
        ("big-give-pledges", [(6_000_00, {"donor.is_pledger_of_project": True})], [0]),
        (
            "big-give-anchor",
            [(4_000_00, {"contribution.kind": "pledge", "project.organisation": "o"})],
            [1_000_00],
        ),
        ("globalgiving-2012", [(1_500_00, {})], [300_00]),
        ("globalgiving-2018-rewards", [(100_00, LEADER), (20_000_00, LEADER)], [40_00, 4_960_00]),
        (
            "globalgiving-2024-july",
            [(minor, {"project.organisation": "o"}) for minor in (99_99, 100_00, 500_00, 1_500_00)],
            [0, 20_00, 150_00, 400_00],
        ),
        (
            "india-ndprem",
            [(50_000_00, {"donor.years_abroad": 2, "project.cost": 1_000_000_00})],
            [150_000_00],
        ),
    ],
)
def test_an_instant_template_gives_what_its_conditions_say(
    template: str, gifts: list[tuple[int, Facts]], given: list[int]
) -> None:
    rule = RULES[template]
    turns = [
        Turn(
            rule,
            make.money(
                minor,
                ref=f"c{n}",
                donor=f"d{n}",
                currency=rule.currency,
                settled_at=rule.window.opens_at + timedelta(minutes=n),
                initiated_at=rule.window.opens_at,
                facts=facts,
            ),
            ceiling_minor=PLENTY if rule.needs_award else None,
        )
        for n, (minor, facts) in enumerate(gifts)
    ]

    allocated = allocate(turns, tally=Tally(), pots=pots(rule, PLENTY))

    assert [allocated.outcomes[turn.money.ref].minor for turn in turns] == given


def closed(template: str, *claims: tuple[str, int, Facts], pot: int) -> Closed:
    """Close a template's programme over claims of one giver each."""
    rule = RULES[template]
    return close(
        rule,
        [
            Claim(f"c{n}", project, f"d{n}", minor, rule.window.opens_at, facts)
            for n, (project, minor, facts) in enumerate(claims)
        ],
        pots=pots(rule, pot),
    )


def test_three_for_one_builds_works_of_a_million_pesos() -> None:
    """A club's 250,000 become 1,000,000; of a larger works only the first million is built."""
    done = closed("mexico-3x1", ("p1", 250_000_00, {"project.score": 80}), pot=PLENTY)
    larger = closed("mexico-3x1", ("p1", 400_000_00, {"project.score": 80}), pot=PLENTY)

    assert done.by_project == {
        "p1": (("federal", 250_000_00), ("state-and-municipality", 500_000_00))
    }
    assert sum(minor for _, minor in larger.by_project["p1"]) == 600_000_00


def test_a_scored_call_gives_what_is_asked_between_floor_and_ceiling() -> None:
    asked: list[tuple[str, int, Facts]] = [
        ("p1", 1, {"project.asked": 40_000_00, "project.score": 90}),
        ("p2", 1, {"project.asked": 10_000_00, "project.score": 80}),
        ("p3", 1, {"project.asked": 4_000_00, "project.score": 70}),
    ]

    done = closed("senegal-plasepri", *asked, pot=PLENTY)

    assert done.by_project == {"p1": (("", 30_000_00),), "p2": (("", 10_000_00),), "p3": ()}


def test_a_fund_is_divided_by_what_was_raised() -> None:
    shared = closed(
        "globalgiving-2018-incentive", ("p1", 30_00, {}), ("p2", 20_00, {}), pot=50_000_00
    )
    shrunk = closed("globalgiving-2015-prorated", ("p1", 100_00, {}), ("p2", 50_00, {}), pot=75_00)

    assert shared.by_project == {"p1": (("", 30_000_00),), "p2": (("", 20_000_00),)}
    assert shrunk.by_project == {"p1": (("", 50_00),), "p2": (("", 25_00),)}


def test_a_quadratic_round_caps_what_one_project_gets() -> None:
    """The ideal of nine givers of 1.00 is 81.00 - 9.00; a tenth of the pot of 100.00 is the cap."""
    done = closed("grants-stack-round", *(("p1", 1_00, {}) for _ in range(9)), pot=100_00)

    assert done.by_project == {"p1": (("", 10_00),)}
