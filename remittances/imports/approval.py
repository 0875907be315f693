"""The second person of an uploaded file: nothing of it stands before somebody else agreed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from remittances.imports import uploads
from remittances.models import PriceFile

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


class DecisionRefused(ValueError):
    """The file cannot be decided on; the message says why to the officer."""


@transaction.atomic
def approve_file(*, file_id: UUID, by: UUID, now: datetime) -> PriceFile:
    """Agree to a file that was read; a worker publishes it.

    Raises:
        DecisionRefused: It does not wait for a person, or is the person's own.
    """
    file = _decide(file_id, PriceFile.State.APPROVED, by=by, now=now)
    file.save()
    uploads.queue(file.pk)
    return file


@transaction.atomic
def refuse_file(*, file_id: UUID, by: UUID, reason: str, now: datetime) -> PriceFile:
    """Turn a file down that was read, with the reason; nothing of it is published.

    Raises:
        DecisionRefused: It does not wait for a person, or is the person's own.
    """
    file = _decide(file_id, PriceFile.State.REFUSED, by=by, now=now)
    file.message = reason
    file.save()
    file.chunks.all().delete()
    return file


def _decide(file_id: UUID, state: PriceFile.State, *, by: UUID, now: datetime) -> PriceFile:
    file = PriceFile.objects.select_for_update().get(pk=file_id)
    if file.decided_by_id or file.ended:
        raise DecisionRefused(_("This was decided already."))
    if file.state != PriceFile.State.READY:
        raise DecisionRefused(_("This file is not read to its end yet."))
    if file.uploaded_by_id == by:
        raise DecisionRefused(_("You uploaded this yourself. A second person decides."))
    file.state, file.decided_by_id, file.decided_at, file.moved_at = state, by, now, now
    return file
