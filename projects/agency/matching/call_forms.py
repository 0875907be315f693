"""What a committee's round asks: a title, who applies, points, and conflicts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from projects.agency.fields import read
from projects.agency.matching.fields import WholeField
from projects.agency.matching.row_forms import amount_field
from projects.catalogue.models import Project
from projects.catalogue.selectors import texts
from projects.matching.models.committees import MOST_POINTS
from projects.typed_text import LineField, TextField

if TYPE_CHECKING:
    from payments.money import Money
    from projects.catalogue.models import Organisation


class OpenForm(forms.Form):
    title = LineField(
        label=_("What the round is called"),
        help_text=_("For example: Spring round."),
        max_length=120,
        error_messages={"required": _("Give the round a name.")},
    )


class ApplyForm(forms.Form):
    project = forms.ChoiceField(label=_("Project"))
    asked = amount_field(_("Amount it asks for"))
    note = TextField(
        label=_("What the committee should know"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self, *args: object, agency: Organisation, currency: str, **kwargs: object
    ) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.currency = currency
        rows = list(Project.objects.filter(agency=agency, state__in=Project.PUBLISHED_STATES))
        titles = texts(rows, language=get_language() or "en")
        self.fields["project"].choices = sorted(  # type: ignore[attr-defined]
            ((str(row.pk), titles[row.pk].title) for row in rows), key=lambda each: each[1]
        )
        self.fields["asked"].required = True
        self.fields["asked"].error_messages["required"] = _("Enter an amount.")

    def clean_asked(self) -> Money:
        return read(self.cleaned_data["asked"], currency=self.currency)


class MarkForm(forms.Form):
    points = WholeField(
        label=_("Points"),
        help_text=_("From 0 to 100. You can change them until the decision."),
        min_value=0,
        max_value=MOST_POINTS,
    )
    note = TextField(
        label=_("Your reasons"),
        help_text=_("Only the committee reads them."),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ConflictForm(forms.Form):
    reason = TextField(
        label=_("Why you have a part in it"),
        help_text=_("As family, business or friendship. It cannot be taken back."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say why.")},
    )
