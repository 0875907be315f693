"""Giving up what was begun and not paid in time."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.db import DatabaseError, transaction

from payments.ledger.services import LedgerRefused
from projects.funding.models import Contribution
from projects.funding.services.failures import RowsFailed
from projects.funding.services.rows import is_paid_or_being_paid, locked_contribution, move
from projects.matching import services as matching

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

logger = logging.getLogger(__name__)


def expire_contributions(*, now: datetime) -> int:
    """Give up what was begun and not paid in time, and free its match; return how many.

    What is paid, or may still be paid on a page of the provider, is left as it is: the end of the
    payment decides.

    Raises:
        RowsFailed: after all others were done.
    """
    expired, failed = 0, []
    overdue = Contribution.objects.overdue(now).order_by("campaign_id", "id")
    for pk, key in overdue.values_list("pk", "key"):
        try:
            expired += _expire(pk, now=now)
        except (LedgerRefused, DatabaseError):
            logger.exception("Contribution %s could not expire", key)
            failed.append(key)
    if failed:
        raise RowsFailed(failed)
    return expired


@transaction.atomic
def _expire(contribution_id: UUID, *, now: datetime) -> int:
    contribution = locked_contribution(contribution_id)
    is_overdue = Contribution.objects.overdue(now).filter(pk=contribution_id).exists()
    if not is_overdue or is_paid_or_being_paid(contribution):
        return 0
    matching.release(contribution_ref=contribution.key, now=now)
    move(contribution, event="expire", to=Contribution.State.EXPIRED, at=now)
    return 1
