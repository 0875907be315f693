"""A rate that an officer read somewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

from remittances.desk.entries import typed
from remittances.models.rates import LONGEST_SOURCE

if TYPE_CHECKING:
    from decimal import Decimal


class RateForm(forms.Form):
    """So much of one currency for one unit of another, on a day, as a source says."""

    base = forms.ChoiceField(label=_("For one unit of"), choices=typed.currency_choices)
    quote = forms.ChoiceField(label=_("In"), choices=typed.currency_choices)
    rate = typed.number_field(_("Rate"))
    on = forms.DateField(
        label=_("Of the day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    source = forms.CharField(
        label=_("Source"),
        max_length=LONGEST_SOURCE,
        help_text=_("Who published it, in full: it is shown with every price it measures."),
    )

    def clean_rate(self) -> Decimal:
        return typed.rate(self.cleaned_data["rate"])

    def clean_source(self) -> str:
        return typed.line(self.cleaned_data["source"])
