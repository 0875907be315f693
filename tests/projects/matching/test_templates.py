from __future__ import annotations

import pytest

from projects.matching import documents
from projects.matching.formula import Flat, Quadratic, Rate, Score, ShareOfCost, Tiers
from projects.matching.rules import Allocation, Cap, Paired, Pairing, Period, Scope, Stack
from projects.matching.templates import Template, published

BY_ID = {template.id: template for template in published()}


@pytest.mark.parametrize("template", published(), ids=lambda template: template.id)
def test_every_template_is_a_rule_with_its_source(template: Template) -> None:
    rule = documents.read(template.document)

    assert (rule.programme_id, rule.name) == (template.id, template.title)
    assert all([*template.funders, template.source, template.evidence, template.check])
    assert documents.parse(documents.write(template.document)).document == template.document


def test_there_are_two_dozen_real_programmes() -> None:
    assert len(published()) == len(BY_ID) == 24
    assert list(BY_ID) == sorted(BY_ID)


def test_amounts_are_in_minor_units_of_their_currency() -> None:
    moldova = documents.read(BY_ID["moldova-pare-1-1"].document)
    senegal = documents.read(BY_ID["senegal-faise"].document)

    assert moldova.caps == (Cap(Scope.PROJECT, 250_000_00),)
    assert senegal.caps == (Cap(Scope.PROJECT, 15_000_000),)  # The franc has no smaller unit.


def test_three_for_one_is_a_quarter_a_quarter_and_a_half() -> None:
    rule = documents.read(BY_ID["mexico-3x1"].document)

    assert [layer.rate for layer in rule.layers] == [Rate(1, 1), Rate(2, 1)]
    assert rule.formula == Flat(Rate(3, 1))
    assert rule.caps == (Cap(Scope.PROJECT_COST, 1_000_000_00),)


def test_the_templates_show_the_breadth_of_the_vocabulary() -> None:
    read = {name: documents.read(template.document) for name, template in BY_ID.items()}
    roles = ("diaspora", "entrepreneur")

    assert read["widu-original"].paired == Paired(roles, Pairing.EQUAL)
    assert read["widu-thirds"].paired == Paired(roles, Pairing.MIN)
    assert read["morocco-mdm-invest"].formula == ShareOfCost(Rate(1, 10), "project.emigrant_share")
    assert isinstance(read["globalgiving-2018-rewards"].formula, Tiers)
    assert isinstance(read["grants-stack-round"].formula, Quadratic)
    assert isinstance(read["senegal-plasepri"].formula, Score)
    assert read["uk-aid-match"].needs_award
    assert read["big-give-champions"].stacking.mode is Stack.CASCADE
    assert read["latvia-remigration"].caps[1] == Cap(Scope.REGION, 36_000_00, Period.FISCAL_YEAR)
    assert {rule.allocation for rule in read.values()} == set(Allocation) - {Allocation.MANUAL}
