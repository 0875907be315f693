"""What the programmes decided, and what the books say of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from payments.ledger import selectors as ledger
from payments.ledger.models import Entry
from payments.models import EventDelivery
from projects.matching import selectors
from projects.matching.models import Allocation, CountedMoney, MatchTransition, Reservation
from tests.make import matching as make

MINUTE = timedelta(minutes=1)


def after(minutes: float) -> datetime:
    return make.NOON + minutes * MINUTE


def left(programme_id: str = "fund") -> int:
    return selectors.left([programme_id])[programme_id].minor


def decisions_on(*refs: str) -> list[tuple[str, str, int, str, str]]:
    rows = Allocation.objects.filter(contribution_ref__in=refs)
    return list(
        rows.order_by("contribution_ref", "id").values_list(
            "contribution_ref", "programme_id", "amount_minor", "state", "reason"
        )
    )


def steps_of(ref: str) -> list[tuple[str, str, str]]:
    return list(
        MatchTransition.objects.filter(contribution_ref=ref).values_list(
            "from_state", "to_state", "reason"
        )
    )


def all_rows() -> tuple[object, ...]:
    return (
        ledger.fingerprint_rows(),
        list(Allocation.objects.values_list()),
        list(CountedMoney.objects.values_list()),
        list(Reservation.objects.order_by("id").values_list()),
        list(MatchTransition.objects.values_list()),
        Entry.objects.count(),
        EventDelivery.objects.count(),
    )
