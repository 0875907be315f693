"""Events of accounts that we pay: taken in when the account is one of ours to pay."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unittest import mock

import pytest
from django.utils import timezone
from prometheus_client import REGISTRY

from payments.payouts.payees import PayoutAccount
from payments.webhooks import routes
from payments.webhooks.models import InboxEvent
from tests.make import payments as make_payments
from tests.payments.webhooks.signing import deliver, event

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import Settings

pytestmark = [pytest.mark.django_db]
S = InboxEvent.State
PAYEE = "acct_of_a_payee"


@pytest.fixture(autouse=True)
def _a_payee_whom_we_pay_is_known() -> None:
    now = timezone.now()
    PayoutAccount.objects.create(
        owner_ref="organisation-1",
        method="stripe",
        country="KE",
        currency="EUR",
        state="open",
        contacts=["asha@example.org"],
        provider_key=PAYEE,
        created_at=now,
    )


@pytest.mark.promise("M17")
@pytest.mark.parametrize("account", ["acct_of_nobody", PAYEE.upper(), f"{PAYEE} ", "", 7, [PAYEE]])
def test_an_account_that_we_do_not_pay_is_refused_and_counted(
    client: Client, account: object
) -> None:
    before = refused()

    assert deliver(client, event("account.updated", account=account)) == 400

    assert refused() == before + 1
    assert not InboxEvent.objects.exists()


@pytest.mark.promise("M17")
def test_of_the_other_mode_a_payees_event_is_refused_too(client: Client) -> None:
    assert deliver(client, event("account.updated", account=PAYEE, livemode=True)) == 400
    assert not InboxEvent.objects.exists()


def test_a_payees_account_is_looked_at(client: Client) -> None:
    subject = {"id": PAYEE, "object": "account"}
    assert deliver(client, event("account.updated", account=PAYEE, subject=subject)) == 200

    looked: list[str] = []
    with looking("account.updated", looked):
        make_payments.work_inbox()

    assert looked == [PAYEE]
    assert InboxEvent.objects.get().state == S.DONE


@pytest.mark.promise("M17")
@pytest.mark.parametrize("kind", ["checkout.session.completed", "charge.refunded", "transfer.paid"])
def test_what_happens_to_a_payees_own_customers_is_stored_and_ignored(
    client: Client, kind: str
) -> None:
    assert deliver(client, event(kind, account=PAYEE)) == 200

    kept = InboxEvent.objects.get()
    assert (kept.state, kept.account_key) == (S.IGNORED, PAYEE)


def test_an_event_that_names_our_own_account_is_routed_as_one_that_names_none(
    client: Client, settings: Settings
) -> None:
    settings.STRIPE_ACCOUNT = "acct_ours"

    assert deliver(client, event("charge.refunded", account="acct_ours")) == 200
    assert InboxEvent.objects.get().state == S.WAITING


def test_an_event_without_a_key_of_an_object_is_about_nothing_of_ours(client: Client) -> None:
    assert deliver(client, event("refund.created", subject={"object": "refund"})) == 200

    make_payments.work_inbox()

    assert InboxEvent.objects.get().state == S.IGNORED


class looking:  # noqa: N801  Reads as what it is: with looking(…).
    """Let a list remember which objects of a kind are looked at."""

    def __init__(self, kind: str, looked: list[str]) -> None:
        def look(event: InboxEvent, **_: object) -> bool:
            looked.append(event.object_key)
            return True

        self._patch = mock.patch.dict(routes.PAYEES, {kind: look})

    def __enter__(self) -> None:
        self._patch.start()

    def __exit__(self, *_: object) -> None:
        self._patch.stop()


def refused() -> float:
    reason = {"reason": "other_account"}
    return REGISTRY.get_sample_value("weft_webhook_refused_total", reason) or 0.0
