"""The product as the machine drives it: real services, and answers of the provider as values."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from unittest import mock

from celery import current_app
from django.db import connection

from payments.gateway import bank_file
from payments.gateway.base import Charge, ChargeStatus, ProviderCharge
from payments.gateway.disputes import DisputeStatus, Moved, ProviderDispute
from payments.gateway.refunds import ProviderRefund, RefundStatus
from payments.models import EventDelivery, Payment
from payments.money import Money
from payments.payouts import services as payouts
from payments.payouts.models import Payout
from tests.make import catalogue
from tests.make import funding as make_funding
from tests.make import payouts as make_payouts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from projects.funding.models import Campaign, Contribution

OPENED = datetime(2026, 3, 10, 12, tzinfo=UTC)
CLOSES = OPENED + timedelta(days=1)
POT_MINOR = 200_00
DEBTOR = bank_file.Debtor("Weft", make_payouts.IBAN)
FILE = bank_file.PaymentFile("payouts.xml", "application/xml", b"<Document/>")

BALANCES = """
    SELECT a.kind, a.owner_ref,
        coalesce(sum(p.amount_minor) FILTER (WHERE e.state = 'posted'), 0)::bigint,
        coalesce(sum(p.amount_minor) FILTER (WHERE e.state = 'pending' AND NOT EXISTS
            (SELECT FROM ledger_entry f WHERE f.finishes_id = e.id)), 0)::bigint
    FROM ledger_posting p JOIN ledger_entry e ON e.id = p.entry_id
    JOIN ledger_account a ON a.id = p.account_id GROUP BY 1, 2
"""
CONTRIBUTIONS = """
    SELECT key, refunded_minor, blocked_minor, lost_minor, (
        SELECT coalesce(sum(amount_minor), 0)::bigint FROM matching_allocation
        WHERE contribution_ref = key AND state IN ('committed', 'earned', 'paid')
    ) + (
        SELECT coalesce(sum(amount_minor), 0)::bigint FROM matching_reservation
        WHERE contribution_ref = key AND state = 'active'
    ) FROM funding_contribution
"""
BEYOND = """
    SELECT charge_key FROM payments_payment p WHERE received_minor < (
        SELECT sum(amount_minor) FROM refunds_refund
        WHERE payment_id = p.id AND state IN ('pending', 'succeeded')
    )
