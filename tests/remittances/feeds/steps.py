"""What tests of feeds do time and again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from remittances.feeds import services
from remittances.models import SurveyedService
from tests.remittances.feeds.made import NOW

if TYPE_CHECKING:
    from datetime import datetime

    from remittances.models import Feed, FeedRun

KEY = "feed/kestrel/DEUKEN/Kestrel Pay/Bank account transfer/Mobile wallet/KES"


def read(feed: Feed, *, now: datetime = NOW) -> FeedRun:
    run = services.read_feed(feed_id=feed.pk, now=now)
    assert run is not None
    return run


def later(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


def standing() -> list[SurveyedService]:
    return list(SurveyedService.objects.standing().order_by("row_key"))
