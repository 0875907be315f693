"""How the feeds are: what each gave last, what went wrong, what waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce

from remittances.models import Feed, FeedRun, QuarantinedQuote

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

FRESH = timedelta(hours=24)
_RUNS_SHOWN = 25
_OK = FeedRun.Outcome.OK


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """One feed at a moment."""

    feed: Feed
    last: FeedRun | None
    last_good: FeedRun | None
    failures: int  # In a row, up to now.
    waiting: int
    age: timedelta | None  # Of the last good run.

    @property
    def is_stale(self) -> bool:
        """Return whether what it gave is too old to be called current."""
        return self.age is None or self.age > FRESH


def due(now: datetime) -> list[UUID]:
    """Return the feeds to read now, the longest due first."""
    feeds = Feed.objects.due(now).unclaimed(now).order_by("next_at", "slug")
    return list(feeds.values_list("pk", flat=True))


def health(*, now: datetime) -> list[Health]:
    """Return every feed with how it is, in three queries."""
    last, good = _newest(FeedRun.objects.all()), _newest(FeedRun.objects.filter(outcome=_OK))
    return [
        Health(
            feed=feed,
            last=last.get(feed.pk),
            last_good=good.get(feed.pk),
            failures=feed.failures,
            waiting=feed.waiting,
            age=now - good[feed.pk].started_at if feed.pk in good else None,
        )
        for feed in _counted()
    ]


def runs(feed: Feed) -> QuerySet[FeedRun]:
    """Return the last readings of a feed, the newest first."""
    return feed.runs.order_by("-started_at", "-id")[:_RUNS_SHOWN]


def held() -> QuerySet[QuarantinedQuote]:
    """Return the quotes that wait for a person, the longest waiting first."""
    waiting = QuarantinedQuote.objects.filter(state=QuarantinedQuote.State.WAITING)
    return waiting.select_related("run__feed").order_by("run__started_at", "id")


def _newest(found: QuerySet[FeedRun]) -> dict[UUID, FeedRun]:
    newest = found.order_by("feed_id", "-started_at", "-id").distinct("feed_id")
    return {run.feed_id: run for run in newest}


def _counted() -> Any:  # noqa: ANN401  Feeds with `failures` and `waiting`.
    good_since = FeedRun.objects.filter(
        feed=OuterRef("feed"), outcome=_OK, started_at__gte=OuterRef("started_at")
    )
    failed = FeedRun.objects.filter(feed=OuterRef("pk")).exclude(outcome=_OK)
    waiting = QuarantinedQuote.objects.filter(
        run__feed=OuterRef("pk"), state=QuarantinedQuote.State.WAITING
    )
    return Feed.objects.select_related("provider").annotate(
        failures=_count(failed.filter(~Exists(good_since)), "feed"),
        waiting=_count(waiting, "run__feed"),
    )


def _count(rows: QuerySet[Any], by: str) -> Coalesce:
    counted = rows.order_by().values(by).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0, output_field=IntegerField())
