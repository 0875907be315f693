"""The health of the feeds, and deciding on what was held back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from remittances.feeds import services
from remittances.models import Feed, QuarantinedQuote, SurveyedService
from tests.remittances.desk.test_entries import desk, officer, page
from tests.remittances.feeds import made
from tests.remittances.feeds.conftest import server
from tests.remittances.rates import made as rates

if TYPE_CHECKING:
    from tests.remittances.feeds.server import Server

__all__ = ["server"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def held(server: Server) -> QuarantinedQuote:
    rates.rate("EUR", "KES", "150", source="Central Bank of Kenya")
    server.says(made.answer(made.quote(rate="14.82")))
    services.read_feed(feed_id=made.feed(server.url).pk, now=made.NOW)
    return QuarantinedQuote.objects.get()


@pytest.mark.usefixtures("held")
def test_the_health_page_tells_what_each_feed_gave() -> None:
    shown = page(desk(officer()), reverse("prices:feeds"))

    assert "Kestrel feed" in shown
    assert "more than 10% away from the reference rate" in shown
    assert "Last readings" in page(desk(officer()), reverse("prices:feed", args=["kestrel"]))


def test_a_person_lets_a_held_quote_stand_with_a_reason(held: QuarantinedQuote) -> None:
    client, at = desk(officer()), reverse("prices:held_quote", args=[held.pk])
    assert "14.82" in page(client, at)

    client.post(at, {"accept": "1", "reason": ""})
    assert SurveyedService.objects.count() == 0
    assert client.post(at, {"accept": "1", "reason": "I asked them."}).status_code == 303

    assert SurveyedService.objects.get().kind == "feed"
    assert "decided already" in page(client, at)


def test_a_feed_is_switched_by_a_second_person_and_hurried_by_any(held: QuarantinedQuote) -> None:
    worker, approver = desk(officer("Wanda Werk", "work_prices")), desk(officer())
    switch, read = (
        reverse(f"prices:{name}", args=["kestrel"]) for name in ("switch_feed", "read_feed")
    )

    assert worker.post(switch, {"off": "1"}).status_code == 404
    assert Feed.objects.get().is_on
    later = Feed.objects.get().next_at
    worker.post(read)
    assert Feed.objects.get().next_at != later
    approver.post(switch, {"off": "1"})
    assert not Feed.objects.get().is_on
    assert "switched off" in worker.post(read, follow=True).content.decode()
    assert held.state == "waiting"


def test_only_who_may_approve_decides_on_a_held_quote(held: QuarantinedQuote) -> None:
    worker, at = desk(officer("Wanda Werk", "work_prices")), _place(held)

    shown = page(worker, at)
    assert "14.82" in shown
    assert 'name="accept"' not in shown
    for button in ("accept", "drop"):
        assert worker.post(at, {button: "1", "reason": "I say so."}).status_code == 404
    held.refresh_from_db()
    assert held.state == "waiting"


@pytest.mark.parametrize("buttons", [{}, {"accept": "1", "drop": "1"}, {"dorp": "1"}])
def test_a_decision_without_its_one_button_changes_nothing(
    held: QuarantinedQuote, buttons: dict[str, str]
) -> None:
    answer = desk(officer()).post(_place(held), {**buttons, "reason": "I asked them."})

    assert "Choose one of the buttons." in answer.content.decode()
    assert "I asked them." in answer.content.decode()
    held.refresh_from_db()
    assert held.state == "waiting"
    assert not SurveyedService.objects.exists()


def test_a_dropped_quote_is_dropped_by_its_button(held: QuarantinedQuote) -> None:
    desk(officer()).post(_place(held), {"drop": "1", "reason": "A slipped point."})

    held.refresh_from_db()
    assert held.state == "dropped"


def _place(held: QuarantinedQuote) -> str:
    return reverse("prices:held_quote", args=[held.pk])
