"""From the first amount to the details of the giver: everything before money is asked for."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, TypedDict

from django.db import transaction
from uuid_utils.compat import uuid7

from projects.catalogue.models import Project
from projects.funding.donors import donor_key
from projects.funding.models import Campaign, Contribution, Contributor
from projects.funding.services.refusals import AmountOutOfRange, CampaignClosed, NotChangeable
from projects.funding.services.rows import (
    busy_is_refused,
    is_paid_or_being_paid,
    locked_campaign,
    locked_contribution,
    move,
    note,
)
from projects.matching import services as matching

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from payments.money import Money

DRAFT_LIFE = timedelta(hours=24)


class Facts(TypedDict):
    """What the catalogue and the campaign know of a project that a matching rule may ask for."""

    project_id: UUID
    project_slug: str
    country: str
    sector: str
    kind: str
    organisation: str
    region: str
    goal_minor: int
    budget_minor: int | None


def facts_of(project: Project, campaign: Campaign) -> Facts:
    """Return the facts of a project; what it asked for in another currency is not known here."""
    asked = project.asked
    return Facts(
        project_id=project.pk,
        project_slug=project.slug,
        country=project.country,
        sector=project.sector,
        kind=project.kind,
        organisation=project.organisation.slug,
        region=project.place,
        goal_minor=campaign.goal_minor,
        budget_minor=asked.minor if asked and asked.currency == campaign.currency else None,
    )


def gift_of(contribution: Contribution) -> matching.Gift:
    """Return the facts of a contribution that a matching rule may ask for."""
    campaign = contribution.campaign
    giver = Contributor.objects.filter(contribution=contribution).first()
    return matching.Gift(
        **facts_of(campaign.project, campaign),
        contribution_ref=contribution.key,
        campaign_key=campaign.key,
        amount=contribution.amount,
        donor_key=contribution.donor_key,
        residence=giver.residence if giver else None,
    )


@busy_is_refused()
@transaction.atomic
def begin_contribution(  # noqa: PLR0913  The form, and the name the books will know it by.
    *,
    campaign_id: UUID,
    amount: Money,
    idempotency_key: str,
    language: str,
    now: datetime,
    key: str | None = None,
) -> Contribution:
    """Start a contribution and reserve its match. The same form sent again starts nothing new.

    A form sent again with another amount changes the amount as long as nobody has gone to pay;
    after that the first amount stands. `key` is the natural key of a contribution that has one,
    as in a demo world; every other gets a new one.

    Raises:
        CampaignClosed: the campaign takes no new money.
        AmountOutOfRange: too little or too much for this campaign, or another currency.
        Busy: too many give at this moment.
    """
    campaign = locked_campaign(campaign_id)
    same_form = Contribution.objects.filter(campaign=campaign, idempotency_key=idempotency_key)
    earlier = same_form.first()
    if earlier and earlier.state != Contribution.State.DRAFT:
        return earlier
    if earlier and earlier.amount != amount:
        return change_amount(contribution_id=earlier.pk, amount=amount, now=now)
    refuse_unless_open(campaign, now)
    _refuse_out_of_range(campaign, amount)
    if earlier:
        matching.reserve(gift=gift_of(earlier), now=now)
        return earlier
    contribution = Contribution.objects.create(
        key=key or uuid7().hex,
        idempotency_key=idempotency_key,
        campaign=campaign,
        amount_minor=amount.minor,
        currency=amount.currency,
        language=language,
        created_at=now,
        expires_at=now + DRAFT_LIFE,
    )
    note(contribution, event="begin", at=now, facts={"amount_minor": amount.minor})
    matching.reserve(gift=gift_of(contribution), now=now)
    return contribution


@busy_is_refused()
@transaction.atomic
def change_amount(*, contribution_id: UUID, amount: Money, now: datetime) -> Contribution:
    """Give another amount than first thought, before going to pay.

    Raises:
        NotChangeable: the person has gone to pay.
        CampaignClosed, AmountOutOfRange, Busy: as for a new contribution.
    """
    contribution = locked_contribution(contribution_id)
    _refuse_unless_draft(contribution)
    refuse_unless_open(contribution.campaign, now)
    _refuse_out_of_range(contribution.campaign, amount)
    contribution.amount_minor, contribution.currency = amount.minor, amount.currency
    contribution.expires_at = now + DRAFT_LIFE
    contribution.save()
    note(contribution, event="change_amount", at=now, facts={"amount_minor": amount.minor})
    matching.reserve(gift=gift_of(contribution), now=now)
    return contribution


@busy_is_refused()
@transaction.atomic
def identify_contributor(  # noqa: PLR0913  What a receipt and a rule need to know.
    *,
    contribution_id: UUID,
    email: str,
    name: str,
    residence: str,
    hide_name: bool,
    message: str,
    now: datetime,
) -> Contribution:
    """Say who gives, and reserve the match again: a rule may ask where a giver lives.

    `residence` is an ISO 3166-1 alpha-3 code. Once a payment has come to nothing the details may be
    corrected, before trying again.

    Raises:
        NotChangeable: paid or being paid, or the person stopped.
        CampaignClosed: the campaign takes no new money.
        Busy: too many give at this moment.
    """
    contribution = locked_contribution(contribution_id)
    if not contribution.may_be_paid or is_paid_or_being_paid(contribution):
        raise NotChangeable
    refuse_unless_open(contribution.campaign, now)
    Contributor.objects.update_or_create(
        contribution=contribution,
        defaults={
            "email": email.strip(),
            "name": name,
            "residence": residence,
            "hide_name": hide_name,
            "message": message,
        },
    )
    contribution.donor_key = donor_key(email)
    contribution.expires_at = now + DRAFT_LIFE
    contribution.save()
    note(contribution, event="identify", at=now)
    matching.reserve(gift=gift_of(contribution), now=now)
    return contribution


@busy_is_refused()
@transaction.atomic
def set_match_aside(*, contribution_id: UUID, now: datetime) -> None:
    """Give back what a draft holds. Going on with it holds the match again, if it is there."""
    contribution = locked_contribution(contribution_id)
    if contribution.state == Contribution.State.DRAFT:
        matching.release(contribution_ref=contribution.key, now=now)


@busy_is_refused()
@transaction.atomic
def cancel_contribution(*, contribution_id: UUID, now: datetime) -> Contribution:
    """Stop before paying and give the reserved match back. Stopping twice changes nothing.

    Raises:
        NotChangeable: the person has gone to pay; the payment decides.
        Busy: too many give at this moment.
    """
    contribution = locked_contribution(contribution_id)
    if contribution.state == Contribution.State.CANCELLED:
        return contribution
    _refuse_unless_draft(contribution)
    matching.release(contribution_ref=contribution.key, now=now)
    return move(contribution, event="cancel", to=Contribution.State.CANCELLED, at=now)


def refuse_unless_open(campaign: Campaign, now: datetime) -> None:
    """Raise CampaignClosed when nothing new may start; to be asked under the campaign's lock."""
    is_listed = campaign.project.state == Project.State.LISTED
    if not is_listed or not campaign.takes_money(now):
        raise CampaignClosed


def _refuse_out_of_range(campaign: Campaign, amount: Money) -> None:
    fits = amount.currency == campaign.currency and campaign.minimum <= amount <= campaign.maximum
    if not fits:
        raise AmountOutOfRange(minimum=campaign.minimum, maximum=campaign.maximum)


def _refuse_unless_draft(contribution: Contribution) -> None:
    if contribution.state != Contribution.State.DRAFT:
        raise NotChangeable
