"""Asking for an alert. What is answered is the same whether or not an address is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import connection, transaction

from remittances import countries, selectors
from remittances.alerts import waking
from remittances.alerts.services.counting import count
from remittances.models import Alert, AlertCount, AlertMessage
from remittances.questions import QuoteRequestRefused

if TYPE_CHECKING:
    from datetime import datetime

    from remittances.models import Watched

UNCONFIRMED_FOR = timedelta(hours=24)
CODES_EACH = timedelta(hours=1)
MOST_CODES = 3  # To one address in that time, whoever asks.


class Refusal(StrEnum):
    """Why an alert could never tell anything. Stable: faces translate these words."""

    NO_PRICES = "no_prices"
    OUTSIDE_AMOUNTS = "outside_amounts"


class AlertRefused(ValueError):
    """There is no price to watch; `code` says why."""

    def __init__(self, code: Refusal) -> None:
        super().__init__(f"There is no price to watch: {code}.")
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody asks to be told, and where."""

    watched: Watched
    threshold_bps: int
    email: str
    language: str


@transaction.atomic
def ask(*, wish: Wish, now: datetime) -> Alert:
    """Note a wish and send a code to its address; without the code it is deleted after a day.

    Above three codes an hour for one address no more are sent, and nobody is told.

    Raises:
        AlertRefused: No service of the corridor is surveyed at that amount.
    """
    _check(wish.watched)
    address = normalised(wish.email)
    is_sent = _codes_lately(address, now) < MOST_CODES
    alert = Alert.objects.create(
        email=address,
        language=wish.language,
        origin_id=wish.watched.origin,
        destination_id=wish.watched.destination,
        amount_minor=wish.watched.amount_minor,
        currency=wish.watched.currency,
        receive=wish.watched.receive,
        threshold_bps=wish.threshold_bps,
        created_at=now,
    )
    if is_sent:
        AlertMessage.objects.create(
            alert=alert, kind=AlertMessage.Kind.CODE, number=0, created_at=now, due_at=now
        )
        waking.on_commit(waking.SEND)
    count(AlertCount.What.ASKED)
    return alert


@transaction.atomic
def forget_unconfirmed(*, now: datetime) -> int:
    """Delete what nobody confirmed within a day, addresses with it; return how many."""
    old = Alert.objects.filter(
        state=Alert.State.UNCONFIRMED, created_at__lte=now - UNCONFIRMED_FOR
    ).select_for_update(skip_locked=True)
    keys = list(old.values_list("pk", flat=True))
    Alert.objects.filter(pk__in=keys).delete()
    count(AlertCount.What.FORGOTTEN, len(keys))
    return len(keys)


def normalised(address: str) -> str:
    """Return an address as it is compared: no mail server we know minds capitals."""
    return address.strip().lower()


def _check(watched: Watched) -> None:
    """Refuse what has no price to watch."""
    origin, destination = countries.country(watched.origin), countries.country(watched.destination)
    try:
        survey = selectors.survey(origin, destination, currency=watched.currency)
    except QuoteRequestRefused as refusal:
        raise AlertRefused(Refusal.NO_PRICES) from refusal
    if not survey.services:
        raise AlertRefused(Refusal.NO_PRICES)
    amounts = survey.amounts
    if not amounts or not amounts[0] <= watched.amount.decimal <= amounts[-1]:
        raise AlertRefused(Refusal.OUTSIDE_AMOUNTS)


def _codes_lately(address: str, now: datetime) -> int:
    """Return how many codes an address was sent lately; others asking for it wait until commit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [address])
    lately = AlertMessage.objects.filter(
        kind=AlertMessage.Kind.CODE, alert__email=address, created_at__gt=now - CODES_EACH
    )
    return lately.count()
