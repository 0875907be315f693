"""What has come together for a campaign. Every page, feed, API answer and e-mail asks here.

What people contributed is the sum of what counts of each contribution: settled, less refunded, lost
and disputed. Those amounts are written with their entries in one transaction, and
`verify_differences` compares them with the postings.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, F, FilteredRelation, Q, Sum
from django.utils import timezone

from payments.ledger.models import AccountKind, Entry, Posting
from payments.ledger.selectors import Difference
from payments.ledger.services import AccountKey
from payments.models import Payment
from payments.money import Money
from projects.funding.models import Campaign, Contribution, Reversal
from projects.funding.receipts import as_number
from projects.matching import selectors as matching

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import datetime
    from uuid import UUID

    from projects.catalogue.models import Project
    from projects.catalogue.models.querysets import ProjectQuerySet


_GIVING_AND_TAKING = (
    "contribution",
    "refund_held",
    "refund_returned",
    "dispute_held",
    "dispute_returned",
)


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
    campaigns: Iterable[Campaign],
) -> dict[UUID, Totals]:
    """Return each campaign's totals by its id, in one set of queries however many there are."""
    wanted = list(campaigns)
    as_of = timezone.now()
    matched = matching.matched_totals({campaign.key: campaign.currency for campaign in wanted})
    given = _given([campaign.pk for campaign in wanted])
    found = {}
    for campaign in wanted:
        minor, people = given.get(campaign.pk, (0, 0))
        contributed = Money(minor, campaign.currency)
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
            contributors=people,
            as_of=as_of,
        )
    return found


def escrow(campaign: Campaign) -> AccountKey:
    """Return the account that holds a campaign's money."""
    return AccountKey(AccountKind.ESCROW, campaign.key, campaign.currency)


def owed_by_owner(campaign: Campaign) -> AccountKey:
    """Return the account of what is payable to a project's owner; its debit is a receivable."""
    owner = campaign.project.organisation.slug
    return AccountKey(AccountKind.PAYABLE, owner, campaign.currency)


def current_campaigns(project_ids: Collection[UUID]) -> dict[UUID, Campaign]:
    """Return the newest published campaign of each project, by project id."""
    newest_last = Campaign.objects.published().of_projects(project_ids).order_by("opens_at", "id")
    return {campaign.project_id: campaign for campaign in newest_last}


def with_campaigns(projects: ProjectQuerySet) -> dict[Project, Campaign | None]:
    """Return the projects, in no order, with the same campaign of each or None, in one query."""
    published = ~Q(campaigns__state=Campaign.State.DRAFT)
    joined = projects.annotate(current=FilteredRelation("campaigns", condition=published))
    with_raise = joined.select_related("current", "organisation")  # type: ignore[misc]  # Unknown to the stubs.
    newest_last = with_raise.order_by("current__opens_at", "current__id")
    return {project: getattr(project, "current", None) for project in newest_last}


def days_left(campaign: Campaign, *, at: datetime) -> int:
    """Return how many days a campaign still runs, the one that has begun included."""
    return max(0, -((at - campaign.closes_at) // timedelta(days=1)))


def verify_differences() -> list[Difference]:
    """Return every campaign and match that is at odds with its contributions."""
    return [*_wrong_campaigns(), *_wrong_matches()]


def _wrong_campaigns() -> Iterator[Difference]:
    """Yield campaigns for which the books say something else than their contributions."""
    campaigns = list(Campaign.objects.order_by("key"))
    given = _given([campaign.pk for campaign in campaigns])
    booked = _booked()
    for campaign in campaigns:
        minor, _ = given.get(campaign.pk, (0, 0))
        expected = Money(minor, campaign.currency)
        found = Money(booked[campaign.key], campaign.currency)
        if expected != found:
            yield _difference(campaign, expected, found)


def _wrong_matches() -> Iterator[Difference]:
    """Yield matches that take other money for gone, or for disputed, than their contributions."""
    gone = Q(refunded_minor__gt=0) | Q(lost_minor__gt=0) | Q(blocked_minor__gt=0)
    refs = list(Contribution.objects.filter(gone).values_list("key", flat=True))
    told = matching.remains(refs)
    known = Contribution.objects.in_bulk({each.contribution_ref for each in told}, field_name="key")
    for each in told:
        if (contribution := known.get(each.contribution_ref)) is None:
            continue
        of = f"{each.contribution_ref} by {each.programme_id}"
        whole, left = contribution.amount_minor, contribution.remaining.minor
        kept = whole if each.remaining_minor is None else each.remaining_minor
        if kept != left:
            key = f"remaining of {of}"
            yield Difference("total", key, contribution.currency, str(left), str(kept))
        is_disputed = contribution.blocked_minor > 0
        if each.is_blocked is not None and each.is_blocked != is_disputed:
            names = {True: "disputed", False: "undisputed"}
            key, said = f"match of {of}", names[each.is_blocked]
            yield Difference("entry", key, contribution.currency, names[is_disputed], said)


def _booked() -> Counter[str]:
    """Return what postings say was given to each campaign and has not gone back, by its key."""
    final = Q(entry__state=Entry.State.POSTED)
    disputed = Q(
        entry__kind="dispute_held", entry__state=Entry.State.PENDING, entry__finished_by=None
    )
    lines = Posting.objects.filter(final | disputed, entry__kind__in=_GIVING_AND_TAKING).order_by()
    booked = Counter[str]()
    escrows = lines.filter(account__kind=AccountKind.ESCROW).values_list("account__owner_ref")
    for campaign, minor in escrows.annotate(Sum("amount_minor")):
        booked[campaign] -= int(minor)
    owed = lines.filter(account__kind=AccountKind.PAYABLE).values_list("entry__reference")
    receivable = dict(owed.annotate(Sum("amount_minor")))
    of = Contribution.objects.filter(key__in=receivable).values_list("key", "campaign__key")
    for contribution, campaign in of:
        booked[campaign] -= int(receivable[contribution])
    return booked


def asked_back(contribution: Contribution) -> int:
    """Return what of a contribution is being refunded and has not gone back yet, minor units."""
    held = contribution.reversals.filter(kind=Reversal.Kind.REFUND, state=Reversal.State.HELD)
    return int(held.aggregate(sum=Sum("taken_minor", default=0))["sum"])


def paid_back(contribution: Contribution) -> set[UUID]:
    """Return the payments of a contribution of which nothing is left here."""
    gone: Counter[UUID] = Counter()
    for reversal in contribution.reversals.taken():
        gone[reversal.payment_id] += reversal.amount_minor
    received = Payment.objects.filter(pk__in=gone).values_list("pk", "received_minor")
    return {payment for payment, minor in received if gone[payment] >= (minor or 0)}


def key_of_receipt(text: str) -> str | None:
    """Return the key of the contribution whose receipt has a number, however that is typed."""
    number = as_number(text)
    if number is None:
        return None
    rows = Contribution.objects.filter(receipt_number=number)
    return rows.values_list("key", flat=True).first()


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


def _given(campaign_ids: list[UUID]) -> dict[UUID, tuple[int, int]]:
    """Return what counts for each campaign, in minor units, and how many people gave it."""
    gone = F("refunded_minor") + F("blocked_minor") + F("lost_minor")
    rows = (
        Contribution.objects.settled()
        .filter(campaign_id__in=campaign_ids, amount_minor__gt=gone)
        .order_by()
        .values_list("campaign_id")
        .annotate(given=Sum(F("amount_minor") - gone), people=Count("donor_key", distinct=True))
    )
    return {campaign: (int(minor), people) for campaign, minor, people in rows}
