from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

import projects.matching
from projects.matching import documents, rules
from projects.matching.caps import Cap, Scope
from projects.matching.documents import RuleNotUnderstood
from projects.matching.formula import Rate
from projects.matching.rules import Condition, Operator, Partial, Rule, Window
from tests.make import matching as make

ROOM = Path(projects.matching.__file__).parent
SCHEMA = json.loads((ROOM / "programme.schema.json").read_text())
validator = Draft202012Validator(SCHEMA)


def test_a_whole_document_becomes_a_rule() -> None:
    whole = make.document(
        name="Kenya Diaspora Fund",
        tz="Africa/Nairobi",
        priority=3,
        eligible=[
            {"field": "project.country", "op": "eq", "value": "KEN"},
            {"field": "contribution.amount", "op": "in", "value": [500, 1000]},
        ],
        min_contribution=500,
        caps=[{"scope": "donor", "amount": 500_00}],
        pot=10_000_00,
        allocation="instant",
        on_exhaustion="partial",
        refund={"partial": "proportional"},
    )

    assert documents.read(whole) == Rule(
        programme_id="kenya-fund",
        name="Kenya Diaspora Fund",
        currency="EUR",
        window=Window(
            datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC), "Africa/Nairobi"
        ),
        priority=3,
        eligible=(
            Condition("project.country", Operator.EQ, "KEN"),
            Condition("contribution.amount", Operator.IN, (500, 1000)),
        ),
        min_contribution_minor=500,
        rate=Rate(2, 1),
        caps=(Cap(Scope.DONOR, 500_00),),
        pot_minor=10_000_00,
        partial=Partial.PROPORTIONAL,
    )


def test_what_may_be_left_out_has_a_plain_meaning() -> None:
    rule = documents.read(make.document())

    assert (rule.name, rule.priority, rule.min_contribution_minor) == ("kenya-fund", 1, 1)
    assert (rule.eligible, rule.caps, rule.pot_minor) == ((), (), 0)
    assert rule.window.zone == "UTC"


