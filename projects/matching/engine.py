"""Bringing the database to the rules: which programmes speak of a gift, and what they have given.

The rules themselves are pure (`rules`, `formula`, `caps`, `allocation`). Whoever gives match locks
the programmes first (`locked`), so that what is gathered here stays true until the commit.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Q, Sum, When
from django.db.models.fields import CharField, UUIDField

from payments.ledger import selectors as ledger
from payments.ledger.models import AccountKind
from payments.ledger.services import AccountKey
from projects.matching import allocation, rules
from projects.matching.caps import Usage
from projects.matching.documents import RuleNotUnderstood
from projects.matching.models import Allocation, Programme, ProgrammeVersion, Reservation

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from payments.ledger.selectors import Balance
    from projects.matching.gifts import Gift

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Standing:
    """What some programmes have given, and what is left in their pots, in minor units."""

    usage: Mapping[str, Usage]
    left: dict[str, int]

    def give_back(self, held: Reservation) -> None:
        """Take a reservation out, as if its money were in the pot again."""
        usage = self.usage[held.programme_id]
        usage.add(donor=held.donor_key, project=str(held.project_id), minor=-held.amount_minor)
        self.left[held.programme_id] += held.amount_minor


@dataclass(frozen=True, slots=True)
class Offer:
    """What one programme, by one version of its rule, would do for a gift."""

    version: ProgrammeVersion
    outcome: allocation.Outcome


def pot(programme_id: str, currency: str) -> AccountKey:
    """Return the account that holds a programme's money."""
    return AccountKey(AccountKind.MATCH_POT, programme_id, currency)


def earned(campaign_key: str, currency: str) -> AccountKey:
    """Return the account to whose credit a campaign's match is held, committed and earned."""
    return AccountKey(AccountKind.MATCH_EARNED, campaign_key, currency)


def in_force(at: datetime) -> list[ProgrammeVersion]:
    """Return the terms of every programme as of a moment, in the order in which they are asked.

    A document that cannot be read is left out and logged: one broken programme must not stop the
    others.
    """
    readable = []
    for version in ProgrammeVersion.objects.in_force(at):
        try:
            readable.append((version.rule.priority, version.programme_id, version))
        except RuleNotUnderstood:
            logger.exception("The terms of %s cannot be read", version)
    return [version for _, _, version in sorted(readable, key=lambda row: row[:2])]


def speaking_of(
    facts: Mapping[str, str | int | None], versions: Iterable[ProgrammeVersion]
) -> list[ProgrammeVersion]:
    """Return the versions whose conditions for projects are met, in the given order."""
    return [version for version in versions if rules.speaks_of(version.rule, facts)]


def locked(programme_ids: Collection[str]) -> list[Programme]:
    """Lock programmes in the order of their ids until the commit."""
    rows = Programme.objects.select_for_update(no_key=True).filter(pk__in=programme_ids)
    return list(rows.order_by("pk"))


def standing(
    currencies: Mapping[str, str],
    *,
    donors: Collection[str],
    projects: Collection[UUID],
    books: Mapping[AccountKey, Balance] | None = None,
) -> Standing:
    """Return what programmes (id: currency) have given to these givers and projects, and in all.

    `books` are balances just read that have the pots among them.
    """
    accounts = {programme: pot(programme, code) for programme, code in currencies.items()}
    books = ledger.balances(accounts.values()) if books is None else books
    usage: dict[str, Usage] = defaultdict(Usage)
    for programme, account in accounts.items():
        usage[programme].programme = _given(books[account])
    for programme, donor, project, minor in _given_by_scope(currencies, donors, projects):
        _add(usage[programme], donor, project, int(minor))
    left = {programme: books[account].left for programme, account in accounts.items()}
    return Standing(usage, left)


def _given(books: Balance) -> int:
    return books.debits_posted + books.debits_pending


def _add(usage: Usage, donor: str | None, project: UUID | None, minor: int) -> None:
    if donor is not None:
        usage.donor[donor] += minor
    if project is not None:
        usage.project[str(project)] += minor
    if donor is not None and project is not None:
        usage.donor_project[donor, str(project)] += minor


def _given_by_scope(
    programmes: Collection[str], donors: Collection[str], projects: Collection[UUID]
) -> QuerySet[Any, tuple[str, str | None, UUID | None, int]]:
    """Return (programme, giver, project, sum) rows; what is not asked about is summed as None."""
    wanted = Q(donor_key__in=donors) | Q(project_id__in=projects)

    def sums(rows: QuerySet[Any]) -> QuerySet[Any, Any]:
        grouped: QuerySet[Any, Any] = (
            rows.filter(wanted, programme__in=programmes)
            .order_by()
            .values_list(
                "programme_id",
                Case(When(donor_key__in=donors, then="donor_key"), output_field=CharField()),
                Case(When(project_id__in=projects, then="project_id"), output_field=UUIDField()),
            )
            .annotate(given=Sum("amount_minor"))
        )
        return grouped

    return sums(Allocation.objects.given()).union(sums(Reservation.objects.active()), all=True)


def version_at(versions: Iterable[ProgrammeVersion], at: datetime) -> ProgrammeVersion | None:
    """Return the newest of one programme's versions that was public at a moment."""
    public = [version for version in versions if version.published_at <= at]
    return max(public, key=lambda version: version.number, default=None)


def offers(
    gift: Gift, versions: Iterable[ProgrammeVersion], *, own: Reservation | None, now: datetime
) -> list[Offer]:
    """Return what programmes would give to a gift whose money arrived now; see `ask`."""
    asked = list(versions)
    stand = standing(
        {version.programme_id: version.rule.currency for version in asked},
        donors=[] if gift.donor_key is None else [gift.donor_key],
        projects=[gift.project_id],
    )
    if own is not None and own.programme_id in stand.left:
        stand.give_back(own)
    return ask(asked, gift.counted(settled_at=now), stand)


def ask(versions: Iterable[ProgrammeVersion], money: rules.Counted, stand: Standing) -> list[Offer]:
    """Return what programmes would give, one after the other, up to the first that gives.

    Only one programme matches a contribution.
    """
    found: list[Offer] = []
    for version in versions:
        usage, left = stand.usage[version.programme_id], stand.left[version.programme_id]
        outcome = allocation.decide(version.rule, money, usage=usage, pot_minor=left)
        found.append(Offer(version, outcome))
        if outcome.minor:
            break
    return found
