from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import translation
from django.utils.translation import pgettext

from projects.matching import wording
from tests.make import rules as make

if TYPE_CHECKING:
    from projects.matching.allocation import Step


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_a_rule_is_one_sentence() -> None:
    limits = [{"scope": scope, "amount": 50_000} for scope in ("donor", "project")]

    assert plain(wording.rule_sentence(make.rule())) == (
        "While the pot lasts, €100.00 that arrives from 1 March 2026 to 31 March 2026"
        " becomes €300.00."
    )
    assert plain(wording.rule_sentence(make.rule(caps=limits))) == (
        "While the pot lasts, €100.00 that arrives from 1 March 2026 to 31 March 2026"
        " becomes €300.00; the match is at most €500.00 per person and"
        " €500.00 per project."
    )


TIERS = {"on": "amount", "mode": "slab", "bands": [[1, 99, 1, 1], [100, None, 1, 2]]}
MANY = {
    "on": "amount",
    "mode": "slab",
    "bands": [[1, 9, 1, 1], [10, 19, 1, 2], [20, 29, 1, 3], [30, None, 1, 4]],
}
SPAN = "from 1 March 2026 to 31 March 2026"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"tiers": TIERS},
            (
                f"While the pot lasts, money that arrives {SPAN} is matched by tiers,"
                " 1 to 1 and 1 to 2."
            ),
        ),
        (
            {"tiers": MANY},
            (
                f"While the pot lasts, money that arrives {SPAN} is matched by tiers,"
                " 1 to 1, … and 1 to 4."
            ),
        ),
        (
            {"formula": {"type": "lump", "amount": 50_00}},
            f"While the pot lasts, each project for which money arrives {SPAN} gets €50.00 once.",
        ),
        (
            {"formula": {"type": "share_of_cost", "rate": [3, 20]}},
            (
                f"While the pot lasts, each project for which money arrives {SPAN} gets 15% of its"
                " cost once."
            ),
        ),
        ({"formula": {"type": "none"}}, f"Money that arrives {SPAN} is not matched."),
        (
            {"allocation": "manual"},
            f"What is added to money that arrives {SPAN} is decided by hand.",
        ),
        (
            {"allocation": "prorata_close", "rate": [1, 1]},
            (
                "After 31 March 2026 each €100.00 that arrived from 1 March 2026 on becomes up to"
                " €200.00, less for all alike where the pot is too small."
            ),
        ),
        (
            {"allocation": "prorata_close", "tiers": TIERS},
            (
                "After 31 March 2026 what arrived from 1 March 2026 on is matched, less for all"
                " alike where the pot is too small."
            ),
        ),
        (
            {"allocation": "share_close", "project_cap": 50_00},
            (
                "After 31 March 2026 the pot is divided among projects by what each raised from"
                " 1 March 2026 on; the match is at most €50.00 per project."
            ),
        ),
        (
            {"allocation": "quadratic_close", "project_cap": [1, 40]},
            (
                "After 31 March 2026 the pot is shared among projects by what arrived from"
                " 1 March 2026 on, so that many small contributions count for more than a few"
                " large ones;"
                " the match is at most 2.5% of the pot per project."
            ),
        ),
        (
            {"allocation": "ranked_close", "rate": [1, 1]},
            (
                "After 31 March 2026 projects that raised money from 1 March 2026 on are helped in"
                " the order of their scores, as long as the pot lasts."
            ),
        ),
        (
            {
                "layers": [
                    {"id": "federal", "rate": [1, 1], "pot": 1},
                    {"id": "state", "rate": [1, 1], "pot": 1},
                ]
            },
            (
                f"While the pot lasts, €100.00 that arrives {SPAN} becomes €300.00; it is paid by"
                " federal and state."
            ),
        ),
        (
            {
                "rate": [1, 1],
                "threshold": {"metric": "donors", "at": 5, "mode": "unlock_retro"},
                "caps": [{"scope": "donor", "amount": 10_00, "period": "month"}],
            },
            (
                f"While the pot lasts, €100.00 that arrives {SPAN} becomes €200.00; the match is at"
                " most €10.00 per person a month; a project is matched once it has 5 givers."
            ),
        ),
        (
            {"threshold": {"metric": "pct", "at": 50, "mode": "lump", "lump": 10_00}},
            (
                f"While the pot lasts, projects are helped on by money that arrives {SPAN};"
                " a project that has raised 50% of its goal gets €10.00 once."
            ),
        ),
        (
            {
                "rate": [1, 1],
                "needs_award": True,
                "paired": {"roles": ["a", "b"], "rule": "min"},
            },
            (
                f"While the pot lasts, €100.00 that arrives {SPAN} becomes €200.00; only projects"
                " that a committee has chosen are matched; it counts what both sides bring"
                " together."
            ),
        ),
        (
            {
                "rate": [1, 1],
                "indices": {"SMMLV": [["2026-01-01", 100]]},
                "caps": [
                    {"scope": "project", "amount": {"index": "SMMLV", "times": [50, 1]}},
                    {"scope": "project", "share_of_budget": [1, 2]},
                    {"scope": "beneficiary", "amount": 10_00, "period": "n_years", "years": 3},
                ],
            },
            (
                f"While the pot lasts, €100.00 that arrives {SPAN} becomes €200.00; the match is at"
                " most 50 times SMMLV per project, 50% of the budget per project and"
                " €10.00 per beneficiary in 3 years."
            ),
        ),
    ],
)
def test_every_formula_and_allocation_is_one_sentence(
    changes: dict[str, object], sentence: str
) -> None:
    assert plain(wording.rule_sentence(make.rule(**({"rate": None} | changes)))) == sentence


def test_clauses_and_names_of_funders_are_kept_apart_as_the_language_does() -> None:
    layers = [{"id": name, "rate": [1, 1], "pot": 1} for name in ("federal", "state")]
    rule = make.rule(layers=layers, needs_award=True)

    with translation.override("ar"):
        told = wording.rule_sentence(rule)
        divider = pgettext("between the clauses of one sentence", "; ")

    assert told.count(divider) >= 2
    assert "\u2068federal\u2069" in told
    assert "\u2068state\u2069" in told
    assert "\u2068" not in wording.rule_sentence(rule)


@pytest.mark.parametrize(
    ("at", "years", "said"),
    [
        (1, 1, ("€5.00 per person in 1 year", "once it has 1 giver.")),
        (5, 3, ("€5.00 per person in 3 years", "once it has 5 givers.")),
    ],
)
def test_one_of_something_is_told_as_one(at: int, years: int, said: tuple[str, str]) -> None:
    rule = make.rule(
        caps=[{"scope": "donor", "amount": 5_00, "period": "n_years", "years": years}],
        threshold={"metric": "donors", "at": at, "mode": "unlock_retro"},
    )

    told = plain(wording.rule_sentence(rule))

    assert all(words in told for words in said)
    step: Step = {"step": "threshold", "metric": "donors", "at": at, "reached": False}
    assert wording.sentences([step], currency="EUR") == (
        f"Needed: {at} giver{'s' if at > 1 else ''} to the project. Not reached.",
    )
    assert wording.why("threshold_not_reached", [step], currency="EUR") == (
        f"The project needs {at} giver{'s' if at > 1 else ''} before anything is added."
    )
