from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import translation

from projects.matching import wording
from projects.matching.allocation import Before, Held, Pots, Turn, allocate
from projects.matching.replaying.checking import REASONS
from projects.matching.rules import Period, Scope
from projects.matching.tally import Tally
from projects.matching.wording.reasons import DETAILED, PLAIN
from tests.make import rules as make
from tests.projects.matching.told import plain, told, why

if TYPE_CHECKING:
    from projects.matching.instant.outcomes import Step


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
    assert why(caps=[{"scope": scope, "amount": 40_00}]) == sentence


@pytest.mark.parametrize("scope", Scope)
@pytest.mark.parametrize("period", Period)
def test_every_cap_is_a_reason_a_step_and_a_promise(scope: Scope, period: Period) -> None:
    step: Step = {"step": "cap", "scope": scope, "period": period, "cap": 40_00, "room": 10_00}
    reason = f"cap_{scope}" + ("" if period is Period.NONE else f"_{period}")

    assert "€40.00" in wording.why(reason, [step], currency="EUR")
    (sentence,) = wording.sentences([step], currency="EUR")
    assert "€40.00" in sentence


def test_every_other_reason_has_its_sentence_with_figures() -> None:
    asks = [{"field": "donor.residence", "op": "ne", "value": "KEN"}]
    threshold = {"metric": "raised", "at": 500_00, "mode": "unlock_forward"}
    city = [{"id": "city", "rate": [1, 1], "pot": 1}, {"id": "state", "rate": [1, 1], "pot": 1}]

    sentences = [
        why(),
        why(pot=0),
        why(pot=7_50),
        why(pot=7_50, on_exhaustion="next_call"),
        why(pot=7_50, on_exhaustion="refuse"),
        why(currency="USD"),
        why(min_contribution=200_00),
        why(window=["2026-01-01T00:00:00+03:00", "2026-02-01T00:00:00+03:00"], tz="Africa/Nairobi"),
        why(eligible=asks, facts={"donor.residence": "KEN"}),
        why(eligible=asks),
        why(eligible=[{"field": "donor.age", "op": "gte", "value": 18}], facts={"donor.age": 17}),
        why(eligible=[{"field": "project.vetted", "op": "eq", "value": True}]),
        why(threshold=threshold),
        why(threshold=threshold | {"metric": "donors", "at": 5}),
        why(threshold=threshold | {"metric": "pct", "at": 50}, facts={"project.goal": 10**6}),
        why(needs_award=True, ceiling=50_00),
        why(needs_award=True),
        why(rate=None, layers=city, pot=5_00),
        why(stacking={"total_public_share": [1, 3]}),
        why(stacking={"mode": "cascade"}, before=Before(left_minor=0, gave=("a",))),
        why(frozen="programme_frozen"),
        why(formula={"type": "none"}, rate=None),
    ]

    assert sentences == [
        "€100.00 at 1 to 1 is €100.00.",
        "The pot of this programme is empty.",
        "Only €7.50 was left in the pot of this programme.",
        "Only €7.50 was left in the pot; the next call may match the rest.",
        "The pot could not match this contribution in full, and this programme never gives less.",
        "This programme adds to money in EUR only.",
        "This programme adds to amounts of €200.00 or more.",
        "This programme adds to money that arrives from 1 January 2026 to 31 January 2026.",
        "This programme is not for people who live in Kenya.",
        "This programme asks where you live.",
        "This programme asks for something else: the giver's age is 17.",
        "This programme asks for something that is not known: project.vetted.",
        "The project must raise €500.00 before anything is added.",
        "The project needs 5 givers before anything is added.",
        "The project must raise 50% of its goal before anything is added.",
        "This programme awarded €50.00 to the project; €20.00 of that was free.",
        "This programme has awarded nothing to this project.",
        "city could not add more, and the funders add together.",
        "Public money is at most 1/3 of the whole.",
        "Another programme has matched this money.",
        "This programme is stopped for now; its match waits until it goes on.",
        "This programme adds nothing to this money by its rule.",
    ]


@pytest.mark.parametrize("reason", sorted({*PLAIN, *DETAILED}))
def test_a_reason_whose_steps_are_gone_still_has_its_sentence(reason: str) -> None:
    assert REASONS.fullmatch(reason)
    assert wording.why(reason, [], currency="EUR").endswith(".")


@pytest.mark.parametrize("reason", ["limited_by:city", "not_eligible:project.jobs", "cap_region"])
def test_a_reason_about_something_has_a_sentence_without_steps(reason: str) -> None:
    assert wording.why(reason, [], currency="EUR").endswith(".")


def test_less_than_the_smallest_unit_says_so() -> None:
    assert why(minor=1, rate=[1, 2]) == "€0.01 at 1 to 2 is less than the smallest unit of money."


def test_a_promise_that_stands_alone_says_so() -> None:
    late = make.money(100_00, settled_at=make.NOON + timedelta(days=60))
    turn = Turn(make.rule(), late, held=Held((("", 200_00),), ()))

    found = allocate([turn], tally=Tally(), pots=Pots({"": 200_00}, 200_00)).outcomes["c1"]

    said = "Held for this contribution before it was paid: €200.00."
    assert plain(wording.why(found.reason, found.steps, currency="EUR")) == said
    assert said in told(found)


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


@pytest.mark.parametrize(
    ("together", "said"),
    [
        (True, "city could not add more, and the funders add together."),
        (False, "city could not add more."),
    ],
)
def test_only_funders_who_wait_for_one_another_are_said_to(*, together: bool, said: str) -> None:
    match: Step = {"step": "match", "minor": 5, "together": together}

    assert plain(wording.why("limited_by:city", [match], currency="EUR")) == said
