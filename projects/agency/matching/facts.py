"""Values of a condition as people write them, and as a rule compares them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext as _

from payments.money import Money
from projects.agency.fields import read as read_money
from projects.agency.fields import written
from projects.agency.matching.fields import countries, country_names, words
from projects.agency.matching.rows import read_condition
from projects.catalogue.models import Project
from projects.catalogue.sectors import Sector

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from projects.agency.matching.rows import Json, Scalar

COUNTRIES = frozenset({"donor.residence", "donor.citizenship", "project.country"})
MONEY = frozenset({"contribution.amount", "project.goal", "project.budget"})
TRUTH = {"true": True, "false": False}
_WHOLE = re.compile(r"-?[0-9]{1,15}")
_SEMICOLON = re.compile(r"[;؛]")


def written_values(field: str, values: Sequence[Scalar], currency: str) -> str:
    """Return values as the editor shows them."""
    if field in COUNTRIES:
        return country_names(str(value) for value in values)
    if field in MONEY:
        amounts = [value for value in values if isinstance(value, int)]
        return "; ".join(written(Money(minor, currency)) for minor in amounts)
    labels = {code: label for label, code in _labels(field).items()}
    return ", ".join(labels.get(str(value), _plain(value)) for value in values)


def read(text: str, *, field: str, currency: str) -> tuple[Scalar, ...]:
    """Return the values that a person wrote.

    Raises:
        forms.ValidationError: In words, when one was not understood.
    """
    if field in COUNTRIES:
        return countries(text)
    if field in MONEY:
        parts = [part for part in _SEMICOLON.split(text) if part.strip()]
        return tuple(read_money(part, currency=currency).minor for part in parts)
    codes = {label.casefold(): code for label, code in _labels(field).items()}
    found = tuple(_scalar(codes.get(word.casefold(), word)) for word in words(text))
    if not found:
        raise forms.ValidationError(_("Fill this in, or take the row away."))
    return found


def is_same(kept: Json, field: str, text: str, currency: str) -> bool:
    """Tell whether a person left the values of a condition as they were shown."""
    row = read_condition(kept)
    shown = " ".join(written_values(row.field, row.values, currency).split())
    return row.field == field and shown == text


def _labels(field: str) -> Mapping[str, str]:
    if field == "project.sector":
        return {str(sector.label): sector.value for sector in Sector}
    if field == "project.kind":
        return {str(kind.label): kind.value for kind in Project.Kind}
    return {}


def _plain(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _scalar(word: str) -> Scalar:
    if word in TRUTH:
        return TRUTH[word]
    return int(word) if _WHOLE.fullmatch(word) else word
