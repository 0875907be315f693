"""Confirming an alert, by the code or by the link that its address was sent."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare

from remittances.alerts import tokens, waking
from remittances.alerts.services.counting import count
from remittances.models import Alert, AlertCount
from remittances.models.alerts import CODE_HOLDS, MOST_TRIES

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


class Answer(StrEnum):
    """What came of a code or a link. Stable: faces translate these words."""

    CONFIRMED = "confirmed"
    WRONG = "wrong"
    OVER = "over"  # Too late, tried too often, or never sent.


@transaction.atomic
def confirm_by_code(*, alert_id: UUID, code: str, now: datetime) -> Answer:
    """Confirm an alert whose code was typed; each wrong code is one of five tries."""
    alert = _locked(alert_id)
    if alert is None or not _is_open(alert, now):
        return _whether_done(alert)
    if not constant_time_compare(alert.code_hash, tokens.hashed(alert.pk, code)):
        Alert.objects.filter(pk=alert.pk).update(code_tries=F("code_tries") + 1)
        return Answer.OVER if alert.code_tries + 1 == MOST_TRIES else Answer.WRONG
    _arm(alert, now)
    return Answer.CONFIRMED


@transaction.atomic
def confirm(*, alert_id: UUID, now: datetime) -> Answer:
    """Confirm an alert whose link was followed within the time of its code; again is no harm."""
    alert = _locked(alert_id)
    if alert is None or not alert.code_hash or not _is_open(alert, now):
        return _whether_done(alert)
    _arm(alert, now)
    return Answer.CONFIRMED


def _locked(alert_id: UUID) -> Alert | None:
    return Alert.objects.select_for_update().filter(pk=alert_id).first()


def _is_open(alert: Alert, now: datetime) -> bool:
    """Return whether codes are taken; of an alert that was sent none they are wrong ones."""
    until = alert.code_until or alert.created_at + CODE_HOLDS
    is_waiting = alert.state == Alert.State.UNCONFIRMED
    return is_waiting and now <= until and alert.code_tries < MOST_TRIES


def _whether_done(alert: Alert | None) -> Answer:
    is_done = alert is not None and alert.state != Alert.State.UNCONFIRMED
    return Answer.CONFIRMED if is_done else Answer.OVER


def _arm(alert: Alert, now: datetime) -> None:
    """Begin to watch, in place of an alert of the same address that asks for the same."""
    same = Alert.objects.confirmed().filter(
        email=alert.email,
        origin=alert.origin_id,
        destination=alert.destination_id,
        amount_minor=alert.amount_minor,
        currency=alert.currency,
        receive=alert.receive,
        threshold_bps=alert.threshold_bps,
    )
    same.delete()
    alert.state = Alert.State.ARMED
    alert.confirmed_at = now
    alert.code_hash, alert.code_until = "", None
    alert.save(update_fields=["state", "confirmed_at", "code_hash", "code_until"])
    count(AlertCount.What.CONFIRMED)
    waking.on_commit(waking.LOOK)