"""
CHECKED = "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED"  # As by a commit.
SHORT = {
    "provider_clearing": "clearing",
    "donor_clearing": "donor",
    "dispute_block": "block",
    "loss": "loss",
}


@dataclass(frozen=True, slots=True)
class Ground:
    """What every example begins with."""

    campaign: Campaign
    programme_id: str
    owner_ref: str
    drafts: list[Contribution]
    payments: list[Payment]  # Of those drafts whose giver has gone to pay, in their order.


def ground(*minors: int) -> Ground:
    """Return a campaign with a day to go, a programme that makes 250 of 100, and a paid owner.

    Gifts of these amounts are begun; all givers but that of the last have gone to pay.
    """
    current_app.loader.import_default_modules()  # Whoever listens is known by name.
    campaign = make_funding.campaign(catalogue.project(), at=OPENED, days=11)
    programme = make_funding.programme(at=OPENED, pot_minor=POT_MINOR, rate=[3, 2])
    owner_ref = campaign.project.organisation.slug
    make_payouts.bank_account(owner_ref=owner_ref, now=OPENED - timedelta(hours=80))
    drafts = [make_funding.identified(campaign, minor=minor, at=OPENED) for minor in minors]
    for draft in drafts[:-1]:
        make_funding.submitted(draft, at=OPENED)
    payments = [Payment.objects.get(reference=draft.key) for draft in drafts[:-1]]
    return Ground(campaign, programme.programme_id, owner_ref, drafts, payments)


def paid(payment: Payment, *, number: int, minor: int, fee: int, at: datetime) -> ProviderCharge:
    money = Charge(f"ch_{number}", Money(minor, "EUR"), Money(fee, "EUR"), at)
    return ProviderCharge(str(payment.pk), f"cs_{number}", ChargeStatus.PAID, money)


def failed(payment: Payment, *, number: int) -> ProviderCharge:
    return ProviderCharge(str(payment.pk), f"cs_{number}", ChargeStatus.FAILED)


def refund(  # noqa: PLR0913  What the provider says of a refund.
    key: str, payment: Payment, minor: int, *, ours: str, status: RefundStatus, at: datetime
) -> ProviderRefund:
    has_failed = status is RefundStatus.FAILED
    return ProviderRefund(
        key=key,
        refund_key=ours,
        charge_key=payment.charge_key,
        payment_key=str(payment.pk),
        amount=Money(minor, "EUR"),
        status=status,
        made_at=at,
        failed_at=at if has_failed else None,
        failure_reason="lost_or_stolen_card" if has_failed else "",
    )


def dispute(  # noqa: PLR0913  What the provider says of a dispute.
    key: str,
    payment: Payment,
    minor: int,
    *,
    status: DisputeStatus,
    at: datetime,
    fee_back: int = 0,
) -> ProviderDispute:
    amount = Money(minor, "EUR")
    return ProviderDispute(
        key=key,
        charge_key=payment.charge_key,
        payment_key=str(payment.pk),
        amount=amount,
        status=status,
        reason="fraudulent",
        opened_at=at,
        evidence_due_at=None,
        withdrawn=Moved(amount, Money(15_00, "EUR"), at),
        reinstated=Moved(amount, Money(-fee_back, "EUR"), at)
        if status is DisputeStatus.WON
        else None,
    )


def ask_payout(ground: Ground, minor: int, *, reference: str, now: datetime) -> Payout:
    """Ask for a payout and have another person approve it."""
    asked = payouts.request_payout(
        owner_ref=ground.owner_ref,
        source_ref=ground.campaign.key,
        amount=Money(minor, "EUR"),
        reference=reference,
        requested_by="asha",
        now=now,
    )
    return payouts.approve(payout_id=asked.pk, by="otieno", now=now)


def send_payouts(now: datetime) -> None:
    """Submit what may go, and take the files to the bank, empty ones: writing one takes long."""
    payouts.submit_due(now=now)
    batches = Payout.objects.filter(state=Payout.State.SUBMITTED).values_list("batch_id", flat=True)
    with mock.patch.object(bank_file, "render", return_value=FILE):
        for batch in set(batches):
            payouts.export(batch_id=batch, debtor=DEBTOR, day=now.date(), by="clerk", now=now)


def announcements(*, waiting: bool) -> list[EventDelivery]:
    """Return what campaigns and the queue of exceptions have to hear, or ever had to."""
    found = EventDelivery.objects.exclude(listener__startswith="notifications.")
    return list((found.filter(done_at=None) if waiting else found).order_by("created_at", "id"))


def state() -> tuple[Counter[tuple[str, bool]], dict[str, tuple[int, ...]]]:
    """Check what a commit checks; return the books and the contributions, in one round trip.

    By the names of the model: what is posted and what is held on every account; and what was given
    back, is disputed, lost and matched of each contribution. The ORM would take half of all time.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"{CHECKED}; {BALANCES}; {CONTRIBUTIONS}")
        while cursor.description is None:  # The answers to what only checks.
            cursor.nextset()
        lines = cursor.fetchall()
        cursor.nextset()
        gifts = {key: tuple(minors) for key, *minors in cursor.fetchall()}
    return _balances(lines), gifts


def _balances(lines: Iterable[tuple[Any, ...]]) -> Counter[tuple[str, bool]]:
    found = Counter[tuple[str, bool]]()
    for kind, owner_ref, posted_minor, held_minor in lines:
        owner = "treasury" if owner_ref.startswith("treasury:") else owner_ref
        name = f"{SHORT[kind]}/{owner}" if kind in SHORT else kind
        found[name, False] += posted_minor
        found[name, True] += held_minor
    return found


def returned_beyond() -> list[tuple[str]]:
    """Return the charges of which more was refunded than they had brought."""
    with connection.cursor() as cursor:
        cursor.execute(BEYOND)
        rows: list[tuple[str]] = cursor.fetchall()
        return rows
