"""Givers hear of money that goes back; every contact hears of new payout details. Once each."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core import mail

from marketplace.notifications import services, tasks
from marketplace.notifications.models import Notification
from payments import events, figures
from payments.payouts.models import Method, PayoutAccount
from payments.refunds.models import Refund
from tests.make import funding as make
from tests.projects.funding import reversing

NOON = make.NOON
ISOLATE, END_ISOLATE = (ord(sign) for sign in figures.isolated(""))
FREE_AT = (NOON + timedelta(hours=72)).isoformat()
CONTACTS = ["first@owner.example", "second@owner.example"]


def refunded() -> Refund:
    """Return a refund of 40.00 of a settled contribution, as the room of refunds left it."""
    contribution = reversing.paid()
    assert contribution.payment_id is not None
    return Refund.objects.create(
        payment_id=contribution.payment_id,
        amount_minor=40_00,
        currency=contribution.currency,
        reason="asked for",
        requested_by="finance@weft.example",
        idempotency_key="form-1",
        created_at=NOON,
        due_at=NOON,
    )


def send_all() -> None:
    for notification in Notification.objects.waiting():
        services.send_notification(notification_id=notification.pk, now=NOON)


@pytest.mark.django_db
@pytest.mark.promise("M16")
def test_a_giver_is_told_once_that_money_went_back() -> None:
    refund = refunded()
    reference = refund.payment.reference

    for _ in range(2):
        services.tell_refund(refund_id=str(refund.pk), reference=reference, now=NOON)
    send_all()

    (message,) = mail.outbox
    assert message.subject == "Money is on its way back to you"
    assert "€40.00" in message.body.translate({ISOLATE: None, END_ISOLATE: None})
    assert "PIN" in message.body
    assert Notification.objects.get().sent_at == NOON


@pytest.mark.django_db
@pytest.mark.promise("M16")
def test_a_giver_who_was_told_of_a_refund_hears_once_that_it_came_back() -> None:
    refund = refunded()
    services.tell_refund(refund_id=str(refund.pk), reference=refund.payment.reference, now=NOON)

    for _ in range(2):
        services.tell_failed_refund(refund_id=str(refund.pk), now=NOON)
    send_all()

    _, message = mail.outbox
    assert message.subject == "Money could not be sent back to you"
    assert "€40.00" in message.body.translate({ISOLATE: None, END_ISOLATE: None})


@pytest.mark.django_db
def test_of_a_refund_that_failed_before_anybody_was_told_nobody_hears() -> None:
    refund = refunded()
    Refund.objects.update(state="failed", failure_reason="account_closed", failed_at=NOON)

    services.tell_failed_refund(refund_id=str(refund.pk), now=NOON)
    services.tell_refund(refund_id=str(refund.pk), reference=refund.payment.reference, now=NOON)

    assert not Notification.objects.exists()


@pytest.mark.django_db
def test_a_refund_of_another_room_tells_nobody() -> None:
    refund = refunded()

    told = services.tell_refund(refund_id=str(refund.pk), reference="offering-1", now=NOON)

    assert told is None
    assert not Notification.objects.exists()


@pytest.mark.django_db
@pytest.mark.promise("M19")
def test_every_contact_there_ever_was_is_told_once_of_new_payout_details() -> None:
    account = PayoutAccount.objects.create(
        owner_ref="owner-1",
        currency="EUR",
        method=Method.STRIPE,
        country="KE",
        contacts=CONTACTS,
        details_label="•••• 6789",
        created_at=NOON,
    )
    announced = {
        "account_id": str(account.pk),
        "owner_ref": "owner-1",
        "contacts_json": json.dumps(CONTACTS),
        "details_label": "•••• 6789",
        "free_at": FREE_AT,
    }

    for _ in range(2):
        events.part_of(tasks.tell_payout_details.name)(**announced, now=NOON)
    send_all()

    assert sorted(message.to for message in mail.outbox) == [[contact] for contact in CONTACTS]
    assert {message.subject for message in mail.outbox} == {"New details for your payouts"}
    assert all("•••• 6789" in message.body for message in mail.outbox)
    assert "•••• 6789" not in "".join(str(message.subject) for message in mail.outbox)
