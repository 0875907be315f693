from __future__ import annotations

import inspect
import json
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from celery import current_app
from django.core.management import CommandError, call_command
from django.utils.module_loading import import_string

from marketplace.jobs import JOBS, beat_schedule
from payments.sandbox.server import serve
from remittances.models import ReferenceRate

if TYPE_CHECKING:
    from pytest_django import Settings


@pytest.fixture(autouse=True)
def _every_task_is_known() -> None:
    """Import the rooms' tasks, as a worker does when it starts."""
    current_app.loader.import_default_modules()


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.task)
def test_every_job_is_a_task_around_a_service_that_takes_the_time(job: object) -> None:
    task = current_app.tasks[job.task]  # type: ignore[attr-defined]
    service = import_string(job.service)  # type: ignore[attr-defined]

    assert not inspect.signature(task.run).parameters
    assert "now" in inspect.signature(service).parameters


def test_the_scheduler_runs_every_job_of_the_table() -> None:
    scheduled = beat_schedule()

    assert {entry["task"] for entry in scheduled.values()} == {job.task for job in JOBS}
    assert current_app.conf.beat_schedule.keys() == scheduled.keys()


@pytest.mark.django_db(transaction=True)
def test_run_due_does_every_job_and_says_what_changed(settings: Settings) -> None:
    out = StringIO()

    with serve() as provider:
        settings.STRIPE_API_BASE = provider.url
        call_command("run_due", "--json", "--now", "2027-01-01T12:00:00Z", stdout=out)

    document = json.loads(out.getvalue())
    assert document["now"] == "2027-01-01T12:00:00Z"
    assert [job["name"] for job in document["jobs"]] == [job.task for job in JOBS]
    assert {(job["ran"], job["error"]) for job in document["jobs"]} == {(True, None)}
    changed = {job["name"]: job["changed"] for job in document["jobs"] if job["changed"]}
    assert changed == {"remittances.load_rates": ReferenceRate.objects.count()}


@pytest.mark.parametrize("moment", ["yesterday", "2027-01-01T12:00:00", "2027-13-01T00:00:00Z"])
def test_run_due_refuses_a_moment_it_does_not_understand(moment: str) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("run_due", "--now", moment)

    assert refused.value.returncode == 2
