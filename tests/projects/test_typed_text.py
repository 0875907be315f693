"""Whatever is typed into a field is stored as it will be read, or refused beside the field."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from django import forms

from projects.agency.forms import LineForm, ProjectForm, WithdrawForm
from projects.catalogue.models import Organisation
from projects.public.forms import AmountForm, DetailsForm
from projects.typed_text import LineField, TextField

if TYPE_CHECKING:
    from collections.abc import Callable

GROWS = "\u0958"  # One code point that is two in the spelling that is kept.
HALF = "\ud800"
FORMS: dict[str, Callable[[dict[str, str]], forms.Form]] = {
    "details": DetailsForm,
    "amount": lambda data: AmountForm(data, currency="EUR"),
    "project": lambda data: ProjectForm(data, agency=Organisation(country="KEN")),
    "line": lambda data: LineForm(data, currency="EUR"),
    "withdraw": WithdrawForm,
}
FIELDS = [
    (form, name, field)
    for form, make in FORMS.items()
    for name, field in make({}).fields.items()
    if isinstance(field, forms.CharField) and not isinstance(field, forms.UUIDField)
]
pytestmark = pytest.mark.promise("I4")


def ids(value: object) -> str:
    return value if isinstance(value, str) else ""


def refused(form: str, name: str, value: str) -> bool:
    filled = FORMS[form]({name: value})
    return name in filled.errors


@pytest.mark.parametrize(("form", "name", "field"), FIELDS, ids=ids)
def test_every_text_field_refuses_what_the_database_would(
    form: str, name: str, field: forms.CharField
) -> None:
    longest = field.max_length
    assert longest is not None
    started = time.monotonic()

    assert refused(form, name, GROWS * longest)
    assert refused(form, name, "a\0b")
    assert refused(form, name, f"a{HALF}b")
    assert refused(form, name, f"a@{HALF}.example.org")
    assert refused(form, name, "x" * 2**20)
    assert refused(form, name, "x" + "\u0301\u0316" * 2**19)
    assert time.monotonic() - started < 10


@pytest.mark.parametrize(("typed", "kept"), [("Ame\u0301lie", "Amélie"), (GROWS, "\u0915\u093c")])
def test_a_text_is_kept_in_one_spelling(typed: str, kept: str) -> None:
    assert TextField(max_length=20).clean(f" {typed}\nx ") == f"{kept}\nx"
    assert LineField(max_length=20).clean(f" {typed}\n \tx ") == f"{kept} x"


def test_a_length_is_counted_in_the_spelling_that_is_kept() -> None:
    field = TextField(max_length=4)

    assert field.clean(GROWS * 2) == "\u0915\u093c" * 2
    with pytest.raises(forms.ValidationError):
        field.clean(GROWS * 3)
    assert field.clean("e\u0301" * 2) == "éé"
