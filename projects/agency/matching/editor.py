"""The sentence of a rule with its rows, as one page sends them.

The page carries the document it was begun from, so what it does not show is never lost, and rows
can be added and taken away without saving anything.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from django.core.exceptions import ValidationError

from payments.currencies import KNOWN
from projects.agency.matching import filling, row_forms, rule_form, sentence
from projects.agency.matching.fields import KeptField
from projects.agency.matching.places import field_of, problem_of
from projects.agency.matching.row_forms import FORMS, SETS
from projects.agency.matching.sentence import Kind
from projects.matching import documents
from projects.matching.documents import RuleNotUnderstood

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.forms import BaseFormSet
    from django.http import QueryDict

    from projects.agency.matching.row_forms import RowForm
    from projects.agency.matching.rows import Json
    from projects.agency.matching.rule_form import RuleForm
    from projects.agency.matching.sentence import Sentence
    from projects.matching.models.drafts import ProgrammeDraft

ADD, REMOVE, LOOK = "add", "remove", "look"
LEAST = {"caps": 1, "base_caps": 0, "layers": 2, "bands": 2, "conditions": 0}
"""How many rows stand there at least, empty ones among them."""


GAPS = {
    Kind.RATE: ("per", "gives"),
    Kind.LUMP: ("lump_minor",),
    Kind.LAYERS: ("layers", "coupling"),
    Kind.TIERS: ("bands", "tiers_on", "tiers_mode"),
}
"""Gaps that belong to one way of adding; with another one, what stands there does not count."""


@dataclass(slots=True)
class Editor:
    form: RuleForm
    sets: Mapping[str, BaseFormSet[RowForm]]
    base: Json
    is_new: bool
    document: dict[str, object] | None = None  # What it says, once it is known to be a rule.

    def is_valid(self) -> bool:
        """Check every part, so that every problem is shown at once; then read the whole rule."""
        parts = [self.form.is_valid(), *(rows.is_valid() for rows in self.sets.values())]
        if not all(parts):
            return False
        said = filling.write(self.base, self.sentence())
        try:
            documents.read(said)
        except RuleNotUnderstood as refusal:
            self._show(refusal)
            return False
        self.document = said
        return True

    @property
    def has_problem(self) -> bool:
        return bool(
            self.form.errors or any(rows.total_error_count() for rows in self.sets.values())
        )

    @property
    def version(self) -> int:
        return int(self.form.cleaned_data["version"])

    def sentence(self) -> Sentence:
        """Return the sentence that valid forms say."""
        old = sentence.read(self.base)
        new = replace(old, **self.form.gaps(old))
        rows = {name: self._rows(name) for name in self.sets}
        idle = {name for kind, names in GAPS.items() if kind != new.kind for name in names}
        shown = {name: found for name, found in rows.items() if name not in idle}
        unseen = {name: getattr(old, name) for name in idle}
        return replace(new, **(unseen | shown))

    def _rows(self, name: str) -> tuple[object, ...]:
        return tuple(row for form in self.sets[name] if (row := form.row()) is not None)

    def _show(self, refusal: RuleNotUnderstood) -> None:
        """Put what makes no sense beside its field, or its row, or above everything."""
        place = field_of(refusal.field)
        message = problem_of(refusal)
        if place.rows and (row := self._begun(place.rows, place.number)):
            row.add_error(place.field if place.field in row.fields else None, message)
        elif place.field in self.form.fields and not place.rows:
            self.form.add_error(place.field, message)
        else:
            self.form.add_error(None, message)

    def _begun(self, name: str, number: int) -> RowForm | None:
        """Return the form of a row of the document; rows left empty are none."""
        begun = [form for form in self.sets[name] if form.is_begun]
        return begun[number] if number < len(begun) else None


def filled(draft: ProgrammeDraft) -> Editor:
    """Return the sentence of a draft as it was saved last."""
    shown = sentence.read(draft.document)
    fields = rule_form.initial(shown, draft.document, version=draft.version)
    lines = {
        name: [row_forms.initial(row, shown.currency) for row in getattr(shown, name)]
        for name in FORMS
    }
    return _unbound(draft, draft.document, fields, lines)


def sent(draft: ProgrammeDraft, data: QueryDict, *, version: int | None = None) -> Editor:
    """Return the sentence as the person sent it; `version` replaces the one it was begun from."""
    base = _base(draft, data)
    if version is not None:
        data = data.copy()
        data["version"] = str(version)
    kwargs = {"currency": _currency(data, base)}
    return Editor(
        form=rule_form.RuleForm(data, agency=draft.agency, base=base, is_new=not draft.based_on),
        sets={name: made(data, prefix=name, form_kwargs=kwargs) for name, made in SETS.items()},
        base=base,
        is_new=not draft.based_on,
    )


def with_rows_changed(draft: ProgrammeDraft, data: QueryDict) -> Editor:
    """Return what the person typed, unchecked and unsaved, with a row more or less."""
    base = _base(draft, data)
    form = rule_form.RuleForm(agency=draft.agency, base=base, is_new=not draft.based_on)
    fields: dict[str, object] = {
        name: data.getlist(name) if name in ("kinds", "by") else data.get(name, "")
        for name in form.fields
    }
    lines = {name: _typed_rows(name, data) for name in FORMS}
    if (adding := data.get(ADD)) in lines:
        lines[adding].append({})
    name, _, number = data.get(REMOVE, "").rpartition("-")
    if name in lines and number.isdecimal() and int(number) < len(lines[name]):
        del lines[name][int(number)]
    return _unbound(draft, base, fields, lines)


def _typed_rows(name: str, data: QueryDict) -> list[dict[str, object]]:
    names = FORMS[name].base_fields
    return [
        {field: data.get(f"{name}-{n}-{field}", "") for field in names}
        for n in range(row_forms.MOST_ROWS)
        if any(f"{name}-{n}-{field}" in data for field in names)
    ]


def _unbound(
    draft: ProgrammeDraft,
    base: Json,
    fields: Mapping[str, object],
    lines: Mapping[str, list[dict[str, object]]],
) -> Editor:
    kwargs = {"currency": _currency(fields, base)}
    sets = {}
    for name, made in SETS.items():
        missing = max(LEAST[name] - len(lines[name]), 0)
        initial = [*lines[name], *({} for _ in range(missing))][: row_forms.MOST_ROWS]
        sets[name] = made(initial=initial, prefix=name, form_kwargs=kwargs)
    return Editor(
        form=rule_form.RuleForm(
            initial=dict(fields), agency=draft.agency, base=base, is_new=not draft.based_on
        ),
        sets=sets,
        base=base,
        is_new=not draft.based_on,
    )


def _base(draft: ProgrammeDraft, data: QueryDict) -> Json:
    """Return the document the page was begun from, or the draft's where the page is damaged."""
    try:
        base = KeptField().clean(data.get("base", ""))
        documents.read(base)
    except (ValidationError, RuleNotUnderstood):
        return cast("Json", draft.document)
    return cast("Json", base)


def _currency(data: Mapping[str, object], base: Json) -> str:
    """Return the currency of every row: the one chosen, if we know it."""
    chosen = str(data.get("currency", ""))
    return chosen if chosen in KNOWN else str(base["currency"])
