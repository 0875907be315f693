from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from projects.matching import services, tasks

if TYPE_CHECKING:
    from celery import Task


@pytest.mark.parametrize(
    ("task", "name", "arguments"),
    [
        (tasks.allocate_due, "allocate_due", {"programme_id": "fund"}),
        (tasks.allocate_all_due, "allocate_all_due", {}),
        (tasks.expire_reservations, "expire_reservations", {}),
    ],
)
def test_a_task_calls_the_service_of_its_name_with_the_time(
    task: Task[..., int], name: str, arguments: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[dict[str, object]] = []

    def service(**given: object) -> int:
        called.append(given)
        return 3

    monkeypatch.setattr(services, name, service)

    assert task(**arguments) == 3

    (given,) = called
    now = given.pop("now")
    assert isinstance(now, datetime)
    assert abs((timezone.now() - now).total_seconds()) < 60
    assert given == arguments
    assert task.name == f"matching.{name}"
    assert task.acks_late is True
