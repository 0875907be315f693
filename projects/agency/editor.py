"""The form of a project together with the rows of its budget, as one page sends them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from payments.currencies import OFFERED
from projects.agency import forms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.forms import BaseFormSet
    from django.http import QueryDict

    from projects.catalogue.models import Organisation, Project
    from projects.catalogue.services import ProjectDraft

PREFIX = "lines"
MORE = "more"


@dataclass(frozen=True, slots=True)
class Editor:
    form: forms.ProjectForm
    lines: BaseFormSet[forms.LineForm]

    def is_valid(self) -> bool:
        """Check both halves, so that every problem is shown at once."""
        form_is_valid, lines_are_valid = self.form.is_valid(), self.lines.is_valid()
        return bool(form_is_valid and lines_are_valid)

    @property
    def has_problem(self) -> bool:
        return bool(self.form.errors or self.lines.total_error_count())

    @property
    def version(self) -> int:
        return int(self.form.cleaned_data["version"])

    def draft(self) -> ProjectDraft:
        return forms.draft(self.form, self.lines)


def blank(agency: Organisation, *, language: str) -> Editor:
    """Return an empty form for a new project of the agency."""
    fields = {"version": 0, "language": language, "country": agency.country}
    return _unbound(agency, fields, [])


def filled(project: Project) -> Editor:
    """Return the form with what was saved last."""
    return _unbound(project.agency, *forms.initial(project))


def sent(agency: Organisation, data: QueryDict, *, version: int | None = None) -> Editor:
    """Return the form as the person sent it; `version` replaces the one it was begun from."""
    if version is not None:
        data = data.copy()
        data["version"] = str(version)
    return Editor(
        form=forms.ProjectForm(data, agency=agency),
        lines=forms.LineFormSet(data, prefix=PREFIX, form_kwargs=_line_kwargs(data)),
    )


def with_more_rows(agency: Organisation, data: QueryDict) -> Editor:
    """Return what the person typed, unchecked and unsaved, with room for more lines."""
    lines = [
        {name: data.get(f"{PREFIX}-{n}-{name}", "") for name in ("item", "amount")}
        for n in range(forms.MOST_ROWS)
        if f"{PREFIX}-{n}-item" in data
    ]
    return _unbound(agency, data.dict(), lines)


def _unbound(
    agency: Organisation, fields: Mapping[str, object], lines: list[dict[str, str]]
) -> Editor:
    room = max(len(lines) + forms.MORE_ROWS, forms.FIRST_ROWS)
    rows = forms.rows(lines, least=room)
    return Editor(
        form=forms.ProjectForm(initial=dict(fields), agency=agency),
        lines=forms.LineFormSet(initial=rows, prefix=PREFIX, form_kwargs=_line_kwargs(fields)),
    )


def _line_kwargs(fields: Mapping[str, object]) -> dict[str, str]:
    """Return the currency of every line: the one chosen, if we take it."""
    chosen = str(fields.get("currency", ""))
    return {"currency": chosen if chosen in OFFERED else OFFERED[0]}
