"""The one public word for where a project stands, from its own state and its campaign's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from projects.catalogue.models import Project
from projects.funding.models import Campaign

if TYPE_CHECKING:
    from datetime import datetime


class PublicStatus(models.TextChoices):
    COMING = "coming", _("Opens soon")
    OPEN = "open", _("Open")
    ON_HOLD = "on_hold", _("On hold")
    CLOSING = "closing", _("Closing")
    FUNDED = "funded", _("Funded")
    NOT_FUNDED = "not_funded", _("Not funded")
    DELIVERING = "delivering", _("Being delivered")
    COMPLETED = "completed", _("Completed")
    STOPPED = "stopped", _("Stopped")


def public_status(project: Project, campaign: Campaign | None, *, at: datetime) -> PublicStatus:
    """Return what visitors are told of a published project."""
    if project.state != Project.State.LISTED:
        return _BY_PROJECT[Project.State(project.state)]
    if campaign is None or campaign.state == Campaign.State.DRAFT or at < campaign.opens_at:
        return PublicStatus.COMING
    return PublicStatus.OPEN if campaign.takes_money(at) else PublicStatus.CLOSING


_BY_PROJECT = {
    **dict.fromkeys(Project.State, PublicStatus.COMING),
    Project.State.SUSPENDED: PublicStatus.ON_HOLD,
    Project.State.COMPLETED: PublicStatus.COMPLETED,
    Project.State.ARCHIVED: PublicStatus.COMPLETED,
    Project.State.REJECTED: PublicStatus.STOPPED,
    Project.State.WITHDRAWN: PublicStatus.STOPPED,
}
