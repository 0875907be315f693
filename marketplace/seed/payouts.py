"""What has been paid out in the demo world: one payout a treasury has sent, and one that waits.

Two agencies pay one owner each from their own treasuries by bank file: no provider needs to know.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from marketplace.seed import gifts, identity
from marketplace.seed.undertakings import CURRENCY, euros
from marketplace.seed.world.agencies import KENYA, MOLDOVA
from payments.gateway.bank_file import Debtor
from payments.gateway.payouts import BankDetails
from payments.payouts import services
from payments.payouts.models import Method, Payout, PayoutBatch
from projects.catalogue.models import Membership

if TYPE_CHECKING:
    from collections.abc import Iterable

    from marketplace.seed.people import Desk
    from marketplace.seed.world.forms import Undertaking
    from projects.funding.models import Campaign

BANK_COUNTRY = "DE"
HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)
ADVANCE, NEXT = 10, 20  # A tenth of the first stage has been paid, a twentieth is asked for.
PAYING = (KENYA, MOLDOVA)
Role = Membership.Role


def paid_out(undertakings: Iterable[Undertaking]) -> list[Undertaking]:
    """Return the first project of each of the agencies that have paid something out."""
    found: dict[str, Undertaking] = {}
    for one in undertakings:
        found.setdefault(one.agency, one)
    return [found[agency.slug] for agency in PAYING]


def pay_out(
    undertaking: Undertaking, campaign: Campaign, desk: Desk, *, seed: int, after: date
) -> None:
    """Pay a project's owner an advance on its first stage on the day after, and ask for more."""
    noon = datetime.combine(after + timedelta(days=1), time(12, tzinfo=UTC))
    _open_account(undertaking, desk, seed=seed, now=noon - WEEK)
    payout = _asked(undertaking, campaign, desk, part=ADVANCE, now=noon)
    services.approve(payout_id=payout.pk, by=_of(desk, Role.AGENCY_OWNER), now=noon + HOUR)
    services.submit_due(now=noon + 2 * HOUR)  # One agency at a time: each has its own file.
    _take_to_the_bank(payout, desk, seed=seed, now=noon + 3 * HOUR)
    _asked(undertaking, campaign, desk, part=NEXT, now=noon + 5 * HOUR)
    gifts.hear(now=noon + 5 * HOUR)


def _open_account(undertaking: Undertaking, desk: Desk, *, seed: int, now: datetime) -> None:
    owner = undertaking.owner
    account = services.begin_onboarding(
        owner_ref=owner.slug,
        contacts=[f"books@{owner.slug}.example"],
        country=BANK_COUNTRY,
        currency=CURRENCY,
        method=Method.BANK_FILE,
        now=now,
    )
    services.give_details(
        account_id=account.pk,
        details=BankDetails(owner.name, identity.iban(seed, owner.slug)),
        by=str(desk.editor.pk),
        now=now,
    )


def _asked(
    undertaking: Undertaking, campaign: Campaign, desk: Desk, *, part: int, now: datetime
) -> Payout:
    return services.request_payout(
        owner_ref=undertaking.owner.slug,
        source_ref=campaign.key,
        amount=euros(undertaking.stages[0].euros).times(1, part),
        reference=f"{undertaking.slug}-1-{part}",
        requested_by=_of(desk, Role.AGENCY_FINANCE),
        now=now,
    )


def _take_to_the_bank(payout: Payout, desk: Desk, *, seed: int, now: datetime) -> None:
    """Export the file of a payout that was submitted, and say that the bank has carried it out."""
    agency, by = desk.agency, _of(desk, Role.AGENCY_FINANCE)
    batch = PayoutBatch.objects.get(payouts=payout)
    debtor = Debtor(agency.name, identity.iban(seed, agency.slug))
    services.export(batch_id=batch.pk, debtor=debtor, day=now.date(), by=by, now=now)
    services.mark_paid(
        payout_id=payout.pk,
        bank_reference=f"DEMO-{seed}-{payout.reference}",
        paid_at=now + HOUR,
        by=by,
        now=now + HOUR,
    )


def _of(desk: Desk, role: Membership.Role) -> str:
    return str(desk.staff[role].pk)
