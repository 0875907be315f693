"""From the inbox to the books: events are hints, the provider is asked."""

from __future__ import annotations

import json
import random
from datetime import datetime, timedelta
from threading import Barrier, Thread
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from celery import current_app
from django.db import connection
from django.utils import timezone

from payments import checkout, events, gateway, settlement
from payments.gateway.stripe import StripeGateway
from payments.ledger import selectors as ledger
from payments.models import EventDelivery, Payment
from payments.webhooks import selectors, services
from payments.webhooks.models import InboxEvent
from tests.make import payments as make_payments
from tests.payments.browser import DECLINED, pay
from tests.payments.line import line_to, nobody
from tests.payments.webhooks.signing import deliver, event

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

    from payments.gateway.base import ProviderCharge
    from payments.sandbox.server import Running

pytestmark = pytest.mark.usefixtures("_heard_by_a_test")

S = InboxEvent.State


@pytest.fixture
def _heard_by_a_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(events._listeners, events.PaymentSettled, ("tests.hear_settled",))  # noqa: SLF001
    monkeypatch.setitem(events._listeners, events.PaymentFailed, ("tests.hear_failed",))  # noqa: SLF001


def opened(reference: str = "gift-1") -> Payment:
    payment = make_payments.payment(reference=reference, now=timezone.now())
    checkout.open_page(payment_id=payment.pk, now=timezone.now())
    payment.refresh_from_db()
    return payment


def told(provider: Running, *kinds: str) -> list[dict[str, Any]]:
    """Return what the provider has to tell, oldest first."""
    happened = [record.document for record in provider.world.store.every("event")]
    return [told for told in happened if not kinds or told["type"] in kinds]


def books() -> list[tuple[str, str, int]]:
    return [(row.account, row.currency, row.posted_minor) for row in ledger.fingerprint_rows()]


def announced() -> list[tuple[str, str]]:
    rows = EventDelivery.objects.values_list("event", "payload__reference")
    return sorted((name, str(reference)) for name, reference in rows)


BOOKS = [
    ("donor_clearing/gift-1", "EUR", -100_00),
    ("processor_fee/stripe", "EUR", 1_75),
    ("provider_clearing/stripe", "EUR", 98_25),
]


@pytest.mark.django_db
def test_a_paid_page_is_settled_from_its_event(client: Client, provider: Running) -> None:
    payment = opened()
    pay(payment.page_url)
    (completed,) = told(provider, "checkout.session.completed")

    deliver(client, completed)
    make_payments.work_inbox()

    payment.refresh_from_db()
    kept = InboxEvent.objects.get()
    assert payment.state == Payment.State.SETTLED
    assert (kept.state, kept.attempts, kept.last_error) == (S.DONE, 1, "")
    assert books() == BOOKS
    assert announced() == [("PaymentSettled", "gift-1")]


@pytest.mark.django_db
@pytest.mark.promise("M3")
def test_a_redelivered_event_books_once(client: Client, provider: Running) -> None:
    payment = opened()
    pay(payment.page_url)
    (completed,) = told(provider, "checkout.session.completed")

    for _ in range(3):
        assert deliver(client, completed) == 200
        make_payments.work_inbox()
    services.work_off(event_id=InboxEvent.objects.get().pk, now=timezone.now())

    assert books() == BOOKS
    assert announced() == [("PaymentSettled", "gift-1")]


@pytest.mark.django_db
@pytest.mark.promise("M3")
def test_every_event_of_a_payment_backwards_books_once(client: Client, provider: Running) -> None:
    payment = opened()
    pay(payment.page_url, card=DECLINED)
    pay(payment.page_url)

    for happened in reversed(told(provider)):
        assert deliver(client, happened) == 200
        make_payments.work_inbox()

    payment.refresh_from_db()
    assert payment.state == Payment.State.SETTLED
    assert not InboxEvent.objects.filter(state__in=[S.WAITING, S.DEAD]).exists()
    assert books() == BOOKS
    assert announced() == [("PaymentSettled", "gift-1")]


