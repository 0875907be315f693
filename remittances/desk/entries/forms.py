"""What an officer types of a price that they saw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from remittances import countries, words
from remittances.desk.entries import typed
from remittances.entries import evidence
from remittances.entries.evidence import Clean, EvidenceRefused
from remittances.entries.terms import Facts
from remittances.feeds.priced import Named
from remittances.models.rates import LONGEST_REASON, LONGEST_SOURCE

if TYPE_CHECKING:
    from decimal import Decimal

    from remittances.models import PriceEvidence

_COPIED = (
    "origin", "destination", "firm", "provider_type", "pay_in", "pay_out", "speed", "currency",
    "payout_currency", "collected_on", "transparent", "promotion", "note",
)  # fmt: skip


class EntryForm(forms.Form):
    """One service's price; evidence that was sent before is kept over every mistake."""

    origin = forms.ChoiceField(label=_("Sent from"), choices=typed.country_choices)
    destination = forms.ChoiceField(label=_("Sent to"), choices=typed.country_choices)
    firm = forms.CharField(
        label=_("Provider"),
        max_length=200,
        help_text=_("As it spells itself. A new name becomes a new provider."),
        widget=forms.TextInput(attrs={"list": "providers", "autocomplete": "off"}),
    )
    provider_type = typed.chosen(words.PROVIDER_TYPES, label=_("Kind of provider"))
    pay_in = typed.chosen(words.PAID_IN, label=_("Paid in by"))
    pay_out = typed.chosen(words.PAID_OUT, label=_("Paid out by"))
    speed = typed.chosen(words.SPEEDS, label=_("How fast"))
    currency = forms.ChoiceField(
        label=_("Currency sent"),
        required=False,
        choices=typed.currency_choices,
        help_text=_("Empty: that of the country it is sent from."),
    )
    payout_currency = forms.ChoiceField(
        label=_("Currency paid out"),
        required=False,
        choices=typed.currency_choices,
        help_text=_("Empty: that of the country it is sent to."),
    )
    amount_1 = typed.number_field(_("First amount"))
    fee_1 = typed.number_field(_("Fee for the first amount"))
    amount_2 = typed.number_field(_("Second, larger amount"), required=False)
    fee_2 = typed.number_field(_("Fee for the second amount"), required=False)
    rate = typed.number_field(
        _("Exchange rate of the provider"),
        required=False,
        help_text=_("How much is paid out for one unit sent."),
    )
    transparent = forms.BooleanField(
        label=_("The provider tells its rate before one pays"), required=False
    )
    promotion = forms.BooleanField(label=_("This is the price of a promotion"), required=False)
    reference_rate = typed.number_field(
        _("Reference rate"),
        required=False,
        help_text=_("Empty: the rate we know of that day, with its source."),
    )
    reference_source = forms.CharField(
        label=_("Source of the reference rate"), required=False, max_length=LONGEST_SOURCE
    )
    collected_on = forms.DateField(
        label=_("Seen on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    note = forms.CharField(
        label=_("Note"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    evidence = forms.FileField(
        label=_("Evidence"),
        required=False,
        max_length=5000,
        help_text=_("A picture (PNG, JPEG) or a PDF of at most 5 MB. It is never shown in public."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,application/pdf"}),
    )

    def __init__(
        self,
        data: Any = None,  # noqa: ANN401  Django's own.
        files: Any = None,  # noqa: ANN401  Django's own.
        *,
        kept: PriceEvidence | None = None,
        initial: dict[str, object] | None = None,
    ) -> None:
        super().__init__(data, files, initial={"transparent": True} | (initial or {}))
        self.kept = kept

    def clean_firm(self) -> str:
        return typed.line(self.cleaned_data["firm"])

    def clean_evidence(self) -> Clean | None:
        sent = self.cleaned_data["evidence"]
        if sent is None:
            return None
        try:  # One byte more than may be is enough to see that it is too large.
            return evidence.clean(sent.read(evidence.MOST_BYTES + 1), name=sent.name)
        except EvidenceRefused as refusal:
            raise forms.ValidationError(typed.EVIDENCE_WORDS[refusal.fault]) from refusal

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if "evidence" in given and given["evidence"] is None and self.kept is None:
            self.add_error("evidence", _("Send a picture or document that shows the price."))
        if given.get("origin") and given.get("origin") == given.get("destination"):
            self.add_error("destination", _("Choose another country than it is sent from."))
        self._read_money(given)
        self._read_rates(given)
        return given

    def facts(self) -> Facts:
        """Return what a valid form says."""
        given = self.cleaned_data
        rate, source = given["reference_rate"], given["reference_source"]
        named = Named(rate, source, given["collected_on"]) if rate else None
        return Facts(
            **{name: given[name] for name in _COPIED},
            **{name: given[name] for name in ("amount_1", "fee_1", "amount_2", "fee_2", "rate")},
            reference=named,
        )

    def _read_money(self, given: dict[str, Any]) -> None:
        currency = self._currency(given, "currency", "origin")
        self._currency(given, "payout_currency", "destination")
        if not currency:
            return
        for number in ("1", "2"):
            self._read_pair(given, f"amount_{number}", f"fee_{number}", currency)
        first, second = given.get("amount_1"), given.get("amount_2")
        if first is not None and second is not None and second <= first:
            self.add_error("amount_2", _("The second amount must be larger than the first."))

    def _read_pair(self, given: dict[str, Any], amount: str, fee: str, currency: str) -> None:
        texts = given.get(amount), given.get(fee)
        if amount == "amount_2" and not any(texts):
            given[amount] = given[fee] = None
            return
        self._read(given, amount, lambda text: typed.amount(text, currency=currency))
        self._read(given, fee, lambda text: typed.amount(text, currency=currency, zero=True))
        sent, asked = given.get(amount), given.get(fee)
        if sent is not None and asked is not None and asked >= sent:
            self.add_error(fee, _("The fee is as much as what is sent."))

    def _read_rates(self, given: dict[str, Any]) -> None:
        for name in ("rate", "reference_rate"):
            if given.get(name):
                self._read(given, name, typed.rate)
            elif name in given:
                given[name] = None
        if given.get("transparent") and "rate" in given and given["rate"] is None:
            self.add_error("rate", _("Enter the rate, or say that the provider does not tell it."))
        if given.get("reference_rate") and not given.get("reference_source"):
            self.add_error("reference_source", _("Say where you read this rate."))

    def _read(self, given: dict[str, Any], name: str, read: Any) -> None:  # noqa: ANN401
        if name not in given:
            return
        try:
            value: Decimal = read(given[name])
        except forms.ValidationError as refusal:
            self.add_error(name, refusal)
        else:
            given[name] = value

    def _currency(self, given: dict[str, Any], name: str, place: str) -> str | None:
        code: str = given.get(name) or ""
        if not code and given.get(place):
            code = countries.country(given[place]).currency
            if code not in dict(typed.currency_choices()):
                self.add_error(name, _("Choose the currency."))
                return None
        given[name] = code
        return code or None


class ReasonForm(forms.Form):
    """Why a person decides as they do."""

    reason = forms.CharField(
        label=_("Why"),
        help_text=_("It is kept, with your name."),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why.")},
    )
