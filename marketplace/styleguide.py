"""Sample content for the style guide: one example of each component."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.paginator import Paginator
from django.utils.translation import gettext_lazy as _

from marketplace.icons import names
from marketplace.templatetags.weft import SCENES
from payments.money import Money

if TYPE_CHECKING:
    from django.conf import LazySettings


class SampleForm(forms.Form):
    """One field of each kind."""

    amount = forms.CharField(label=_("Amount"), help_text=_("From 5 euro."))
    email = forms.EmailField(label=_("E-mail address"))
    message = forms.CharField(label=_("Message"), required=False, widget=forms.Textarea)
    residence = forms.ChoiceField(
        label=_("Country of residence"), choices=[("DEU", "Germany"), ("ITA", "Italy")]
    )
    frequency = forms.ChoiceField(
        label=_("How often"),
        widget=forms.RadioSelect,
        choices=[("once", _("Once")), ("monthly", _("Every month"))],
    )
    hide_name = forms.BooleanField(
        label=_("Hide my name"), required=False, help_text=_("Only the amount is shown.")
    )


def is_shown(settings: LazySettings) -> bool:
    """Say whether the style guide exists here: in development and in tests."""
    return bool(settings.DEBUG or getattr(settings, "STYLEGUIDE", False))


def context() -> dict[str, Any]:
    """Return the style guide's sample context."""
    bad = SampleForm({"amount": "", "email": "not an address"})
    bad.is_valid()
    return {
        "bad": bad,
        "good": SampleForm(),
        "page_obj": Paginator(range(60), 20).page(2),
        "scenes": sorted(SCENES),
        "icons": sorted(names()),
        "own": Money(615_000, "EUR"),
        "match": Money(615_000, "EUR"),
        "owner": Money(615_050, "EUR"),
        "rest": Money(855_000, "EUR"),
        "goal": Money(2_700_050, "EUR"),
        "today": date(2026, 11, 24),
        "shillings": Money(2_972_700, "KES"),
    }
