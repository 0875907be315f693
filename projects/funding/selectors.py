"""What has come together for a campaign. Every page, feed, API answer and e-mail asks here.

The books are the only counter: what people contributed is what stands to the credit of the
campaign's escrow account, and `verify_differences` compares it with the contributions one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, FilteredRelation, Q, Sum
from django.utils import timezone

from payments.ledger.models import AccountKind
from payments.ledger.selectors import Difference, balances
from payments.ledger.services import AccountKey
from payments.money import Money
from projects.funding.models import Campaign, Contribution
from projects.matching import selectors as matching

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime
    from uuid import UUID

    from payments.ledger.selectors import Balance
    from projects.catalogue.models import Project
    from projects.catalogue.models.querysets import ProjectQuerySet


@dataclass(frozen=True, slots=True)
class Totals:
    """Where one campaign stands. `raised` is contributed and matched; `owner` is beside it."""

    goal: Money
    contributed: Money
    matched: Money
    raised: Money
    owner: Money
    needed: Money
    contributors: int
    as_of: datetime

    @property
    def is_reached(self) -> bool:
        return not self.needed


def totals(
    campaigns: Iterable[Campaign], *, books: Mapping[AccountKey, Balance] | None = None
) -> dict[UUID, Totals]:
    """Return each campaign's totals by its id, in one set of queries however many there are.

    `books` are balances just read that have the escrows among them.
    """
    wanted = list(campaigns)
    as_of = timezone.now()
    books = balances([escrow(campaign) for campaign in wanted]) if books is None else books
    matched = matching.matched_totals([campaign.key for campaign in wanted])
    people = _contributors([campaign.pk for campaign in wanted])
    found = {}
    for campaign in wanted:
        contributed = Money(books[escrow(campaign)].credits_posted, campaign.currency)
        match = matched.get(campaign.key) or Money(0, campaign.currency)
        raised, owner = contributed + match, campaign.owner_contribution
        missing = campaign.goal - raised - owner
        found[campaign.pk] = Totals(
            goal=campaign.goal,
            contributed=contributed,
            matched=match,
            raised=raised,
            owner=owner,
            needed=max(missing, Money(0, campaign.currency)),
            contributors=people.get(campaign.pk, 0),
            as_of=as_of,
        )
    return found


def escrow(campaign: Campaign) -> AccountKey:
    """Return the account that holds a campaign's money."""
    return AccountKey(AccountKind.ESCROW, campaign.key, campaign.currency)


def current_campaigns(project_ids: Collection[UUID]) -> dict[UUID, Campaign]:
    """Return the newest published campaign of each project, by project id."""
    newest_last = Campaign.objects.published().of_projects(project_ids).order_by("opens_at", "id")
    return {campaign.project_id: campaign for campaign in newest_last}


def with_campaigns(projects: ProjectQuerySet) -> dict[Project, Campaign | None]:
    """Return the projects, in no order, with the same campaign of each or None, in one query."""
    published = ~Q(campaigns__state=Campaign.State.DRAFT)
    joined = projects.annotate(current=FilteredRelation("campaigns", condition=published))
    with_raise = joined.select_related("current")  # type: ignore[misc]  # Unknown to the stubs.
    newest_last = with_raise.order_by("current__opens_at", "current__id")
    return {project: getattr(project, "current", None) for project in newest_last}


def days_left(campaign: Campaign, *, at: datetime) -> int:
    """Return how many days a campaign still runs, the one that has begun included."""
    return max(0, -((at - campaign.closes_at) // timedelta(days=1)))


def verify_differences() -> list[Difference]:
    """Return every campaign whose escrow was credited something else than its contributions."""
    campaigns = list(Campaign.objects.order_by("key"))
    given = dict(
        Contribution.objects.settled()
        .values_list("campaign_id")
        .annotate(Sum("amount_minor"))
        .order_by()
    )
    books = balances([escrow(campaign) for campaign in campaigns])
    differences = []
    for campaign in campaigns:
        expected = Money(given.get(campaign.pk, 0), campaign.currency)
        found = Money(books[escrow(campaign)].credits_posted, campaign.currency)
        if expected != found:
            differences.append(_difference(campaign, expected, found))
    return differences


def fingerprint_rows() -> list[tuple[str, str, int]]:
    """Return (natural key, state, matched minor units) of every contribution, in key order."""
    rows = Contribution.objects.order_by("key").values_list("key", "state")
    matched = matching.matched_by_contribution()
    return [(key, state, matched.get(key, 0)) for key, state in rows]


def _difference(campaign: Campaign, expected: Money, found: Money) -> Difference:
    return Difference(
        kind="total",
        key=campaign.key,
        currency=campaign.currency,
        expected=f"{expected.decimal:f}",
        found=f"{found.decimal:f}",
    )


def _contributors(campaign_ids: list[UUID]) -> dict[UUID, int]:
    """Return how many people have given to each campaign."""
    return dict(
        Contribution.objects.settled()
        .filter(campaign_id__in=campaign_ids)
        .values_list("campaign_id")
        .annotate(Count("donor_key", distinct=True))
        .order_by()
    )
