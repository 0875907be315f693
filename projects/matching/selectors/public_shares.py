"""What others match of the money of a round, where all public money keeps to a share."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from projects.matching import counting
from projects.matching.models import Allocation, Claim, CountedMoney, FreedShare, Share

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet

    from projects.matching.rules import Rule


def by_contribution(programme_id: str, number: int, rule: Rule) -> dict[str, int]:
    """Return what others match of each contribution with a claim in a round, by its reference.

    In minor units of the rule's currency; nothing where the rule does not ask. Matches that stand
    and what closes before this one gave.
    """
    if rule.stacking.total_public_share is None:
        return {}
    refs = _claims(programme_id, number)
    given = list(_given(programme_id, refs))
    counted = CountedMoney.objects.filter(contribution_ref__in={ref for ref, _, _ in given})
    money = {each.contribution_ref: each.counted for each in counted}
    found = Counter[str]()
    for ref, by, minor in given:
        found[ref] += counting.in_own_currency(by, money[ref], minor)
    return {ref: counting.converted(rule, money[ref], minor) or 0 for ref, minor in found.items()}


def remaining(programme_id: str, number: int, rule: Rule) -> dict[str, int]:
    """Return what remains of the money of each claim in a round, by contribution.

    In minor units of the rule's currency; nothing where the rule does not ask.
    """
    if rule.stacking.total_public_share is None:
        return {}
    found: dict[str, int] = {}
    for claim in _claims(programme_id, number).select_related("money").iterator():
        money = claim.money.counted
        found[claim.contribution_ref] = counting.converted(rule, money, claim.remaining_minor) or 0
    return found


def _claims(programme_id: str, number: int) -> QuerySet[Claim]:
    return Claim.objects.filter(
        programme=programme_id, round_number=number, base_minor__gt=0
    ).order_by()


def _given(programme_id: str, claims: QuerySet[Claim]) -> Iterator[tuple[str, Rule, int]]:
    """Yield the matches of other programmes: contribution, rule and minor units."""
    refs = claims.values("contribution_ref")
    rows = Allocation.objects.given().filter(contribution_ref__in=refs)
    for row in rows.exclude(programme=programme_id).select_related("version"):
        yield row.contribution_ref, row.version.rule, row.amount_minor
    shares = Share.objects.filter(contribution_ref__in=refs)
    others = shares.exclude(round__programme=programme_id).select_related("round__version")
    freed = {
        (row.award.round_id, row.contribution_ref): row.minor
        for row in FreedShare.objects.filter(contribution_ref__in=refs)
        .select_related("award")
        .order_by("number")
    }
    for share in others:
        minor = freed.get((share.round_id, share.contribution_ref), share.minor)
        yield share.contribution_ref, share.round.version.rule, minor
