"""What a visitor may type. The rooms check again what matters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from payments.amounts import AmountNotUnderstood, Refusal, parse
from projects.funding.residences import country_choices
from projects.public.refusals import AMOUNT_REFUSALS, amount_refusal
from projects.typed_text import EmailField, LineField, TextField

if TYPE_CHECKING:
    from payments.money import Money


class AmountForm(forms.Form):
    """How much, and the token that makes sending the same form twice count once."""

    amount = TextField(
        label=_("Amount"),
        max_length=6000,
        strip=False,
        error_messages={"required": AMOUNT_REFUSALS[Refusal.EMPTY]},
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    token = forms.UUIDField(
        widget=forms.HiddenInput,
        error_messages={
            "required": _("This page was too old. Check the amount and continue."),
            "invalid": _("This page was too old. Check the amount and continue."),
        },
    )

    def __init__(self, *args: object, currency: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.currency = currency

    def clean_amount(self) -> Money:
        """Read the amount by the rules of the page's language."""
        try:
            return parse(
                self.cleaned_data["amount"],
                currency=self.currency,
                language=get_language() or "en",
            )
        except AmountNotUnderstood as error:
            raise forms.ValidationError(amount_refusal(error)) from error


class DetailsForm(forms.Form):
    """Who gives, and where the receipt goes."""

    email = EmailField(
        label=_("E-mail"),
        help_text=_("The receipt goes there. Nobody else sees it."),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("Enter your e-mail address."),
            "invalid": _("Enter an e-mail address like name@example.org."),
        },
    )
    name = LineField(
        label=_("Name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Enter your name.")},
    )
    residence = forms.ChoiceField(
        label=_("Country of residence"),
        help_text=_("Some funds add money only for people who live in certain countries."),
        choices=country_choices,
        widget=forms.Select(attrs={"autocomplete": "country"}),
        error_messages={
            "required": _("Choose the country you live in."),
            "invalid_choice": _("Choose a country of the list."),
        },
    )
    hide_name = forms.BooleanField(
        label=_("Stay anonymous"),
        help_text=_("The project then sees only the amount."),
        required=False,
    )
    message = TextField(
        label=_("Message to the project"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AgreedMatchForm(forms.Form):
    """What the person was shown as the match when they pressed the button to pay."""

    agreed_match_minor = forms.IntegerField(min_value=0, max_value=10**15)
