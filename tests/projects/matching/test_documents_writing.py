from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projects.matching import documents
from projects.matching.documents import RuleNotUnderstood, TextNotUnderstood, parse, write
from tests.make import rules as make
from tests.projects.matching import whole_documents

TEXT = """\
id: kenya-fund
name: Kenya Diaspora Fund
currency: EUR
window: ['2026-03-01T00:00:00Z', '2026-04-01T00:00:00Z']
eligible:
  - field: donor.residence
    op: in
    value: ['NO', SE]
rate: [1, 2]
caps:
  - scope: club
    share_of_pot: [1, 4]
  - {scope: donor, amount: 50000}
"""


def test_a_document_is_written_in_one_order() -> None:
    document = make.document(
        caps=[{"share_of_pot": [1, 4], "scope": "club"}, {"amount": 50000, "scope": "donor"}],
        rate=[1, 2],
        eligible=[{"value": ["NO", "SE"], "op": "in", "field": "donor.residence"}],
        name="Kenya Diaspora Fund",
    )

    assert write(document) == TEXT
    assert write(dict(reversed(document.items()))) == TEXT
    assert parse(TEXT).document == document


def test_a_part_that_stands_twice_is_written_twice() -> None:
    one = {"scope": "donor", "amount": 5}

    assert write(make.document(caps=[one, one])).count("{scope: donor, amount: 5}") == 2


@pytest.mark.parametrize("document", whole_documents.ALL)
def test_every_form_is_the_same_rule_after_writing(document: dict[str, Any]) -> None:
    text = write(document)

    assert parse(text).document == document
    assert write(document) == text
    assert documents.read(parse(text).document) == documents.read(document)


def test_json_is_read_as_it_is() -> None:
    assert parse(json.dumps(whole_documents.BASE, indent=1)).document == whole_documents.BASE


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=6), plain, max_size=3))
@settings(max_examples=50, deadline=None)
def test_whatever_is_written_is_read_back(document: dict[str, Any]) -> None:
    text = write(document)

    assert parse(text).document == document
    assert write(document) == text


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("NO", "NO"),
        ("yes", "yes"),
        ("1:30", "1:30"),
        ("012", "012"),
        ("0.5", "0.5"),
        ("1e3", "1e3"),
        ("2026-03-01", "2026-03-01"),
        ("<<", "<<"),
        ("'7'", "7"),
        ("-7", -7),
        ("true", True),
        ("null", None),
        ("~", None),
        ("", None),
    ],
)
def test_a_plain_word_means_what_it_says(written: str, value: object) -> None:
    assert parse(f"a: {written}").document == {"a": value}


DEEP = "[" * 13 + "]" * 13


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("", 1, "is empty"),
        ("# nothing\n", 1, "is empty"),
        ("a: 1\nb: &here 2\n", 2, "anchors are not allowed"),
        ("a: 1\n\nb: *here\n", 3, "aliases are not allowed"),
        ("*here : 1\n", 1, "aliases are not allowed"),
        ("a: 1\n&here b: 2\n", 2, "anchors are not allowed"),
        ("a:\n  - !!python/object/apply:os.system [ls]\n", 2, "tags are not allowed"),
        ("a: !!int 7\n", 1, "tags are not allowed"),
        ("%TAG ! tag:example.org,2000:\n---\na: 1\n", 1, "tags are not allowed"),
        ("a: 1\nb: 2\na: 3\n", 3, "a is said twice"),
        ('{"a": 1,\n "a": 2}', 2, "a is said twice"),
        ("a: 1\n---\nb: 2\n", 2, "only one document is allowed"),
        ("? [a]\n: 1\n", 1, "a key must be a word"),
        (f"a: 1\nb: {DEEP}\n", 2, "deeper than 12 levels"),
        ("a: 1\nb: [1, 2\n", 3, "cannot be read: expected ',' or ']'"),
        ("a: 1\n\tb: 2\n", 2, "cannot be read: found character '\\t'"),
        ("a: 1\nb: \x00\n", 2, "has a character no text has"),
        ("a: 1\nb: \ud800\n", 2, "has a character no text has"),
        ("a: " + "x" * 64 * 1024, 1, "longer than 64 KiB"),
        ("a: " + "é" * 33 * 1024, 1, "longer than 64 KiB"),
    ],
)
def test_text_that_is_no_plain_document_is_told_the_line(
    text: str, line: int, problem: str
) -> None:
    with pytest.raises(TextNotUnderstood) as refusal:
        parse(text)

    assert (refusal.value.line, refusal.value.problem[: len(problem)]) == (line, problem)
    assert str(refusal.value) == f"line {line}: {refusal.value.problem}"


def test_twelve_levels_are_not_too_deep() -> None:
    assert parse("[" * 12 + "]" * 12).document == [[[[[[[[[[[[]]]]]]]]]]]]


def test_a_refused_field_has_a_line_in_the_text() -> None:
    written = parse(TEXT.replace("donor, amount: 50000", "donor, amount: -1"))

    with pytest.raises(RuleNotUnderstood) as refusal:
        documents.read(written.document)

    assert refusal.value.field == "caps[1].amount"
    assert written.line_of("caps[1].amount") == 13
    assert written.line_of("caps[0].when.op") == 11
    assert written.line_of("window[1]") == 4
    assert written.line_of("tz") == written.line_of("programme") == 1
