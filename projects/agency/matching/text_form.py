"""A rule as text, for those who would rather write it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects.matching import documents
from projects.matching.documents import RuleNotUnderstood, TextNotUnderstood
from projects.matching.documents.writing import MOST_BYTES
from projects.typed_text import refuse_direction_marks, refuse_half_characters


class TextForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    text = forms.CharField(
        label=gettext_lazy("The rule as YAML"),
        help_text=gettext_lazy("Amounts are whole numbers of the currency's smallest unit."),
        max_length=MOST_BYTES,
        strip=False,
        widget=forms.Textarea(
            attrs={"rows": 24, "dir": "ltr", "spellcheck": "false", "autocapitalize": "off"}
        ),
        validators=[refuse_half_characters, refuse_direction_marks],
    )

    def clean(self) -> dict[str, Any]:
        """Read the text and the rule it says; name the line of the first problem."""
        cleaned = super().clean() or {}
        if "text" not in cleaned:
            return cleaned
        try:
            written = documents.parse(cleaned["text"].replace("\r\n", "\n"))
        except TextNotUnderstood as problem:
            words = {"line": problem.line, "problem": problem.problem}
            self.add_error("text", _("Line %(line)d: %(problem)s.") % words)
            return cleaned
        try:
            rule = documents.read(written.document)
        except RuleNotUnderstood as problem:
            words = {
                "line": written.line_of(problem.field),
                "problem": f"{problem.field} {problem.allowed}",
            }
            self.add_error("text", _("Line %(line)d: %(problem)s.") % words)
            return cleaned
        try:
            refuse_direction_marks(rule.name)  # As \u202e, escaped.
        except forms.ValidationError as problem:
            self.add_error("text", problem)
            return cleaned
        cleaned["document"] = written.document
        return cleaned