@pytest.mark.django_db
def test_the_amount_is_what_the_provider_says_and_not_what_the_event_says(
    client: Client, provider: Running
) -> None:
    payment = opened()
    pay(payment.page_url)
    (completed,) = told(provider, "checkout.session.completed")
    completed["data"]["object"] |= {"amount_total": 1, "currency": "jpy"}

    deliver(client, completed)
    make_payments.work_inbox()

    assert books() == BOOKS


@pytest.mark.django_db
def test_an_event_that_claims_too_much_settles_nothing(client: Client, provider: Running) -> None:
    payment = opened()
    claimed = {"id": payment.page_key, "object": "checkout.session", "payment_status": "paid"}

    deliver(client, event(subject=claimed))
    make_payments.work_inbox()

    payment.refresh_from_db()
    assert payment.state == Payment.State.OPEN
    assert InboxEvent.objects.get().state == S.DONE
    assert len(provider.world.store.every("checkout.session")) == 1
    assert books() == []


@pytest.mark.django_db
def test_a_page_that_expired_ends_the_payment(client: Client, provider: Running) -> None:
    payment = opened()
    gateway.provider().close_page(payment.page_key)
    (expired,) = told(provider, "checkout.session.expired")

    deliver(client, expired)
    make_payments.work_inbox()

    payment.refresh_from_db()
    assert payment.state == Payment.State.EXPIRED
    assert announced() == [("PaymentFailed", "gift-1")]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "subject",
    [
        {"id": "cs_of_another_shop", "object": "checkout.session"},
        {"id": "ch_1", "object": "charge", "metadata": {"weft_payment": "not one of our keys"}},
        {"id": "ch_1", "object": "charge", "metadata": {"weft_payment": str(make_payments.NOON)}},
        {"id": "", "object": "checkout.session"},
        {"object": "checkout.session", "metadata": None},
    ],
)
def test_an_object_that_is_not_ours_is_stored_and_ignored(
    client: Client, provider: Running, subject: dict[str, Any]
) -> None:
    opened()

    assert deliver(client, event(subject=subject)) == 200
    make_payments.work_inbox()

    assert InboxEvent.objects.get().state == S.IGNORED
    assert len(provider.world.store.every("checkout.session")) == 1
    assert books() == []


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["checkout.session.completed", "charge.succeeded"])
def test_an_event_about_a_page_whose_answer_was_lost_is_understood(
    client: Client, provider: Running, kind: str
) -> None:
    payment = opened()
    pay(payment.page_url)
    Payment.objects.update(state="created", page_key="", page_url="")  # As if no answer had come.
    (happened,) = told(provider, kind)

    deliver(client, happened)
    make_payments.work_inbox()

    payment.refresh_from_db()
    assert payment.state == Payment.State.SETTLED
    assert payment.page_key == provider.world.store.every("checkout.session")[0].id
    assert books() == BOOKS


@pytest.mark.django_db
def test_the_page_of_another_payment_is_an_error_a_person_can_see(
    client: Client, provider: Running
) -> None:
    payment, other = opened("gift-1"), opened("gift-2")
    pay(other.page_url)
    Payment.objects.filter(pk=payment.pk).update(state="created", page_key="")
    mixed_up = {
        "id": other.page_key,
        "object": "checkout.session",
        "metadata": {"weft_payment": str(payment.pk)},
    }
    deliver(client, event(subject=mixed_up))
    kept = InboxEvent.objects.get()

    make_payments.task("webhooks.work_inbox").apply(kwargs={"event_id": str(kept.pk)})

    kept.refresh_from_db()
    assert (kept.state, kept.attempts) == (S.WAITING, 1)
    assert kept.last_error.startswith("ChargeBelongsElsewhere: ")
    assert len(provider.world.store.every("checkout.session")) == 2
    assert books() == []


