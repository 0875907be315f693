"""What a visitor may ask the comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payments.amounts import AmountNotUnderstood, Refusal, parse
from payments.currencies import UnknownCurrency
from remittances import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.forms import BoundField
    from django.forms.renderers import BaseRenderer
    from django.http import QueryDict
    from django_stubs_ext import StrOrPromise

    from payments.money import Money
    from remittances.models import Country
    from remittances.selectors import Choices

ANY_WAY = ("any", gettext_lazy("Any way"))
_CHOOSE = gettext_lazy("Choose a country of the list.")
_COUNTRY_ERRORS = {"required": _CHOOSE, "invalid_choice": _CHOOSE}


class LongSelect(forms.Select):
    """A select of many options in groups, written at once and not by a template an option."""

    def render(
        self,
        name: str,
        value: object,
        attrs: dict[str, Any] | None = None,
        renderer: BaseRenderer | None = None,  # noqa: ARG002  Part of Django's signature.
    ) -> SafeString:
        groups = format_html_join(
            "",
            '<optgroup label="{}">{}</optgroup>',
            ((label, _written(options, value)) for label, options in self.choices),
        )
        given = self.build_attrs(self.attrs, {"name": name, **(attrs or {})})
        return format_html("<select{}>{}</select>", flatatt(given), groups)


def _written(options: Iterable[tuple[str, str]], chosen: object) -> SafeString:
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((code, mark_safe(" selected") if code == chosen else "", name) for code, name in options),
    )


class CompareForm(forms.Form):
    """An amount, two countries, and how the money is received; sent by GET.

    The amount is what is sent, or, where the query has a `receive_amount`, what should arrive. It
    is read here only when its `currencies` are known, which the two countries decide: the sender's
    first, then those that are paid out.
    """

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        choices: Choices,
        currencies: Sequence[str] = (),
        suggested: tuple[Country, Country] | None = None,
        arrives: bool = False,
    ) -> None:
        initial = [country.iso3.lower() for country in suggested or ()]
        super().__init__(
            _as_offered(data) if data is not None else None,
            initial=dict(zip(("from", "to"), initial, strict=False)),
        )
        self.currencies = currencies
        self.arrives = arrives or "receive_amount" in (data or ())
        self.amounts = data.getlist("amount") + data.getlist("receive_amount") if data else []
        self.amount_name = "receive_amount" if self.arrives else "amount"
        self.fields[self.amount_name] = _amount_field(
            arrives=self.arrives, required=data is None or self.amount_name in data
        )
        self.fields["from"] = _country_field(
            gettext_lazy("From"), choices.send_priced, choices.send_averaged
        )
        self.fields["to"] = _country_field(
            gettext_lazy("To"), choices.receive_priced, choices.receive_averaged
        )
        self.fields["receive"] = forms.ChoiceField(
            label=gettext_lazy("They receive by"),
            choices=[ANY_WAY, *words.WAYS.items()],
            error_messages={"invalid_choice": gettext_lazy("Choose how they receive the money.")},
        )
        if self.arrives and len(currencies) > 1:
            self.fields["receive_currency"] = forms.ChoiceField(
                label=gettext_lazy("Counted in"),
                choices=[(code, code) for code in currencies],
                required=False,
            )

    @property
    def currency(self) -> str | None:
        """Return the currency of the amount; None where the countries are not chosen yet."""
        named = self.data.get("receive_currency") if self.arrives else None
        return named if named in self.currencies else next(iter(self.currencies), None)

    @property
    def amount_field(self) -> BoundField:
        """Return the amount, whichever it is."""
        return self[self.amount_name]

    def answer_in_place(self, address: str) -> None:
        """Let htmx, where it is there, fetch the results anew as soon as something is changed."""
        for name in {self.amount_name, "receive", "receive_currency"} & set(self.fields):
            asks = {"hx-get": address, "hx-trigger": "input changed delay:400ms"}
            self.fields[name].widget.attrs |= asks

    def clean_amount(self) -> Money | None:
        """Read what is sent by the rules of the page's language."""
        return self._amount(self.data.get("amount"))

    def clean_receive_amount(self) -> Money | None:
        """Read what should arrive by the rules of the page's language."""
        return self._amount(self.data.get("receive_amount"))

    def _amount(self, typed: str | None) -> Money | None:
        if self.currency is None or typed is None:
            return None
        if len(self.amounts) > 1:
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


def _amount_field(*, arrives: bool, required: bool) -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("They should receive") if arrives else gettext_lazy("You send"),
        required=required,
        strip=False,
        error_messages={"required": words.AMOUNT_REFUSALS[Refusal.EMPTY]},
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )


def _country_field(
    label: StrOrPromise, priced: Iterable[Country], averaged: Iterable[Country]
) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=_options(priced, averaged),
        error_messages=_COUNTRY_ERRORS,
        widget=LongSelect,
    )


def _as_offered(asked: QueryDict) -> QueryDict:
    """Return what was asked with codes as the form writes them, and any way where none is named."""
    offered = asked.copy()
    for name in ("from", "to"):
        if name in offered:
            offered[name] = str(offered[name]).strip().lower()
    if not offered.get("receive"):
        offered["receive"] = ANY_WAY[0]
    return offered


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
