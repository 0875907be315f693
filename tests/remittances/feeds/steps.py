"""What tests of feeds do time and again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from remittances.feeds import selectors, services
from remittances.models import SurveyedService
from tests.make import accounts
from tests.remittances.feeds import made
from tests.remittances.feeds.made import NOW

if TYPE_CHECKING:
    from datetime import datetime

    from remittances.models import Feed, FeedRun
    from tests.remittances.feeds.server import Server

KEY = "feed/kestrel/DEUKEN/Kestrel Pay/Bank account transfer/Mobile wallet/KES"


def read(feed: Feed, *, now: datetime = NOW) -> FeedRun:
    run = services.read_feed(feed_id=feed.pk, now=now)
    assert run is not None
    return run


def later(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


def standing() -> list[SurveyedService]:
    return list(SurveyedService.objects.standing().order_by("row_key"))


def known(feed: Feed, server: Server, *quotes: dict[str, Any]) -> FeedRun:
    """Read first quotes of services, and let a person accept them."""
    server.says(made.answer(*quotes))
    run = read(feed)
    let_stand()
    return run


def let_stand(*, now: datetime = NOW) -> None:
    person = accounts.user()
    for held in selectors.held():
        services.accept_quote(held_id=held.pk, by=person.pk, reason="It is so.", now=now)