@pytest.mark.django_db
@pytest.mark.promise("D3")
def test_while_the_provider_is_down_an_event_waits(
    client: Client, provider: Running, settings: Settings
) -> None:
    payment = opened()
    pay(payment.page_url)
    (completed,) = told(provider, "checkout.session.completed")
    deliver(client, completed)
    settings.STRIPE_API_BASE = nobody()

    make_payments.work_inbox()

    kept = InboxEvent.objects.get()
    assert (kept.state, kept.attempts) == (S.WAITING, 1)
    assert kept.last_error.startswith("ProviderUnavailable: ")
    assert books() == []

    settings.STRIPE_API_BASE = provider.url
    make_payments.work_inbox()
    assert InboxEvent.objects.get().state == S.DONE
    assert books() == BOOKS


@pytest.mark.django_db
@pytest.mark.promise("D2")
def test_the_sweeper_queues_what_no_worker_took(
    client: Client,
    provider: Running,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    deliver(client, event())
    kept = InboxEvent.objects.get()

    with mock.patch.object(current_app, "send_task") as send:
        with django_capture_on_commit_callbacks(execute=True):
            early = services.work_due(now=kept.received_at + timedelta(seconds=14))
        send.assert_not_called()
        with django_capture_on_commit_callbacks(execute=True):
            late = services.work_due(now=kept.received_at + timedelta(seconds=16))
            again = services.work_due(now=kept.received_at + timedelta(seconds=16))

    assert (early, late, again) == (0, 1, 0)
    send.assert_called_once_with("webhooks.work_inbox", kwargs={"event_id": str(kept.pk)})
    assert provider.world.store.every("checkout.session") == []


@pytest.mark.django_db
@pytest.mark.promise("M15")
def test_an_event_tried_too_often_is_laid_aside_and_stays_visible(
    client: Client, provider: Running
) -> None:
    opened()
    deliver(client, event())
    InboxEvent.objects.update(attempts=services.MOST_ATTEMPTS, last_error="ProviderRefused: no")

    make_payments.work_inbox()

    kept = InboxEvent.objects.get()
    assert (kept.state, kept.last_error) == (S.DEAD, "ProviderRefused: no")
    assert selectors.backlog() == selectors.Backlog(waiting=0, oldest_received_at=None, dead=1)
    assert len(provider.world.store.every("checkout.session")) == 1


@pytest.mark.django_db
def test_the_backlog_counts_what_waits(client: Client) -> None:
    deliver(client, event())
    deliver(client, event("customer.created"))

    waiting = InboxEvent.objects.get(state=S.WAITING)
    assert selectors.backlog() == selectors.Backlog(
        waiting=1, oldest_received_at=waiting.received_at, dead=0
    )


@pytest.mark.django_db(transaction=True)
def test_the_provider_is_asked_outside_any_transaction(client: Client, provider: Running) -> None:
    payment = opened()
    pay(payment.page_url)
    (completed,) = told(provider, "checkout.session.completed")
    deliver(client, completed)
    asked = []

    class Watching(StripeGateway):
        def fetch_charge(self, page_key: str) -> ProviderCharge:
            asked.append(connection.in_atomic_block)
            return super().fetch_charge(page_key)

    watching = Watching(api_key="sk_test_1", api_base=provider.url)
    with mock.patch.object(gateway, "provider", return_value=watching):
        make_payments.work_inbox()

    assert asked == [False]
    assert books() == BOOKS


@pytest.mark.django_db(transaction=True)
@pytest.mark.promise("M3")
def test_two_workers_on_one_event_book_once(client: Client, provider: Running) -> None:
    payment = opened()
    pay(payment.page_url)
    (completed,) = told(provider, "checkout.session.completed")
    deliver(client, completed)
    kept, together = InboxEvent.objects.get(), Barrier(2)
    asking = gateway.provider()

    class Meeting(StripeGateway):
        def fetch_charge(self, page_key: str) -> ProviderCharge:
            charge = asking.fetch_charge(page_key)
            together.wait(timeout=20)  # Both have the answer before either settles.
            return charge

    def work() -> None:
        try:
            services.work_off(event_id=kept.pk, now=timezone.now())
        finally:
            connection.close()

    meeting = Meeting(api_key="sk_test_1", api_base=provider.url)
    with mock.patch.object(gateway, "provider", return_value=meeting):
        workers = [Thread(target=work) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(timeout=40)

    assert books() == BOOKS
    assert announced() == [("PaymentSettled", "gift-1")]
    assert InboxEvent.objects.get().attempts == 2


# --- A day of payments, told badly ----------------------------------------------------------------

GIFTS = 8
EXPECTED_STATES = {
    **{f"gift-{number}": "settled" for number in range(0, GIFTS, 2)},
    **{f"gift-{number}": "open" for number in range(1, GIFTS, 2)},
}


def a_day_of_payments() -> None:
    """Let every other giver pay, and the rest be declined."""
    for number in range(GIFTS):
        payment = opened(f"gift-{number}")
        pay(payment.page_url, card=DECLINED)
        if number % 2 == 0:
            pay(payment.page_url)


def one_cycle(now: datetime) -> None:
    """Do what the clock does: work off the inbox, then ask about what is still open."""
    make_payments.work_inbox(now=now)
    for payment in Payment.objects.live():
        settlement.ask_about_payment(payment_id=payment.pk, now=now)


@pytest.mark.django_db
@pytest.mark.promise("M3")
@pytest.mark.promise("M4")
@pytest.mark.promise("M17")
@pytest.mark.parametrize(("seed", "loss"), [(1, 0.0), (2, 0.2), (3, 0.5), (4, 1.0)])
def test_a_day_told_in_any_order_with_losses_and_strangers_ends_in_the_same_books(
    client: Client, provider: Running, seed: int, loss: float
) -> None:
    chance = random.Random(seed)  # noqa: S311  Not a secret, and the same every time.
    a_day_of_payments()
    deliveries = [
        happened
        for happened in told(provider)
        for _ in range(chance.randint(1, 4))
        if chance.random() >= loss
    ]
    strangers = [
        happened | {"id": f"{happened['id']}_strange", **strange}
        for happened in deliveries[:10]
        for strange in ({"livemode": True}, {"account": "acct_somebody_else"})
    ]
    told_badly = deliveries + strangers
    chance.shuffle(told_badly)

    for happened in told_badly:
        deliver(client, happened)
        if chance.random() < 0.3:
            make_payments.work_inbox()
    one_cycle(timezone.now() + timedelta(minutes=5))

    states = dict(Payment.objects.values_list("reference", "state"))
    assert states == EXPECTED_STATES
    assert books() == [
        *((f"donor_clearing/gift-{number}", "EUR", -100_00) for number in range(0, GIFTS, 2)),
        ("processor_fee/stripe", "EUR", 4 * 1_75),
        ("provider_clearing/stripe", "EUR", 4 * 98_25),
    ]
    assert announced() == [("PaymentSettled", f"gift-{number}") for number in range(0, GIFTS, 2)]
    assert not InboxEvent.objects.filter(event_key__endswith="_strange").exists()
    assert ledger.verify() == []


@pytest.mark.django_db
@pytest.mark.promise("D6")
@pytest.mark.parametrize("reply_bytes", [0, 1, 100])
def test_a_line_that_breaks_while_we_ask_leaves_nothing_half_done(
    client: Client, provider: Running, settings: Settings, reply_bytes: int
) -> None:
    payment = opened()
    pay(payment.page_url)
    (completed,) = told(provider, "checkout.session.completed")
    deliver(client, completed)

    with line_to(provider.url) as line:
        settings.STRIPE_API_BASE = line.url
        line.reply_bytes = reply_bytes
        make_payments.work_inbox()
        assert books() == []
        assert announced() == []

        line.reply_bytes = None
        make_payments.work_inbox()

    assert books() == BOOKS
    assert json.loads(bytes(InboxEvent.objects.get().body)) == completed
