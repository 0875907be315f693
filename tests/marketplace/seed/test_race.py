"""A race: sixty-four people have paid, a pot for thirty, and the news comes however it comes."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from celery import current_app
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from marketplace import books
from payments.ledger.models import Entry
from payments.models import EventDelivery, Payment
from payments.reconciliation import selectors as reconciliation
from payments.reconciliation.services import reconcile
from payments.sandbox.server import serve
from payments.settlement import ask_provider
from payments.webhooks.models import InboxEvent
from projects.catalogue.models import Project
from projects.funding import selectors as funding
from projects.funding.models import Campaign, Contribution
from projects.matching import selectors as matching
from projects.matching.models import Allocation
from projects.matching.services import allocate_all_due
from tests.crowd import at_once
from tests.make import payments as make_payments
from tests.payments.chaos import day
from tests.payments.sandbox import make
from tests.payments.webhooks.signing import deliver

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import Settings

    from payments.sandbox.server import Running

SENDERS = 64
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("seed")]


@pytest.fixture
def sandbox(settings: Settings) -> Iterator[Running]:
    """Run a sandbox where the commands and the product look for one."""
    with serve() as running:
        settings.SANDBOX_URL = settings.STRIPE_API_BASE = running.url
        yield running


def race(seed: int = 7) -> dict[str, Any]:
    out = StringIO()
    call_command("seed", "--scenario", "race", "--seed", str(seed), "--json", stdout=out)
    document: dict[str, Any] = json.loads(out.getvalue())
    return document


def state() -> tuple[object, ...]:
    return (
        books.fingerprint(),
        Project.objects.count(),
        Entry.objects.count(),
        list(Payment.objects.order_by("pk").values_list("pk", "state", "page_key", "due_at")),
        EventDelivery.objects.count(),
    )


def send(payload: str) -> None:
    """Deliver one event, and let a worker see it at once."""
    assert deliver(Client(), payload.encode()) == 200
    key = InboxEvent.objects.get(event_key=json.loads(payload)["id"]).pk
    current_app.tasks["webhooks.work_inbox"].apply(kwargs={"event_id": str(key)}, throw=True)


def send_all(payloads: list[str]) -> None:
    for payload in payloads:
        send(payload)


def settle_down() -> None:
    """Do what workers and the clock do once the storm is over."""
    make_payments.work_inbox()
    make_payments.deliver_announcements()
    allocate_all_due(now=timezone.now())


def check_the_end(document: dict[str, Any]) -> None:
    keys = [one["id"] for one in document["contributions"]]
    matched = Allocation.objects.filter(contribution_ref__in=keys, amount_minor__gt=0)
    rest = Allocation.objects.filter(contribution_ref__in=keys, amount_minor=0)
    assert set(Contribution.objects.filter(key__in=keys).values_list("state", flat=True)) == {
        "settled"
    }
    assert list(matched.values_list("amount_minor", flat=True)) == [100_00] * 30
    assert [row.reason for row in rest] == ["pot_exhausted"] * 34
    assert matching.left([document["programme"]])[document["programme"]].minor == 0
    campaign = Campaign.objects.get(project__slug=document["project"])
    totals = funding.totals([campaign])[campaign.pk]
    assert (totals.contributed.minor, totals.matched.minor) == (6_400_00, 3_000_00)
    assert books.verify().differences == []


@pytest.mark.slow
def test_a_seed_gives_the_same_document_in_any_database(settings: Settings) -> None:
    documents = []
    with day.kept() as empty:
        for _ in range(2):
            day.back_to(empty)
            with serve() as running:
                settings.SANDBOX_URL = settings.STRIPE_API_BASE = running.url
                documents.append(race())
                check_the_form(documents[-1])
                check_the_sandbox_knows(running, documents[-1])
    assert documents[0] == documents[1]


@pytest.mark.slow
def test_another_race_lies_beside_the_first(sandbox: Running) -> None:
    first, second = race(), race(8)

    assert first["programme"] != second["programme"]
    assert ask_provider(now=timezone.now() + timedelta(minutes=62)) == 128
    assert len(sandbox.world.store.every("checkout.session")) == 128


def check_the_form(document: dict[str, Any]) -> None:
    assert [*document] == [
        *("scenario", "seed", "created", "agencies", "users", "projects", "programmes"),
        *("project", "programme", "pot", "webhook_path", "signing_secret_env"),
        *("contributions", "events"),
    ]
    assert (document["scenario"], document["seed"], document["created"]) == ("race", 7, True)
    assert document["pot"] == {
        "amount": "3000.00",
        "currency": "EUR",
        "minor": 3_000_00,
        "exponent": 2,
    }
    assert document["webhook_path"] == "/payments/webhooks/stripe/"
    assert document["signing_secret_env"] == "STRIPE_WEBHOOK_SECRET"
    assert document["contributions"] == [
        {"id": f"race-7-{n:02d}", "amount_minor": 100_00, "currency": "EUR"} for n in range(1, 65)
    ]
    assert len({event["id"] for event in document["events"]}) == 64
    assert {frozenset(event) for event in document["events"]} == {frozenset({"id", "payload"})}
    assert len(document["users"]) == 29  # The small world, loaded with it.


def check_the_sandbox_knows(running: Running, document: dict[str, Any]) -> None:
    """What an event tells is what whoever looks the object up is told."""
    with make.client(running.url) as client:
        for event in document["events"][::9]:
            told = json.loads(event["payload"])
            looked_up = client.v1.checkout.sessions.retrieve(told["data"]["object"]["id"])
            assert (told["id"], told["type"]) == (event["id"], "checkout.session.completed")
            assert looked_up.to_dict() == told["data"]["object"]
            assert looked_up.payment_status == "paid"


@pytest.mark.slow
def test_nobody_is_asked_for_an_hour(sandbox: Running) -> None:
    """Whoever delivers the events has had that long; loading it again does not begin it anew."""
    document = race()
    before, now = state(), timezone.now()
    assert race() == document | {"created": False}
    assert ask_provider(now=now + timedelta(minutes=58)) == 0
    assert state() == before
    assert ask_provider(now=now + timedelta(minutes=62)) == 64
    assert len(sandbox.world.store.every("checkout.session")) == 64


@pytest.mark.promise("M3")
@pytest.mark.promise("M7")
@pytest.mark.usefixtures("sandbox")
def test_thirty_are_matched_however_the_events_come() -> None:
    current_app.loader.import_default_modules()
    document = race()
    payloads = [event["payload"] for event in document["events"]]
    assert matching.left([document["programme"]])[document["programme"]].minor == 0  # All held.
    with day.kept() as copy:
        send_all(payloads)
        settle_down()
        check_the_end(document)
        orderly = books.fingerprint()
        day.back_to(copy)
        assert books.fingerprint() != orderly
        everything = payloads * 2
        random.Random(7).shuffle(everything)  # noqa: S311  The same every time.
        at_once(send_all, [everything[part::SENDERS] for part in range(SENDERS)])
        settle_down()
        check_the_end(document)
        assert books.fingerprint() == orderly
        send(payloads[0])
        settle_down()
        assert books.fingerprint() == orderly
    outcome = reconcile(since=reconciliation.BEGINNING, now=timezone.now())
    assert (outcome.run.checked, outcome.differences) == (64, [])
