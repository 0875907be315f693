"""What a visitor may ask the comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payments.amounts import AmountNotUnderstood, Refusal, parse
from payments.currencies import UnknownCurrency
from remittances import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from payments.money import Money
    from remittances.models import Country
    from remittances.selectors import Choices

ANY_WAY = ("", gettext_lazy("Any way"))
_CHOOSE = gettext_lazy("Choose a country of the list.")
_COUNTRY_ERRORS = {"required": _CHOOSE, "invalid_choice": _CHOOSE}


class CompareForm(forms.Form):
    """An amount, two countries, and how the money is received; sent by GET.

    The amount is read here only when its `currency` is known, which the two countries decide.
    """

    amount = forms.CharField(
        label=gettext_lazy("You send"),
        required=False,
        strip=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )

    def __init__(
        self,
        data: Mapping[str, str] | None = None,
        *,
        choices: Choices,
        currency: str | None = None,
    ) -> None:
        super().__init__(data)
        self.currency = currency
        self.fields["amount"].required = currency is not None
        self.fields["amount"].error_messages["required"] = words.AMOUNT_REFUSALS[Refusal.EMPTY]
        sending = _options(choices.send_priced, choices.send_averaged)
        receiving = _options(choices.receive_priced, choices.receive_averaged)
        self.fields["from"] = forms.ChoiceField(
            label=gettext_lazy("From"), choices=sending, error_messages=_COUNTRY_ERRORS
        )
        self.fields["to"] = forms.ChoiceField(
            label=gettext_lazy("To"), choices=receiving, error_messages=_COUNTRY_ERRORS
        )
        self.fields["receive"] = forms.ChoiceField(
            label=gettext_lazy("They receive by"),
            required=False,
            choices=[ANY_WAY, *words.WAYS.items()],
            error_messages={"invalid_choice": gettext_lazy("Choose how they receive the money.")},
        )

    def clean_amount(self) -> Money | None:
        """Read the amount by the rules of the page's language."""
        if self.currency is None:
            return None
        typed = self.data.get("amount", "")
        if isinstance(self.data, QueryDict) and len(self.data.getlist("amount")) > 1:
            raise forms.ValidationError(_("The address gives two amounts. Enter one."))
        try:
            return parse(typed, currency=self.currency, language=words.language(), for_charge=False)
        except AmountNotUnderstood as refusal:
            raise forms.ValidationError(words.AMOUNT_REFUSALS[refusal.code]) from refusal
        except UnknownCurrency as unknown:
            message = _("We cannot compare amounts in the currency of that country yet.")
            raise forms.ValidationError(message) from unknown

    def clean(self) -> dict[str, object]:
        """Refuse a transfer within one country."""
        asked = super().clean() or {}
        if asked.get("from") and asked.get("from") == asked.get("to"):
            self.add_error("to", _("Choose another country than the one you send from."))
        return asked


def _options(
    priced: Iterable[Country], averaged: Iterable[Country]
) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the countries as options, those with prices of each service first."""
    groups = (
        (_("With the price of each service"), priced),
        (_("With the World Bank's averages"), averaged),
    )
    return [(label, _by_name(countries)) for label, countries in groups if countries]


def _by_name(countries: Iterable[Country]) -> list[tuple[str, str]]:
    named = [(country.iso3.lower(), words.country_name(country)) for country in countries]
    return sorted(named, key=lambda option: option[1].casefold())
