"""Campaigns and contributions, saved and valid, by the services that the product uses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING
from uuid import uuid4

from payments.ledger.services import AccountKey, AccountKind, Entry, Posting, post
from payments.money import Money
from projects.funding import services
from projects.matching import services as matching
from tests.make import catalogue
from tests.make import matching as make_matching

if TYPE_CHECKING:
    from projects.catalogue.models import Project
    from projects.funding.models import Campaign, Contribution
    from projects.matching.models import ProgrammeVersion

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
"""Inside the window of the programmes that `tests.make.matching` publishes."""

_serial = count(1)


def campaign(  # noqa: PLR0913  One keyword for each term a test may care about.
    project: Project | None = None,
    *,
    goal_minor: int = 1_000_00,
    minimum_minor: int = 5_00,
    maximum_minor: int = 500_00,
    owner_minor: int = 0,
    at: datetime = NOON,
    days: int = 30,
    is_open: bool = True,
) -> Campaign:
    """Return a campaign that has been open for ten days at that moment."""
    planned = services.plan_campaign(
        project_id=(project or catalogue.project()).pk,
        goal=Money(goal_minor, "EUR"),
        minimum=Money(minimum_minor, "EUR"),
        maximum=Money(maximum_minor, "EUR"),
        owner=Money(owner_minor, "EUR"),
        opens_at=at - timedelta(days=10),
        closes_at=at - timedelta(days=10) + timedelta(days=days),
    )
    if is_open:
        services.open_campaign(campaign_id=planned.pk, now=at - timedelta(days=10))
    planned.refresh_from_db()
    return planned


def contribution(
    to: Campaign | None = None,
    *,
    minor: int = 100_00,
    token: str = "",
    at: datetime = NOON,
    language: str = "en",
) -> Contribution:
    """Return a draft: an amount, and a match reserved for it if there is one."""
    return services.begin_contribution(
        campaign_id=(to or campaign(at=at)).pk,
        amount=Money(minor, "EUR"),
        idempotency_key=token or uuid4().hex,
        language=language,
        now=at,
    )


def identified(  # noqa: PLR0913  One keyword for each fact a test may care about.
    to: Campaign | None = None,
    *,
    minor: int = 100_00,
    email: str = "amina@example.org",
    name: str = "Amina Invented",
    hide_name: bool = False,
    at: datetime = NOON,
    language: str = "en",
) -> Contribution:
    """Return a draft whose giver is known."""
    made = contribution(to, minor=minor, at=at, language=language)
    return services.identify_contributor(
        contribution_id=made.pk,
        email=email,
        name=name,
        residence="DEU",
        hide_name=hide_name,
        message="",
        now=at,
    )


def submitted(of: Contribution, *, at: datetime = NOON) -> Contribution:
    """Return the contribution after its giver went to pay."""
    services.submit_contribution(
        contribution_id=of.pk,
        agreed_match_minor=0,
        success_url="http://testserver/done/",
        cancel_url="http://testserver/pay/",
        now=at,
    )
    of.refresh_from_db()
    return of


def settled(
    to: Campaign | None = None,
    *,
    minor: int = 100_00,
    fee_minor: int = 1_75,
    email: str = "amina@example.org",
    at: datetime = NOON,
) -> Contribution:
    """Return a contribution whose money has arrived, as the payment's announcement makes it."""
    made = submitted(identified(to, minor=minor, email=email, at=at), at=at)
    charge(made, minor=minor, fee_minor=fee_minor, at=at)
    services.confirm_contribution(
        reference=made.key,
        payment_id=uuid4(),
        amount=Money(minor, "EUR"),
        fee=Money(fee_minor, "EUR"),
        settled_at=at,
        now=at,
    )
    made.refresh_from_db()
    return made


def charge(of: Contribution, *, minor: int, fee_minor: int, at: datetime = NOON) -> None:
    """Book what a settled payment books: the charge, and what the provider kept of it."""
    provider = AccountKey(AccountKind.PROVIDER_CLEARING, "stripe", "EUR")
    donor = AccountKey(AccountKind.DONOR_CLEARING, of.key, "EUR")
    fees = AccountKey(AccountKind.PROCESSOR_FEE, "stripe", "EUR")
    booked = [("charge", provider, donor, minor), ("processor_fee", fees, provider, fee_minor)]
    post(
        [
            Entry(
                kind=kind,
                reference=of.key,
                idempotency_key=f"{kind}:test-{next(_serial)}",
                occurred_at=at,
                postings=(Posting(debit, amount), Posting(credit, -amount)),
            )
            for kind, debit, credit, amount in booked
            if amount
        ]
    )


def programme(
    *, at: datetime = NOON, pot_minor: int = 10_000_00, **changes: object
) -> ProgrammeVersion:
    """Publish a programme that is open for a month around a moment: 100 becomes 300."""
    window = [(at + timedelta(days=days)).isoformat(timespec="seconds") for days in (-20, 20)]
    return make_matching.programme(pot_minor=pot_minor, window=window, **changes)


def allocate(programme_id: str, *, at: datetime = NOON) -> None:
    """Let a programme decide on what has arrived, as the worker does."""
    matching.allocate_due(programme_id=programme_id, now=at)
