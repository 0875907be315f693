"""Which money a rule is tried on: the last year of the agency's projects, or a file."""

from __future__ import annotations

from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from payments import figures
from projects.agency.fields import read
from projects.agency.matching.row_forms import amount_field
from projects.matching.selectors import simulations
from projects.matching.simulating import contribution_files

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.core.files.uploadedfile import UploadedFile

    from projects.matching.rules import Counted, Rule

PAST, FILE = "past", "file"
MOST_ROWS = 5_000
LARGEST_BYTES = 2**20  # What any request may have.


class TryForm(forms.Form):
    source = forms.ChoiceField(
        label=gettext_lazy("Money to try it on"),
        choices=[
            (PAST, gettext_lazy("What our projects received in the last 12 months")),
            (FILE, gettext_lazy("A file")),
        ],
        widget=forms.RadioSelect,
        initial=PAST,
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "CSV with the columns id, t, project and amount, and more if the rule asks for it, as"
            " donor, currency or donor.residence. A time is written 2026-03-02T10:00:00Z."
        ),
        required=False,
        max_length=200,
        allow_empty_file=True,
    )
    pot = amount_field(gettext_lazy("Money in the pot"))

    def __init__(
        self, *args: object, rule: Rule, past: Sequence[Counted], **kwargs: object
    ) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.rule = rule
        self.past = past
        put_in = sum(simulations.put_in(rule).values())
        self.fields["pot"].help_text = (
            _("Empty: what the rule or the books say.") if put_in else _("The rule says nothing.")
        )

    def clean(self) -> dict[str, Any]:
        """Read the file, every row of it or nothing, and the pot."""
        cleaned = super().clean() or {}
        cleaned["funded"] = self._funded(str(cleaned.get("pot") or "").strip())
        if cleaned.get("source") == FILE:
            cleaned["money"] = self._rows(cleaned.get("file"))
        else:
            cleaned["money"] = self.past
            if not self.past and not self.errors:
                self.add_error(
                    "source", _("Your projects received nothing that this rule speaks of.")
                )
            elif len(self.past) > MOST_ROWS:
                self.add_error("source", _too_many())
        return cleaned

    def _funded(self, typed: str) -> dict[str, int] | int:
        if typed:
            try:
                return read(typed, currency=self.rule.currency).minor
            except forms.ValidationError as error:
                self.add_error("pot", error)
                return 0
        found = simulations.put_in(self.rule)
        if not sum(found.values()):
            self.add_error("pot", _("Say how much is in the pot."))
        return found

    def _rows(self, sent: UploadedFile[bytes] | None) -> Sequence[Counted]:
        if sent is None:
            self.add_error("file", _("Choose a file."))
            return ()
        if (sent.size or 0) > LARGEST_BYTES:
            self.add_error("file", _("The file is larger than 1 MiB."))
            return ()
        with NamedTemporaryFile(suffix=".upload") as kept:
            for chunk in sent.chunks():
                kept.write(chunk)
            kept.flush()
            try:
                found = contribution_files.read(Path(kept.name), own_currency=self.rule.currency)
            except contribution_files.RowsNotUnderstood as problem:
                said = str(problem).replace(kept.name, _("the file"))
                self.add_error("file", _("Nothing was read. %(problem)s") % {"problem": said})
                return ()
        if not found:
            self.add_error("file", _("The file has no row."))
        elif len(found) > MOST_ROWS:
            self.add_error("file", _too_many())
        return found


def _too_many() -> str:
    said = _(
        "More than %(most)s contributions take too long here: use the command matching simulate."
    )
    return said % {"most": figures.number_text(MOST_ROWS, language=get_language() or "en")}
