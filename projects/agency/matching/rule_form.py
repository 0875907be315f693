"""The gaps of the sentence that are not rows."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from payments.currencies import KNOWN
from projects.agency.fields import read
from projects.agency.matching import words
from projects.agency.matching.fields import (
    CountriesField,
    KeptField,
    WholeField,
    country_names,
    same_countries,
    zones,
)
from projects.agency.matching.row_forms import amount_field, typed
from projects.agency.matching.sentence import Kind, Sentence, kind_of
from projects.matching.documents.reading import LARGEST_RATE
from projects.matching.documents.whole import LARGEST_PRIORITY
from projects.typed_text import LineField, refuse_direction_marks

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from projects.agency.matching.rows import Json
    from projects.catalogue.models import Organisation

PLAIN = (
    *("name", "currency", "kind", "per", "gives", "tiers_on", "tiers_mode", "coupling"),
    *("opens_on", "last_day", "zone", "clock", "settle_by", "proof", "allocation"),
    *("needs_award", "on_exhaustion", "partial", "freed", "stacking", "priority"),
)
"""Gaps that bear the same name in the form and in the sentence, and need no reading."""
CURRENCIES = [(code, code) for code in sorted(KNOWN)]


FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)


def _day(label: _StrPromise, **options: Any) -> forms.DateField:  # noqa: ANN401  Django's own.
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(
        label=label,
        input_formats=["%Y-%m-%d"],
        widget=widget,
        validators=[MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)],
        **options,
    )


class RuleForm(forms.Form):
    base = KeptField()
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    name = LineField(
        label=_("What people call it"),
        max_length=120,
        required=False,
        validators=[refuse_direction_marks],
    )
    currency = forms.ChoiceField(label=_("Currency"), choices=CURRENCIES)
    kind = forms.ChoiceField(label=_("What is added"), choices=words.KINDS)
    per = WholeField(label=_("For each"), min_value=1, max_value=LARGEST_RATE)
    gives = WholeField(label=_("add"), min_value=1, max_value=LARGEST_RATE)
    lump = amount_field(_("Add once to each project"))
    tiers_on = forms.ChoiceField(label=_("The tiers look at"), choices=words.TIERS_ON)
    tiers_mode = forms.ChoiceField(label=_("and take"), choices=words.TIERS_MODES)
    coupling = forms.ChoiceField(label=_("The funders pay"), choices=words.COUPLINGS)
    people_in = CountriesField(
        label=_("from people in"),
        help_text=_("Countries, divided by commas. Empty: from anywhere."),
        max_length=4000,
        required=False,
    )
    pot = amount_field(_("from a pot of"))
    opens_on = _day(_("From"))
    last_day = _day(_("until the end of"))
    zone = forms.ChoiceField(label=_("by the clocks of"))
    clock = forms.ChoiceField(label=_("The day counts"), choices=words.CLOCKS)
    settle_by = _day(_("and the money has to arrive by"), required=False)
    minimum = amount_field(_("Smallest amount that counts"))
    kinds = forms.MultipleChoiceField(
        label=_("Kinds of money"),
        help_text=_("None chosen: every kind."),
        choices=words.COUNTED_KINDS,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    by = forms.MultipleChoiceField(
        label=_("Who gives"),
        help_text=_("None chosen: everybody."),
        choices=words.GIVERS,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    proof = LineField(
        label=_("Proof that has to be on record"),
        help_text=_("As remittance_origin. Empty: none."),
        max_length=64,
        required=False,
    )
    allocation = forms.ChoiceField(label=_("How the pot is shared out"), choices=words.ALLOCATIONS)
    needs_award = forms.BooleanField(
        label=_("Only projects to which a committee has awarded an amount"), required=False
    )
    on_exhaustion = forms.ChoiceField(label=_("When the pot is empty"), choices=words.EXHAUSTIONS)
    partial = forms.ChoiceField(
        label=_("When part of a contribution goes back"), choices=words.PARTIALS
    )
    freed = forms.ChoiceField(label=_("Match that comes free after the end"), choices=words.FREED)
    stacking = forms.ChoiceField(label=_("Beside other programmes"), choices=words.STACKINGS)
    priority = WholeField(
        label=_("Place in the order"),
        help_text=_("Programmes with a smaller number are asked first."),
        min_value=1,
        max_value=LARGEST_PRIORITY,
    )

    def __init__(
        self, *args: object, agency: Organisation, base: Json, is_new: bool, **kwargs: object
    ) -> None:
        kwargs.setdefault("use_required_attribute", False)
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.read_base = base
        is_kept = kind_of(base) == Kind.KEPT
        self._choose("kind", [each for each in words.KINDS if is_kept or each[0] != Kind.KEPT])
        self._choose(
            "zone", zones([agency.country, *agency.territories], str(base.get("tz", "UTC")))
        )
        if not is_new:
            self._choose("currency", [(str(base["currency"]), str(base["currency"]))])

    def _choose(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Read the amounts in the currency chosen; refuse a carried document that is no rule."""
        cleaned = super().clean() or {}
        if cleaned.get("base") not in (None, self.read_base):
            self.add_error("base", _("This page is damaged. Open it again."))
        currency = cleaned.get("currency")
        if currency:
            for name in ("lump", "pot", "minimum"):
                cleaned[f"{name}_minor"] = self._money(name, currency)
        if cleaned.get("kind") == Kind.LUMP and not str(cleaned.get("lump", "")).strip():
            self.add_error("lump", _("Enter an amount."))
        return cleaned

    def _money(self, name: str, currency: str) -> int | None:
        text = str(self.cleaned_data.get(name) or "").strip()
        if not text:
            return None
        try:
            return read(text, currency=currency).minor
        except forms.ValidationError as error:
            self.add_error(name, error)
            return None

    def gaps(self, old: Sentence) -> dict[str, Any]:
        """Return what a valid form says, by the names of the sentence."""
        found = self.cleaned_data
        same = same_countries(old.people_in, found["people_in"])
        return {name: found[name] for name in PLAIN} | {
            "settle_by": found["settle_by"] if found["clock"] == "initiated" else None,
            "people_in": old.people_in if same else found["people_in"],
            "lump_minor": found["lump_minor"],
            "pot_minor": found["pot_minor"] or 0,
            "min_minor": found["minimum_minor"],
            "kinds": _in_old_order(old.kinds, found["kinds"]),
            "by": _in_old_order(old.by, found["by"]),
        }


def initial(shown: Sentence, base: Json, *, version: int) -> dict[str, object]:
    """Return what the form shows of a sentence."""
    currency = shown.currency
    return {name: getattr(shown, name) for name in PLAIN} | {
        "base": base,
        "version": version,
        "people_in": country_names(shown.people_in),
        "lump": typed(shown.lump_minor, currency),
        "pot": typed(shown.pot_minor, currency),
        "minimum": typed(shown.min_minor, currency),
        "kinds": list(shown.kinds),
        "by": list(shown.by),
    }


def _in_old_order(old: tuple[str, ...], chosen: list[str]) -> tuple[str, ...]:
    """Return what was chosen; the same words in another order are no change."""
    return old if set(old) == set(chosen) else tuple(chosen)
