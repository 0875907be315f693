"""A field for money as people type it, and the words for what it does not understand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from babel.numbers import format_decimal
from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from payments.amounts import AmountNotUnderstood, Refusal, parse

if TYPE_CHECKING:
    from payments.money import Money

WORDS = {
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


def money_input(**attrs: str) -> forms.TextInput:
    return forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", **attrs})


def read(text: str, *, currency: str) -> Money:
    """Return the money a person typed on a page in the present language.

    Raises:
        forms.ValidationError: In words, when it was not understood.
    """
    try:
        return parse(text, currency=currency, language=get_language() or "en", for_charge=False)
    except AmountNotUnderstood as refusal:
        raise forms.ValidationError(WORDS[refusal.code]) from refusal


def written(amount: Money | None) -> str:
    """Return an amount as the person would type it in the present language."""
    if amount is None:
        return ""
    locale = (get_language() or "en").replace("-", "_")
    return str(format_decimal(amount.decimal, locale=locale, group_separator=False))
