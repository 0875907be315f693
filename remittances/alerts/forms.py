"""What somebody types to be told, and the code that shows the address is theirs."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy

from payments.amounts import AmountNotUnderstood, Refusal, parse
from remittances import countries, questions, words
from remittances.alerts.services import asking
from remittances.forms import ANY_WAY
from remittances.models import Watched
from remittances.models.alerts import HIGHEST_BPS
from remittances.questions import QuoteRequestRefused

if TYPE_CHECKING:
    from django.http import QueryDict

    from payments.money import Money
    from remittances.models import Country

_HUNDREDTHS = "EUR"  # Any currency of two decimals: a percentage is read as an amount is.
_UNREADABLE = gettext_lazy("Enter the percentage in digits, for example 5.")
_TOO_FINE = gettext_lazy("Enter the percentage with at most two decimals.")
_RANGE = gettext_lazy("Enter a percentage above 0 and below 100.")
_UNCLEAR = gettext_lazy("This number can be read in two ways. Write it without separators.")
THRESHOLD_REFUSALS = {
    Refusal.EMPTY: gettext_lazy("Enter the percentage below which we should tell you."),
    Refusal.UNREADABLE: _UNREADABLE,
    Refusal.SIGNED: gettext_lazy("Enter the percentage without a plus or minus sign."),
    Refusal.GROUPING: _UNCLEAR,
    Refusal.AMBIGUOUS: _UNCLEAR,
    Refusal.TOO_LONG: _RANGE,
    Refusal.TOO_MANY_DECIMALS: _TOO_FINE,
    Refusal.ZERO: _RANGE,
}
ALERT_REFUSALS = {
    asking.Refusal.NO_PRICES: gettext_lazy(
        "We know no prices of services there, so there is nothing we could tell you."
    ),
    asking.Refusal.OUTSIDE_AMOUNTS: gettext_lazy(
        "No service was surveyed for that amount. Compare a surveyed amount, and ask there."
    ),
}
_COMPARE_FIRST = gettext_lazy("Compare an amount first. The form for the alert is on that page.")
_NO_ADDRESS = gettext_lazy("Enter an e-mail address like name@example.org.")
WRONG_CODE = gettext_lazy("This is not the code. Look at the newest e-mail, and try again.")
_SIX_DIGITS = gettext_lazy("Enter the six digits of the code.")


class AlertForm(forms.Form):
    """A threshold, how the money is received, and an address; what is compared comes hidden."""

    under = forms.CharField(
        label=gettext_lazy("Tell me when it costs less than, in per cent"),
        required=False,
        strip=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    receive = forms.ChoiceField(
        label=gettext_lazy("Received by"),
        error_messages={"invalid_choice": gettext_lazy("Choose how they receive the money.")},
    )
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        max_length=254,
        error_messages={
            "required": _NO_ADDRESS,
            "invalid": _NO_ADDRESS,
            "max_length": _NO_ADDRESS,
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    origin = forms.CharField(required=False, widget=forms.HiddenInput)
    destination = forms.CharField(required=False, widget=forms.HiddenInput)
    amount = forms.CharField(required=False, widget=forms.HiddenInput)
    currency = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, data: QueryDict | None = None, *, initial: dict[str, str] | None = None
    ) -> None:
        super().__init__(data, initial=initial, auto_id="alert_%s")
        self.fields["under"].required = True
        self.fields["under"].error_messages["required"] = THRESHOLD_REFUSALS[Refusal.EMPTY]
        self.fields["receive"].choices = [ANY_WAY, *words.WAYS.items()]  # type: ignore[attr-defined]

    @classmethod
    def for_corridor(cls, origin: Country, destination: Country, amount: Money) -> AlertForm:
        """Return the empty form for what a page compares."""
        compared = {
            "origin": origin.iso3,
            "destination": destination.iso3,
            "amount": f"{amount.decimal:f}",
            "currency": amount.currency,
        }
        return cls(initial=compared)

    def clean_under(self) -> int:
        """Return the threshold in hundredths of a per cent, read as the language writes it."""
        typed = self.cleaned_data["under"].strip().removesuffix("%").removesuffix("٪")
        try:
            read = parse(typed, currency=_HUNDREDTHS, language=words.language(), for_charge=False)
        except AmountNotUnderstood as refusal:
            message = THRESHOLD_REFUSALS.get(refusal.code, _UNREADABLE)
            raise forms.ValidationError(message) from refusal
        if read.minor > HIGHEST_BPS:
            raise forms.ValidationError(_RANGE)
        return read.minor

    def clean_receive(self) -> str:
        """Return a word of `questions.METHODS`; blank for any way."""
        chosen: str = self.cleaned_data["receive"]
        return "" if chosen == ANY_WAY[0] else chosen

    def clean(self) -> dict[str, Any]:
        """Read what is compared; it was written by our own page."""
        cleaned = super().clean() or {}
        compared = self.compared()
        if compared is None:
            raise forms.ValidationError(_COMPARE_FIRST)
        origin, destination, amount = compared
        cleaned["watched"] = Watched(
            origin.iso3,
            destination.iso3,
            amount.minor,
            amount.currency,
            cleaned.get("receive", ""),
        )
        return cleaned

    def compared(self) -> tuple[countries.CountryFacts, countries.CountryFacts, Money] | None:
        """Return the two countries and the amount; None where they are not what a page wrote."""
        given = {name: self.data.get(name, "") for name in ("origin", "destination", "amount")}
        try:
            code = questions.currency_code(self.data.get("currency", ""))
            amount = questions.plain_amount(given["amount"], currency=code or "")
            corridor = questions.corridor(given["origin"], given["destination"])
        except QuoteRequestRefused:
            return None
        return (*corridor, amount)


class CodeForm(forms.Form):
    """The code of an e-mail, in the digits of any script."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=40,
        error_messages={"required": _SIX_DIGITS, "max_length": _SIX_DIGITS},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )

    def clean_code(self) -> str:
        """Return six ASCII digits."""
        typed = "".join(self.cleaned_data["code"].split())
        digits = [unicodedata.decimal(character, None) for character in typed]
        if len(digits) != 6 or None in digits:  # noqa: PLR2004
            raise forms.ValidationError(_SIX_DIGITS)
        return "".join(str(digit) for digit in digits)
