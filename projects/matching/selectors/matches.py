"""What was matched, and why somebody got what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from payments.ledger.models import Account, AccountKind
from payments.money import Money
from projects.matching import counting, wording
from projects.matching.models import (
    Allocation,
    CountedMoney,
    Reservation,
    TranchePart,
    WaitingMoney,
)
from projects.matching.selectors.answers import REFUSED, answers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from projects.matching.selectors.answers import Answer


@dataclass(frozen=True, slots=True)
class Explanation:
    """What one programme decided on one contribution, in words."""

    programme_id: str
    programme_name: str
    rule: str  # The terms by which it decided, in one sentence.
    match: Money
    decided: Money  # Before money went back.
    state: str
    reason: str | None
    why: str
    steps: tuple[str, ...]


def explanation(contribution_ref: str, *, of_project: bool = False) -> tuple[Explanation, ...]:
    """Return each programme's answer to a contribution, in the order of asking.

    Those that decide later say that they wait; those that refuse the money (state `refused`) say
    why, from the facts and the terms of the time. `of_project` leaves out those that refuse it
    because they are for other projects.
    """
    money = list(CountedMoney.objects.filter(contribution_ref=contribution_ref))
    return tuple(
        _explained(answer)
        for answer in answers(money)
        if not of_project or answer.state != REFUSED or _speaks_of(answer, money[0])
    )


def _speaks_of(answer: Answer, money: CountedMoney) -> bool:
    return counting.speaks_of(answer.version.rule, money.facts)


def is_counted(contribution_ref: str) -> bool:
    """Tell whether the money of a contribution has settled and was counted."""
    return CountedMoney.objects.filter(contribution_ref=contribution_ref).exists()


def is_waiting(contribution_ref: str) -> bool:
    """Tell whether a programme has yet to decide on a contribution."""
    return WaitingMoney.objects.filter(contribution_ref=contribution_ref).exists()


def matched_totals(currencies: Mapping[str, str]) -> dict[str, Money]:
    """Return what is matched for each campaign in its currency: committed, earned and paid.

    It is what the ledger holds to the credit of the campaign, and what was paid out of that, less
    what is only reserved; read in one statement, so that all are of the same instant.
    `verify_differences` compares the reservations with their entries.
    """
    reserved = (
        Reservation.objects.active()
        .filter(campaign_key=OuterRef("owner_ref"), programme__currency=OuterRef("currency"))
        .order_by()
        .values("campaign_key")
        .annotate(total=Sum("amount_minor"))
        .values("total")
    )
    paid = (
        TranchePart.objects.filter(
            campaign_key=OuterRef("owner_ref"), tranche__programme__currency=OuterRef("currency")
        )
        .order_by()
        .values("campaign_key")
        .annotate(total=Sum("minor"))
        .values("total")
    )
    rows = (
        Account.objects.filter(kind=AccountKind.MATCH_EARNED, owner_ref__in=currencies)
        .annotate(
            matched=F("credits_posted")
            + F("credits_pending")
            - F("debits_posted")
            + Coalesce(Subquery(paid), 0)
            - Coalesce(Subquery(reserved), 0)
        )
        .values_list("owner_ref", "matched", "currency")
    )
    return {
        key: Money(int(minor), currency)
        for key, minor, currency in rows
        if currencies[key] == currency
    }


def matched_by_contribution() -> dict[str, int]:
    """Return what is matched for each contribution that is, in minor units."""
    rows = Allocation.objects.given().order_by().values_list("contribution_ref")
    return dict(rows.annotate(Sum("amount_minor")))


def _explained(answer: Answer) -> Explanation:
    rule = answer.version.rule
    return Explanation(
        programme_id=answer.programme_id,
        programme_name=rule.name,
        rule=wording.rule_sentence(rule),
        match=Money(answer.minor, rule.currency),
        decided=Money(answer.decided_minor, rule.currency),
        state=answer.state,
        reason=answer.reason,
        why=wording.waiting() if answer.is_open else _why(answer),
        steps=wording.sentences(answer.steps, currency=rule.currency),
    )


def _why(answer: Answer) -> str:
    return wording.why(answer.reason, answer.steps, currency=answer.version.rule.currency)
