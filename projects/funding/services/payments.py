"""Asking for the money, and what follows from the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from payments import checkout, events, fees
from payments.ledger.models import AccountKind
from payments.ledger.services import AccountKey, Entry, Posting, post
from payments.models import Payment
from payments.money import Money
from payments.settlement import PROVIDER
from projects.catalogue import selectors as catalogue
from projects.funding.events import ContributionConfirmed
from projects.funding.models import LATE, Contribution, Contributor
from projects.funding.receipts import receipt_number
from projects.funding.services import reversals
from projects.funding.services.contributions import gift_of, refuse_unless_open
from projects.funding.services.refusals import (
    AlreadyPaid,
    ContributorUnknown,
    MatchChanged,
    NeedsPerson,
    Stopped,
)
from projects.funding.services.reversal_entries import PLATFORM
from projects.funding.services.rows import (
    busy_is_refused,
    is_paid_or_being_paid,
    locked_contribution,
    move,
    note,
    of_reference,
)
from projects.matching import services as matching

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

State = Contribution.State


@busy_is_refused()
@transaction.atomic
def submit_contribution(
    *,
    contribution_id: UUID,
    agreed_match_minor: int,
    success_url: str,
    cancel_url: str,
    now: datetime,
) -> Payment:
    """Ask for the money of a contribution. Asking again returns the payment that is under way.

    `agreed_match_minor` is what the person was shown; the match itself is worked out here.

    The match is kept for as long as the provider's page can be paid on, and beyond that until the
    payment is over. The payment is written before the match: accounts are always locked last.

    Raises:
        AlreadyPaid: the money has arrived.
        NeedsPerson: other money has arrived than was asked for.
        Stopped: the person stopped earlier.
        ContributorUnknown: nobody has said who gives.
        CampaignClosed: the campaign takes no new money.
        MatchChanged: less would be matched than the person was shown.
        Busy: too many give at this moment.
    """
    contribution = locked_contribution(contribution_id)
    giver = _refuse_unpayable(contribution)
    refuse_unless_open(contribution.campaign, now)
    gift = gift_of(contribution)
    matching.lock(gift=gift, now=now)
    payment = checkout.begin(
        reference=contribution.key,
        amount=contribution.amount,
        description=_title(contribution),
        email=giver.email,
        language=contribution.language,
        success_url=success_url,
        cancel_url=cancel_url,
        now=now,
    )
    quote = matching.reserve(gift=gift, now=now, keep=True)
    if quote.match.minor < agreed_match_minor:
        shown = Money(agreed_match_minor, contribution.currency)
        raise MatchChanged(old=shown, new=quote.match)
    contribution.agreed_match_minor = quote.match.minor
    contribution.expires_at = now + checkout.PAGE_LIFE
    move(contribution, event="submit", to=State.AWAITING_PAYMENT, at=now)
    return payment


@transaction.atomic
def confirm_contribution(  # noqa: PLR0913  The facts of a payment.
    *,
    reference: str,
    payment_id: UUID,
    amount: Money,
    fee: Money,
    settled_at: datetime,
    now: datetime,
) -> Contribution | None:
    """Book the money that arrived for a contribution and tell its giver, once.

    Money that comes after its payment was over settles the contribution all the same: its match is
    worked out anew, in the order in which such money is counted, and was not promised (see
    docs/adr/0008-late-money.md). Confirming again changes nothing. Another amount, a second
    payment, and money that arrives when the campaign counts none any more, are left for a person.
    A reference of another room returns None.
    """
    contribution = of_reference(reference)
    if contribution is None:
        return None
    if contribution.is_settled and contribution.payment_id == payment_id:
        return contribution
    if contribution.is_settled or contribution.amount != amount:
        difference = "surplus" if contribution.is_settled else "amount"
        return _hold(contribution, payment_id=payment_id, difference=difference, now=now)
    if not contribution.campaign.counts_money_of(settled_at):
        return _hold_late(contribution, payment_id=payment_id, amount=amount, now=now)
    contribution.payment_id = payment_id
    contribution.settled_at = settled_at
    contribution.receipt_number = receipt_number(contribution.key, settled_at=settled_at)
    _bear_fees(contribution, fee)
    move(contribution, event="confirm", to=State.SETTLED, at=now, facts={"fee_minor": fee.minor})
    matching.count(
        gift=gift_of(contribution),
        settled_at=settled_at,
        initiated_at=contribution.created_at,
        now=now,
    )
    changes = reversals.heard_before(contribution, now=now)
    _book(contribution, settled_at=settled_at)
    for change in changes:
        reversals.book(contribution, change)
    events.publish(ContributionConfirmed(contribution_key=contribution.key))
    return contribution


@transaction.atomic
def fail_contribution(
    *, reference: str, payment_id: UUID, reason: str, now: datetime
) -> Contribution | None:
    """Note that a payment came to nothing; the person may try again.

    The match stays reserved for its time. While another payment may bring the money or has
    brought it, nothing changes.
    """
    contribution = of_reference(reference)
    if contribution is None or contribution.state != State.AWAITING_PAYMENT:
        return contribution
    if is_paid_or_being_paid(contribution):
        note(contribution, event="fail", at=now, reason="replaced")
        return contribution
    matching.let_lapse(contribution_ref=contribution.key)
    facts = {"payment": str(payment_id)}
    return move(contribution, event="fail", to=State.FAILED, at=now, reason=reason, facts=facts)


@transaction.atomic
def hold_contribution(
    *, reference: str, payment_id: UUID, difference: str, now: datetime
) -> Contribution | None:
    """Stop a contribution whose money is not what was asked for, until a person has looked.

    What was reserved for it stays reserved. Holding again for the same payment changes nothing.
    """
    contribution = of_reference(reference)
    if contribution is None:
        return None
    return _hold(contribution, payment_id=payment_id, difference=difference, now=now)


def _hold(
    contribution: Contribution, *, payment_id: UUID, difference: str, now: datetime
) -> Contribution:
    facts = {"payment": str(payment_id)}
    if contribution.log.filter(event="hold", facts=facts).exists():
        return contribution
    note(contribution, event="hold", at=now, reason=difference, facts=facts)
    reversals.reconsider_hold(contribution, now=now)
    return contribution


def _hold_late(
    contribution: Contribution, *, payment_id: UUID, amount: Money, now: datetime
) -> Contribution:
    """Leave money to a person that came when the campaign counts none any more, and free its match.

    What went back before anybody heard of it needs nobody.
    """
    if contribution.log.filter(event="hold", facts={"payment": str(payment_id)}).exists():
        return contribution
    _hold(contribution, payment_id=payment_id, difference=LATE, now=now)
    matching.release(contribution_ref=contribution.key, now=now)
    if contribution.needs_person_since is not None:
        charge = Payment.objects.filter(pk=payment_id).values_list("charge_key", flat=True).first()
        events.publish(
            events.ExceptionFound(
                kind=LATE,
                provider_key=charge or str(payment_id),
                reference=contribution.key,
                ours_minor=None,
                theirs_minor=amount.minor,
                currency=amount.currency,
            )
        )
    return contribution


def _refuse_unpayable(contribution: Contribution) -> Contributor:
    if contribution.is_settled:
        raise AlreadyPaid
    if contribution.needs_person_since is not None:
        raise NeedsPerson
    if not contribution.may_be_paid:
        raise Stopped
    giver = Contributor.objects.filter(contribution=contribution).first()
    if giver is None:
        raise ContributorUnknown
    return giver


def _title(contribution: Contribution) -> str:
    """Return what the provider's page says the money is for."""
    project = contribution.campaign.project
    return catalogue.texts([project], language=contribution.language)[project.pk].title


