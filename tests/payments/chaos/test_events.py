"""However badly the provider's events are told, one reconciliation later all is as it should be.

Told badly: in any order, up to four times each, a fifth or all of them lost, by sixteen senders at
once, with events of the other mode and of accounts that are none of ours in between.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest
from celery import current_app
from django.test import Client
from django.utils import timezone
from prometheus_client import REGISTRY

from payments.gateway.refunds import RefundStatus
from payments.ledger import selectors as ledger
from payments.refunds import booking as refunds
from payments.sandbox.server import serve
from payments.webhooks.models import InboxEvent
from tests.crowd import at_once
from tests.make import payments as make_payments
from tests.payments.chaos import day, later
from tests.payments.checkout.provider import Clock
from tests.payments.webhooks.books import told
from tests.payments.webhooks.signing import deliver

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import Settings

    from payments.sandbox.server import Running

SENDERS = 16
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.promise("M3"),
    pytest.mark.promise("M4"),
    pytest.mark.promise("M16"),
    pytest.mark.promise("M17"),
]


@pytest.fixture
def clock() -> Clock:
    begun = Clock()
    begun.now = timezone.now()
    return begun


@pytest.fixture
def sandbox(clock: Clock) -> Iterator[Running]:
    with serve(clock=clock) as running:
        yield running


def test_a_small_day_told_badly_ends_as_one_told_well(
    provider: Running, clock: Clock, settings: Settings
) -> None:
    day.happen(provider, gifts=20)
    later.happen(provider, clock, settings, cards=9)
    check(provider, gifts=20, cards=9, storms=[(1, 0.2)])


def test_the_control_a_room_that_takes_all_it_hears_for_news_is_found_out(
    provider: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refunds, "ORDER", Forgetful(refunds.ORDER))
    day.happen(provider, gifts=20)

    with pytest.raises(AssertionError, match="announced"):
        check(provider, gifts=20, cards=0, storms=[])


class Forgetful(dict[str, int]):
    """The order of a refund's states for somebody who never remembers having heard of one."""

    def __getitem__(self, key: str) -> int:
        return super().__getitem__(key) + (len(self) if isinstance(key, RefundStatus) else 0)


@pytest.mark.slow
@pytest.mark.parametrize("first", [0, 5, 10, 15])
def test_a_day_of_240_payments_told_badly_in_twenty_ways_ends_as_one_told_well(
    provider: Running, clock: Clock, settings: Settings, first: int
) -> None:
    losses = (0.0, 0.2, 0.2, 1.0, 0.2)
    day.happen(provider, gifts=240)
    later.happen(provider, clock, settings, cards=36)
    check(provider, gifts=240, cards=36, storms=list(enumerate(losses, first)))


def check(provider: Running, *, gifts: int, cards: int, storms: list[tuple[int, float]]) -> None:
    """Tell a day well, and then badly in several ways; compare all that it leads to."""
    events = told(provider)
    with day.kept() as copy:
        tell_well(events)
        expected = day.outcome()
        check_that_something_happened(expected, gifts, cards)
        for seed, loss in storms:
            day.back_to(copy)
            strangers = tell_badly(events, seed=seed, loss=loss)
            assert strangers > 0
            assert day.outcome() != expected  # So the cycle has something to make good.
            day.cycle()
            assert day.outcome() == expected, f"seed {seed}, loss {loss}"
            assert ledger.verify() == []
            assert not InboxEvent.objects.exclude(state__in=["done", "ignored"]).exists()
        tell_well(events)  # The whole day once more, late: nothing is told twice.
        assert day.outcome() == expected


def check_that_something_happened(expected: day.Outcome, gifts: int, cards: int) -> None:
    """The control: a day on which nothing happened would prove nothing."""
    states = expected.states
    assert len(states["payments"]) == gifts + cards * 2 // 3
    assert {state for _reference, state, *_ in states["payments"]} >= {"settled", "expired"}
    assert {state for _reference, state in states["cards"]} == (
        {"saved", "released"} if cards else set()
    )
    assert {state for _reference, state in states["payouts"]} == (
        {"paid", "failed"} if cards else set()
    )
    assert len(states["refunds"]) >= gifts // 12
    assert {state for _key, state in states["disputes"]} >= {"open", "won"}
    assert {row.currency for row in expected.fingerprint} == set(day.AMOUNTS)
    assert max(expected.announced.values()) == 1, "announced twice"
    assert sum(expected.messages.values()) >= gifts // 8
    assert max(expected.messages.values()) == 1


def tell_well(events: list[dict[str, Any]]) -> None:
    """Deliver everything once and in order, worked off at once; then let the clock do its part."""
    client = Client()
    for event in events:
        assert deliver(client, event) == 200
        make_payments.work_inbox()
    day.cycle()


def tell_badly(events: list[dict[str, Any]], *, seed: int, loss: float) -> int:
    """Deliver a day as badly as it may come; return how many strangers were refused."""
    chance = random.Random(seed)  # noqa: S311  Not a secret, and the same every time.
    deliveries = [
        (event, 200)
        for event in events
        if chance.random() >= loss
        for _ in range(chance.randint(1, 4))
    ]
    strangers = [
        (event | {"id": f"{event['id']}_strange"} | strange, 400)
        for event in chance.sample(events, 20)
        for strange in ({"livemode": True}, {"account": "acct_somebody_else"})
    ]
    everything = deliveries + strangers
    chance.shuffle(everything)
    before = refused()
    at_once(send, [everything[part::SENDERS] for part in range(SENDERS)])
    assert refused() == before + len(strangers)
    assert not InboxEvent.objects.filter(event_key__endswith="_strange").exists()
    return len(strangers)


def send(deliveries: list[tuple[dict[str, Any], int]]) -> None:
    """Deliver one after the other; of every second one a worker is woken at once."""
    client, work = Client(), current_app.tasks["webhooks.work_inbox"]
    for number, (event, expected) in enumerate(deliveries):
        assert deliver(client, event) == expected
        if expected == 200 and number % 2:
            kept = InboxEvent.objects.get(event_key=event["id"])
            work.apply(kwargs={"event_id": str(kept.pk)})  # What fails is tried again later.


def refused() -> float:
    reasons = ("other_mode", "other_account")
    return sum(
        REGISTRY.get_sample_value("weft_webhook_refused_total", {"reason": reason}) or 0.0
        for reason in reasons
    )
