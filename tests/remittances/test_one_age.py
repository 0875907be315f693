"""A live price is as old everywhere as it is on the page: 24 hours from when it was collected."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from django.core.management import call_command

from cms.pages import teaser
from remittances import selectors
from remittances.alerts import selectors as alerts
from remittances.feeds import publishing
from remittances.feeds.priced import Named, Point, Priced
from remittances.models import Provider
from remittances.questions import Question
from tests.make import price_alerts
from tests.make import remittances as make
from tests.remittances.pages.reading import text

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db
COLLECTED = datetime(2026, 11, 22, 20, tzinfo=UTC)
MORNING = datetime(2026, 11, 23, 6, tzinfo=UTC)
EVENING = datetime(2026, 11, 23, 20, 1, tzinfo=UTC)
ASKED = {"from": "KEN", "to": "UGA", "amount": "18000"}
PAGE, WIDGET = "/en/send/ken/uga/?amount=18000", "/en/embed/ken/uga/?amount=18000"


def live_price() -> None:
    points = tuple(
        Point(Decimal(amount), Decimal(100), Decimal("27.4")) for amount in (18_000, 45_000)
    )
    priced = Priced(
        origin="KEN",
        destination="UGA",
        firm="Kestrel Pay",
        pay_in="Cash",
        pay_out="Cash",
        speed="Same day",
        currency="KES",
        payout_currency="UGX",
        points=points,
        reference=Named(rate=Decimal("27.5"), source="Example Bank", on=COLLECTED.date()),
        promotion=False,
        collected_on=COLLECTED.date(),
        collected_at=COLLECTED,
    )
    source = publishing.Source(
        kind="feed",
        sha256="a" * 64,
        file_name="kestrel",
        told_by="Kestrel Pay",
        licence="As agreed",
    )
    publishing.publish({"kestrel": priced}, source=source, now=COLLECTED)


def by_command() -> list[dict[str, Any]]:
    out = io.StringIO()
    call_command("remittances", "compare", "KEN", "UGA", "18000", "--json", stdout=out)
    quotes: list[dict[str, Any]] = json.loads(out.getvalue())["quotes"]
    return quotes


@pytest.mark.parametrize(("now", "expected"), [(MORNING, "current"), (EVENING, "stale")])
def test_a_live_price_of_the_evening_is_as_old_everywhere(
    client: Client, now: datetime, expected: str
) -> None:
    live_price()
    with time_machine.travel(now, tick=False):
        page, widget = text(client.get(PAGE)), text(client.get(WIDGET))
        quotes = client.get("/api/v1/remittances/quotes", ASKED).json()["quotes"]
        printed = by_command()
    assert [quote["list"] for quote in (*quotes, *printed)] == [expected, expected]
    answer = selectors.answer(Question(origin="KEN", destination="UGA", amount="18000"), now=now)
    assert [quote.listing for quote in answer.quotes] == [expected]
    is_current = expected == "current"
    assert ("more than 24 hours old" in widget) is not is_current
    assert "120 days" not in widget
    assert "Kestrel Pay" in page
    assert (alerts.cheapest(price_alerts.watched(), now=now) is not None) is is_current


def test_the_widget_says_what_makes_prices_of_both_kinds_old(client: Client) -> None:
    live_price()
    make.imported([make.row(date="14/Nov/2025", period="2025_4Q")])
    with time_machine.travel(EVENING, tick=False):
        words = text(client.get(WIDGET))
    assert "live ones more than 24 hours, surveyed ones more than 120 days." in words


def test_the_widget_names_the_source_of_each_price_and_who_pays_us(client: Client) -> None:
    live_price()
    with time_machine.travel(MORNING, tick=False):
        words = text(client.get(WIDGET))
        assert "source: Kestrel Pay" in words
        assert "World Bank" not in words
        assert "pays us" not in words
        Provider.objects.update(commercial_link="https://partner.example/")
        assert "Kestrel Pay pays us" in text(client.get(WIDGET))
        quotes = client.get("/api/v1/remittances/quotes", ASKED).json()["quotes"]
        table = client.get("/api/v1/remittances/quotes", {**ASKED, "format": "csv"})
    assert [quote["pays_us"] for quote in quotes] == [True]
    (line,) = csv.DictReader(io.StringIO(table.content.decode("utf-8-sig")))
    assert line["pays_us"] == "true"


def test_the_picture_of_the_front_page_is_drawn_of_a_moment() -> None:
    live_price()
    assert teaser.teaser(now=MORNING) is None  # Too few services for a picture.
