"""The line to the database breaks at every single statement between an event and its message.

Before each statement in turn the line hangs up, or it lets the statement through, COMMIT included,
and loses the answer. What is seen afterwards is all or nothing, and the repeat makes it all.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from marketplace.notifications.models import Notification
from payments import checkout
from payments.ledger import selectors as ledger
from payments.ledger.models import Entry
from payments.models import Payment
from payments.webhooks import services as inbox
from payments.webhooks.models import InboxEvent
from tests.make import funding as make_funding
from tests.make import payments as make_payments
from tests.payments.browser import pay
from tests.payments.line import line_before
from tests.payments.webhooks.books import told
from tests.payments.webhooks.signing import deliver

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

    from payments.sandbox.server import Running
    from projects.funding.models import Campaign, Contribution
    from tests.payments.line import Line

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.promise("D6")]

MOST_STATEMENTS = 140
BOOKED = {"charge": 1, "contribution": 1, "fee_borne": 1, "processor_fee": 1}
HANGS_UP: dict[str, Any] = {"refuses": True}
LOSES_THE_ANSWER: dict[str, Any] = {"reply_bytes": 0}


@contextmanager
def line_to_database() -> Iterator[Line]:
    """Lead every connection to the database over a line that can be broken."""
    settings = connection.settings_dict
    folder = settings["HOST"] or settings["OPTIONS"].get("host", "")
    port = int(settings["PORT"] or 5432)
    is_file = folder.startswith("/")
    address = str(Path(folder) / f".s.PGSQL.{port}") if is_file else (folder or "127.0.0.1", port)
    before = {name: settings[name] for name in ("HOST", "PORT", "OPTIONS")}
    with line_before(address) as line:
        options = {name: value for name, value in settings["OPTIONS"].items() if name != "host"}
        near = {"HOST": "127.0.0.1", "PORT": line.url.rpartition(":")[2], "OPTIONS": options}
        connection.close()
        settings.update(near)
        try:
            yield line
        finally:
            connection.close()
            settings.update(before)


def paid(campaign: Campaign) -> Contribution:
    """Return a contribution that is paid at the provider, of which we have not heard."""
    now = timezone.now()
    gift = make_funding.submitted(make_funding.identified(campaign, at=now), at=now)
    payment = Payment.objects.get(reference=gift.key)
    pay(checkout.open_page(payment_id=payment.pk, now=now))
    return gift


def take_in(event: InboxEvent) -> None:
    """Do all that a worker does between an event and the message to the giver."""
    inbox.work_off(event_id=event.pk, now=timezone.now())
    make_payments.deliver_announcements()


def kept(client: Client, provider: Running, gift: Contribution) -> InboxEvent:
    payment = Payment.objects.get(reference=gift.key)
    (event,) = (
        one
        for one in told(provider, "checkout.session.completed")
        if one["data"]["object"]["client_reference_id"] == str(payment.pk)
    )
    assert deliver(client, event) == 200
    return InboxEvent.objects.get(event_key=event["id"])


def booked(gift: Contribution) -> dict[str, int]:
    kinds = list(Entry.objects.filter(reference=gift.key).values_list("kind", flat=True))
    return {kind: kinds.count(kind) for kind in sorted(set(kinds))}


def check_nothing_is_half_done(gift: Contribution) -> None:
    """Check that what belongs together is there together."""
    gift.refresh_from_db()
    entries, payment = booked(gift), Payment.objects.get(reference=gift.key)
    has_arrived = payment.state == Payment.State.SETTLED
    assert has_arrived == ("charge" in entries) == ("processor_fee" in entries)
    assert gift.is_settled == ("contribution" in entries) == ("fee_borne" in entries)
    assert has_arrived or not gift.is_settled
    assert max(entries.values(), default=1) == 1
    assert ledger.verify() == []


@pytest.mark.parametrize(
    ("trouble", "each"),
    [
        pytest.param(HANGS_UP, 7, id="hangs up"),
        pytest.param(LOSES_THE_ANSWER, 7, id="loses the answer"),
        pytest.param(HANGS_UP, 1, id="hangs up at every statement", marks=pytest.mark.slow),
        pytest.param(LOSES_THE_ANSWER, 1, id="loses every answer", marks=pytest.mark.slow),
    ],
)
def test_wherever_the_line_to_the_database_breaks_a_contribution_is_whole_or_not_there(
    client: Client, provider: Running, trouble: dict[str, Any], each: int
) -> None:
    campaign = make_funding.campaign(goal_minor=100_000_00, at=timezone.now())

    broken_at = [
        statement
        for statement in range(0, MOST_STATEMENTS, each)
        if is_broken_and_mended(client, provider, paid(campaign), trouble, statement)
    ]

    assert broken_at == list(range(0, broken_at[-1] + 1, each))
    assert 40 < broken_at[-1] < MOST_STATEMENTS - each  # The last statement of all among them.


def is_broken_and_mended(
    client: Client,
    provider: Running,
    gift: Contribution,
    trouble: dict[str, Any],
    statement: int,
) -> bool:
    """Break the line at one statement, mend it and go on; say whether there was one to break."""
    event = kept(client, provider, gift)
    with line_to_database() as line:
        connection.ensure_connection()
        line.spared = statement
        for name, value in trouble.items():
            setattr(line, name, value)
        with suppress(OperationalError, InterfaceError):
            take_in(event)
        is_broken = line.met > 0
        line.mend()
    check_nothing_is_half_done(gift)
    take_in(event)

    assert booked(gift) == BOOKED
    assert Notification.objects.filter(subject_key=gift.key).count() == 1
    check_nothing_is_half_done(gift)
    return is_broken
