"""What people have given in the demo world: every gift goes the way of a real one.

Only the provider is missing: its answer is made up here, and nobody is told anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING

from celery import current_app

from marketplace.seed.undertakings import euros
from marketplace.seed.world.givers import GIVERS, Giver
from payments import events, settlement
from payments.gateway.base import Charge, ChargeStatus, ProviderCharge
from payments.models import EventDelivery
from payments.money import Money
from projects.funding import services as funding
from projects.matching import services as matching

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from marketplace.seed.world.forms import Undertaking
    from payments.models import Payment
    from projects.catalogue.models import Project
    from projects.funding.models import Campaign, Contribution

LAST_DAY = date(2026, 11, 21)
STEP = timedelta(minutes=2)
KEY = "seed"
NOBODY_HEARS = "notifications."


@dataclass(frozen=True, slots=True)
class Gift:
    key: str
    slug: str
    giver: Giver
    amount: Money
    settled_at: datetime


def planned(
    undertakings: Iterable[Undertaking], *, seed: int, until: date = LAST_DAY
) -> list[Gift]:
    """Return who gives what to which project and when, in the order in which it happens."""
    gifts = [gift for one in undertakings for gift in _of(one, seed, until)]
    return sorted(gifts, key=lambda gift: (gift.settled_at, gift.key))


def open_campaign(undertaking: Undertaking, project: Project) -> Campaign:
    """Plan a raise and open it on its first day."""
    raising = undertaking.raising
    opens_at = _midnight(raising.opens)
    campaign = funding.plan_campaign(
        project_id=project.pk,
        goal=euros(undertaking.goal),
        minimum=euros(raising.least),
        maximum=euros(raising.most),
        owner=euros(raising.owner),
        opens_at=opens_at,
        closes_at=_midnight(raising.closes),
    )
    return funding.open_campaign(campaign_id=campaign.pk, now=opens_at)


def give_all(gifts: Sequence[Gift], campaigns: Mapping[str, Campaign]) -> None:
    """Let every gift go from the first form to its match; campaigns by the slug of the project."""
    current_app.loader.import_default_modules()  # A command knows no listeners until it asks.
    for gift in gifts:
        _give(gift, campaigns[gift.slug])
    matching.allocate_all_due(now=gifts[-1].settled_at)


def begin(gift: Gift, campaign: Campaign, *, at: datetime, step: timedelta) -> Contribution:
    """Let somebody choose an amount at a moment, and say a step later who they are."""
    contribution = funding.begin_contribution(
        campaign_id=campaign.pk,
        amount=gift.amount,
        idempotency_key=gift.key,
        language=gift.giver.language,
        now=at,
        key=gift.key,
    )
    return funding.identify_contributor(
        contribution_id=contribution.pk,
        email=gift.giver.email,
        name=gift.giver.name,
        residence=gift.giver.residence,
        hide_name=gift.giver.hides_name,
        message=gift.giver.message,
        now=at + step,
    )


def _give(gift: Gift, campaign: Campaign) -> None:
    begun = gift.settled_at - 3 * STEP
    contribution = begin(gift, campaign, at=begun, step=STEP)
    payment = funding.submit_contribution(
        contribution_id=contribution.pk,
        agreed_match_minor=0,
        success_url="/",
        cancel_url="/",
        now=begun + 2 * STEP,
    )
    settlement.settle(payment_id=payment.pk, charge=_charge(gift, payment), now=gift.settled_at)
    hear(now=gift.settled_at)


def _charge(gift: Gift, payment: Payment) -> ProviderCharge:
    """Return what a provider would say of a card payment: 1.5 % and 25 cents are its own."""
    fee = Money(gift.amount.minor * 15 // 1000 + 25, gift.amount.currency)
    return ProviderCharge(
        payment_key=str(payment.pk),
        page_key=f"page-{gift.key}",
        status=ChargeStatus.PAID,
        charge=Charge(f"charge-{gift.key}", gift.amount, fee, gift.settled_at),
    )


def hear(*, now: datetime) -> None:
    """Do what listeners would do, except telling people."""
    while waiting := list(EventDelivery.objects.filter(done_at=None).order_by("id")):
        for delivery in waiting:
            if not delivery.listener.startswith(NOBODY_HEARS):
                events.part_of(delivery.listener)(**delivery.payload, now=now)
            delivery.done_at = now
            delivery.save(update_fields=["done_at"])


def _of(undertaking: Undertaking, seed: int, until: date) -> list[Gift]:
    raising = undertaking.raising
    chance = Random(f"weft {seed} {undertaking.slug}")  # noqa: S311  A demo world, not a secret.
    givers = chance.sample(GIVERS, len(raising.gifts))
    minutes = int((_midnight(until) - _midnight(raising.opens)) / timedelta(minutes=1))
    moments = sorted(chance.sample(range(60, minutes), len(raising.gifts)))
    return [
        Gift(
            key=f"{KEY}-{seed}-{undertaking.slug}-{n:02d}",
            slug=undertaking.slug,
            giver=giver,
            amount=euros(amount),
            settled_at=_midnight(raising.opens) + timedelta(minutes=moment),
        )
        for n, (giver, amount, moment) in enumerate(
            zip(givers, raising.gifts, moments, strict=True), start=1
        )
    ]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(tzinfo=UTC))
