"""Reading feeds, each by one reader at a time, and deciding on what was held back."""

from __future__ import annotations

import hashlib
import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from remittances.feeds import publishing, reading, selectors
from remittances.feeds.priced import Priced
from remittances.feeds.publishing import Source
from remittances.feeds.sorting import Sorted, sort
from remittances.models import Dataset, Feed, FeedRun, QuarantinedQuote

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from remittances.feeds.fetching import Patience
    from remittances.feeds.reading import Reading

logger = logging.getLogger(__name__)

_SAME_AS_BEFORE = "the same as before"
_State = QuarantinedQuote.State


class QuoteRefused(ValueError):
    """What was held back cannot be decided so; the message says why to the officer."""


def read_due(*, now: datetime) -> int:
    """Read every feed whose time has come; return how many rows were published.

    One that is broken does not stop the others.
    """
    published = 0
    for feed_id in selectors.due(now):
        try:
            run = read_feed(feed_id=feed_id, now=now)
        except Exception:
            logger.exception("Feed %s could not be read", feed_id)
        else:
            published += run.published if run else 0
    return published


def read_feed(*, feed_id: UUID, now: datetime, patience: Patience | None = None) -> FeedRun | None:
    """Read one feed; None where somebody else is reading it.

    Whatever goes wrong is written in the run, and what stands stays as it is.
    """
    if not _claim(feed_id, now):
        return None
    feed = Feed.objects.select_related("provider").get(pk=feed_id)
    try:
        return _take_in(feed_id, reading.read(feed, now=now, patience=patience), now)
    except Exception as error:
        # Strangers write the answer: whatever it breaks here, the feed must not stay claimed.
        logger.exception("Feed %s could not be taken in", feed.slug)
        return _take_in(feed_id, reading.broken(error), now)


def switch_feed(*, feed_id: UUID, is_on: bool, now: datetime) -> None:
    """Switch a feed on, to be read at once, or off."""
    Feed.objects.filter(pk=feed_id).update(is_on=is_on, next_at=now)


def hurry_feed(*, feed_id: UUID, now: datetime) -> bool:
    """Make a feed due now; False where it is switched off."""
    return Feed.objects.filter(pk=feed_id, is_on=True).update(next_at=now) == 1


@transaction.atomic
def accept_quote(*, held_id: UUID, by: UUID, reason: str, now: datetime) -> QuarantinedQuote:
    """Publish a quote that was held back: a person looked, and it is so.

    Raises:
        QuoteRefused: It was decided already, a newer quote of the service stands, or its margin
            is out of all measure.
    """
    held = _held(held_id)
    row = Priced.from_document(held.quote)
    if not row.is_kept:
        raise QuoteRefused(_("The margin is out of all measure. Look at both rates."))
    standing = publishing.standing([held.row_key]).get(held.row_key)
    if standing and _is_not_newer(row, standing.collected_at):
        raise QuoteRefused(_("A newer quote of this service stands already."))
    body = f"{held.run.sha256}/{held.row_key}"
    source = _source(held.run.feed, hashlib.sha256(body.encode()).hexdigest())
    made = publishing.publish({held.row_key: row}, source=source, now=now)
    held.published = made[held.row_key]
    return _decide(held, _State.ACCEPTED, by=by, reason=reason, now=now)


@transaction.atomic
def drop_quote(*, held_id: UUID, by: UUID, reason: str, now: datetime) -> QuarantinedQuote:
    """Keep a quote that was held back out for good.

    Raises:
        QuoteRefused: It was decided already.
    """
    return _decide(_held(held_id), _State.DROPPED, by=by, reason=reason, now=now)


def _claim(feed_id: UUID, now: datetime) -> bool:
    """Make this reader the only one; whoever comes second finds the feed taken."""
    free = Feed.objects.filter(pk=feed_id).unclaimed(now)
    return free.update(claimed_at=now) == 1


@transaction.atomic
def _take_in(feed_id: UUID, found: Reading, now: datetime) -> FeedRun:
    """Write the run, and what it gave, at once; the feed is free again."""
    feed = Feed.objects.select_for_update().get(pk=feed_id)
    feed.claimed_at, feed.next_at = None, now + timedelta(minutes=feed.every_minutes)
    feed.save(update_fields=["claimed_at", "next_at"])
    if found.outcome != FeedRun.Outcome.OK:
        return _run(feed, found, now)
    same = feed.runs.filter(sha256=found.sha256, outcome=FeedRun.Outcome.OK).exists()
    if same or Dataset.objects.filter(sha256=found.sha256).exists():
        return _run(feed, found, now, message=_SAME_AS_BEFORE)
    return _publish(feed, found, sort(feed, found.rows), now)


def _publish(feed: Feed, found: Reading, parts: Sorted, now: datetime) -> FeedRun:
    """Publish what is plain, hold back what is odd."""
    run = _run(feed, found, now, published=len(parts.plain), quarantined=len(parts.odd))
    _overtake([*parts.plain, *parts.odd], now)
    if parts.plain:
        publishing.publish(parts.plain, source=_source(feed, found.sha256), now=now)
    QuarantinedQuote.objects.bulk_create(
        QuarantinedQuote(run=run, row_key=key, quote=row.document(), oddities=[*why])
        for key, (row, why) in parts.odd.items()
    )
    return run


def _run(  # noqa: PLR0913  What a run says.
    feed: Feed,
    found: Reading,
    now: datetime,
    *,
    message: str = "",
    published: int = 0,
    quarantined: int = 0,
) -> FeedRun:
    return FeedRun.objects.create(
        feed=feed,
        started_at=now,
        ended_at=now + found.took,
        outcome=found.outcome,
        message=message or found.message,
        quotes_read=found.quotes,
        published=published,
        quarantined=quarantined,
        sha256=found.sha256,
    )


def _overtake(keys: list[str], now: datetime) -> None:
    """Take out of the queue what newer quotes of the same services have made pointless."""
    waiting = QuarantinedQuote.objects.filter(state=_State.WAITING, row_key__in=keys)
    waiting.update(state=_State.OVERTAKEN, decided_at=now)


def _source(feed: Feed, sha256: str) -> Source:
    return Source(
        kind="feed",
        sha256=sha256,
        file_name=f"{feed.slug}.json",
        told_by=feed.name,
        licence=feed.licence,
        url=feed.url,
    )


def _held(held_id: UUID) -> QuarantinedQuote:
    """Return a quote that waits, its feed locked before it as a reader locks them."""
    held = QuarantinedQuote.objects.select_related("run").get(pk=held_id)
    Feed.objects.select_for_update().get(pk=held.run.feed_id)
    held = QuarantinedQuote.objects.select_for_update().get(pk=held_id)
    if held.state == _State.OVERTAKEN:
        raise QuoteRefused(_("A newer quote of this service came meanwhile."))
    if held.state != _State.WAITING:
        raise QuoteRefused(_("This was decided already."))
    return held


def _is_not_newer(row: Priced, standing: datetime | None) -> bool:
    return standing is not None and row.collected_at is not None and row.collected_at <= standing


def _decide(
    held: QuarantinedQuote, state: str, *, by: UUID, reason: str, now: datetime
) -> QuarantinedQuote:
    held.state, held.decided_by_id, held.decided_at, held.reason = state, by, now, reason
    held.save()
    return held
