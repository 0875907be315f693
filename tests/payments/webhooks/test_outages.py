"""While the provider or a worker is away, events wait and stay visible."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from celery import current_app
from django.db import connection

from payments import gateway
from payments.gateway.stripe.client import client as stripe_client
from payments.gateway.stripe.pages import StripePages
from payments.webhooks import selectors, services
from payments.webhooks.models import InboxEvent
from tests.make import payments as make_payments
from tests.payments.browser import pay
from tests.payments.line import line_to, nobody
from tests.payments.webhooks.books import BOOKS, announced, books, opened, told
from tests.payments.webhooks.signing import deliver, event

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

    from payments.gateway.base import ProviderCharge
    from payments.sandbox.server import Running


pytestmark = pytest.mark.usefixtures("_heard_by_a_test")
S = InboxEvent.State


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

    class Watching(StripePages):
        def fetch_charge(self, page_key: str) -> ProviderCharge:
            asked.append(connection.in_atomic_block)
            return super().fetch_charge(page_key)

    watching = Watching(stripe_client(api_key="sk_test_1", api_base=provider.url))
    with mock.patch.object(gateway, "provider", return_value=watching):
        make_payments.work_inbox()

    assert asked == [False]
    assert books() == BOOKS


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
