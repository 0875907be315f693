from __future__ import annotations

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from remittances.imports import uploads


@shared_task(name=uploads.READ, acks_late=True)
def read_file(*, file_id: str) -> str | None:
    return uploads.read_on(file_id=UUID(file_id), now=timezone.now())


@shared_task(name="remittances.carry_on_files", acks_late=True)
def carry_on_files() -> int:
    return uploads.carry_on_due(now=timezone.now())
