"""Making committed match the campaign's for good, and taking earned match back.

Match is earned when its campaign succeeds: the pending entries are posted. When money goes back
afterwards, so does its match: to its pot, or to whoever filled it where the rule says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from payments import events
from payments.ledger.services import post
from projects.matching import engine, parts, rules
from projects.matching.models import Allocation, Award, AwardChange, Freeze, MatchTransition
from projects.matching.round_events import MatchEarned, MatchTakenBack
from projects.matching.services import books, lines, tallies
from projects.matching.tally import as_rows, from_rows, touched

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from payments.ledger.services import Entry
    from projects.matching.instant.outcomes import Parts, Remaining
    from projects.matching.models.matches import AllocationQuerySet
    from projects.matching.models.rounds import AwardQuerySet

BATCH = 500
EARNED_MATCH = "earned_match"  # Of reconciliation's kinds.
Match = Allocation | Award


class NotHandedOver(ValueError):
    """Only match that is earned or paid is taken back like this, and only what stands of it."""


@transaction.atomic
def earn(
    *,
    cause: str,
    now: datetime,
    campaign_key: str | None = None,
    project_id: UUID | None = None,
) -> int:
    """Make the committed match of a campaign, or of a project, its own; return the minor units.

    What is disputed stays committed, and so does all of a project that is frozen, or of a frozen
    programme; earning again later earns what could not be earned now. A repeat changes nothing.

    Raises:
        ValueError: neither a campaign nor a project, or both.
    """
    if (campaign_key is None) == (project_id is None):
        msg = "Name a campaign or a project."
        raise ValueError(msg)
    of = {"campaign_key": campaign_key} if campaign_key else {"project_id": project_id}
    allocations = Allocation.objects.filter(state="committed", is_blocked=False, **of)
    awards = Award.objects.filter(state="committed", **of)
    named = {row for rows in (allocations, awards) for row in _programmes(rows)}
    programmes = [each.pk for each in engine.locked(sorted(named))]
    frozen = Freeze.objects.standing()
    stopped = set(frozen.filter(programme__in=programmes).values_list("programme_id", flat=True))
    halted = [row.project_id for row in frozen.filter(programme=None) if row.project_id]
    earned = 0
    for rows in (allocations, awards):
        free = rows.filter(programme__in=set(programmes) - stopped).exclude(project_id__in=halted)
        earned += _earn(list(_in_turn(free)), cause=cause, now=now)
    return earned


def take_back_earned(
    *,
    allocation: Allocation,
    to_minor: int,
    cause: str,
    now: datetime,
    kept: Remaining | None = None,
) -> int:
    """Bring earned or paid match of a locked allocation down; return the minor units given back.

    `kept` says which parts and moves stay of it, where that is known; the tally is moved here.
    What was paid already is kept of the next tranche (`tranches.receivable`). The caller holds the
    programme's lock. A repeat changes nothing.

    Raises:
        NotHandedOver: it is not earned or paid, or less stands of it.
    """
    freed = _taken(allocation, to_minor, kept.parts if kept else None)
    if not freed:
        return 0
    came_from = allocation.state
    stays = kept.moves if kept else from_rows(allocation.moves) if to_minor else ()
    _move_tally(allocation, as_rows(stays))
    minor = parts.total(freed)
    steps = MatchTransition.objects.filter(subject_id=allocation.pk).count()
    key = f"match_taken_back:{allocation.contribution_ref}:{allocation.programme_id}:{steps}"
    give_back(allocation, freed, key=key, now=now)
    allocation.save(update_fields=["amount_minor", "parts", "moves", "state", "ledger_key"])
    line = lines.moved(allocation, came_from=came_from, cause=cause, now=now, released_minor=minor)
    line.save()
    _announce(allocation, allocation.contribution_ref, minor, cause=cause)
    return minor


def take_back_award(award: Award, to_minor: int, *, cause: str, now: datetime) -> int:
    """Bring an earned or paid award of a locked row down; return the minor units given back.

    Raises:
        NotHandedOver: it is not earned or paid, or less stands of it.
    """
    came_from = award.state
    freed = _taken(award, to_minor, None)
    if not freed:
        return 0
    steps = award.changes.count()
    key = f"match_taken_back:{award.round_id}:{award.campaign_key}:{steps}"
    give_back(award, freed, key=key, now=now)
    award.save(update_fields=["amount_minor", "parts", "state", "ledger_key"])
    changed(award, came_from=came_from, cause=cause, now=now).save()
    return parts.total(freed)


def give_back(match: Match, freed: Parts, *, key: str, now: datetime) -> None:
    """Book that earned match goes back to its pots; after the close to the funder, if so ruled."""
    currency = match.programme.currency
    booked = [books.take_back(match, freed, key=key, currency=currency, at=now)]
    post([*booked, *to_funder(match, freed, key=key, now=now)])


def to_funder(match: Match, freed: Parts, *, key: str, now: datetime) -> list[Entry]:
    """Return the entry that takes freed match out of its pots, where the rule says so now."""
    rule = terms_of(match)
    if rule.freed is not rules.Freed.FUNDER or now < rule.window.closes_at:
        return []
    currency = match.programme.currency
    return [
        books.give_to_funder(
            match.programme_id, freed, key=f"{key}:funder", currency=currency, at=now
        )
    ]


def terms_of(match: Match) -> rules.Rule:
    """Return the rule by which match was given."""
    version = match.round.version if isinstance(match, Award) else match.version
    return version.rule


def changed(award: Award, *, came_from: str, cause: str, now: datetime) -> AwardChange:
    """Return the line of the log of an award, not yet saved."""
    return AwardChange(
        award=award,
        from_state=came_from,
        to_state=award.state,
        amount_minor=award.amount_minor,
        cause=cause,
        at=now,
    )


def tell_of_handed_over(
    match: Match, contribution_ref: str, *, stands: int, should: int, cause: str
) -> None:
    """Tell a person of match that a program does not bring to what it should be, once a cause."""
    events.publish(
        events.ExceptionFound(
            kind=EARNED_MATCH,
            provider_key=f"{cause}:{match.programme_id}",
            reference=contribution_ref,
            ours_minor=stands,
            theirs_minor=should,
            currency=match.programme.currency,
        )
    )


def _programmes(rows: AllocationQuerySet | AwardQuerySet) -> list[str]:
    return list(rows.order_by().values_list("programme_id", flat=True).distinct())


def _in_turn(rows: AllocationQuerySet | AwardQuerySet) -> Sequence[Match]:
    locked = rows.select_related("programme").select_for_update(no_key=True, of=("self",))
    return list(locked.order_by("id"))


def _earn(rows: Sequence[Match], *, cause: str, now: datetime) -> int:
    """Post the entries of committed match, all of one kind, and move it on."""
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        post([books.earn(row, at=now) for row in batch])
        for row in batch:
            row.state = "earned"
        type(batch[0]).objects.filter(pk__in=[row.pk for row in batch]).update(state="earned")
        awards = [row for row in batch if isinstance(row, Award)]
        others = [row for row in batch if isinstance(row, Allocation)]
        AwardChange.objects.bulk_create(
            changed(row, came_from="committed", cause=cause, now=now) for row in awards
        )
        MatchTransition.objects.bulk_create(
            lines.moved(row, came_from="committed", cause=cause, now=now) for row in others
        )
    _tell(rows, cause=cause)
    return sum(row.amount_minor for row in rows)


def _tell(rows: Sequence[Match], *, cause: str) -> None:
    """Say once for each campaign and programme what it has earned."""
    sums: dict[tuple[str, str, str], int] = {}
    for row in rows:
        of = (row.campaign_key, row.programme_id, row.programme.currency)
        sums[of] = sums.get(of, 0) + row.amount_minor
    for (campaign_key, programme_id, currency), minor in sorted(sums.items()):
        events.publish(MatchEarned(campaign_key, programme_id, minor, currency, cause))


def _taken(match: Match, to_minor: int, kept: Parts | None) -> Parts:
    """Set what stays of earned match on the row; return the parts that its pots get back."""
    if match.state == "clawed_back" and to_minor == 0:
        return ()
    if match.state not in ("earned", "paid") or not 0 <= to_minor <= match.amount_minor:
        raise NotHandedOver(f"{match} is {match.state} and cannot come to {to_minor}.")
    before = engine.parts_of(match.parts)
    after = parts.brought_to(before, to_minor, decided=before) if kept is None else kept
    if parts.total(after) != to_minor or any(
        minor > dict(before).get(layer, 0) for layer, minor in after
    ):
        raise NotHandedOver(f"{match} cannot come to {after}.")
    match.parts, match.amount_minor = after, to_minor
    if to_minor == 0:
        match.state, match.ledger_key = "clawed_back", ""
    stays = dict(after)
    freed = ((layer, minor - stays.get(layer, 0)) for layer, minor in before)
    return tuple((layer, minor) for layer, minor in freed if minor)


def _move_tally(allocation: Allocation, stays: list[list[str | int]]) -> None:
    old, new = from_rows(allocation.moves), from_rows(stays)
    programme = allocation.programme_id
    tally = engine.tallies({programme: touched((*old, *new))})[programme]
    tally.move(old, back=True)
    tally.move(new)
    tallies.write(programme, tally)
    allocation.moves = stays


def _announce(match: Match, contribution_ref: str, minor: int, *, cause: str) -> None:
    events.publish(
        MatchTakenBack(
            contribution_ref=contribution_ref,
            campaign_key=match.campaign_key,
            programme_id=match.programme_id,
            amount_minor=match.amount_minor,
            taken_back_minor=minor,
            currency=match.programme.currency,
            cause=cause,
        )
    )
