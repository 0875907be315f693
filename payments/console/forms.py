"""What people type in the console."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from babel.numbers import format_decimal
from django import forms
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from payments import figures
from payments.amounts import AmountNotUnderstood, Refusal, parse
from payments.console import wording
from payments.console.hooks import Asked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from payments.money import Money

LONGEST_REASON = 250

AMOUNT_WORDS = {
    Refusal.EMPTY: _("Enter an amount."),
    Refusal.UNREADABLE: _("Enter the amount in digits, for example 100."),
    Refusal.SIGNED: _("Enter the amount without a plus or minus sign."),
    Refusal.GROUPING: _(
        "We are not sure how to read this number. Write it without separators, for example 1000."
    ),
    Refusal.AMBIGUOUS: _(
        "This number can be read in two ways. Write it without separators, for example 1000."
    ),
    Refusal.TOO_LONG: _("This number is too long."),
    Refusal.TOO_MANY_DECIMALS: _("This has more decimals than the currency has."),
    Refusal.ZERO: _("Enter an amount above zero."),
}


class ReasonForm(forms.Form):
    """Why a person does what cannot be undone."""

    reason = forms.CharField(
        label=_("Why"),
        help_text=_("It is kept, with your name."),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why.")},
    )

    @property
    def given(self) -> str:
        """Return the reason of a valid form."""
        return str(self.cleaned_data["reason"])


class ApprovalForm(forms.Form):
    """An approval says yes and nothing else."""

    given = ""


class RefundForm(ReasonForm):
    """How much of a payment goes back, and why. Its key makes a second sending do nothing."""

    amount = forms.CharField(
        label=_("Amount"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={"required": AMOUNT_WORDS[Refusal.EMPTY]},
    )
    key = forms.UUIDField(widget=forms.HiddenInput)
    field_order = ("amount", "reason", "key")

    def __init__(self, data: Any = None, *, left: Money) -> None:  # noqa: ANN401  Django's own.
        super().__init__(data, initial={"amount": _typed(left), "key": uuid4()})
        self.left = left

    def clean_amount(self) -> Money:
        language = get_language() or "en"
        text = self.cleaned_data["amount"]
        try:
            amount = parse(text, currency=self.left.currency, language=language, for_charge=False)
        except AmountNotUnderstood as refusal:
            raise forms.ValidationError(AMOUNT_WORDS[refusal.code]) from refusal
        if self.left < amount:
            most = figures.isolated(figures.money_text(self.left, language=language))
            raise forms.ValidationError(
                _("This is more than is left of this payment: %(most)s."), params={"most": most}
            )
        return amount

    def asked(self, *, by: UUID) -> Asked:
        """Return what a valid form asks for."""
        return Asked(
            amount=self.cleaned_data["amount"],
            reason=self.cleaned_data["reason"],
            requested_by=str(by),
            idempotency_key=self.cleaned_data["key"].hex,
        )


def form_key(sent: Mapping[str, str]) -> UUID | None:
    """Return the key of a form that was sent, if it has one."""
    try:
        return UUID(sent.get("key", ""))
    except ValueError:
        return None


class MomentForm(forms.Form):
    """As of when the books are looked at, and which part of them."""

    as_of = forms.DateTimeField(
        label=_("As of (UTC)"),
        required=False,
        widget=forms.DateTimeInput(
            attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S"
        ),
    )
    currency = forms.RegexField(
        regex=r"^[A-Z]{3}$",
        label=_("Currency"),
        required=False,
        error_messages={"invalid": _("Write the three letters of the currency, like EUR.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": "4"}),
    )

    def clean_as_of(self) -> datetime | None:
        """Return the moment in UTC: the database knows fewer zones than a person may write."""
        moment: datetime | None = self.cleaned_data["as_of"]
        try:
            if moment and moment > timezone.now():
                raise forms.ValidationError(_("This moment has not come yet."))
            return moment and moment.astimezone(UTC)
        except OverflowError as error:
            raise forms.ValidationError(_("There is no such time.")) from error


class AccountsForm(MomentForm):
    kind = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        choices=[("", _("All")), *((str(kind), words) for kind, words in wording.ACCOUNTS.items())],
    )
    q = forms.CharField(
        label=_("Owner"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    field_order = ("q", "kind", "currency", "as_of")


def understood(form: forms.Form) -> dict[str, Any]:
    """Return the answers that a form understood; the others are told on it and left out."""
    form.full_clean()
    return form.cleaned_data


def _typed(amount: Money) -> str:
    """Return an amount as a person would type it in the present language."""
    locale = (get_language() or "en").replace("-", "_")
    return str(format_decimal(amount.decimal, locale=locale, group_separator=False))


class DaysForm(forms.Form):
    """From which day to which, both included."""

    since = forms.DateField(
        label=_("From"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    until = forms.DateField(
        label=_("Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
