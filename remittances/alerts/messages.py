"""The words of each message, in the language of the page where it was asked for.

A subject names no amount, no country and no price: it is read over shoulders. Every message has
the way to stop, as a link and for the mail program's own button (RFC 2369, RFC 8058).
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from payments.money import Money
from remittances import addresses, words
from remittances.alerts import tokens
from remittances.alerts.tokens import Purpose
from remittances.models import AlertMessage

if TYPE_CHECKING:
    from remittances.models import Alert


def compose(message: AlertMessage, *, code: str) -> EmailMultiAlternatives:
    """Return a message, addressed and written, down to the bytes that will be sent."""
    alert = message.alert
    with translation.override(alert.language):
        stop = _address(Purpose.STOP, alert)
        context = {**_common(alert), "stop": stop, "code": code}
        if message.kind == AlertMessage.Kind.CODE:
            subject = _("Your code for a price alert")
            context["confirm"] = _address(Purpose.CONFIRM, alert)
        else:
            subject = _("The transfer you watch costs less")
            context |= _told(message.facts, alert)
        mail = _written(str(message.kind), subject, context)
    mail.to = [alert.email]
    mail.extra_headers = {
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
    }
    mail.message()  # What cannot be a header or an address is refused here.
    return mail


def _written(name: str, subject: str, context: dict[str, Any]) -> EmailMultiAlternatives:
    folder = "remittances/alerts/mail"
    text = render_to_string(f"{folder}/{name}.txt", context)
    mail = EmailMultiAlternatives(subject=f"Weft: {subject}", body=f"{text.strip()}\n")
    mail.attach_alternative(render_to_string(f"{folder}/{name}.html", context), "text/html")
    return mail


def _common(alert: Alert) -> dict[str, Any]:
    """Return what is watched, in words."""
    path = addresses.corridor(alert.origin, alert.destination)
    plain = f"{alert.amount.decimal:f}"
    way = f"&receive={alert.receive}" if alert.receive else ""
    return {
        "origin": words.country_name(alert.origin),
        "destination": words.country_name(alert.destination),
        "amount": alert.amount,
        "threshold": alert.threshold_pct,
        "threshold_places": places(alert.threshold_pct),
        "way": str(words.WAYS.get(alert.receive, "")),
        "comparison": f"{settings.SITE_URL}{path}?amount={plain}{way}",
    }


def _told(facts: dict[str, Any], alert: Alert) -> dict[str, Any]:
    """Return the price that crossed the threshold, in words."""
    day, received = facts["collected_on"], facts["received"]
    return {
        "price": Decimal(facts["price_bps"]).scaleb(-2),
        "provider": facts["provider"],
        "ways": words.listed(words.ways(facts["pay_in"], facts["pay_out"])),
        "received": None if received is None else _money(received, alert.currency),
        "day": None if day is None else date.fromisoformat(day),
        "estimate": facts["estimate"],
        "quarter": words.quarter(facts["period"]) if facts["period"] else "",
        "is_first": facts["is_first"],
    }


def places(percent: Decimal) -> int:
    """Return how many decimals a percentage is written with: as many as it has."""
    exponent = percent.normalize().as_tuple().exponent
    return max(0, -int(exponent))


def _money(amount: str, currency: str) -> Money:
    exact = Decimal(amount)
    return Money(int(exact.scaleb(Money(0, currency).exponent)), currency)


def _address(purpose: Purpose, alert: Alert) -> str:
    name = {Purpose.STOP: "alert_stop", Purpose.CONFIRM: "alert_confirm"}[purpose]
    path = reverse(f"remittances:{name}", args=[tokens.made(purpose, alert.pk)])
    return f"{settings.SITE_URL}{path}"
