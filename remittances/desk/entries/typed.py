"""Fields that people at the desk type into, and the words for what is not understood."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pycountry
from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from payments.amounts import AmountNotUnderstood, Refusal, parse
from payments.currencies import KNOWN
from remittances import countries, words
from remittances.entries import numbers
from remittances.entries.evidence import Fault
from remittances.entries.numbers import RateNotUnderstood, RateRefusal
from remittances.feeds import answers

if TYPE_CHECKING:
    from collections.abc import Mapping

RATE_WORDS = {
    RateRefusal.EMPTY: _("Enter the rate."),
    RateRefusal.UNREADABLE: _("Enter the rate in digits, for example 148.20."),
    RateRefusal.SIGNED: _("Enter the rate without a plus or minus sign."),
    RateRefusal.SEPARATOR: _("Write the rate without separators between thousands."),
    RateRefusal.AMBIGUOUS: _("This can be read in two ways. Write one more decimal."),
    RateRefusal.TOO_LONG: _("This is too long: at most 9 digits and 12 decimals."),
    RateRefusal.ZERO: _("Enter a rate above zero."),
}
EVIDENCE_WORDS = {
    Fault.EMPTY: _("This file is empty."),
    Fault.TOO_LARGE: _("This file is larger than 5 MB."),
    Fault.UNKNOWN: _("Send a picture (PNG or JPEG) or a PDF."),
    Fault.BROKEN: _("This file is damaged. Save it again and send that."),
    Fault.TOO_MANY_PIXELS: _("This picture is too large: at most 25 million dots."),
    Fault.ACTS: _("This PDF contains scripts, files or a lock. Send a picture of it instead."),
}


def number_field(
    label: object, *, required: bool = True, help_text: object = ""
) -> forms.CharField:
    return forms.CharField(
        label=str(label) if isinstance(label, str) else label,  # type: ignore[arg-type]
        required=required,
        max_length=5000,  # What is longer than a number is told so in words.
        strip=False,
        help_text=help_text,  # type: ignore[arg-type]
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )


def amount(text: str, *, currency: str, zero: bool = False) -> Decimal:
    """Return an amount in the page's language.

    Raises:
        forms.ValidationError: In words, when it was not understood.
    """
    try:
        return parse(
            text, currency=currency, language=get_language() or "en", for_charge=False
        ).decimal
    except AmountNotUnderstood as refusal:
        if zero and refusal.code is Refusal.ZERO:
            return Decimal(0)
        raise forms.ValidationError(words.AMOUNT_REFUSALS[refusal.code]) from refusal


def rate(text: str) -> Decimal:
    """Return a rate in the page's language.

    Raises:
        forms.ValidationError: In words, when it was not understood.
    """
    try:
        return numbers.rate(text, language=get_language() or "en")
    except RateNotUnderstood as refusal:
        raise forms.ValidationError(RATE_WORDS[refusal.code]) from refusal


def line(text: str) -> str:
    """Return a name on one line.

    Raises:
        forms.ValidationError: It holds what no name does.
    """
    try:
        return answers.line(text)
    except ValueError as refusal:
        raise forms.ValidationError(
            _("Write the name with letters only, on one line.")
        ) from refusal


def chosen(known: Mapping[str, object], *, label: object) -> forms.ChoiceField:
    """Return a field for one of the survey's own words, two with one meaning only once."""
    once = {str(meaning): word for word, meaning in reversed(list(known.items()))}
    options = [(word, known[word]) for word in known if word in once.values()]
    return forms.ChoiceField(label=label, choices=[("", "–"), *options])  # type: ignore[arg-type]


def country_choices() -> list[tuple[str, str]]:
    """Return every country by its name in the page's language."""
    codes = [country.alpha_3 for country in pycountry.countries] + [countries.KOSOVO]
    facts = [countries.country(code) for code in codes]
    named = [
        (fact.iso3, countries.name_in(words.language(), iso2=fact.iso2, otherwise=fact.name))
        for fact in facts
    ]
    return [("", "–"), *sorted(named, key=lambda pair: pair[1])]


def currency_choices(empty: str = "–") -> list[tuple[str, str]]:
    """Return the codes of the currencies we know."""
    return [("", empty), *((code, code) for code in sorted(KNOWN))]
