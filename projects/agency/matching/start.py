"""Beginning a programme: from nothing, from a published example, or from its own terms."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from projects.agency.matching.fields import zones
from projects.agency.matching.filling import midnight
from projects.agency.matching.rule_form import CURRENCIES
from projects.matching import documents, wording
from projects.matching.documents.whole import ID
from projects.typed_text import LineField, refuse_direction_marks

if TYPE_CHECKING:
    from datetime import date

    from projects.catalogue.models import Organisation
    from projects.matching.templates import Template

DEFAULT_CURRENCY = "EUR"
_HYPHENS = re.compile(r"-+")


class StartForm(forms.Form):
    name = LineField(
        label=_("What people call it"),
        help_text=_("For example: Diaspora fund of Nowhere."),
        max_length=120,
        validators=[refuse_direction_marks],
        error_messages={"required": _("Give the programme a name.")},
    )
    key = LineField(
        label=_("Id"),
        help_text=_(
            "Letters, digits and hyphens, as nowhere-fund. It stands in addresses and in the books"
            " and never changes. Empty: made from the name."
        ),
        max_length=64,
        required=False,
    )
    currency = forms.ChoiceField(label=_("Currency"), choices=CURRENCIES, initial=DEFAULT_CURRENCY)

    def __init__(self, *args: object, example: Template | None, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.example = example
        if example is not None:
            del self.fields["currency"]
            self.fields["name"].initial = example.title[:120]
            self.fields["key"].initial = example.id

    def clean(self) -> dict[str, Any]:
        """Make the id, if none was typed."""
        cleaned = super().clean() or {}
        typed = cleaned.get("key") or slugify(cleaned.get("name", ""))[:64]
        key = _HYPHENS.sub("-", typed.replace("_", "-")).strip("-")
        if not ID.fullmatch(key) and "name" not in self.errors:
            self.add_error("key", _("Write an id of Latin letters, digits and hyphens."))
        cleaned["key"] = key
        return cleaned

    def document(self, agency: Organisation, *, today: date) -> dict[str, object]:
        """Return the rule that the draft begins with."""
        found = self.cleaned_data
        named = {"id": found["key"], "name": found["name"]}
        if self.example is not None:
            return copy.deepcopy(dict(self.example.document)) | named
        return blank(agency, today=today, currency=found["currency"]) | named


def blank(agency: Organisation, *, currency: str, today: date) -> dict[str, object]:
    """Return a small complete rule to change: one to one, for three months from the next one on."""
    zone = (zones([agency.country])[1:] or zones([]))[0][0]
    opens = _first_of_next_month(today)
    closes = opens
    for _month in range(3):
        closes = _first_of_next_month(closes)
    return {
        "id": "",
        "name": "",
        "currency": currency,
        "window": [midnight(opens, zone), midnight(closes, zone)],
        "tz": zone,
        "rate": [1, 1],
        "pot": 0,
    }


@dataclass(frozen=True, slots=True)
class Example:
    """A real programme as the list shows it."""

    template: Template
    sentence: str


def shown(template: Template) -> Example:
    return Example(template, wording.rule_sentence(documents.read(template.document)))


def _first_of_next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
