"""Moving the money of a programme's pots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.agency.fields import read
from projects.agency.matching.row_forms import amount_field

if TYPE_CHECKING:
    from collections.abc import Sequence

    from payments.money import Money


class MoneyForm(forms.Form):
    """An amount, and a mark that makes sending the page twice move it once."""

    once = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    amount = amount_field(_("Amount"))

    def __init__(self, *args: object, currency: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.currency = currency
        self.fields["amount"].required = True
        self.fields["amount"].error_messages["required"] = _("Enter an amount.")

    def clean_amount(self) -> Money:
        return read(self.cleaned_data["amount"], currency=self.currency)


class TopUpForm(MoneyForm):
    layer = forms.ChoiceField(label=_("Into the pot of"), required=False)
    has_arrived = forms.BooleanField(
        label=_("The funder's money is on the programme's account"),
        error_messages={"required": _("A pot holds only money that is there. Confirm it.")},
    )

    def __init__(self, *args: object, layers: Sequence[str], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        if len(layers) > 1:
            self.fields["layer"].required = True
            self.fields["layer"].choices = [(layer, layer) for layer in layers]  # type: ignore[attr-defined]
        else:
            del self.fields["layer"]
        self.only = layers[0]

    def clean(self) -> dict[str, Any]:
        """Name the one pot where there is no choice."""
        cleaned = super().clean() or {}
        cleaned.setdefault("layer", self.only)
        return cleaned


class TransferForm(MoneyForm):
    source = forms.ChoiceField(label=_("From the pot of"))
    target = forms.ChoiceField(label=_("into the pot of"))

    def __init__(self, *args: object, layers: Sequence[str], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for name in ("source", "target"):
            self.fields[name].choices = [(layer, layer) for layer in layers]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ask for two different pots."""
        cleaned = super().clean() or {}
        if cleaned.get("source") and cleaned.get("source") == cleaned.get("target"):
            self.add_error("target", _("Choose another pot."))
        return cleaned


class ProposalForm(forms.Form):
    """Which proposed move of money a button is for."""

    proposal = forms.UUIDField(widget=forms.HiddenInput)
