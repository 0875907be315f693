"""Givers hear when a bank disputes and decides; an owner's contacts what became of payouts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core import mail

from marketplace.notifications import tasks
from marketplace.notifications.models import Notification
from payments import events, figures
from payments.disputes.models import Dispute
from payments.gateway.bank_file import Debtor
from payments.models import EventDelivery
from payments.payouts import services as payouts
from tests.make import payouts as make_payouts
from tests.marketplace.notifications.test_money_going_back import send_all
from tests.projects.funding import reversing

if TYPE_CHECKING:
    from payments.payouts.models import Payout

OPENED = reversing.LATER
CONTACTS = ["clerk@owner.example", "owner@example.org"]
WITHOUT_ISOLATES = {ord(sign): None for sign in figures.isolated("")}

pytestmark = [pytest.mark.django_db, pytest.mark.promise("M16")]


def disputed() -> Dispute:
    """Return an open dispute of the whole of a settled contribution."""
    contribution = reversing.paid()
    assert contribution.payment_id is not None
    return Dispute.objects.create(
        payment_id=contribution.payment_id,
        provider_key="du_1",
        amount_minor=100_00,
        currency="EUR",
        fee_minor=15_00,
        fee_currency="EUR",
        opened_at=OPENED,
        found_at=OPENED,
        due_at=OPENED,
    )


def hear(listener: str, dispute: Dispute, *, reference: str = "") -> None:
    """Let a listener hear of a dispute twice."""
    for _ in range(2):
        events.part_of(listener)(
            dispute_id=str(dispute.pk),
            payment_id=str(dispute.payment_id),
            reference=reference or dispute.payment.reference,
            amount_minor=dispute.amount_minor,
            currency=dispute.currency,
            at=OPENED.isoformat(),
            now=OPENED,
        )


def end(dispute: Dispute, state: str) -> None:
    Dispute.objects.filter(pk=dispute.pk).update(state=state, ended_at=OPENED, due_at=None)


@pytest.mark.parametrize(
    ("state", "sentence"),
    [("won", "The €100.00 are with us again"), ("lost", "that the €100.00 you disputed are yours")],
)
def test_a_giver_hears_once_that_a_dispute_opened_and_once_how_it_ended(
    state: str, sentence: str
) -> None:
    dispute = disputed()

    hear(tasks.tell_opened_dispute.name, dispute)
    send_all()
    end(dispute, state)
    hear(tasks.tell_ended_dispute.name, dispute)
    send_all()

    opened, ended = mail.outbox
    assert opened.subject == "Your bank asks for your gift back"
    assert "taken €100.00 back" in opened.body.translate(WITHOUT_ISOLATES)
    assert "may take three months" in opened.body
    assert ended.subject == "Your bank has decided about your gift"
    assert sentence in ended.body.translate(WITHOUT_ISOLATES)
    assert opened.to == ended.to == ["amina@example.org"]


def test_who_hears_late_that_a_dispute_opened_is_told_that_it_is_decided() -> None:
    dispute = disputed()
    end(dispute, "won")

    hear(tasks.tell_opened_dispute.name, dispute)
    send_all()

    (message,) = mail.outbox
    assert "Meanwhile your bank has decided." in message.body
    assert "three months" not in message.body


def test_a_dispute_of_another_room_tells_nobody() -> None:
    hear(tasks.tell_opened_dispute.name, disputed(), reference="offering-1")

    assert not Notification.objects.exists()


def ended(how: str) -> Payout:
    """Return a payout of 600.00 from a file at the bank, of an owner with two contacts."""
    account = make_payouts.bank_account()
    account.contacts = CONTACTS
    account.save()
    make_payouts.escrow()
    payout = make_payouts.approved()
    now = make_payouts.FREE
    assert payouts.submit_due(now=now) == 1
    batch = make_payouts.again(payout).batch
    assert batch is not None
    debtor = Debtor("Weft", make_payouts.IBAN)
    payouts.export(batch_id=batch.pk, debtor=debtor, day=now.date(), by="clerk", now=now)
    key, by = payout.pk, "clerk"
    if how == "payout_failed":
        payouts.mark_failed(payout_id=key, by=by, now=now, reason="closed")
    else:
        payouts.mark_paid(payout_id=key, by=by, now=now, bank_reference="B-1", paid_at=now)
    if how == "payout_returned":
        payouts.mark_returned(payout_id=key, by=by, now=now, bank_reference="R-1", returned_at=now)
    return make_payouts.again(payout)


@pytest.mark.parametrize(
    ("kind", "event", "subject", "sentence"),
    [
        ("payout_paid", "PayoutPaid", "A payout has arrived", "have arrived at your bank"),
        (
            "payout_failed",
            "PayoutFailed",
            "A payout could not be made",
            "The bank did not carry it out.",
        ),
        (
            "payout_returned",
            "PayoutReturned",
            "A payout was sent back by the bank",
            "The bank did not carry it out.",
        ),
    ],
)
def test_every_contact_hears_once_what_became_of_a_payout(
    kind: str, event: str, subject: str, sentence: str
) -> None:
    payout = ended(kind)

    told = EventDelivery.objects.get(event=event)
    for _ in range(2):
        events.part_of(told.listener)(**told.payload, now=make_payouts.FREE)
    send_all()

    assert sorted(message.to for message in mail.outbox) == [[one] for one in CONTACTS]
    assert {message.subject for message in mail.outbox} == {subject}
    for message in mail.outbox:
        body = message.body.translate(WITHOUT_ISOLATES)
        assert "€600.00" in body
        assert payout.reference in body
        assert sentence in body
    assert set(Notification.objects.values_list("kind", flat=True)) == {kind}
