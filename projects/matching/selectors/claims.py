"""What waits for a close: which programmes, by which terms, and their claims as plain values.

A million claims are read in one pass. Where projects alone decide, the database adds up what each
giver gave to each project and only the sums are read.
"""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, Max, OuterRef

from payments.ledger import selectors as ledger
from projects.matching import closing, engine
from projects.matching.closes import sharing
from projects.matching.closes.entrants import Claim
from projects.matching.documents import RuleNotUnderstood
from projects.matching.instant.outcomes import Pots
from projects.matching.models import Claim as ClaimRow
from projects.matching.models import Freeze, ProgrammeVersion, Round, WaitingMoney
from projects.matching.rules import Clock
from projects.matching.selectors import added_up, public_shares
from projects.matching.selectors.funded import put_in

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from projects.matching.closing import Closed
    from projects.matching.instant.outcomes import Parts
    from projects.matching.models import Programme
    from projects.matching.rules import Fact, Rule

logger = logging.getLogger(__name__)


def ends_at(rule: Rule) -> datetime:
    """Return the first moment from which no money can settle that counts."""
    window = rule.window
    if window.clock is Clock.INITIATED and window.settle_by is not None:
        return max(window.closes_at, window.settle_by)
    return window.closes_at


def terms_of_next(programme: Programme, last: Round | None) -> ProgrammeVersion:
    """Return the terms by which the next round of a programme is closed.

    They are the newest of those that its claims were taken by; where it has none, the newest.
    """
    number = last.number + 1 if last else 1
    known = ProgrammeVersion.objects.filter(programme=programme).with_orders()
    claimed = ClaimRow.objects.filter(programme=programme, round_number=number).order_by()
    newest = claimed.aggregate(newest=Max("version__number"))["newest"]
    return known.get(number=newest) if newest else known.order_by("-number")[:1].get()


def to_close(now: datetime) -> list[str]:
    """Return the programmes whose next round is due, by id."""
    return [each.programme_id for each in _next_terms() if now >= ends_at(each.rule)]


def overdue_since(now: datetime) -> datetime | None:
    """Return when the first close fell due that nothing keeps from being made; None if none."""
    frozen = set(Freeze.objects.standing().values_list("programme_id", flat=True))
    ends = [
        ends_at(each.rule)
        for each in _next_terms()
        if now >= ends_at(each.rule)
        and each.programme_id not in frozen
        and not is_waited_for(each.programme_id)
    ]
    return min(ends, default=None)


def to_estimate(now: datetime) -> list[str]:
    """Return the programmes that have claims and are not due to be closed, by id."""
    claimed = set(_open_claims().values_list("programme_id", flat=True).distinct())
    coming = [each for each in _next_terms() if now < ends_at(each.rule)]
    return [each.programme_id for each in coming if each.programme_id in claimed]


def _next_terms() -> Iterator[ProgrammeVersion]:
    """Yield, by programme, the terms that its next round will be closed by, if it has one."""
    lasts = {row.programme_id: row for row in Round.objects.order_by("number")}
    claimed = dict(_open_claims().values_list("programme_id").annotate(Max("version__number")))
    newest: dict[str, ProgrammeVersion] = {}
    for version in ProgrammeVersion.objects.order_by("programme_id", "number"):
        if version.number <= claimed.get(version.programme_id, version.number):
            newest[version.programme_id] = version
    for programme_id, version in sorted(newest.items()):
        last = lasts.get(programme_id)
        if not _is_readable(version):
            continue
        is_done = last is not None and version.rule.window.closes_at <= last.ends_at
        if version.rule.allocation.is_at_close and not is_done:
            yield version


def _is_readable(version: ProgrammeVersion) -> bool:
    """Tell whether a document can be read; one that cannot is logged, and stops no other."""
    try:
        return bool(version.rule)
    except RuleNotUnderstood:
        logger.exception("The terms of %s cannot be read", version)
        return False


def _open_claims() -> QuerySet[ClaimRow]:
    closed = Round.objects.filter(
        programme=OuterRef("programme"), number=OuterRef("round_number")
    ).order_by()
    return ClaimRow.objects.order_by().filter(~Exists(closed))


