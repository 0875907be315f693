"""Planning, opening and ending a raise."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import DatabaseError, transaction

from projects.catalogue.models import Project
from projects.funding.models import Campaign, CampaignLog
from projects.funding.services.failures import RowsFailed
from projects.funding.services.refusals import CampaignNotReady

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from payments.money import Money

logger = logging.getLogger(__name__)

LONGEST = timedelta(days=60)
SHORTEST = timedelta(days=1)


def campaign_key(slug: str) -> str:
    """Return the name under which the books keep a project's campaign."""
    return f"campaign:{slug}"


@transaction.atomic
def plan_campaign(  # noqa: PLR0913  The terms of a raise.
    *,
    project_id: UUID,
    goal: Money,
    minimum: Money,
    maximum: Money,
    owner: Money,
    opens_at: datetime,
    closes_at: datetime,
) -> Campaign:
    """Write down the terms of a raise; nobody can give yet."""
    project = Project.objects.get(pk=project_id)
    return Campaign.objects.create(
        key=campaign_key(project.slug),
        project=project,
        currency=goal.currency,
        goal_minor=goal.minor,
        min_contribution_minor=minimum.minor,
        max_contribution_minor=maximum.minor,
        owner_contribution_minor=owner.minor,
        opens_at=opens_at,
        closes_at=closes_at,
    )


@transaction.atomic
def open_campaign(*, campaign_id: UUID, now: datetime) -> Campaign:
    """Let the public give, from `opens_at` on. Opening twice changes nothing.

    Raises:
        CampaignNotReady: not published, opened before, over, or not 1 to 60 days long.
    """
    campaign = Campaign.objects.select_for_update(no_key=True).get(pk=campaign_id)
    if campaign.state == Campaign.State.OPEN:
        return campaign
    days = campaign.closes_at - campaign.opens_at
    is_ready = (
        campaign.state == Campaign.State.DRAFT
        and campaign.project.state == Project.State.LISTED
        and SHORTEST <= days <= LONGEST
        and now < campaign.closes_at
    )
    if not is_ready:
        raise CampaignNotReady
    return _move(campaign, event="open", to=Campaign.State.OPEN, at=now)


def close_ended_campaigns(*, now: datetime) -> int:
    """Take every open campaign whose time is over out of the open ones; return how many.

    Raises:
        RowsFailed: after all others were done.
    """
    closed, failed = 0, []
    for campaign_id, key in Campaign.objects.ended(now).order_by("id").values_list("pk", "key"):
        try:
            closed += _close(campaign_id, now=now)
        except DatabaseError:
            logger.exception("%s could not close", key)
            failed.append(key)
    if failed:
        raise RowsFailed(failed)
    return closed


@transaction.atomic
def _close(campaign_id: UUID, *, now: datetime) -> int:
    campaign = Campaign.objects.select_for_update(no_key=True).get(pk=campaign_id)
    if campaign.state != Campaign.State.OPEN or campaign.closes_at > now:
        return 0
    _move(campaign, event="close", to=Campaign.State.SETTLING, at=now)
    return 1


def _move(campaign: Campaign, *, event: str, to: Campaign.State, at: datetime) -> Campaign:
    CampaignLog.objects.create(
        campaign=campaign, event=event, from_state=campaign.state, to_state=to, at=at
    )
    campaign.state = to
    campaign.save(update_fields=["state", "updated_at"])
    return campaign
