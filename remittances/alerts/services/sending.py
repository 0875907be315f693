"""Sending what alerts have to tell: each message at most once, however many workers there are."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.mail import get_connection
from django.db import transaction
from django.db.models import F

from remittances.alerts import messages, tokens
from remittances.models import Alert, AlertMessage
from remittances.models.alerts import CODE_HOLDS

if TYPE_CHECKING:
    from datetime import datetime

    from django.core.mail import EmailMultiAlternatives
    from django.core.mail.backends.base import BaseEmailBackend
    from django.db.models import QuerySet

logger = logging.getLogger(__name__)

BATCH = 200
MOST_ATTEMPTS = 10
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
STUCK_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that this worker alone sends; the code of one that carries a code."""

    message: AlertMessage
    code: str = ""


def send_alert_messages(*, now: datetime) -> int:
    """Send what is due; return how many went out.

    The claim is committed before the first byte leaves. A mail server that cannot be reached has
    seen nothing, so the message waits again; after that point whatever goes wrong is written down
    and never tried again, because a second copy is worse than a question to the operator.
    """
    _give_up_stuck(now)
    sent = 0
    for _ in range(BATCH):
        claimed = _claim(now)
        if claimed is None:
            break
        sent += _hand_over(claimed, now)
    return sent


def _claimable(now: datetime) -> QuerySet[AlertMessage]:
    """Return what may be claimed; what another worker holds is passed over."""
    return AlertMessage.objects.due(now).select_for_update(skip_locked=True, of=("self",))


@transaction.atomic
def _claim(now: datetime) -> Claimed | None:
    """Take the message that has been due longest; a code is made now and only its hash is kept."""
    rows = _claimable(now).select_related("alert__origin", "alert__destination")
    message = rows.first()
    if message is None:
        return None
    message.state, message.claimed_at = AlertMessage.State.SENDING, now
    message.save(update_fields=["state", "claimed_at"])
    if message.kind == AlertMessage.Kind.PRICE:
        return Claimed(message)
    code = f"{secrets.randbelow(10**6):06}"
    Alert.objects.filter(pk=message.alert_id).update(
        code_hash=tokens.hashed(message.alert_id, code), code_until=now + CODE_HOLDS
    )
    return Claimed(message, code)


def _hand_over(claimed: Claimed, now: datetime) -> bool:
    """Give a claimed message to the mail server; return whether it took it."""
    mail = _written(claimed)
    if mail is None:
        return False
    connection = get_connection()
    try:
        connection.open()
    except OSError as error:
        _put_off(claimed.message, error, now)
        return False
    try:
        return _sent(claimed.message, mail, connection, now)
    finally:
        connection.close()


def _written(claimed: Claimed) -> EmailMultiAlternatives | None:
    """Return the message for the mail server; one that cannot be written is closed unsent."""
    try:
        return messages.compose(claimed.message, code=claimed.code)
    except Exception as error:  # noqa: BLE001  Whatever it is, the others of the batch go on.
        reason = type(error).__name__
        logger.error("Message %s cannot be written: %s", claimed.message.pk, reason)  # noqa: TRY400
        ours = AlertMessage.objects.filter(pk=claimed.message.pk, state=AlertMessage.State.SENDING)
        ours.update(state=AlertMessage.State.FAILED, last_error=reason)
        return None


def _sent(
    message: AlertMessage, mail: EmailMultiAlternatives, connection: BaseEmailBackend, now: datetime
) -> bool:
    mail.connection = connection
    ours = AlertMessage.objects.filter(pk=message.pk, state=AlertMessage.State.SENDING)
    try:
        mail.send()
    except OSError as error:
        logger.error("Message %s may not have gone out: %s", message.pk, type(error).__name__)  # noqa: TRY400
        ours.update(state=AlertMessage.State.FAILED, last_error=type(error).__name__)
        return False
    ours.update(state=AlertMessage.State.SENT, sent_at=now, last_error="")
    return True


def _put_off(message: AlertMessage, error: OSError, now: datetime) -> None:
    """Leave a message waiting that has certainly not gone out, or give up after ten attempts."""
    ours = AlertMessage.objects.filter(pk=message.pk, state=AlertMessage.State.SENDING)
    reason, attempts = type(error).__name__, F("attempts") + 1
    if message.attempts + 1 >= MOST_ATTEMPTS:
        ours.update(state=AlertMessage.State.FAILED, attempts=attempts, last_error=reason)
        return
    pause = min(FIRST_PAUSE * (1 << message.attempts), LONGEST_PAUSE)
    ours.update(
        state=AlertMessage.State.WAITING,
        claimed_at=None,
        due_at=now + pause,
        attempts=attempts,
        last_error=reason,
    )


def _give_up_stuck(now: datetime) -> None:
    """Close what a worker claimed and never reported: it may have gone out."""
    stuck = AlertMessage.objects.filter(
        state=AlertMessage.State.SENDING, claimed_at__lte=now - STUCK_AFTER
    )
    stuck.update(state=AlertMessage.State.FAILED, last_error="never reported")
