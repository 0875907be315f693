"""Leaving the money of a programme or a project waiting, and going on.

What was promised and decided stays; quotes say why nothing is given. When the order is lifted,
what waits is decided in order, as if it had just been its turn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from payments import queue
from projects.matching import engine
from projects.matching.models import Freeze, Programme, WaitingMoney
from projects.matching.services import again
from projects.matching.services.waiting import TASK

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from projects.matching.models.freezes import FreezeQuerySet


class FreezeRefused(Exception):
    """A freeze needs a reason and a name. The message is for the agency."""


@transaction.atomic
def freeze_programme(*, programme_id: str, reason: str, by: str, now: datetime) -> Freeze:
    """Decide nothing for a programme until it is unfrozen. Freezing again changes nothing.

    Raises:
        FreezeRefused: no reason, or nobody's.
        Programme.DoesNotExist: no such programme.
    """
    Programme.objects.get(pk=programme_id)
    engine.locked([programme_id])
    known = Freeze.objects.standing().filter(programme=programme_id).first()
    return known or _freeze(programme_id=programme_id, reason=reason, by=by, now=now)


@transaction.atomic
def freeze_project(*, project_id: UUID, reason: str, by: str, now: datetime) -> Freeze:
    """Decide nothing for a project, in any programme. Freezing again changes nothing.

    Raises:
        FreezeRefused: no reason, or nobody's.
    """
    known = Freeze.objects.standing().filter(project_id=project_id).first()
    return known or _freeze(project_id=project_id, reason=reason, by=by, now=now)


@transaction.atomic
def unfreeze_programme(*, programme_id: str, reason: str, by: str, now: datetime) -> None:
    """Go on deciding for a programme. It is not an error where nothing is frozen."""
    (programme,) = engine.locked([programme_id])
    if _lift(Freeze.objects.filter(programme=programme_id), reason=reason, by=by, now=now):
        again.serve_waiting(programme, now=now)
        queue.wake_on_commit(TASK, programme_id=programme_id)


@transaction.atomic
def unfreeze_project(*, project_id: UUID, reason: str, by: str, now: datetime) -> None:
    """Go on deciding for a project. It is not an error where nothing is frozen."""
    if _lift(Freeze.objects.filter(project_id=project_id), reason=reason, by=by, now=now):
        waiting = WaitingMoney.objects.filter(money__project_id=project_id).order_by()
        for programme_id in sorted(waiting.values_list("programme_id", flat=True).distinct()):
            queue.wake_on_commit(TASK, programme_id=programme_id)


def _freeze(
    *,
    programme_id: str | None = None,
    project_id: UUID | None = None,
    reason: str,
    by: str,
    now: datetime,
) -> Freeze:
    if not reason.strip() or not by.strip():
        raise FreezeRefused(_("Say why, and who says so."))
    return Freeze.objects.create(
        programme_id=programme_id, project_id=project_id, reason=reason, by=by, since=now
    )


def _lift(orders: FreezeQuerySet, *, reason: str, by: str, now: datetime) -> bool:
    """End the order that stands; tell whether there was one."""
    if not by.strip():
        raise FreezeRefused(_("Say why, and who says so."))
    return bool(orders.standing().update(lifted_at=now, lifted_by=by, lifted_reason=reason))
