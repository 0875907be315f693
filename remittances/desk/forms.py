"""What officers fill in at the desk of prices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

from remittances.datasets.cells import LONGEST_TEXT
from remittances.datasets.rows import Flag
from remittances.models import Country

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from remittances.models import ImportFlag

FLAGS = {
    Flag.REFERENCE_RATE_ZERO: _("Reference rate of zero"),
    Flag.AMOUNT_MISSING: _("No usable amount"),
    Flag.COST_MISSING: _("A cost is not given"),
    Flag.COST_DIFFERS_FROM_PARTS: _("Total differs from its parts"),
    Flag.MARGIN_NEGATIVE: _("Margin below zero"),
    Flag.NOT_TRANSPARENT: _("Exchange cost not disclosed"),
    Flag.AMOUNT_UNLIKE_CORRIDOR: _("Amount unlike its corridor"),
    Flag.DUPLICATE: _("Repeats another row"),
}


class UploadForm(forms.Form):
    """One file of prices."""

    file = forms.FileField(
        label=_("File of prices"),
        help_text=_("The survey's workbook (.xlsx) or a table (.csv), 100 MB at most."),
        error_messages={
            "required": _("Choose a file."),
            "empty": _("This file is empty."),
        },
    )


class ReportForm(forms.Form):
    """Which flags of a report to show."""

    flag = forms.ChoiceField(
        label=_("Flag"),
        required=False,
        choices=[("", _("All")), *((flag.value, words) for flag, words in FLAGS.items())],
    )
    sheet = forms.ChoiceField(label=_("Sheet"), required=False)

    def __init__(self, data: Any, *, sheets: Sequence[str]) -> None:  # noqa: ANN401  Django's own.
        super().__init__(data)
        named = [(sheet, sheet) for sheet in sheets if sheet]
        self.fields["sheet"] = forms.ChoiceField(
            label=_("Sheet"), required=False, choices=[("", _("All")), *named]
        )

    def narrowed(self, flags: QuerySet[ImportFlag]) -> QuerySet[ImportFlag]:
        """Return the flags that the form asks for; what it does not understand narrows nothing."""
        self.full_clean()
        asked = {name: value for name, value in self.cleaned_data.items() if value}
        return flags.filter(**asked)


class WebAddress(forms.URLField):
    """An address that a browser opens as a page, and nothing else."""

    default_validators = [URLValidator(schemes=["http", "https"])]  # noqa: RUF012  Django's own.


def _address(label: StrOrPromise) -> WebAddress:
    return WebAddress(label=label, required=False, max_length=500, assume_scheme="https")


class ProviderForm(forms.Form):
    """What an officer found out about a firm."""

    website = _address(_("Website"))
    licensed_in = forms.ModelChoiceField(
        Country.objects.all(), label=_("Licensed in"), required=False
    )
    licence_number = forms.CharField(
        label=_("Number of the licence"), required=False, max_length=LONGEST_TEXT
    )
    licence_register_url = _address(_("Address in the public register"))
    licence_checked_on = forms.DateField(
        label=_("Licence checked on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    complaints_url = _address(_("Where to complain"))
    commercial_link = _address(_("Link that pays us"))
    commercial_note = forms.CharField(label=_("What we are paid"), required=False, max_length=500)

    def __init__(
        self,
        data: Any = None,  # noqa: ANN401  Django's own.
        *,
        initial: dict[str, Any],
        may_approve: bool,
    ) -> None:
        super().__init__(data, initial=initial)
        self._may_approve = may_approve

    def clean_commercial_link(self) -> str:
        """Refuse another link than the one that stands, unless the person may approve."""
        link: str = self.cleaned_data["commercial_link"]
        if link != self.initial["commercial_link"] and not self._may_approve:
            raise forms.ValidationError(
                _("Only somebody who may approve prices can set or remove this link.")
            )
        return link

    @property
    def changes(self) -> dict[str, Any]:
        """Return the answers of a valid form by the columns they stand for."""
        country = self.cleaned_data["licensed_in"]
        told = {name: value for name, value in self.cleaned_data.items() if name != "licensed_in"}
        return told | {"licensed_in_id": country and country.pk}
