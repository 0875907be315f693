from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

import projects.matching
from projects.matching import documents, rules
from projects.matching.documents import Contradiction, RuleNotUnderstood, formulas
from projects.matching.templates import published
from tests.projects.matching import whole_documents

ROOM = Path(projects.matching.__file__).parent
SCHEMA = json.loads((ROOM / "programme.schema.json").read_text())
validator = Draft202012Validator(SCHEMA)
VALID = [*whole_documents.ALL, *(template.document for template in published())]

Place = tuple[str | int, ...]


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("document", VALID)
def test_schema_and_reader_take_every_valid_document(document: dict[str, Any]) -> None:
    assert [error.message for error in validator.iter_errors(document)] == []
    documents.read(document)


def test_schema_and_reader_know_the_same_words() -> None:
    definitions = SCHEMA["$defs"]

    assert set(SCHEMA["properties"]) == {*documents.REQUIRED, *documents.OPTIONAL}
    assert set(SCHEMA["required"]) == set(documents.REQUIRED)
    assert definitions["scope"]["enum"] == [scope.value for scope in rules.Scope]
    assert SCHEMA["properties"]["allocation"]["enum"] == [each.value for each in rules.Allocation]
    assert SCHEMA["properties"]["on_exhaustion"]["enum"] == [one.value for one in rules.Exhaustion]
    assert {
        form["properties"]["type"]["const"] for form in definitions["formula"]["oneOf"][1:]
    } == set(formulas.FORMULAS)


def test_every_word_of_the_form_is_in_some_valid_document() -> None:
    assert {key for document in VALID for key in document} == {
        *documents.REQUIRED,
        *documents.OPTIONAL,
    }


def places(value: object, place: Place = ()) -> list[tuple[Place, object]]:
    """Return every place inside a document, with what stands there."""
    inner: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    return [(place, value)] + [
        found for key, item in inner for found in places(item, (*place, key))
    ]


PLACES = [found for document in VALID for found in places(document)]
KEYS = sorted({key for place, _ in PLACES for key in place if isinstance(key, str)})
ODD: list[object] = [
    *(None, True, False, 0, 1, -1, 7, 10**6 + 1, 10**15 + 1, 0.5, "", "a", "a b", "x" * 101),
    *("EUR", "role", "donor.x", "donor.", "none", "attribute", "n_years", "lump"),
    *([], {}, [1], [1, 2], [0, 0], [1, 2, 3], [0, None, 1, 1], ["a", 1, 1], {"amount": 1}),
    *("2026-02-30", "2026-03-01"),
]
parts = st.sampled_from(ODD) | st.sampled_from([part for place, part in PLACES if place])


@st.composite
def changed_documents(draw: st.DrawFn) -> dict[str, Any]:
    """Return a valid document changed in one to three places, by parts of others or oddities."""
    document = copy.deepcopy(dict(draw(st.sampled_from(VALID))))
    for _ in range(draw(st.integers(1, 3))):
        holders = [part for _, part in places(document) if isinstance(part, dict | list)]
        holder = draw(st.sampled_from(holders))
        part = copy.deepcopy(draw(parts))
        if isinstance(holder, list):
            where = draw(st.integers(0, len(holder)))
            holder[where : where + draw(st.integers(0, 1))] = [part] * draw(st.integers(0, 2))
        else:
            key = draw(st.sampled_from([*holder, *KEYS]))
            holder.pop(key, None)
            if draw(st.booleans()):
                holder[key] = part
    return document


def answer(document: object) -> str:
    """Return what the reader thinks of a document."""
    try:
        documents.read(document)
    except Contradiction:
        return "contradictory"
    except RuleNotUnderstood:
        return "malformed"
    return "read"


@given(changed_documents())
@settings(max_examples=250, deadline=None)
def test_the_reader_takes_nothing_that_the_schema_refuses(document: dict[str, Any]) -> None:
    """And what it refuses besides are contradictions, which a schema cannot see."""
    if validator.is_valid(document):
        assert answer(document) in ("read", "contradictory")
    else:
        assert answer(document) in ("malformed", "contradictory")


@given(changed_documents())
@settings(max_examples=100, deadline=None)
def test_a_rule_is_the_same_rule_after_writing(document: dict[str, Any]) -> None:
    if answer(document) == "read":
        text = documents.write(document)

        assert documents.read(documents.parse(text).document) == documents.read(document)
