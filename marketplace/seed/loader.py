"""Loading the demo world: all of it or nothing, once, and only where no real money is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, transaction

from cms.pages.services import ensure_home
from marketplace.seed import days, gifts, identity, payouts, people, undertakings
from marketplace.seed.undertakings import UNDERTAKINGS
from marketplace.seed.world.agencies import AGENCIES
from marketplace.seed.world.programmes import OFFERS
from payments import queue
from payments.models import Payment
from payments.money import Money
from projects.catalogue.models import Organisation
from projects.funding.models import Contribution
from projects.matching import services as matching
from remittances.services import import_bundled

if TYPE_CHECKING:
    from marketplace.seed.people import Desk
    from marketplace.seed.world.programmes import Offer

SCENARIO = "small"
FOUNDED_AT = datetime(2026, 8, 1, 9, tzinfo=UTC)
PUBLISHED_AT = datetime(2026, 9, 15, 9, tzinfo=UTC)
FUNDED_AT = datetime(2026, 9, 20, 9, tzinfo=UTC)
_LOCK = 0x57454655  # One load at a time.


class SeedRefused(Exception):
    """The database is not one for a demo world. Nothing was written."""


@dataclass(frozen=True, slots=True)
class World:
    """A loaded demo world, in the form of the contract."""

    seed: int
    created: bool

    def document(self) -> dict[str, Any]:
        return {
            "scenario": SCENARIO,
            "seed": self.seed,
            "created": self.created,
            "agencies": [
                {
                    "slug": agency.slug,
                    "name": agency.name,
                    "country": agency.country,
                    "private_marker": identity.private_marker(self.seed, agency.slug),
                }
                for agency in AGENCIES
            ],
            "users": [log_in.document() for log_in in people.log_ins(self.seed)],
            "projects": [undertaking.slug for undertaking in UNDERTAKINGS],
            "programmes": [str(offer.document["id"]) for offer in OFFERS],
        }


def loaded_seed() -> int | None:
    """Return the seed of the demo world in this database, if there is one."""
    keys = Contribution.objects.filter(key__startswith=f"{gifts.KEY}-").order_by("key")
    first = keys.values_list("key", flat=True).first()
    return None if first is None else int(first.split("-")[1])


@transaction.atomic
def load(*, seed: int, now: datetime) -> World:
    """Load the small demo world. Loading the same again changes nothing.

    Raises:
        SeedRefused: Another demo world, people or payments are there already, or money is real.
    """
    take_turn()
    if loaded_seed() == seed:
        return World(seed, created=False)
    if reason := _why_not():
        raise SeedRefused(reason)
    with queue.asleep():
        _write(seed, now)
    return World(seed, created=True)


def take_turn() -> None:
    """Wait until nobody else loads anything, and keep others waiting until the commit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def refuse_unless_loadable() -> None:
    """Check that a demo world is here, or could be loaded.

    Raises:
        SeedRefused: It could not.
    """
    if loaded_seed() is None and (reason := _why_not()):
        raise SeedRefused(reason)


def _why_not() -> str | None:
    if settings.STRIPE_LIVEMODE:
        return "Payments are real here. Load a demo world into a database of its own."
    if (other := loaded_seed()) is not None:
        return f"The demo world of seed {other} is loaded. Use an empty database."
    if Payment.objects.exists():
        return "The database holds payments of people. Use an empty one."
    if Organisation.objects.exists():
        return "The database holds organisations already. Use an empty one."
    return None


def _write(seed: int, now: datetime) -> None:
    by = days.since_written(now)
    world = days.moved(UNDERTAKINGS, by)
    desks = people.open_desks(seed=seed, now=FOUNDED_AT + by)
    projects = {one.slug: undertakings.publish(one, desks[one.agency]) for one in world}
    for agency in AGENCIES:
        begun_on = world[0].raising.opens
        undertakings.draft(agency, desks[agency.slug], seed=seed, begun_on=begun_on)
    for offer in OFFERS:
        desk = desks[offer.agency]
        publish_offer(offer, desk, published_at=PUBLISHED_AT + by, funded_at=FUNDED_AT + by)
    campaigns = {one.slug: gifts.open_campaign(one, projects[one.slug]) for one in world}
    last_day = gifts.LAST_DAY + by
    gifts.give_all(gifts.planned(world, seed=seed, until=last_day), campaigns)
    for one in payouts.paid_out(world):
        payouts.pay_out(one, campaigns[one.slug], desks[one.agency], seed=seed, after=last_day)
    ensure_home(now=now)
    import_bundled(now=now)


def publish_offer(offer: Offer, desk: Desk, *, published_at: datetime, funded_at: datetime) -> None:
    """Publish a matching programme and fill its pot."""
    version = matching.publish_programme(
        document=offer.document, agency_id=desk.agency.pk, now=published_at
    )
    matching.fund_pot(
        programme_id=version.programme_id,
        amount=Money(offer.pot_minor, undertakings.CURRENCY),
        idempotency_key=gifts.KEY,
        now=funded_at,
    )
