"""The steps of a contribution from its details to its money."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from payments.money import Money
from projects.funding import services
from projects.matching.models import Reservation
from tests.make import funding as make

if TYPE_CHECKING:
    from uuid import UUID

    from payments.models import Payment
    from projects.funding.models import Contribution


NOON = make.NOON


def submit(contribution: Contribution, *, shown_minor: int = 0, minutes: int = 0) -> Payment:
    return services.submit_contribution(
        contribution_id=contribution.pk,
        agreed_match_minor=shown_minor,
        success_url="http://testserver/done/",
        cancel_url="http://testserver/pay/",
        now=NOON + timedelta(minutes=minutes),
    )


def confirm(
    contribution: Contribution,
    *,
    payment_id: UUID | None = None,
    minor: int = 100_00,
    minutes: int = 0,
) -> Contribution | None:
    return services.confirm_contribution(
        reference=contribution.key,
        payment_id=payment_id or uuid4(),
        amount=Money(minor, "EUR"),
        fee=Money(1_75, "EUR"),
        settled_at=NOON + timedelta(minutes=minutes),
        now=NOON + timedelta(minutes=minutes),
    )


def identify(contribution: Contribution) -> Contribution:
    return services.identify_contributor(
        contribution_id=contribution.pk,
        email="right@example.org",
        name="Amina Invented",
        residence="DEU",
        hide_name=False,
        message="",
        now=NOON,
    )


def state_of_match(contribution: Contribution) -> int | None:
    contribution.refresh_from_db()
    return contribution.agreed_match_minor


def state_of(contribution: Contribution) -> str:
    contribution.refresh_from_db()
    return contribution.state


def held() -> int:
    return sum(Reservation.objects.active().values_list("amount_minor", flat=True))
