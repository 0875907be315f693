"""Typed builders of price alerts."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from remittances.alerts import services
from remittances.alerts.services.asking import Wish
from remittances.models import Alert, AlertMessage, Watched
from tests.make import remittances as prices

if TYPE_CHECKING:
    from datetime import datetime

NOW = prices.NOW
ADDRESS = "amina@example.org"


def watched(**changes: object) -> Watched:
    """Return 18,000 shillings from Kenya to Uganda."""
    return Watched("KEN", "UGA", 18_000_00, "KES", "")._replace(**changes)  # type: ignore[arg-type]


def wish(
    *, email: str = ADDRESS, under_bps: int = 3_00, language: str = "en", **changes: object
) -> Wish:
    """Return a wish to hear of less than 3 %."""
    return Wish(watched=watched(**changes), threshold_bps=under_bps, email=email, language=language)


def asked(*, now: datetime = NOW, **changes: object) -> Alert:
    """Ask for an alert."""
    return services.ask(wish=wish(**changes), now=now)  # type: ignore[arg-type]


def armed(*, now: datetime = NOW, **changes: object) -> Alert:
    """Ask for an alert, have its code sent and follow the link."""
    alert = asked(now=now - timedelta(minutes=1), **changes)
    services.send_alert_messages(now=now)
    assert services.confirm(alert_id=alert.pk, now=now) is services.Answer.CONFIRMED
    alert.refresh_from_db()
    return alert


def told(alert: Alert) -> list[AlertMessage]:
    """Return the prices that an alert has to tell, oldest first."""
    return list(alert.messages.filter(kind=AlertMessage.Kind.PRICE).order_by("number"))