@pytest.mark.parametrize(
    ("broken", "field", "allowed"),
    [
        ([], "programme", "must be an object"),
        (make.document(rate=None), "rate", "is missing"),
        (make.document(rates=[1, 1]), "rates", "unknown; known: id, currency, window, rate, "),
        (make.document(id="kenya fund"), "id", "must be letters, digits and single hyphens"),
        (make.document(id=7), "id", "must be a text of 1 to 64 characters"),
        (make.document(currency="EUX"), "currency", "must be a code of ISO 4217"),
        (make.document(currency="eur"), "currency", "must be a code of ISO 4217"),
        (make.document(window=["2026-03-01T00:00:00Z"]), "window", "must be a list of 2"),
        (
            make.document(window=["2026-03-01T00:00:00", "2026-04-01T00:00:00Z"]),
            "window[0]",
            "must be a time with its offset",
        ),
        (
            make.document(window=["2026-02-30T00:00:00Z", "2026-04-01T00:00:00Z"]),
            "window[0]",
            "must be a time with its offset",
        ),
        (
            make.document(window=["2026-04-01T00:00:00Z", "2026-04-01T03:00:00+03:00"]),
            "window[1]",
            "must be a time after window[0]",
        ),
        (make.document(tz="Mars/Olympus"), "tz", "must be a zone of the IANA database"),
        (make.document(tz="../etc/passwd"), "tz", "must be a zone of the IANA database"),
        (make.document(priority=0), "priority", "must be a whole number from 1 to 1000"),
        (make.document(rate=[1]), "rate", "must be a list of 2"),
        (make.document(rate=[1, 0]), "rate[1]", "must be a whole number from 1 to 1000000"),
        (make.document(rate=[0.5, 1]), "rate[0]", "must be a whole number from 1 to 1000000"),
        (make.document(rate=[True, 1]), "rate[0]", "must be a whole number from 1 to 1000000"),
        (
            make.document(caps=[{"scope": "club", "amount": 1}]),
            "caps[0].scope",
            "allowed: contribution, donor, donor_project, project, programme",
        ),
        (
            make.document(caps=[{"scope": "donor", "amount": 1}, {"scope": "project"}]),
            "caps[1].amount",
            "is missing",
        ),
        (
            make.document(caps=[{"scope": "donor", "amount": 1, "period": "month"}]),
            "caps[0].period",
            "unknown; known: scope, amount",
        ),
        (
            make.document(eligible=[{"field": "donor.faith", "op": "eq", "value": "x"}]),
            "eligible[0].field",
            "allowed: donor.residence, project.country, project.sector, project.kind, ",
        ),
        (
            make.document(eligible=[{"field": "project.country", "op": "gte", "value": "KEN"}]),
            "eligible[0].op",
            "allowed: eq, ne, in, not_in",
        ),
        (
            make.document(eligible=[{"field": "project.country", "op": "in", "value": "KEN"}]),
            "eligible[0].value",
            "must be a list of 1 to 300",
        ),
        (
            make.document(eligible=[{"field": "contribution.amount", "op": "gte", "value": "5"}]),
            "eligible[0].value",
            "must be a whole number from 1 to 1000000000000000",
        ),
        (make.document(allocation="prorata_close"), "allocation", "allowed: instant"),
        (make.document(on_exhaustion="refuse"), "on_exhaustion", "allowed: partial"),
        (make.document(pot=-1), "pot", "must be a whole number from 0 to 1000000000000000"),
    ],
)
def test_a_wrong_document_is_told_the_field_and_what_is_allowed(
    broken: object, field: str, allowed: str
) -> None:
    with pytest.raises(RuleNotUnderstood) as refusal:
        documents.read(broken)

    assert refusal.value.field == field
    assert refusal.value.allowed.startswith(allowed)
    assert str(refusal.value).startswith(f"{field}: {allowed}")


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 10**16),
    st.just(0.5),
    st.sampled_from(
        ["", "KEN", "EUR", "donor.residence", "contribution.amount", "eq", "in", "gte", "donor"]
    ),
    st.just("2026-03-01T00:00:00Z"),
)
nested = st.recursive(
    values,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["scope", "amount", "field", "op", "value", "other"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)
conditions = st.fixed_dictionaries(
    {
        "field": st.sampled_from(["donor.residence", "project.kind", "contribution.amount", "x"]),
        "op": st.sampled_from(["eq", "ne", "in", "not_in", "gte", "lte", "like"]),
        "value": st.one_of(
            st.just("KEN"),
            st.just(500),
            st.just(["KEN", "UGA"]),
            st.just([500]),
            st.just([]),
            st.just(["KEN", 500]),
        ),
    }
)
limits = st.fixed_dictionaries(
    {
        "scope": st.sampled_from([*(scope.value for scope in Scope), "club"]),
        "amount": st.integers(0, 10**16),
    }
)
keys = [*documents.REQUIRED, *documents.OPTIONAL, "layers"]
changes = st.dictionaries(
    st.sampled_from(keys), nested | st.lists(conditions | limits, max_size=3), max_size=3
)
beyond_the_schema = ("currency", "tz", "window[0]", "window[1]")


def refused_field(document: object) -> str | None:
    """Return the field that the reader refuses, or nothing."""
    try:
        documents.read(document)
    except RuleNotUnderstood as refusal:
        return refusal.field
    return None


@given(changes)
def test_the_reader_and_the_schema_agree(changed: dict[str, Any]) -> None:
    document = make.document(**changed)

    refused, is_valid = refused_field(document), validator.is_valid(document)

    # A schema cannot know which currencies and zones exist, nor compare two times.
    assert is_valid == (refused is None) or (is_valid and refused in beyond_the_schema)


@given(st.lists(conditions, max_size=3), st.lists(limits, max_size=3))
def test_the_reader_and_the_schema_agree_on_conditions_and_caps(
    eligible: list[dict[str, Any]], caps: list[dict[str, Any]]
) -> None:
    document = make.document(eligible=eligible, caps=caps)

    assert (refused_field(document) is None) == validator.is_valid(document)


def test_schema_and_reader_know_the_same_words() -> None:
    properties = SCHEMA["properties"]
    fact_fields = {
        *SCHEMA["$defs"]["word_field"]["enum"],
        *SCHEMA["$defs"]["condition"]["anyOf"][2]["properties"]["field"]["enum"],
    }

    assert set(properties) == {*documents.REQUIRED, *documents.OPTIONAL}
    assert set(SCHEMA["required"]) == set(documents.REQUIRED)
    assert properties["caps"]["items"]["properties"]["scope"]["enum"] == [s.value for s in Scope]
    assert fact_fields == set(rules.type_of_fact)