def _bear_fees(contribution: Contribution, fee: Money) -> None:
    """Write down which fees the project bears, by the policy of the day; kept for refunds."""
    is_borne = fees.DEFAULT.processor is fees.Bearer.PROJECT
    contribution.fee_minor = fee.minor if is_borne else 0
    contribution.platform_fee_minor = fees.DEFAULT.platform_fee(contribution.amount).minor


def _book(contribution: Contribution, *, settled_at: datetime) -> None:
    """Move the gift from the giver's clearing to the campaign, which bears its fees."""
    code = contribution.currency
    donor = AccountKey(AccountKind.DONOR_CLEARING, contribution.key, code)
    escrow = AccountKey(AccountKind.ESCROW, contribution.campaign.key, code)
    provider_fee = AccountKey(AccountKind.PROCESSOR_FEE, PROVIDER, code)
    platform_fee = AccountKey(AccountKind.PLATFORM_FEE, PLATFORM, code)
    booked = [
        ("contribution", donor, escrow, contribution.amount_minor),
        ("fee_borne", escrow, provider_fee, contribution.fee_minor),
        ("platform_fee", escrow, platform_fee, contribution.platform_fee_minor),
    ]
    post(
        [
            Entry(
                kind=kind,
                reference=contribution.key,
                idempotency_key=f"{kind}:{contribution.key}",
                occurred_at=settled_at,
                postings=(Posting(debit, minor), Posting(credit, -minor)),
            )
            for kind, debit, credit, minor in booked
            if minor
        ]
    )
