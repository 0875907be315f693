"""Looking at the prices that alerts watch, and noting what is to be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from remittances.alerts import crossing, selectors, waking
from remittances.alerts.crossing import Step
from remittances.alerts.services.asking import forget_unconfirmed
from remittances.alerts.services.counting import count
from remittances.models import Alert, AlertCount, AlertMessage

if TYPE_CHECKING:
    from datetime import datetime

    from remittances.alerts.selectors import Cheapest
    from remittances.models import Watched


def look_at_alerts(*, now: datetime) -> int:
    """Look at every watched price; return how many messages were noted and alerts forgotten.

    Looking again changes nothing: a crossing is told once.
    """
    forgotten = forget_unconfirmed(now=now)
    return forgotten + sum(look_at(watched=each, now=now) for each in selectors.watched())


@transaction.atomic
def look_at(*, watched: Watched, now: datetime) -> int:
    """Look at one price for all alerts that watch it; return how many are to be told."""
    cheapest = selectors.cheapest(watched, now=now)
    if cheapest is None:
        return 0
    told = sum(_judge(alert, cheapest, now) for alert in _alerts(watched))
    count(AlertCount.What.TOLD, told)
    if told:
        waking.on_commit(waking.SEND)
    return told


def _alerts(watched: Watched) -> list[Alert]:
    """Return the alerts that nobody else is looking at, locked."""
    rows = Alert.objects.confirmed().of(watched).order_by("id")
    return list(rows.select_for_update(skip_locked=True, of=("self",)))


def _judge(alert: Alert, cheapest: Cheapest, now: datetime) -> bool:
    """Take the step that a price asks for; return whether there is something to tell."""
    if _has_seen(alert, cheapest):
        return False
    step = crossing.step(
        is_armed=alert.state == Alert.State.ARMED,
        price_bps=cheapest.price_bps,
        threshold_bps=alert.threshold_bps,
    )
    is_first = alert.looked_at is None
    alert.looked_at, alert.seen_dataset = now, cheapest.survey
    if step is Step.TELL:
        alert.state = Alert.State.TOLD
        alert.tellings += 1
        _note(alert, cheapest.facts(is_first=is_first), now)
    elif step is Step.ARM:
        alert.state = Alert.State.ARMED
    alert.save(update_fields=["looked_at", "seen_dataset", "state", "tellings"])
    return step is Step.TELL


def _has_seen(alert: Alert, cheapest: Cheapest) -> bool:
    """Return whether an old price is no news: its survey was there at the last look already.

    So a live price that falls silent for a day neither arms an alert nor tells anything.
    """
    is_old = cheapest.period is not None
    return is_old and alert.looked_at is not None and alert.seen_dataset == cheapest.survey


def _note(alert: Alert, facts: dict[str, str | int | bool | None], now: datetime) -> None:
    AlertMessage.objects.create(
        alert=alert,
        kind=AlertMessage.Kind.PRICE,
        number=alert.tellings,
        facts=facts,
        created_at=now,
        due_at=now,
    )