def is_waited_for(programme_id: str) -> bool:
    """Tell whether money that a programme has yet to claim waits, here or with one before it."""
    claimed = ClaimRow.objects.filter(programme=programme_id, money=OuterRef("money"))
    waiting = WaitingMoney.objects.filter(money__candidates__contains=[programme_id])
    return waiting.filter(~Exists(claimed)).exists()


def pots_of(terms: ProgrammeVersion) -> Pots:
    """Return what the pots of a programme have left, and what was put into them."""
    accounts = engine.pots_of(terms.rule)
    books = ledger.balances(accounts.values())
    return Pots(
        left={layer: books[account].left for layer, account in accounts.items()},
        funded_minor=put_in([terms.programme_id])[terms.programme_id],
        is_reserve_released=True,
    )


def claims(programme_id: str, number: int, rule: Rule) -> Iterator[Claim]:
    """Yield what counts in a round, in order; facts come with it only where the rule asks."""
    asked = "money.facts" if added_up.asks_for_facts(rule) else "NULL"
    query = f"""
        SELECT claim.contribution_ref, claim.project_id::text, claim.donor_key, claim.base_minor,
            claim.settled_at, {asked}
        FROM matching_claim AS claim
        {"JOIN matching_counted_money AS money ON money.id = claim.money_id" * (asked != "NULL")}
        WHERE claim.programme_id = %s AND claim.round_number = %s AND claim.base_minor > 0
        ORDER BY claim.settled_at, claim.contribution_ref
    """  # noqa: S608  Nothing of it comes from outside.
    names: dict[str, str] = {}
    public = public_shares.by_contribution(programme_id, number, rule)
    remaining = public_shares.remaining(programme_id, number, rule)
    for ref, project, donor, base, settled_at, facts in added_up.rows(query, programme_id, number):
        same_project = names.setdefault(project, project)
        same_donor = donor if donor is None else names.setdefault(donor, donor)
        known = json.loads(facts) if facts else added_up.NOTHING
        of_others, given = public.get(ref, 0), remaining.get(ref, 0)
        yield Claim(ref, same_project, same_donor, base, settled_at, known, of_others, given)


def campaigns(programme_id: str, number: int) -> dict[str, UUID]:
    """Return the campaigns that have claims in a round, and the project of each."""
    rows = ClaimRow.objects.filter(
        programme=programme_id, round_number=number, base_minor__gt=0
    ).order_by()
    return dict(rows.values_list("campaign_key", "project_id").distinct())


def campaigns_of_claims(
    programme_id: str, number: int, campaign_keys: Collection[str]
) -> dict[str, str]:
    """Return the campaign of each contribution to some campaigns, by its reference."""
    rows = ClaimRow.objects.filter(
        programme=programme_id, round_number=number, campaign_key__in=campaign_keys
    ).order_by()
    return dict(rows.values_list("contribution_ref", "campaign_key"))


def worked_out(
    terms: ProgrammeVersion,
    number: int,
    *,
    pots: Pots,
    projects: Mapping[str, Mapping[str, Fact]],
) -> Closed:
    """Return what a close of a round gives. `projects` holds facts as they are at the close."""
    rule, programme = terms.rule, terms.programme_id
    if projects or not added_up.is_by_project(rule):
        return closing.close(rule, claims(programme, number, rule), pots=pots, projects=projects)
    found, ideals = added_up.added_up(programme, number, rule)
    of_projects = added_up.rows(added_up.OF_PROJECTS, programme, number, chunk=added_up.PROJECTS)
    return closing.close_added_up(rule, found, of_projects, pots=pots, ideals=ideals)


@transaction.atomic
def estimated(terms: ProgrammeVersion, number: int) -> list[tuple[str, Parts, str]]:
    """Return what each project would get of a close now, and a reason code or nothing."""
    rule, pots = terms.rule, pots_of(terms)
    if added_up.is_by_project(rule):
        found, ideals = added_up.added_up(terms.programme_id, number, rule)
        awarded = sharing.close(rule, found, pots=pots, ideals=ideals)
        given, reasons = awarded.parts, awarded.reasons
    else:
        closed = closing.close(rule, claims(terms.programme_id, number, rule), pots=pots)
        given, reasons = dict(closed.by_project), dict(closed.project_reasons)
    return [(project, parts, reasons.get(project, "")) for project, parts in sorted(given.items())]
