"""A document read into a sentence and written again is the same; what differs is told by place."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projects.agency.matching import filling, sentence
from projects.agency.matching.places import field_of
from projects.agency.matching.rows import CapRow, ConditionRow
from projects.matching import documents, templates
from projects.matching.comparing import ABSENT, Difference, differences
from tests.make.rules import document

CONDITION = st.sampled_from(
    [
        {"field": "donor.residence", "op": "in", "value": ["DE", "ITA"]},
        {"field": "donor.residence", "op": "eq", "value": "DEU"},
        {"field": "project.goal", "op": "gte", "value": 5},
        {"field": "donor.club", "op": "ne", "value_field": "project.organisation"},
    ]
)
CAP = st.sampled_from(
    [
        {"scope": "donor", "amount": 5},
        {"amount": 7, "scope": "project", "period": "three_years"},
        {"scope": "project", "share_of_pot": [1, 3]},
        {
            "scope": "region",
            "amount": 9,
            "period": "n_years",
            "years": 2,
            "when": {"field": "project.kind", "op": "eq", "value": "msme"},
        },
    ]
)
SCHEMES: list[dict[str, Any]] = [
    {"rate": [393, 1000]},
    {"formula": {"type": "rate", "rate": [2, 1]}},
    {"formula": {"type": "lump", "amount": 5}},
    {"formula": {"type": "share_of_cost", "rate": [1, 10]}},
    {"tiers": {"mode": "slab", "bands": [[1, 9, 1, 2], [10, None, 1, 1]]}},
    {"tiers": {"mode": "slab", "on": "project.grade", "bands": [["a", 1, 2], ["b", 1, 1]]}},
    {"layers": [{"id": "f", "rate": [1, 1], "shares": {"p": [1, 2]}}, {"id": "s", "rate": [1, 2]}]},
    {"allocation": "quadratic_close"},
    {
        "formula": {"type": "quadratic", "variant": "pairwise", "m": 5},
        "allocation": "quadratic_close",
    },
    {"allocation": "share_close", "project_cap": [1, 10]},
    {"allocation": "manual"},
]
MORE = st.fixed_dictionaries(
    {},
    optional={
        "name": st.just("Fund of Nowhere"),
        "pot": st.sampled_from([{"amount": 0}, 0]),
        "eligible": st.lists(CONDITION, max_size=4),
        "caps": st.lists(CAP, max_size=3),
        "base_cap": st.just({"scope": "donor", "amount": 5}),
        "waitlist": st.booleans(),
        "refund": st.sampled_from([{}, {"partial": "proportional"}, {"freed": "funder"}]),
        "counts": st.sampled_from([{"by": "club"}, {"kinds": ["pledge", "donation"]}]),
        "stacking": st.just({"lifetime_awards": 2}),
        "threshold": st.just({"metric": "donors", "at": 5}),
        "tz": st.sampled_from(["UTC", "Africa/Nairobi", "Pacific/Auckland"]),
        "window": st.just(["2026-03-01T09:30:00+03:00", "2026-03-31T23:59:59Z"]),
        "priority": st.integers(1, 9),
    },
)


@settings(max_examples=50)
@given(st.sampled_from(SCHEMES), MORE)
def test_writing_what_was_read_changes_nothing(
    scheme: dict[str, Any], more: dict[str, Any]
) -> None:
    said = document(**({"rate": None} | scheme | more))
    documents.read(said)

    assert filling.write(said, sentence.read(said)) == said


@settings(max_examples=50)
@given(st.sampled_from(SCHEMES), MORE, st.integers(1, 999))
def test_a_change_touches_its_own_place_only(
    scheme: dict[str, Any], more: dict[str, Any], priority: int
) -> None:
    said = document(**({"rate": None} | scheme | more))
    new = replace(sentence.read(said), priority=priority, min_minor=77)

    written = filling.write(said, new)

    assert {key: value for key, value in written.items() if key in said} == said | (
        {"priority": priority} if "priority" in said else {}
    )
    assert set(written) - set(said) <= {"priority", "min_contribution"}
    documents.read(written)


@pytest.mark.parametrize("example", templates.published(), ids=lambda each: each.id)
def test_real_programmes_come_back_as_they_were(example: templates.Template) -> None:
    said = example.document

    assert filling.write(said, sentence.read(said)) == said


def test_days_are_written_as_midnights_of_the_zone() -> None:
    said = document()
    new = replace(
        sentence.read(said),
        opens_on=date(2026, 3, 29),
        last_day=date(2026, 10, 25),
        zone="Europe/Berlin",
    )

    written = filling.write(said, new)

    assert written["window"] == ["2026-03-29T00:00:00+01:00", "2026-10-26T00:00:00+01:00"]
    assert sentence.read(written).last_day == date(2026, 10, 25)


def test_what_is_hidden_in_a_changed_row_stays() -> None:
    when = {"field": "project.kind", "op": "eq", "value": "msme"}
    said = document(caps=[{"scope": "donor", "amount": 5, "period": "three_years", "when": when}])
    (cap,) = sentence.read(said).caps

    assert (cap.period, cap.years) == ("n_years", 3)
    assert replace(cap, minor=6).object() == {
        "scope": "donor",
        "amount": 6,
        "period": "three_years",
        "when": when,
    }
    assert replace(cap, period="month", years=None).object() == {
        "scope": "donor",
        "amount": 5,
        "period": "month",
        "when": when,
    }


def test_an_amount_replaces_a_share() -> None:
    cap = CapRow(scope="project", minor=5, kept={"scope": "project", "share_of_pot": [1, 2]})

    assert cap.object() == {"scope": "project", "amount": 5}


def test_a_condition_that_compares_facts_keeps_the_other_fact() -> None:
    kept = {"field": "donor.club", "op": "eq", "value_field": "project.organisation"}

    changed = ConditionRow(field="donor.club", op="ne", kept=kept).object()

    assert changed == kept | {"op": "ne"}


@pytest.mark.parametrize(
    ("place", "field", "rows", "number"),
    [
        ("window[1]", "last_day", "", 0),
        ("caps[2].amount", "amount", "caps", 2),
        ("layers[1].rate[0]", "gives", "layers", 1),
        ("tiers.bands[3][0]", "first", "bands", 3),
        ("stacking.mode", "stacking", "", 0),
        ("obligations[0]", "", "", 0),
        ("", "", "", 0),
    ],
)
def test_a_place_of_the_document_leads_to_a_place_on_the_page(
    place: str, field: str, rows: str, number: int
) -> None:
    assert field_of(place) == (field, rows, number)


def test_rows_that_stayed_are_lined_up_before_they_are_compared() -> None:
    rows = [{"scope": scope, "amount": 5} for scope in ("donor", "project", "region")]
    before = {"caps": rows, "rate": [1, 1], "pot": 1}
    after = {"caps": [rows[1], rows[2] | {"amount": 6}], "rate": [2, 1], "tz": "UTC"}

    assert differences(before, after) == (
        Difference(("caps", 0), rows[0], ABSENT),
        Difference(("caps", 1, "amount"), 5, 6),
        Difference(("rate",), [1, 1], [2, 1]),
        Difference(("tz",), ABSENT, "UTC"),
        Difference(("pot",), 1, ABSENT),
    )


@given(MORE)
def test_a_document_does_not_differ_from_itself(more: dict[str, Any]) -> None:
    assert differences(more, dict(more)) == ()
