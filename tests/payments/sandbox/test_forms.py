from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.sandbox.forms import FormNotUnderstood, Value, decode

names = st.text("abz_", min_size=1, max_size=4)
leaves = st.text(max_size=4)
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3)
        | st.dictionaries(names, inner, min_size=1, max_size=3)
    ),
    max_leaves=8,
)


def pairs(name: str, value: Value) -> list[tuple[str, str]]:
    """Write a value as Stripe's packages write it."""
    if isinstance(value, str):
        return [(name, value)]
    parts = value.items() if isinstance(value, dict) else enumerate(value)
    return [pair for key, part in parts for pair in pairs(f"{name}[{key}]", part)]


@given(st.dictionaries(names, values, max_size=3))
def test_what_the_packages_write_is_read_back(data: dict[str, Value]) -> None:
    body = urlencode([pair for name, value in data.items() for pair in pairs(name, value)])

    assert decode(body) == data


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", {}),
        ("a=1&b=", {"a": "1", "b": ""}),
        ("expand[]=x&expand[]=y", {"expand": ["x", "y"]}),
        ("a%5Bb%5D=c+d", {"a": {"b": "c d"}}),
        ("a[10]=k&a[9]=j", {"a": ["j", "k"]}),
        ("a=1&a=2", {"a": "2"}),
    ],
)
def test_a_form_is_read(body: str, expected: dict[str, Value]) -> None:
    assert decode(body) == expected


@pytest.mark.parametrize(
    "body", ["a[b=1", "[a]=1", "a[b]c=1", "a=1&a[b]=2", "a[b]=2&a=1", "a[b]=1&a[b][c]=2", "a=%ff"]
)
def test_a_broken_form_is_refused(body: str) -> None:
    with pytest.raises(FormNotUnderstood):
        decode(body)
