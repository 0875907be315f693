"""Closing a programme: one round of all its claims, one award for each campaign, told to everybody.

The arithmetic is pure (`closing`). Here the claims are gathered and what comes out is written: all
of it or nothing, in one transaction under the programme's lock.
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from payments import events
from payments.ledger.services import LedgerRefused, post
from projects.matching import engine, parts
from projects.matching.documents import RuleNotUnderstood
from projects.matching.models import (
    Award,
    AwardChange,
    Estimate,
    Programme,
    ProgrammeVersion,
    Round,
)
from projects.matching.round_events import MatchAwarded, RoundClosed
from projects.matching.selectors import claims as found
from projects.matching.services import books
from projects.matching.services.awards import NoCampaign, awards_of
from projects.matching.services.claims import take_claims
from projects.matching.services.earning import changed
from projects.matching.services.failures import ProgrammesFailed
from projects.matching.services.programmes import ProgrammeRefused
from projects.matching.services.shares import unwind_claims, write_shares

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from projects.matching.instant.outcomes import Parts
    from projects.matching.rules import Fact, Rule

__all__ = [
    "CloseRefused",
    "MoneyStillWaits",
    "NoCampaign",
    "NotAtClose",
    "StillFrozen",
    "TooEarly",
    "close_due",
    "close_programme",
    "for_each",
    "take_claims",
    "unwind_claims",
]

logger = logging.getLogger(__name__)

BATCH = 500
State = Award.State


class CloseRefused(ProgrammeRefused):
    """A programme cannot be closed now. The message is for the agency."""


class NotAtClose(CloseRefused):
    """The programme matches at once, or by hand; it has no close."""


class TooEarly(CloseRefused):
    """Money can still settle that counts."""


class MoneyStillWaits(CloseRefused):
    """Counted money has not had its turn yet."""


class StillFrozen(CloseRefused):
    """The programme is frozen."""


@transaction.atomic
def close_programme(
    *,
    programme_id: str,
    now: datetime,
    projects: Mapping[str, Mapping[str, Fact]] | None = None,
    campaigns: Mapping[str, str] | None = None,
) -> Round:
    """Share out the pots of a programme among its claims, for good; return the round.

    `projects` holds facts of projects as they are at the close, such as a committee's scores, by
    project id. What a project is awarded that nobody gave to is its campaign's in `campaigns`.
    Closing again changes nothing and returns the round there is.

    Raises:
        NoCampaign: a project without claims is awarded something, and has no campaign.
        NotAtClose: the programme does not allocate at a close.
        TooEarly: its window has not ended, or money may still settle for it.
        MoneyStillWaits: a programme asked earlier has not decided on money it would count.
        StillFrozen: an order to decide nothing stands.
        Programme.DoesNotExist: no such programme.
    """
    (programme,) = engine.locked([programme_id]) or [Programme.objects.get(pk=programme_id)]
    last = programme.rounds.order_by("-number").first()
    terms = found.terms_of_next(programme, last)
    if last is not None and terms.rule.window.closes_at <= last.ends_at:
        return last
    _refuse(terms, now)
    number = last.number + 1 if last else 1
    worked_out = _Close(terms, number, projects or {}, campaigns or {})
    return _close(programme, worked_out, now=now)


def close_due(*, now: datetime) -> int:
    """Close every programme whose time has come; return how many.

    One that money still waits for is left for the next run.

    Raises:
        ProgrammesFailed: after all others were done.
    """
    return for_each(found.to_close(now), lambda each: _close_if_ready(each, now))


def for_each(programme_ids: Sequence[str], act: Callable[[str], int]) -> int:
    """Act on programmes one by one; return what was done in all.

    Raises:
        ProgrammesFailed: some could not be worked on; all others were.
    """
    done, failed = 0, []
    for programme_id in programme_ids:
        try:
            done += act(programme_id)
        except (RuleNotUnderstood, LedgerRefused, DatabaseError):
            logger.exception("The claims of programme %s could not be worked on", programme_id)
            failed.append(programme_id)
    if failed:
        raise ProgrammesFailed(failed)
    return done


def _close_if_ready(programme_id: str, now: datetime) -> int:
    try:
        close_programme(programme_id=programme_id, now=now)
    except (MoneyStillWaits, StillFrozen) as reason:
        logger.warning("Programme %s is not closed yet: %s", programme_id, reason)
        return 0
    return 1


def _refuse(terms: ProgrammeVersion, now: datetime) -> None:
    if not terms.rule.allocation.is_at_close:
        raise NotAtClose(_("This programme does not allocate at a close."))
    if now < found.ends_at(terms.rule):
        raise TooEarly(_("Money can still arrive that counts. Close when that time is over."))
    if terms.is_frozen:
        raise StillFrozen(_("This programme is frozen. Lift the freeze first."))
    if found.is_waited_for(terms.programme_id):
        raise MoneyStillWaits(_("Some money has not had its turn yet. Try again in a minute."))


@dataclass(frozen=True, slots=True)
class _Close:
    """A round that is to be made: by which terms, and what is told of projects besides."""

    terms: ProgrammeVersion
    number: int
    projects: Mapping[str, Mapping[str, Fact]]
    campaigns: Mapping[str, str]  # Of projects that nobody gave to.


def _close(programme: Programme, close: _Close, *, now: datetime) -> Round:
    terms, number, projects = close.terms, close.number, close.projects
    rule, pots = terms.rule, found.pots_of(terms)
    closed = found.worked_out(terms, number, pots=pots, projects=projects)
    by_layer = _by_layer(rule, closed.by_project)
    row = Round.objects.create(
        programme=programme,
        number=number,
        version=terms,
        ends_at=rule.window.closes_at,
        claims=len(closed.by_claim),
        pots=sorted(pots.left.items()),
        parts=by_layer,
        matched_minor=parts.total(by_layer),
        facts={**closed.facts, "projects": {key: dict(each) for key, each in projects.items()}},
        closed_at=now,
    )
    awards = awards_of(row, closed, close.campaigns)
    Award.objects.bulk_create(awards)
    if row.matched_minor:
        write_shares(row.pk, closed.by_claim)
    _commit(row, awards, now=now)
    Estimate.objects.filter(programme=programme).delete()
    return row


def _by_layer(rule: Rule, by_project: Mapping[str, Parts]) -> Parts:
    sums = Counter[str]()
    for of_one in by_project.values():
        sums.update(dict(of_one))
    return tuple((layer.id, sums[layer.id]) for layer in rule.layers if sums[layer.id])


def _commit(row: Round, awards: Sequence[Award], *, now: datetime) -> None:
    """Book what was awarded, write the log and tell everybody."""
    currency = row.programme.currency
    given = [award for award in awards if award.amount_minor]
    for batch in _batches(given):
        post([books.award(award, currency=currency, at=now) for award in batch])
    AwardChange.objects.bulk_create(
        changed(award, came_from="", cause=f"round:{row.number}", now=now) for award in awards
    )
    for award in given:
        events.publish(
            MatchAwarded(
                campaign_key=award.campaign_key,
                project_id=str(award.project_id),
                programme_id=row.programme_id,
                round_id=str(row.pk),
                amount_minor=award.amount_minor,
                currency=currency,
            )
        )
    events.publish(
        RoundClosed(row.programme_id, str(row.pk), row.number, row.matched_minor, currency)
    )


def _batches(awards: Sequence[Award]) -> Iterator[Sequence[Award]]:
    for start in range(0, len(awards), BATCH):
        yield awards[start : start + BATCH]
