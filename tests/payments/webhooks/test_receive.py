"""Deliveries to the webhook address: corpus 3d."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from celery import current_app
from django.urls import reverse
from django.utils import timezone
from prometheus_client import REGISTRY

from payments.webhooks.models import InboxEvent
from tests.payments.webhooks import signing
from tests.payments.webhooks.signing import CURRENT, PREVIOUS, deliver, event, signature

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client
    from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks, Settings

pytestmark = [pytest.mark.django_db]


def raw(**changes: object) -> bytes:
    return json.dumps(event() | changes).encode()


def refused(reason: str) -> float:
    return REGISTRY.get_sample_value("weft_webhook_refused_total", {"reason": reason}) or 0.0


def without_secrets_of_ours(body: bytes) -> str:
    return signature(body, secret="whsec_of_somebody_else")


def only_v0(body: bytes) -> str:
    return signature(body).replace("v1=", "v0=")


def of_the_same_json_written_anew(body: bytes) -> str:
    return signature(json.dumps(json.loads(body), indent=1).encode())


def with_the_time_moved(body: bytes) -> str:
    signed_at, value = signature(body, age_seconds=3600).split(",")
    return f"t={int(signed_at[2:]) + 3600},{value}"


def with_two_times(body: bytes) -> str:
    return f"{signature(body)},t=1"


def old_beside(decoy: str) -> Callable[[bytes], str]:
    """Return a maker of headers: signed a month ago, with a fresh time beside it."""

    def header(body: bytes) -> str:
        signed_at, value = signature(body, age_seconds=30 * 86_400).split(",")
        fresh = int(timezone.now().timestamp())
        return decoy.format(old=signed_at[2:], fresh=fresh, v1=value)

    return header


SIGNED_WRONGLY: list[tuple[str, Callable[[bytes], str]]] = [
    ("unsigned", lambda _: ""),
    ("signature", lambda _: "nonsense"),
    ("signature", lambda _: "t=,v1="),
    ("signature", lambda body: signature(body).replace("v1=", "v1=é")),
    ("signature", lambda body: signature(body).split(",")[1]),
    ("signature", only_v0),
    ("signature", of_the_same_json_written_anew),
    ("signature", without_secrets_of_ours),
    ("signature", with_the_time_moved),
    ("signature", with_two_times),
    ("signature", old_beside("t= {old},xt={fresh},{v1}")),
    ("signature", old_beside("t=+{old},xt={fresh},{v1}")),
    ("signature", old_beside("t={old},xt={fresh},{v1}")),
    ("signature", old_beside("xt={fresh},t={old},{v1}")),
    ("signature", old_beside("t={old}=t={fresh},{v1}")),
    ("signature", old_beside("t={old},t={fresh},{v1}")),
    ("signature", old_beside("t={fresh},t={old},{v1}")),
    ("signature", old_beside("t={fresh},{v1}")),
    ("signature", lambda body: signature(body) + ","),
    ("signature", lambda body: signature(body) + ",v2=" + "0" * 64),
    ("signature", lambda body: signature(body).replace(",", ", ")),
    ("signature", lambda body: signature(body).replace("t=", "t=٠")),
    ("too_old", old_beside("t={old},{v1}")),
    ("too_old", lambda body: signature(body, age_seconds=301)),
    ("too_new", lambda body: signature(body, age_seconds=-302)),
    ("too_new", lambda body: signature(body, age_seconds=-86_400)),
]


@pytest.mark.promise("I5")
@pytest.mark.parametrize(("reason", "header"), SIGNED_WRONGLY)
def test_without_a_valid_fresh_signature_nothing_changes(
    client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    reason: str,
    header: Callable[[bytes], str],
) -> None:
    body, before = raw(), refused(reason)

    with django_assert_num_queries(0):
        status = deliver(client, body, header(body))

    assert status == 400
    assert refused(reason) == before + 1
    assert not InboxEvent.objects.exists()


REFUSED_CONTENT = [
    ("other_mode", raw(livemode=True)),
    ("other_mode", raw(livemode=None)),
    ("other_mode", raw(livemode=0)),
    ("other_account", raw(account="")),
    ("not_json", b""),
    ("not_json", b"hello"),
    ("not_json", b"\xff\xfe{}"),
    ("not_json", raw(amount=0).replace(b'"amount": 0', b'"amount": NaN')),
    ("not_json", raw(amount=0).replace(b'"amount": 0', b'"amount": -Infinity')),
    ("not_json", raw().replace(b'"livemode": false', b'"livemode": true, "livemode": false')),
    ("not_json", raw().replace(b'{"id": "cs', b'{"id": "cs_other", "id": "cs')),
    ("not_json", b"[" * 100_000),
    ("not_json", b'{"amount": ' + b"9" * 4301 + b"}"),
    ("not_json", gzip.compress(raw(), mtime=0)),  # Without a header that says so.
    ("not_an_event", b"[]"),
    ("not_an_event", b'"event"'),
    ("not_an_event", raw(object="v2.core.event")),
    ("not_an_event", raw(id=None)),
    ("not_an_event", raw(id="evt_\x00")),
    ("not_an_event", raw(id="e" * 256)),
    ("not_an_event", raw(type=["checkout.session.completed"])),
    ("not_an_event", raw(type="\ud800")),
    ("not_an_event", raw(data=None)),
    ("not_an_event", raw(data={"object": "cs_1"})),
]


@pytest.mark.promise("M17")
@pytest.mark.parametrize(("reason", "body"), REFUSED_CONTENT)
def test_a_signed_delivery_that_is_not_for_us_or_not_clear_changes_nothing(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, reason: str, body: bytes
) -> None:
    before = refused(reason)
    header = signature(body)

    with django_assert_num_queries(0):
        status = deliver(client, body, header)

    assert status == 400
    assert refused(reason) == before + 1
    assert not InboxEvent.objects.exists()


@pytest.mark.parametrize("secrets", [[], [""], ["  "]])
def test_without_a_secret_of_ours_no_signature_is_good(
    client: Client, settings: Settings, secrets: list[str]
) -> None:
    settings.STRIPE_WEBHOOK_SECRETS = secrets
    body = raw()

    assert deliver(client, body, signature(body, secret="")) == 400
    assert not InboxEvent.objects.exists()


def test_an_event_is_kept_as_it_was_signed_and_wakes_a_worker(
    client: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    body = raw(id="evt_kept")

    with (
        mock.patch.object(current_app, "send_task") as send,
        django_capture_on_commit_callbacks(execute=True),
    ):
        status = deliver(client, body)
        send.assert_not_called()

    kept = InboxEvent.objects.get()
    assert status == 200
    assert (kept.event_key, kept.kind) == ("evt_kept", "checkout.session.completed")
    assert (kept.object_key, bytes(kept.body)) == ("cs_unknown", body)
    assert kept.state == InboxEvent.State.WAITING
    send.assert_called_once_with("webhooks.work_inbox", kwargs={"event_id": str(kept.pk)})


@pytest.mark.parametrize("age_seconds", [298, -298])
def test_a_clock_five_minutes_off_is_accepted(client: Client, age_seconds: int) -> None:
    body = raw()

    assert deliver(client, body, signature(body, age_seconds=age_seconds)) == 200


@pytest.mark.parametrize(
    "secrets",
    [(CURRENT,), (PREVIOUS,), ("whsec_of_nobody", PREVIOUS), (CURRENT, "whsec_of_nobody")],
)
def test_while_secrets_are_rotated_any_of_ours_will_do(
    client: Client, secrets: tuple[str, ...]
) -> None:
    body = raw()

    assert deliver(client, body, signing.rotated(body, *secrets)) == 200


def test_a_value_of_the_test_scheme_beside_ours_is_left_alone(client: Client) -> None:
    body = raw()

    assert deliver(client, body, signature(body) + ",v0=" + "0" * 64) == 200


def test_events_that_name_our_account_are_ours(client: Client, settings: Settings) -> None:
    settings.STRIPE_ACCOUNT = "acct_ours"

    assert deliver(client, event(account="acct_ours")) == 200
    assert deliver(client, event()) == 200
    assert deliver(client, event(account="acct_theirs")) == 400


@pytest.mark.parametrize("kind", ["customer.created", "payment_intent.created", "made.up"])
def test_an_unknown_type_is_stored_and_ignored(client: Client, kind: str) -> None:
    assert deliver(client, event(kind)) == 200
    assert InboxEvent.objects.get().state == InboxEvent.State.IGNORED


def test_an_unknown_api_version_is_taken_in(client: Client) -> None:
    assert deliver(client, event(api_version="2031-01-01.zinnia")) == 200
    assert InboxEvent.objects.get().state == InboxEvent.State.WAITING


@pytest.mark.promise("M3")
def test_the_same_event_again_is_known_already(client: Client) -> None:
    body = event(key="evt_twice")

    assert deliver(client, body) == 200
    assert deliver(client, body | {"pending_webhooks": 0}) == 200
    assert InboxEvent.objects.count() == 1


def test_another_body_under_a_known_id_is_refused(client: Client) -> None:
    deliver(client, event(key="evt_twice"))
    before = refused("other_body")

    status = deliver(client, event("charge.succeeded", key="evt_twice"))

    assert status == 400
    assert refused("other_body") == before + 1
    assert InboxEvent.objects.get().kind == "checkout.session.completed"


@pytest.mark.promise("I4")
@pytest.mark.parametrize("size", [1024 * 1024 + 1, 10 * 1024 * 1024])
def test_a_body_above_one_mebibyte_is_too_large(client: Client, size: int) -> None:
    body = b" " * size

    assert deliver(client, body) == 413
    assert not InboxEvent.objects.exists()


@pytest.mark.parametrize("method", ["get", "put", "head", "delete", "patch"])
def test_only_post_is_answered(client: Client, method: str) -> None:
    answer = getattr(client, method)(reverse("webhooks:receive"))

    assert answer.status_code == 405
    assert not InboxEvent.objects.exists()


@pytest.mark.promise("D3")
def test_with_the_queue_down_an_event_is_still_kept(
    client: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with (
        mock.patch.object(current_app, "send_task", side_effect=ConnectionRefusedError),
        django_capture_on_commit_callbacks(execute=True),
    ):
        status = deliver(client, event())

    assert status == 200
    assert InboxEvent.objects.get().state == InboxEvent.State.WAITING
