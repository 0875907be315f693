"""What was matched, and why somebody got what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from payments.ledger.models import Account, AccountKind
from payments.money import Money
from projects.matching import wording
from projects.matching.models import Allocation, Reservation, WaitingMoney

if TYPE_CHECKING:
    from collections.abc import Collection


@dataclass(frozen=True, slots=True)
class Explanation:
    """What one programme decided on one contribution, in words."""

    programme_id: str
    programme_name: str
    rule: str  # The terms by which it decided, in one sentence.
    match: Money
    state: str
    reason: str | None
    why: str
    steps: tuple[str, ...]


def explanation(contribution_ref: str) -> tuple[Explanation, ...]:
    """Return what each programme asked so far decided on a contribution, in order of asking."""
    rows = Allocation.objects.filter(contribution_ref=contribution_ref).select_related("version")
    return tuple(_explained(row) for row in rows.order_by("allocated_at", "id"))


def is_waiting(contribution_ref: str) -> bool:
    """Tell whether a programme has yet to decide on a contribution."""
    return WaitingMoney.objects.filter(contribution_ref=contribution_ref).exists()


def matched_totals(campaign_keys: Collection[str]) -> dict[str, Money]:
    """Return what is matched for each campaign: committed, earned and paid.

    It is what the ledger holds to the credit of the campaign, less what is only reserved; read in
    one statement, so that both are of the same instant. `verify_differences` compares the
    reservations with their entries.
    """
    reserved = (
        Reservation.objects.active()
        .filter(campaign_key=OuterRef("owner_ref"))
        .order_by()
        .values("campaign_key")
        .annotate(total=Sum("amount_minor"))
        .values("total")
    )
    rows = (
        Account.objects.filter(kind=AccountKind.MATCH_EARNED, owner_ref__in=campaign_keys)
        .annotate(
            matched=F("credits_posted")
            + F("credits_pending")
            - F("debits_posted")
            - Coalesce(Subquery(reserved), 0)
        )
        .values_list("owner_ref", "matched", "currency")
    )
    return {key: Money(int(minor), currency) for key, minor, currency in rows}


def matched_by_contribution() -> dict[str, int]:
    """Return what is matched for each contribution that is, in minor units."""
    rows = Allocation.objects.given().order_by().values_list("contribution_ref")
    return dict(rows.annotate(Sum("amount_minor")))


def _explained(row: Allocation) -> Explanation:
    rule = row.version.rule
    reason = row.reason or None
    return Explanation(
        programme_id=row.programme_id,
        programme_name=rule.name,
        rule=wording.rule_sentence(rule),
        match=Money(row.amount_minor, rule.currency),
        state=row.state,
        reason=reason,
        why=wording.why(reason, row.steps, currency=rule.currency),
        steps=wording.sentences(row.steps, currency=rule.currency),
    )
