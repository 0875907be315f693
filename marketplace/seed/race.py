"""Sixty-four people have paid, nobody has told us, and the pot is enough for thirty of them.

The first thirty hold their match since before they paid, so that it does not matter in which order
the news of their payments comes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from marketplace.seed import days, gifts, loader, people, provider, undertakings
from marketplace.seed.world import crowd
from payments import beginning, moves, queue
from payments.models import Payment
from payments.money import Money
from payments.reconciliation import turns
from payments.settlement.asking import LATER
from projects.funding import services as funding

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from marketplace.seed.gifts import Gift
    from marketplace.seed.provider import PaidSession
    from projects.funding.models import Campaign

SCENARIO = "race"
EACH = Money(crowd.EACH_MINOR, undertakings.CURRENCY)
POT = Money(crowd.POT_MINOR, undertakings.CURRENCY)
EVENING = time(18, tzinfo=UTC)  # Of the day before, so that it is over whenever one loads.
APART = timedelta(seconds=30)
_REAL = "A race needs the payment sandbox: demo mode, and no STRIPE_API_KEY of a provider."
SECRET = "STRIPE_WEBHOOK_SECRET"  # noqa: S105  The name of the variable.


@dataclass(frozen=True, slots=True)
class Race:
    """A loaded race, in the form of the contract."""

    seed: int
    created: bool
    world: loader.World
    gifts: Sequence[Gift]
    sessions: Sequence[PaidSession]

    def document(self) -> dict[str, Any]:
        return {
            **self.world.document(),
            "scenario": SCENARIO,
            "seed": self.seed,
            "created": self.created,
            "project": crowd.slug(self.seed),
            "programme": crowd.programme(self.seed),
            "pot": POT.document(),
            "webhook_path": reverse("webhooks:receive"),
            "signing_secret_env": SECRET,
            "contributions": [
                {
                    "id": gift.key,
                    "amount_minor": gift.amount.minor,
                    "currency": gift.amount.currency,
                }
                for gift in self.gifts
            ],
            "events": [
                {"id": session.event_key, "payload": session.payload} for session in self.sessions
            ],
        }


def load(*, seed: int, now: datetime) -> Race:
    """Load a race beside what is loaded, or beside the small world where nothing is; once.

    Call outside any transaction: the running sandbox is told first, so that nothing is written
    when there is none.

    Raises:
        SeedRefused: Money is real, something else than a demo world is loaded, or no sandbox runs.
    """
    _refuse_where_money_is_real()
    loader.refuse_unless_loadable()
    planned = _planned(seed, _begun_at(seed) or _first_moment(now))
    with turns.taken():  # Or what the sandbox knows already and we do not yet is found missing.
        try:
            sessions = [provider.register(_paid(seed, gift)) for gift in planned]
        except provider.NoSandbox as refusal:
            raise loader.SeedRefused(str(refusal)) from refusal
        return _written(seed, planned, sessions, now)


@transaction.atomic
def _written(seed: int, planned: list[Gift], sessions: list[PaidSession], now: datetime) -> Race:
    loader.take_turn()
    loaded = loader.loaded_seed()
    world = (
        loader.load(seed=seed, now=now) if loaded is None else loader.World(loaded, created=False)
    )
    created = _begun_at(seed) is None
    if created:
        with queue.asleep():
            campaign = _publish(seed, sessions[0].at)
            for gift, session in zip(planned, sessions, strict=True):
                _pay(seed, gift, session, campaign, now)
    return Race(seed, created, world, planned, sessions)


def _refuse_where_money_is_real() -> None:
    if settings.WEFT_MODE != "demo" or settings.STRIPE_LIVEMODE or not settings.SANDBOX_IN_USE:
        raise loader.SeedRefused(_REAL)


def _first_moment(now: datetime) -> datetime:
    day = days.WRITTEN_ON + days.since_written(now) - timedelta(days=1)
    return datetime.combine(day, EVENING)


def _begun_at(seed: int) -> datetime | None:
    """Return when the first of a seed's crowd paid, if they are loaded."""
    first = Payment.objects.filter(reference=_key(seed, 1)).first()
    return None if first is None else first.created_at


def _planned(seed: int, first_at: datetime) -> list[Gift]:
    return [
        gifts.Gift(_key(seed, n), crowd.slug(seed), giver, EACH, first_at + (n - 1) * APART)
        for n, giver in enumerate(crowd.givers(), start=1)
    ]


def _publish(seed: int, first_at: datetime) -> Campaign:
    """Publish the project and its programme, with all that the pot has, and open the campaign."""
    desk = people.desk_of(crowd.AGENCY)
    day = first_at.date() + timedelta(days=1)
    undertaking, offer = crowd.footbridge(seed, day=day), crowd.offer(seed, day=day)
    project = undertakings.publish(undertaking, desk)
    offered_at = first_at - timedelta(days=7)
    loader.publish_offer(offer, desk, published_at=offered_at, funded_at=offered_at + APART)
    return gifts.open_campaign(undertaking, project)


def _pay(seed: int, gift: Gift, session: PaidSession, campaign: Campaign, now: datetime) -> Payment:
    """Let one person go to the provider's page, of which we have heard nothing since."""
    at = session.at  # The sandbox may have known it since another day.
    contribution = gifts.begin(gift, campaign, at=at - APART, step=APART / 2)
    payment = beginning.begin(asked=_payment(seed, gift, at=at), now=at)
    funding.submit_contribution(
        contribution_id=contribution.pk,
        agreed_match_minor=0,
        success_url=payment.success_url,
        cancel_url=payment.cancel_url,
        now=at,
    )
    payment = moves.lock(payment.pk)
    payment.page_key, payment.opened_at, payment.email = session.key, at, ""
    payment.due_at = now + LATER  # As after any question about a page that is this old.
    moves.move(payment, Payment.State.OPEN, cause="page", now=at)
    return payment


def _payment(seed: int, gift: Gift, *, at: datetime) -> Payment:
    """Return what submitting a gift asks for, under a key that is the same for a seed.

    Submitting finds it under way and goes on with it.
    """
    return Payment(
        id=_payment_key(gift),
        reference=gift.key,
        amount_minor=gift.amount.minor,
        currency=gift.amount.currency,
        description=crowd.title(seed),
        email=gift.giver.email,
        language=gift.giver.language,
        success_url=provider.ENDED,
        cancel_url=provider.ENDED,
        created_at=at,
        asked_at=at,
        tried_at=at,
        due_at=at,
    )


def _paid(seed: int, gift: Gift) -> provider.Paid:
    return provider.Paid(
        reference=gift.key,
        payment_key=_payment_key(gift),
        amount=gift.amount,
        description=crowd.title(seed),
        email=gift.giver.email,
        at=gift.settled_at,
    )


def _payment_key(gift: Gift) -> UUID:
    return uuid5(NAMESPACE_URL, f"https://weft.example/payments/{gift.key}")


def _key(seed: int, number: int) -> str:
    return f"{SCENARIO}-{seed}-{number:02d}"
