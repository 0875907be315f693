from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from payments.models import EventDelivery
from tests.make import accounts
from tests.make import reconciliation as make_reconciliation

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


def test_healthz_answers_without_asking_the_database(
    client: Client, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        answer = client.get("/healthz")

    assert (answer.status_code, answer.content) == (200, b"ok")


def test_readyz_says_that_every_part_is_ready(client: Client) -> None:
    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {
        "ok": True,
        "checks": {
            "database": "ok",
            "queue": "ok",
            "migrations": "ok",
            "reconciliation": "ok",
            "due_work": "ok",
        },
    }


def test_readyz_is_not_ready_when_work_has_waited_for_more_than_five_minutes(
    client: Client,
) -> None:
    EventDelivery.objects.create(
        event_key="0190b5a0-0000-7000-8000-000000000000",
        event="PaymentSettled",
        listener="nobody",
        payload={},
        created_at=timezone.now() - timedelta(minutes=6),
    )

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["ok"] is False
    assert answer.json()["checks"]["due_work"].startswith("payments.redeliver waiting since ")


@pytest.mark.promise("M15")
@pytest.mark.parametrize(
    ("minutes", "status", "overdue"), [(60, 200, 0), (74, 200, 0), (76, 503, 16)]
)
def test_a_reconciliation_that_did_not_happen_is_an_alarm(
    client: Client, minutes: int, status: int, overdue: int
) -> None:
    at = timezone.now() - timedelta(minutes=minutes)
    make_reconciliation.run(at=at)

    answer = client.get("/readyz")
    figures = client.get("/metrics").content.decode().splitlines()

    told = answer.json()["checks"]["reconciliation"]
    due = at + timedelta(hours=1)
    late = f"last done {at.isoformat()}, due since {due.isoformat()}"
    assert (answer.status_code, told) == (status, late if overdue else "ok")
    seconds = dict(line.split() for line in figures if line.startswith("weft_reconciliation"))
    assert int(seconds["weft_reconciliation_age_seconds"]) // 60 == minutes
    assert int(seconds["weft_reconciliation_overdue_seconds"]) // 60 == overdue


def test_metrics_answer_this_machine_and_nobody_behind_a_proxy(client: Client) -> None:
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", headers={"x-forwarded-for": "203.0.113.7"}).status_code == 404
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.7").status_code == 404


def test_metrics_with_a_token_answer_whoever_knows_it(client: Client, settings: object) -> None:
    settings.METRICS_TOKEN = "abc"  # type: ignore[attr-defined]

    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"authorization": "Bearer abc"}).status_code == 200


def test_security_txt_names_a_contact_and_an_expiry(client: Client) -> None:
    lines = client.get("/.well-known/security.txt").content.decode().splitlines()

    assert lines[0] == "Contact: mailto:security@weft.example"
    assert lines[1].startswith("Expires: ")


def test_a_host_that_is_not_ours_is_refused(client: Client) -> None:
    assert client.get("/en/projects/", headers={"host": "evil.example"}).status_code == 400


def test_metrics_tell_the_backlog_and_what_waits_for_a_person(client: Client) -> None:
    lines = client.get("/metrics").content.decode().splitlines()

    assert 'weft_needing_a_person{kind="dead_events"} 0' in lines
    assert 'weft_needing_a_person{kind="payments_differing_in_amount"} 0' in lines
    assert 'weft_needing_a_person{kind="payments_differing_in_fee_currency"} 0' in lines
    assert 'weft_needing_a_person{kind="exceptions_of_unknown_charge"} 0' in lines
    assert "weft_reconciliation_overdue_seconds 0" in lines
    assert not [line for line in lines if line.startswith("weft_reconciliation_age_seconds")]
    assert "# TYPE weft_due_work_seconds gauge" in lines


def test_what_was_drawn_for_somebody_signed_in_stays_out_of_shared_caches(client: Client) -> None:
    accounts.sign_in(client, accounts.user(email="amina@example.org"))

    assert client.get("/en/projects/")["Cache-Control"] == "private, no-store"
    client.cookies.clear()
    assert "Cache-Control" not in client.get("/en/projects/")


def test_crawlers_are_asked_to_leave_people_s_own_pages_alone(client: Client) -> None:
    lines = client.get("/robots.txt").content.decode().splitlines()

    assert "Disallow: /*/receipts/" in lines
