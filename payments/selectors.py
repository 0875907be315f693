"""What is left of payments, and which of them wait for a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, F, Min, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from payments.disputes.models import Dispute
from payments.models import Payment
from payments.money import Money
from payments.refunds.models import Refund

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any
    from uuid import UUID

    from payments.models import PaymentQuerySet


@dataclass(frozen=True, slots=True)
class Standing:
    """What became of the money of one payment. Every amount is in the currency that came."""

    payment_id: UUID
    reference: str
    state: str
    received: Money
    refunding: Money  # Asked for, and not with the giver yet.
    refunded: Money
    blocked: Money  # A bank disputes it.
    lost: Money  # A bank has taken it for good.

    @property
    def left(self) -> Money:
        """Return what is neither with the giver nor with a bank, now or soon.

        Below zero where a bank took what had been given back before: the giver owes that.
        """
        return self.received - self.refunding - self.refunded - self.blocked - self.lost

    @property
    def refundable(self) -> Money:
        """Return what can be given back."""
        return max(self.left, Money(0, self.received.currency))


def standing(payment: Payment) -> Standing | None:
    """Return what became of the money of a payment, or None when it brought none."""
    return next(iter(_standings(Payment.objects.filter(pk=payment.pk))), None)


def standings(*, reference: str) -> list[Standing]:
    """Return what became of every payment of a reference that brought money, oldest first."""
    return _standings(Payment.objects.filter(reference=reference))


@dataclass(frozen=True, slots=True)
class NeedingAPerson:
    """The payments whose money, or whose fee, is not what was asked for."""

    count: int
    oldest: datetime | None  # The provider's time of the charge.
    by_difference: Mapping[str, int]  # Every difference there is, also where nothing differs.


def needing_a_person() -> NeedingAPerson:
    """Return how many payments wait for a person, since when, and in what they differ.

    Money that differed and was given back wholly waits no more.
    """
    rows = (
        Payment.objects.needing_a_person()
        .annotate(given_back=_sum(Refund.objects.filter(state=Refund.State.SUCCEEDED)))
        .exclude(Q(state=Payment.State.DIFFERS, given_back__gte=F("received_minor")))
        .values("difference")
        .annotate(count=Count("pk"), oldest=Min("settled_at"))
        .order_by("difference")
    )
    return NeedingAPerson(
        count=sum(row["count"] for row in rows),
        oldest=min((row["oldest"] for row in rows), default=None),
        by_difference=dict.fromkeys(Payment.DIFFERENCES, 0)
        | {row["difference"]: row["count"] for row in rows},
    )


def _standings(payments: PaymentQuerySet) -> list[Standing]:
    """Return the standings of the payments that brought money, in one query."""
    sums = {
        "refunding": Refund.objects.filter(state__in=[Refund.State.CREATED, Refund.State.PENDING]),
        "refunded": Refund.objects.filter(state=Refund.State.SUCCEEDED),
        "blocked": Dispute.objects.filter(state=Dispute.State.OPEN),
        "lost": Dispute.objects.filter(state=Dispute.State.LOST),
    }
    rows = (
        payments.filter(state__in=Payment.RECEIVED)
        .annotate(**{name: _sum(moved) for name, moved in sums.items()})
        .order_by("id")
        .values("id", "reference", "state", "received_minor", "received_currency", *sums)
    )
    return [
        Standing(
            payment_id=row["id"],
            reference=row["reference"],
            state=row["state"],
            received=Money(row["received_minor"], row["received_currency"]),
            **{name: Money(row[name], row["received_currency"]) for name in sums},
        )
        for row in rows
    ]


def _sum(moved: Any) -> Coalesce:  # noqa: ANN401  Refunds or disputes of the payment around it.
    """Return what these moved of a payment, in minor units."""
    of_payment = moved.filter(payment=OuterRef("pk")).order_by().values("payment")
    return Coalesce(Subquery(of_payment.values(sum=Sum("amount_minor"))), Value(0))
