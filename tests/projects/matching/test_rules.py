from __future__ import annotations

from datetime import timedelta

from projects.matching.formula import Rate
from projects.matching.rules import Allocation, Layer, pot_name
from tests.make import rules as make


def test_a_programme_without_layers_has_one_pot_under_its_own_name() -> None:
    assert make.rule(id="fund").accounts() == ("fund",)


def test_every_layer_has_a_pot_of_its_own() -> None:
    layers = [{"id": each, "rate": [1, 1], "pot": 5} for each in ("state", "town")]

    assert make.rule(id="fund", layers=layers).accounts() == ("fund/state", "fund/town")
    assert pot_name("fund", "town") == "fund/town"


def test_an_agreement_changes_the_rate_of_a_layer_for_one_project() -> None:
    layer = Layer("town", Rate(1, 1), rates_by_project={"p1": Rate(1, 2)})

    assert layer.rate_for("p1") == Rate(1, 2)
    assert layer.rate_for("p2") == Rate(1, 1)


def test_money_has_its_turn_by_settlement_then_by_reference() -> None:
    later = make.NOON + timedelta(seconds=1)
    money = [
        make.money(ref="a", settled_at=later),
        make.money(ref="c"),
        make.money(ref="b"),
    ]

    assert [each.ref for each in sorted(money, key=lambda each: each.order)] == ["b", "c", "a"]


def test_only_some_programmes_wait_for_their_close() -> None:
    at_once = {each for each in Allocation if not each.is_at_close}

    assert at_once == {Allocation.INSTANT, Allocation.MANUAL}
