from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from marketplace.seed import gifts
from marketplace.seed.undertakings import UNDERTAKINGS
from payments.ledger import services as ledger
from payments.reconciliation import selectors
from payments.reconciliation.models import QueuedException, Reconciliation
from payments.sandbox.server import serve
from tests.make import ledger as make_ledger
from tests.make import payments as make_payments
from tests.make import reconciliation as make
from tests.payments.browser import pay
from tests.payments.line import nobody
from tests.payments.webhooks.books import BOOKS, books, opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import Settings

    from payments.sandbox.server import Running

pytestmark = pytest.mark.django_db
NOTHING_YET = "2000-01-01T00:00:00Z"


@pytest.fixture
def provider(settings: Settings) -> Iterator[Running]:
    with serve() as running:
        settings.STRIPE_API_BASE = running.url
        yield running


def run(*arguments: str) -> tuple[str, int]:
    """Return what the command writes and the code with which it ends."""
    out = StringIO()
    try:
        call_command("reconcile", *arguments, stdout=out)
    except CommandError as failure:
        return out.getvalue(), failure.returncode
    return out.getvalue(), 0


def document(*arguments: str) -> tuple[dict[str, Any], int]:
    text, code = run("--json", *arguments)
    return json.loads(text), code


@pytest.mark.promise("M4")
def test_money_whose_events_were_lost_is_booked_and_fits(provider: Running) -> None:
    pay(opened().page_url)

    assert document() == ({"since": NOTHING_YET, "checked": 1, "differences": []}, 0)
    assert books() == BOOKS
    assert provider.world.store.every("charge")


@pytest.mark.promise("M9")
def test_differences_are_told_and_end_with_one(provider: Running) -> None:
    pay(opened().page_url)
    run()
    make.plant(provider, "fee_off_by_one")
    stranger = make.plant(provider, "unknown_charge")

    found, code = document()

    assert code == 1
    assert found["checked"] == 2
    assert found["differences"] == [
        {
            "kind": "unknown_charge",
            "reference": stranger,
            "ours": None,
            "theirs": {"amount": "42.00", "currency": "EUR", "minor": 42_00, "exponent": 2},
        },
        {
            "kind": "fee",
            "reference": "gift-1",
            "ours": {"amount": "1.75", "currency": "EUR", "minor": 1_75, "exponent": 2},
            "theirs": {"amount": "1.76", "currency": "EUR", "minor": 1_76, "exponent": 2},
        },
    ]
    assert QueuedException.objects.open().count() == 2


def test_people_read_what_happened_and_what_to_do(provider: Running) -> None:
    pay(opened().page_url)
    run()
    make.plant(provider, "fee_off_by_one")
    (charge,) = (record.id for record in provider.world.store.every("charge"))

    text, code = run()

    assert code == 1
    assert text.splitlines() == [
        "1 checked since 2000-01-01, 1 differ",
        "EUR: books 98.25, provider 98.24",
        "",
        f"fee {charge} of gift-1: books 1.75 EUR, provider 1.76 EUR",
        "  The provider kept another fee than the books say.",
        "  Find out which side is right, then correct the books by a new entry.",
    ]


def test_payments_of_the_demo_world_are_said_to_have_no_counterpart(provider: Running) -> None:
    clearing = make_ledger.account("provider_clearing", "stripe")
    ledger.post([make_ledger.entry(debit=clearing, key="charge-seed-1-a-01:charge")])

    text, code = run()

    assert code == 0
    assert text.splitlines() == [
        "0 checked since 2000-01-01, 0 differ",
        "1 seeded payments have no counterpart at the provider",
    ]
    assert provider.world.store.every("charge") == []


def test_every_gift_of_the_demo_world_is_told_by_its_charge() -> None:
    payment = make_payments.payment()
    keys = {
        gifts._charge(gift, payment).charge.key  # type: ignore[union-attr]  # noqa: SLF001
        for gift in gifts.planned(UNDERTAKINGS, seed=7)
    }

    assert len(keys) > 50
    assert all(key.startswith(selectors.MADE_UP) for key in keys)


def test_what_lies_before_the_moment_is_not_looked_at(provider: Running) -> None:
    make.plant(provider, "unknown_charge")
    (charge,) = provider.world.store.every("charge")
    (line,) = provider.world.store.every("balance_transaction")
    for record in (charge, line):
        record.document["created"] -= 3600
        provider.world.store.save(record)
    since = "2026-01-01T00:00:00+01:00"

    assert document("--since", since)[0]["since"] == "2025-12-31T23:00:00Z"
    half_an_hour_ago = timezone.now() - timedelta(minutes=30)
    found, code = document("--since", half_an_hour_ago.isoformat())
    assert (found["checked"], found["differences"], code) == (0, [], 0)


@pytest.mark.parametrize("since", ["yesterday", "2026-11-24", "2026-11-24T12:00:00", "2999-01-01Z"])
def test_a_moment_that_is_none_ends_with_two(provider: Running, since: str) -> None:
    assert run("--since", since) == ("", 2)
    assert not Reconciliation.objects.exists()
    assert provider.url


def test_without_an_answer_it_ends_with_two_and_changes_nothing(
    provider: Running, settings: Settings
) -> None:
    payment = opened()
    pay(payment.page_url)
    settings.STRIPE_API_BASE = nobody()

    assert run("--json") == ("", 2)

    assert books() == []
    assert not Reconciliation.objects.exists()
    assert not QueuedException.objects.exists()
    assert len(provider.world.store.every("charge")) == 1
