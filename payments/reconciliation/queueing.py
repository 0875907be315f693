"""The exceptions queue: programs put in, people take out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from payments.reconciliation.models import QueuedException

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from payments.money import Money

WORK = "reconciliation.work_exceptions"


class ExceptionRefused(Exception):
    """What was asked of the queue is not possible. The message is fit to be shown."""


class NotAllowed(ExceptionRefused):
    """The person may not work the queue."""


class ReasonMissing(ExceptionRefused):
    """Nothing is closed without a reason."""


class ClosedAlready(ExceptionRefused):
    """It has been closed; it stays as it was closed."""


@transaction.atomic
def raise_exception(  # noqa: PLR0913  Both sides of a difference, and whose it is.
    *,
    kind: str,
    provider_key: str,
    reference: str,
    ours: Money | None,
    theirs: Money | None,
    now: datetime,
) -> QueuedException:
    """Put a difference in the queue and return it; a repeat returns the one that is there.

    One that a person has closed is returned closed as long as both sides still say the same. Where
    neither side says anything it is a new one: what went wrong has gone wrong again.
    """
    found = QueuedException(
        kind=kind,
        provider_key=provider_key,
        reference=reference,
        ours_minor=None if ours is None else ours.minor,
        ours_currency="" if ours is None else ours.currency,
        theirs_minor=None if theirs is None else theirs.minor,
        theirs_currency="" if theirs is None else theirs.currency,
        opened_at=now,
    )
    earlier = QueuedException.objects.filter(kind=kind, provider_key=provider_key)
    accepted = earlier.filter(**_sides(found), state=QueuedException.State.CLOSED)
    if (ours, theirs) != (None, None) and accepted.exists():
        return accepted.latest("closed_at")
    QueuedException.objects.bulk_create([found], ignore_conflicts=True)
    return earlier.latest("opened_at", "id")


@transaction.atomic
def assign_exception(*, exception_id: UUID, by: UUID, owner: UUID | None) -> QueuedException:
    """Make a person the one who looks after an open exception, or nobody.

    Raises:
        NotAllowed: `by` or the new owner may not work the queue.
        ClosedAlready: It is closed.
    """
    _check_may_work(by)
    if owner is not None:
        _check_may_work(owner)
    queued = _lock_open(exception_id)
    queued.owner_id = owner
    queued.save(update_fields=["owner"])
    return queued


@transaction.atomic
def close_exception(*, exception_id: UUID, by: UUID, reason: str, now: datetime) -> QueuedException:
    """Close an exception in the name of a person who says why. Nothing else is changed.

    Raises:
        NotAllowed: The person may not work the queue.
        ReasonMissing: The reason is blank.
        ClosedAlready: It has been closed before.
    """
    _check_may_work(by)
    if not reason.strip():
        raise ReasonMissing(_("Say why this can be closed."))
    queued = _lock_open(exception_id)
    queued.state = QueuedException.State.CLOSED
    queued.closed_by_id = by
    queued.closed_reason = reason.strip()
    queued.closed_at = now
    queued.save(update_fields=["state", "closed_by", "closed_reason", "closed_at"])
    return queued


def _sides(found: QueuedException) -> dict[str, int | str | None]:
    names = ("ours_minor", "ours_currency", "theirs_minor", "theirs_currency")
    return {name: getattr(found, name) for name in names}


def _lock_open(exception_id: UUID) -> QueuedException:
    queued = QueuedException.objects.select_for_update().get(pk=exception_id)
    if queued.state != QueuedException.State.OPEN:
        raise ClosedAlready(_("This has been closed already."))
    return queued


def _check_may_work(person_id: UUID) -> None:
    person = get_user_model().objects.filter(pk=person_id).first()
    if person is None or not person.has_perm(WORK):
        raise NotAllowed(_("You may not work on exceptions."))
