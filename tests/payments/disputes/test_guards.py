"""What the database refuses to keep of a dispute, tried as the application's role."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from payments.disputes import services
from payments.disputes.models import Dispute
from tests.payments.refunds import books

if TYPE_CHECKING:
    from payments.sandbox.server import Running

S = Dispute.State
NEVER = datetime(2100, 1, 1, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def lost(sandbox: Running) -> Dispute:
    payment = books.settled()
    key = books.control(sandbox, "disputes", charge=payment.charge_key)["id"]
    books.control(sandbox, "disputes", dispute=key, outcome="lost")
    services.look_at(object_key=key, now=timezone.now())
    return Dispute.objects.get()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE disputes_dispute SET state = 'won'",
        "UPDATE disputes_dispute SET state = 'open', ended_at = NULL, due_at = now()",
        "UPDATE disputes_dispute SET amount_minor = 1",
        "UPDATE disputes_dispute SET currency = 'USD'",
        "UPDATE disputes_dispute SET provider_key = 'dp_other'",
        "DELETE FROM disputes_dispute",
        "TRUNCATE disputes_dispute",
        "ALTER TABLE disputes_dispute DISABLE TRIGGER ALL",
        "DROP TRIGGER dispute_stays ON disputes_dispute",
        "ALTER TABLE disputes_dispute DROP CONSTRAINT dispute_state_known",
    ],
)
def test_the_application_cannot_change_what_was_lost(provider: Running, statement: str) -> None:
    dispute = lost(provider)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    kept = Dispute.objects.get()
    assert (kept.state, kept.amount_minor) == (S.LOST, 100_00)
    assert kept.provider_key == dispute.provider_key


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"state": "settled", "ended_at": NEVER}, "dispute_state_known"),
        ({"amount_minor": 0}, "dispute_amounts_make_sense"),
        ({"fee_minor": -1}, "dispute_amounts_make_sense"),
        ({"provider_key": ""}, "dispute_amounts_make_sense"),
        ({"state": "won"}, "dispute_ended_has_time"),
        ({"due_at": None}, "dispute_ended_has_time"),
    ],
)
@pytest.mark.usefixtures("provider")
def test_a_dispute_that_makes_no_sense_is_refused(changes: dict[str, Any], constraint: str) -> None:
    now = timezone.now()
    known: dict[str, Any] = {
        "payment": books.settled(), "provider_key": "dp_1", "amount_minor": 1, "currency": "EUR",
        "fee_minor": 0, "fee_currency": "EUR", "opened_at": now, "found_at": now, "due_at": now,
    }  # fmt: skip

    with pytest.raises(DatabaseError, match=constraint), transaction.atomic():
        Dispute.objects.create(**known | changes)

    assert not Dispute.objects.exists()
