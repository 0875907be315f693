"""The forms of the rows: limits, funders, tiers and conditions. A row left empty does not count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from payments.money import Money
from projects.agency.fields import money_input, read, written
from projects.agency.matching import facts, rows, words
from projects.agency.matching.fields import KeptField, WholeField
from projects.agency.matching.rows import BandRow, CapRow, ConditionRow, LayerRow
from projects.matching.documents.reading import LARGEST_RATE
from projects.typed_text import LineField, TextField

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_ROWS = 20
LONGEST_AMOUNT = 60


def amount_field(label: object) -> TextField:
    return TextField(label=label, max_length=LONGEST_AMOUNT, required=False, widget=money_input())


Row = CapRow | LayerRow | BandRow | ConditionRow


class RowForm(forms.Form):
    """What the forms of all rows have in common."""

    asked: ClassVar[tuple[str, ...]] = ()  # Typing into one of these begins a row.

    def __init__(self, *args: object, currency: str, **kwargs: object) -> None:
        kwargs.setdefault("use_required_attribute", False)
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.currency = currency

    def row(self) -> Row | None:
        """Return what a valid row says; nothing where it was left empty."""
        raise NotImplementedError

    @property
    def is_begun(self) -> bool:
        return any(self.cleaned_data.get(name) not in (None, "", ()) for name in self.asked)

    def money(self, name: str, *, is_required: bool) -> int | None:
        """Return the minor units typed into a field, with its problem beside it if there is one."""
        typed = str(self.cleaned_data.get(name) or "").strip()
        if not typed:
            if is_required:
                self.add_error(name, _("Enter an amount."))
            return None
        try:
            return read(typed, currency=self.currency).minor
        except forms.ValidationError as error:
            self.add_error(name, error)
            return None

    def require(self, *names: str) -> None:
        for name in names:
            if self.cleaned_data.get(name) in (None, "") and name not in self.errors:
                self.add_error(name, _("Fill this in, or take the row away."))


class CapForm(RowForm):
    """One limit: an amount, per what, over which time."""

    asked = ("amount", "kept")
    kept = KeptField(required=False)
    amount = amount_field(_("At most"))
    scope = forms.ChoiceField(label=_("per"), choices=words.SCOPES)
    period = forms.ChoiceField(label=_("counted"), choices=words.PERIODS, required=False)
    years = WholeField(label=_("years"), min_value=1, max_value=20, required=False)
    layer = LineField(label=_("of the funder"), max_length=64, required=False)

    def clean(self) -> dict[str, Any]:
        """Read the amount; a kept one that is a share or indexed needs none."""
        cleaned = super().clean() or {}
        kept = cleaned.get("kept")
        if self.is_begun:
            is_plain = kept is None or rows.read_cap(kept).minor is not None
            cleaned["minor"] = self.money("amount", is_required=is_plain)
            if cleaned.get("period") == "n_years":
                self.require("years")
        return cleaned

    @property
    def is_kept(self) -> bool:
        """Tell whether the amount is one the row does not show."""
        kept = _object(self, "kept")
        return kept is not None and rows.read_cap(kept).minor is None

    def row(self) -> CapRow | None:
        if not self.is_begun:
            return None
        found = self.cleaned_data
        period = found.get("period") or "none"
        return CapRow(
            scope=found["scope"],
            minor=found["minor"],
            period=period,
            years=found.get("years") if period == "n_years" else None,
            layer=found.get("layer", ""),
            kept=found["kept"],
        )


class BaseCapForm(CapForm):
    """One limit on the money that is counted at all."""

    period = None  # type: ignore[assignment]
    years = None  # type: ignore[assignment]
    layer = None  # type: ignore[assignment]
    scope = forms.ChoiceField(label=_("per"), choices=words.BASE_SCOPES)


class LayerForm(RowForm):
    """One funder: its name, what it adds, what it sets aside."""

    asked = ("id", "pot", "kept")
    kept = KeptField(required=False)
    id = LineField(
        label=_("Funder"),
        help_text=_("A short name in Latin letters, as federal."),
        max_length=64,
        required=False,
    )
    gives = WholeField(label=_("adds"), min_value=1, max_value=LARGEST_RATE, required=False)
    per = WholeField(label=_("for each"), min_value=1, max_value=LARGEST_RATE, required=False)
    pot = amount_field(_("from a pot of"))

    def clean(self) -> dict[str, Any]:
        """Ask for all of a funder that was begun, but for its pot."""
        cleaned = super().clean() or {}
        if self.is_begun:
            self.require("id", "gives", "per")
            cleaned["pot_minor"] = self.money("pot", is_required=False) or 0
        return cleaned

    def row(self) -> LayerRow | None:
        if not self.is_begun:
            return None
        found = self.cleaned_data
        return LayerRow(
            id=found["id"],
            per=found["per"],
            gives=found["gives"],
            pot_minor=found["pot_minor"],
            kept=found["kept"],
        )


class BandForm(RowForm):
    """One tier: from, to, and what is added."""

    asked = ("first", "last", "gives")
    first = amount_field(_("From"))
    last = amount_field(_("to"))
    gives = WholeField(label=_("add"), min_value=0, max_value=LARGEST_RATE, required=False)
    per = WholeField(label=_("for each"), min_value=1, max_value=LARGEST_RATE, required=False)

    def clean(self) -> dict[str, Any]:
        """Read both ends; an empty start is nothing, an empty end has none."""
        cleaned = super().clean() or {}
        if self.is_begun:
            self.require("gives", "per")
            cleaned["first_minor"] = self.money("first", is_required=False) or 0
            cleaned["last_minor"] = self.money("last", is_required=False)
        return cleaned

    def row(self) -> BandRow | None:
        if not self.is_begun:
            return None
        found = self.cleaned_data
        return BandRow(
            first=found["first_minor"],
            last=found["last_minor"],
            per=found["per"],
            gives=found["gives"],
        )


class ConditionForm(RowForm):
    """One condition: a fact, how it is compared, and with what."""

    asked = ("values", "kept")
    kept = KeptField(required=False)
    field = forms.ChoiceField(label=_("Only where"), choices=words.FACTS)
    op = forms.ChoiceField(label=_("compared"), choices=words.OPERATORS)
    values = LineField(label=_("with"), max_length=4000, required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        kept = _object(self, "kept")
        name = str((kept or {}).get("field", ""))
        choices: list[tuple[str, object]] = [*words.FACTS]
        if name and name not in dict(choices):
            choices.append((name, name))
        self.fields["field"].choices = choices  # type: ignore[attr-defined]

    @property
    def is_kept(self) -> bool:
        """Tell whether it compares with another fact, which the row does not show."""
        return "value_field" in (_object(self, "kept") or {})

    def clean(self) -> dict[str, Any]:
        """Read what the fact is compared with, as such a fact is written."""
        cleaned = super().clean() or {}
        if self.is_begun and not self.is_kept:
            self.require("values")
            if not self.errors:
                self._read(cleaned)
        return cleaned

    def _read(self, cleaned: dict[str, Any]) -> None:
        kept, field, op = cleaned["kept"], cleaned["field"], cleaned["op"]
        if kept is not None and facts.is_same(kept, field, cleaned["values"], self.currency):
            cleaned["found"] = rows.read_condition(kept).values
            return
        try:
            cleaned["found"] = facts.read(cleaned["values"], field=field, currency=self.currency)
        except forms.ValidationError as error:
            self.add_error("values", error)
            return
        if op not in ("in", "not_in") and len(cleaned["found"]) > 1:
            self.add_error("values", _("Write one value here, or choose “is one of”."))
        elif op in ("gte", "lte") and not isinstance(cleaned["found"][0], int):
            self.add_error("values", _("Write a number here."))

    def row(self) -> ConditionRow | None:
        if not self.is_begun:
            return None
        found = self.cleaned_data
        return ConditionRow(
            field=found["field"], op=found["op"], values=found.get("found", ()), kept=found["kept"]
        )


FORMS: Mapping[str, type[RowForm]] = {
    "caps": CapForm,
    "base_caps": BaseCapForm,
    "layers": LayerForm,
    "bands": BandForm,
    "conditions": ConditionForm,
}
"""Each kind of row by the name under which a page sends it."""

SETS = {
    name: forms.formset_factory(
        form, extra=0, max_num=MOST_ROWS, absolute_max=MOST_ROWS, validate_max=True
    )
    for name, form in FORMS.items()
}


def initial(row: Row, currency: str) -> dict[str, object]:
    """Return what the form of a row shows of it."""
    match row:
        case CapRow():
            return {
                "kept": row.kept,
                "amount": typed(row.minor, currency),
                "scope": row.scope,
                "period": row.period,
                "years": row.years,
                "layer": row.layer,
            }
        case LayerRow():
            pot = typed(row.pot_minor, currency)
            return {"kept": row.kept, "id": row.id, "gives": row.gives, "per": row.per, "pot": pot}
        case BandRow():
            ends = {"first": typed(row.first, currency), "last": typed(row.last, currency)}
            return ends | {"gives": row.gives, "per": row.per}
        case ConditionRow():
            shown = facts.written_values(row.field, row.values, currency)
            return {"kept": row.kept, "field": row.field, "op": row.op, "values": shown}


def typed(minor: int | None, currency: str) -> str:
    """Return minor units as a person would type them; nothing and zero are left empty."""
    return written(Money(minor, currency)) if minor else ""


def _object(form: forms.Form, name: str) -> dict[str, object] | None:
    """Return what a bound or an unbound form carries along, if it can be read."""
    field = form.fields[name]
    try:
        found = field.clean(field.prepare_value(form[name].value()))
    except forms.ValidationError:
        return None
    return found if isinstance(found, dict) else None
