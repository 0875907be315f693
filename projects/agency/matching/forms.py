"""The small forms beside the sentence: when, and why."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.typed_text import TextField


class VersionForm(forms.Form):
    """Which saving of a draft the person looked at."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class ProposeForm(VersionForm):
    starts_on = forms.DateField(
        label=_("In force from"),
        help_text=_(
            "The beginning of this day by the programme's clocks. Empty: as soon as it is"
            " published. Money that arrived before keeps the terms of its time."
        ),
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        required=False,
    )


class ReasonForm(forms.Form):
    reason = TextField(
        label=_("Why"),
        help_text=_("It is kept in the history."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why.")},
    )
