"""Planning, opening and ending a raise, and the one public word for where it stands."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import OperationalError

from projects.catalogue.models import Project
from projects.funding import services
from projects.funding.models import Campaign, CampaignLog
from projects.funding.selectors import days_left
from projects.funding.services import campaigns
from projects.funding.status import PublicStatus, public_status
from tests.make import catalogue as make_catalogue
from tests.make import funding as make

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

NOON = make.NOON
DAY = timedelta(days=1)


@pytest.mark.django_db
def test_opening_is_written_down_once() -> None:
    campaign = make.campaign(is_open=False)

    for _ in range(2):
        services.open_campaign(campaign_id=campaign.pk, now=NOON)

    (line,) = CampaignLog.objects.all()
    assert (line.event, line.from_state, line.to_state) == ("open", "draft", "open")


@pytest.mark.django_db
@pytest.mark.parametrize("state", [Project.State.DRAFT, Project.State.SUSPENDED])
def test_a_campaign_of_an_unpublished_project_does_not_open(state: Project.State) -> None:
    campaign = make.campaign(make_catalogue.project(state=state), is_open=False)

    with pytest.raises(services.CampaignNotReady):
        services.open_campaign(campaign_id=campaign.pk, now=NOON)

    campaign.refresh_from_db()
    assert campaign.state == Campaign.State.DRAFT


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "opens"), [(60, True), (61, False), (1, False)])
def test_a_campaign_lasts_at_most_sixty_days_and_opens_before_its_end(
    days: int, *, opens: bool
) -> None:
    campaign = make.campaign(days=days, is_open=False)

    if opens:
        services.open_campaign(campaign_id=campaign.pk, now=NOON)
        return
    with pytest.raises(services.CampaignNotReady):
        services.open_campaign(campaign_id=campaign.pk, now=NOON)


@pytest.mark.django_db
@pytest.mark.promise("M15")
def test_a_campaign_that_cannot_close_does_not_stop_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken, other = make.campaign(), make.campaign()
    real = campaigns._close  # noqa: SLF001

    def close(campaign_id: UUID, *, now: datetime) -> int:
        if campaign_id == broken.pk:
            raise OperationalError
        return real(campaign_id, now=now)

    monkeypatch.setattr(campaigns, "_close", close)
    with pytest.raises(services.RowsFailed) as failure:
        services.close_ended_campaigns(now=NOON + 21 * DAY)

    assert failure.value.keys == (broken.key,)
    states = Campaign.objects.values_list("key", "state")
    assert dict(states) == {broken.key: "open", other.key: "settling"}


@pytest.mark.django_db
def test_ended_campaigns_are_closed_and_others_are_not() -> None:
    ended, running = make.campaign(days=11), make.campaign(days=12)

    assert services.close_ended_campaigns(now=NOON + DAY) == 1
    assert services.close_ended_campaigns(now=NOON + DAY) == 0

    ended.refresh_from_db()
    running.refresh_from_db()
    assert (ended.state, running.state) == (Campaign.State.SETTLING, Campaign.State.OPEN)
    with pytest.raises(services.CampaignNotReady):
        services.open_campaign(campaign_id=ended.pk, now=NOON + DAY)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("project", "campaign", "days", "status"),
    [
        (Project.State.LISTED, None, 0, PublicStatus.COMING),
        (Project.State.LISTED, Campaign.State.DRAFT, 0, PublicStatus.COMING),
        (Project.State.LISTED, Campaign.State.OPEN, -11, PublicStatus.COMING),
        (Project.State.LISTED, Campaign.State.OPEN, -10, PublicStatus.OPEN),
        (Project.State.LISTED, Campaign.State.OPEN, 19, PublicStatus.OPEN),
        (Project.State.LISTED, Campaign.State.OPEN, 20, PublicStatus.CLOSING),
        (Project.State.LISTED, Campaign.State.SETTLING, 20, PublicStatus.CLOSING),
        (Project.State.SUSPENDED, Campaign.State.OPEN, 0, PublicStatus.ON_HOLD),
        (Project.State.COMPLETED, Campaign.State.SETTLING, 0, PublicStatus.COMPLETED),
    ],
)
def test_there_is_one_public_word_for_where_a_project_stands(
    project: Project.State, campaign: Campaign.State | None, days: int, status: PublicStatus
) -> None:
    made = make.campaign()
    made.project.state = project
    if campaign:
        made.state = campaign

    found = public_status(made.project, made if campaign else None, at=NOON + days * DAY)

    assert found == status


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("before_the_end", "days"),
    [
        (20 * DAY, 20),
        (DAY + timedelta(seconds=1), 2),
        (DAY, 1),
        (timedelta(hours=1), 1),
        (0 * DAY, 0),
    ],
)
def test_a_day_that_has_begun_counts_as_left(before_the_end: timedelta, days: int) -> None:
    campaign = make.campaign()

    assert days_left(campaign, at=campaign.closes_at - before_the_end) == days
