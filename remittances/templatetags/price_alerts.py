"""The form of an alert on any page that compares: `{% load price_alerts %}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template

from remittances.alerts.forms import AlertForm

if TYPE_CHECKING:
    from payments.money import Money
    from remittances.models import Country

register = template.Library()


@register.simple_tag
def alert_form(origin: Country, destination: Country, amount: Money) -> AlertForm:
    """Return the empty form for one corridor and amount."""
    return AlertForm.for_corridor(origin, destination, amount)
