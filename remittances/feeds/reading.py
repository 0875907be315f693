"""From a feed's address to the rows of its answer, or the reason why there are none."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings

from remittances.feeds import answers, fetching, grouping
from remittances.models import FeedRun

if TYPE_CHECKING:
    from datetime import datetime

    from remittances.feeds.fetching import Patience
    from remittances.feeds.priced import Priced
    from remittances.models import Feed

CLOCKS_DIFFER = timedelta(minutes=1)  # Two honest clocks may.


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What came of asking; `outcome` says whether `rows` are to be taken in."""

    outcome: str
    message: str = ""
    sha256: str = ""
    quotes: int = 0
    rows: tuple[Priced, ...] = ()
    took: timedelta


def read(feed: Feed, *, now: datetime, patience: Patience | None = None) -> Reading:
    """Ask a feed and read its answer. Nothing is written, and no database is held meanwhile."""
    started = time.monotonic()
    try:
        body = fetching.fetch(feed.url, hosts=hosts(), patience=patience)
        quotes = answers.read(body)
        grouping.check_agreed(quotes, corridors=feed.corridors, firms=_firms(feed))
        grouping.check_clock(quotes, now=now, tolerance=CLOCKS_DIFFER)
        rows = tuple(grouping.services(quotes))
    except fetching.Failed as failure:
        return _none(FeedRun.Outcome.FAILED, failure, started)
    except (fetching.Refused, answers.NotUnderstood) as refusal:
        return _none(FeedRun.Outcome.REFUSED, refusal, started)
    return Reading(
        outcome=FeedRun.Outcome.OK,
        sha256=hashlib.sha256(body).hexdigest(),
        quotes=len(quotes),
        rows=rows,
        took=_since(started),
    )


def broken(error: Exception) -> Reading:
    """Return the reading of a feed that something went wrong with which nobody foresaw."""
    message = f"it could not be taken in ({type(error).__name__})"
    return Reading(outcome=FeedRun.Outcome.FAILED, message=message, took=timedelta(0))


def hosts() -> fetching.Hosts:
    """Return whom the settings let us ask."""
    return fetching.Hosts(
        agreed=frozenset(settings.PRICE_FEED_HOSTS),
        local=frozenset(settings.PRICE_FEED_LOCAL_HOSTS),
    )


def _firms(feed: Feed) -> frozenset[str] | None:
    """Return the spellings of the firm the feed speaks for; None where it may speak for any."""
    if feed.provider is None:
        return None
    return frozenset(feed.provider.names.values_list("spelling", flat=True))


def _none(outcome: str, why: Exception, started: float) -> Reading:
    return Reading(outcome=outcome, message=str(why)[:500], took=_since(started))


def _since(started: float) -> timedelta:
    return timedelta(seconds=time.monotonic() - started)
