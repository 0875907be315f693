"""Bad deliveries by their numbers in the corpus: each is named, counted, and changes nothing.

What the corpus wants taken in (94, 97, 98, 103) or understood later (100) is at the end.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from prometheus_client import REGISTRY

from payments.disputes.models import Dispute
from payments.ledger import selectors as ledger
from payments.models import EventDelivery, Payment
from payments.refunds.models import Refund
from payments.webhooks.models import InboxEvent
from tests.make import payments as make_payments
from tests.payments.browser import pay
from tests.payments.refunds.books import by_hand, control, settled
from tests.payments.webhooks.books import books, opened, told
from tests.payments.webhooks.signing import CURRENT, deliver, event, rotated, signature

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from payments.sandbox.server import Running

pytestmark = [pytest.mark.django_db]
S = InboxEvent.State
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Bad:
    """One delivery: its bytes, its headers, and under which name its refusal is counted."""

    reason: str
    body: bytes = json.dumps(event(key="evt_bad")).encode()
    header: Callable[[bytes], str] = signature
    more: tuple[tuple[str, str], ...] = ()
    method: str = "POST"
    status: int = 400


def said(**changes: object) -> bytes:
    return json.dumps(event(key="evt_bad") | changes).encode()


def with_amount(text: bytes) -> bytes:
    subject = {"id": "cs_1", "object": "checkout.session", "amount_total": 0}
    return said(data={"object": subject}).replace(b'"amount_total": 0', b'"amount_total": ' + text)


PACKED, IN_PIECES = (("Content-Encoding", "gzip"),), (("Transfer-Encoding", "chunked"),)
DIGITS = "0" * 64

CORPUS = {
    "89 no signature": Bad("unsigned", header=lambda _: ""),
    "90 only v0": Bad("signature", header=lambda body: signature(body).replace("v1=", "v0=")),
    "91 re-serialised": Bad(
        "signature", header=lambda body: signature(json.dumps(json.loads(body), indent=1).encode())
    ),
    "92 301 s old": Bad("too_old", header=lambda body: signature(body, age_seconds=301)),
    "93 dated tomorrow": Bad("too_new", header=lambda body: signature(body, age_seconds=-86_400)),
    "94 two v1, neither ours": Bad("signature", header=lambda body: rotated(body, "a", "b")),
    "95 other mode": Bad("other_mode", body=said(livemode=True)),
    "96 unknown account": Bad("other_account", body=said(account="acct_of_somebody")),
    "96 account in no form": Bad("other_account", body=said(account=["acct_1"])),
    "99 NaN": Bad("not_json", body=with_amount(b"NaN")),
    "99 Infinity": Bad("not_json", body=with_amount(b"-Infinity")),
    "99 duplicate keys": Bad("not_json", body=with_amount(b'1, "amount_total": 100')),
    "102 10 MiB": Bad("too_large", body=b" " * (10 * MIB), status=413),
    "102 1 MiB and a byte": Bad("too_large", body=b" " * (MIB + 1), status=413),
    "104 gzip, signed packed": Bad("encoded", body=gzip.compress(said(), mtime=0), more=PACKED),
    "104 gzip, signed plain": Bad(
        "encoded",
        body=gzip.compress(said(), mtime=0),
        header=lambda body: signature(gzip.decompress(body)),
        more=PACKED,
    ),
    "104 chunked": Bad("encoded", more=IN_PIECES),
    "105 GET": Bad("method", method="GET", status=405),
    "105 PUT": Bad("method", method="PUT", status=405),
    "105 HEAD": Bad("method", method="HEAD", status=405),
    "105 DELETE": Bad("method", method="DELETE", status=405),
}


@pytest.mark.promise("I5")
@pytest.mark.promise("M17")
@pytest.mark.promise("I4")
@pytest.mark.parametrize("bad", CORPUS.values(), ids=CORPUS)
def test_a_bad_delivery_is_refused_counted_and_changes_nothing(client: Client, bad: Bad) -> None:
    payment = make_payments.payment()
    before = counted(bad.reason)

    answer = client.generic(
        bad.method,
        reverse("webhooks:receive"),
        bad.body,
        content_type="application/json",
        headers={"Stripe-Signature": bad.header(bad.body), **dict(bad.more)},
    )

    assert answer.status_code == bad.status
    assert counted(bad.reason) == before + 1
    assert not InboxEvent.objects.exists()
    assert not EventDelivery.objects.exists()
    assert Payment.objects.get() == payment
    assert ledger.fingerprint_rows() == []


@pytest.mark.promise("M3")
def test_101_another_body_under_a_known_id_is_refused_and_counted(client: Client) -> None:
    deliver(client, event(key="evt_twice"))
    before = counted("other_body")

    assert deliver(client, event("charge.succeeded", key="evt_twice")) == 400

    assert counted("other_body") == before + 1
    assert InboxEvent.objects.get().kind == "checkout.session.completed"


@pytest.mark.promise("I5")
def test_94_of_two_values_the_second_may_be_the_right_one(client: Client) -> None:
    body = said()

    assert deliver(client, body, rotated(body, "whsec_of_the_new_secret", CURRENT)) == 200
    assert InboxEvent.objects.get().event_key == "evt_bad"


def test_97_an_unknown_type_is_answered_stored_and_ignored(client: Client) -> None:
    assert deliver(client, event("balance.something_new")) == 200
    assert InboxEvent.objects.get().state == S.IGNORED


def test_98_an_unknown_api_version_is_worked_off_like_any_other(
    client: Client, provider: Running
) -> None:
    pay(opened().page_url)
    (completed,) = told(provider, "checkout.session.completed")

    assert deliver(client, completed | {"api_version": "2031-01-01.zinnia"}) == 200
    make_payments.work_inbox()

    assert Payment.objects.get().state == Payment.State.SETTLED


@pytest.mark.promise("M20")
def test_99_an_amount_unlike_the_stored_one_is_not_believed(
    client: Client, provider: Running
) -> None:
    pay(opened().page_url)
    (completed,) = told(provider, "checkout.session.completed")
    completed["data"]["object"]["amount_total"] = 1

    assert deliver(client, completed) == 200
    make_payments.work_inbox()

    payment = Payment.objects.get()
    assert (payment.state, payment.received_minor) == (Payment.State.SETTLED, 100_00)


@pytest.mark.promise("M3")
def test_100_a_refund_before_its_charge_books_both(client: Client, provider: Running) -> None:
    payment = paid_unheard(provider)
    by_hand(provider, payment.charge_key, 30_00)

    told_first(client, provider, "refund.created")

    assert Refund.objects.get().state == Refund.State.SUCCEEDED
    assert ("donor_clearing/gift-1", "EUR", -70_00) in books()


@pytest.mark.promise("M3")
def test_100_a_dispute_before_its_charge_books_both(client: Client, provider: Running) -> None:
    payment = paid_unheard(provider)
    control(provider, "disputes", charge=payment.charge_key)

    told_first(client, provider, "charge.dispute.created")

    dispute = Dispute.objects.get()
    assert (dispute.state, dispute.amount_minor) == (Dispute.State.OPEN, 100_00)
    assert (f"dispute_block/{dispute.provider_key}", "EUR", 100_00) in books()


@pytest.mark.promise("P2")
def test_103_an_event_for_a_person_we_have_forgotten_is_worked_off(
    client: Client, provider: Running
) -> None:
    payment = settled()
    Payment.objects.update(email="")  # All that a payment ever held of a person.
    before = books()

    for happened in told(provider):
        assert deliver(client, happened) == 200
    make_payments.work_inbox()

    payment.refresh_from_db()
    assert (payment.state, payment.email) == (Payment.State.SETTLED, "")
    assert books() == before
    assert not InboxEvent.objects.filter(state__in=[S.WAITING, S.DEAD]).exists()


def paid_unheard(provider: Running) -> Payment:
    """Return a payment that was paid at the provider and of which nothing has been heard."""
    payment = opened()
    pay(payment.page_url)
    (charge,) = provider.world.store.every("charge")
    payment.charge_key = charge.id  # In memory only: so far nobody has told us.
    return payment


def told_first(client: Client, provider: Running, kind: str) -> None:
    """Hear of a later thing first, and of everything before it afterwards."""
    happened = told(provider)
    first: list[dict[str, Any]] = [one for one in happened if one["type"] == kind]
    for one in [*first, *reversed(happened)]:
        assert deliver(client, one) == 200
        make_payments.work_inbox()
    make_payments.work_inbox()
    assert not InboxEvent.objects.filter(state__in=[S.WAITING, S.DEAD]).exists()


def counted(reason: str) -> float:
    """Return how often a refusal was counted so far in this process."""
    if reason == "too_large":  # Refused unread, for every address alike.
        return REGISTRY.get_sample_value("weft_body_too_large_total") or 0.0
    return REGISTRY.get_sample_value("weft_webhook_refused_total", {"reason": reason}) or 0.0
