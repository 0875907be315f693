from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import translation

from projects.matching import wording
from projects.matching.allocation import Turn, allocate, decide
from projects.matching.caps import Scope, Usage
from projects.matching.rules import Operator, type_of_fact
from tests.make import matching as make


def why(
    minor: int = 100_00,
    *,
    pot: int = 10**9,
    facts: dict[str, str | int | None] | None = None,
    **changes: object,
) -> str:
    usage = Usage()
    usage.add(donor="d1", project="p1", minor=30_00)
    rule = make.rule(rate=[1, 1], **changes)
    outcome = decide(rule, make.money(minor, facts=facts), usage=usage, pot_minor=pot)
    return wording.why(outcome.reason, outcome.steps, currency=rule.currency)


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("scope", "sentence"),
    [
        ("contribution", "This programme adds at most €40.00 to one contribution."),
        (
            "donor",
            "This programme adds at most €40.00 for each person; €10.00 of that was free.",
        ),
        (
            "donor_project",
            (
                "This programme adds at most €40.00 for each person and project;"
                " €10.00 of that was free."
            ),
        ),
        (
            "project",
            "This programme adds at most €40.00 to each project; €10.00 of that was free.",
        ),
        ("programme", "This programme adds at most €40.00 in all; €10.00 of that was free."),
    ],
)
def test_every_cap_that_binds_has_its_sentence(scope: str, sentence: str) -> None:
    assert plain(why(caps=[{"scope": scope, "amount": 40_00}])) == sentence


def test_every_other_reason_has_its_sentence() -> None:
    asks = [{"field": "donor.residence", "op": "ne", "value": "KEN"}]

    sentences = [
        why(),
        why(pot=0),
        why(pot=7_50),
        why(currency="USD"),
        why(min_contribution=200_00),
        why(window=["2026-01-01T00:00:00+03:00", "2026-02-01T00:00:00+03:00"], tz="Africa/Nairobi"),
        why(eligible=asks, facts={"donor.residence": "KEN"}),
        why(eligible=asks),
    ]

    assert [plain(sentence) for sentence in sentences] == [
        "€100.00 at 1 to 1 is €100.00.",
        "The pot of this programme is empty.",
        "Only €7.50 was left in the pot of this programme.",
        "This programme adds to money in USD only.",
        "This programme adds to amounts of €200.00 or more.",
        "This programme adds to money that arrives from 1 January 2026 to 31 January 2026.",
        "This programme is not for people who live in Kenya.",
        "This programme asks where you live.",
    ]


def test_less_than_the_smallest_unit_says_so() -> None:
    rule = make.rule(rate=[1, 2])
    outcome = decide(rule, make.money(1), usage=Usage(), pot_minor=100)

    assert plain(wording.why(outcome.reason, outcome.steps, currency="EUR")) == (
        "€0.01 at 1 to 2 is less than the smallest unit of money."
    )


def test_a_promise_that_stands_alone_says_so() -> None:
    late = make.money(100_00, settled_at=make.NOON + timedelta(days=60))
    turn = Turn(make.rule(), late, 200_00, "d1")

    outcome = allocate([turn], pot_minor=0, usage=Usage()).outcomes["c1"]

    said = "Held for this contribution before it was paid: €200.00."
    assert plain(wording.why(outcome.reason, outcome.steps, currency="EUR")) == said
    assert plain(wording.sentences(outcome.steps, currency="EUR")[-1]) == said


@pytest.mark.parametrize("field", type_of_fact)
def test_every_fact_can_be_refused_and_met_in_words(field: str) -> None:
    facts: dict[str, str | int | None] = {
        "donor.residence": "DEU",
        "project.country": "KEN",
        "project.sector": "water",
        "project.kind": "social",
        "project.slug": "a-well",
        "contribution.amount": 100_00,
    }
    met = [{"field": field, "op": Operator.EQ.value, "value": facts[field]}]
    unmet = [{"field": field, "op": Operator.NE.value, "value": facts[field]}]
    outcome = decide(
        make.rule(eligible=met), make.money(facts=facts), usage=Usage(), pot_minor=10**9
    )

    sentences = wording.sentences(outcome.steps, currency="EUR")

    assert sentences[1].startswith("Condition met: ")
    assert why(eligible=unmet, facts=facts).startswith("This programme is ")


def test_facts_are_told_by_their_names() -> None:
    conditions = [
        {"field": "donor.residence", "op": "eq", "value": "DEU"},
        {"field": "project.sector", "op": "eq", "value": "water"},
        {"field": "contribution.amount", "op": "gte", "value": 1},
    ]
    facts: dict[str, str | int | None] = {
        "donor.residence": "DEU",
        "project.sector": "water",
        "contribution.amount": 100_00,
    }
    outcome = decide(
        make.rule(eligible=conditions), make.money(facts=facts), usage=Usage(), pot_minor=10**9
    )

    assert [plain(s) for s in wording.sentences(outcome.steps, currency="EUR")[1:4]] == [
        "Condition met: the giver lives in Germany.",
        "Condition met: the project's sector is Water and sanitation.",
        "Condition met: the amount given is €100.00.",
    ]


def test_a_rule_is_one_sentence() -> None:
    limits = [{"scope": scope.value, "amount": 50_000} for scope in Scope]

    assert plain(wording.rule_sentence(make.rule())) == (
        "While the pot lasts, €100.00 that arrives from 1 March 2026 to 31 March 2026"
        " becomes €300.00."
    )
    assert plain(wording.rule_sentence(make.rule(caps=limits[1:4:2]))) == (
        "While the pot lasts, €100.00 that arrives from 1 March 2026 to 31 March 2026"
        " becomes €300.00; the match is at most €500.00 per person and"
        " €500.00 per project."
    )


@pytest.mark.parametrize(
    ("language", "minor", "currency", "text"),
    [
        ("en", 1_234_50, "EUR", "€1,234.50"),
        ("en", 5000, "XOF", "XOF 5,000"),
        ("en", 1_234, "KWD", "KWD 1.234"),
        ("en", 100_00, "USD", "USD 100.00"),
        ("es", 12_345_50, "EUR", "12.345,50 €"),
    ],
)
def test_amounts_are_written_as_people_of_the_language_write_them(
    language: str, minor: int, currency: str, text: str
) -> None:
    with translation.override(language):
        assert plain(wording.amount(minor, currency)) == text


def test_amounts_hold_together_in_right_to_left_text() -> None:
    with translation.override("ar"):
        text = wording.amount(100_00, "EUR")

    assert text[0] == "\N{FIRST STRONG ISOLATE}"
    assert text[-1] == "\N{POP DIRECTIONAL ISOLATE}"
