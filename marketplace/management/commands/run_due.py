"""Do now whatever is due, exactly as the scheduler would."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone

from marketplace.jobs import JOBS, Job
from payments.gateway.base import ProviderError


class Command(BaseCommand):
    help = "Run the jobs of the scheduler once, now or as of another moment."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--job", choices=[job.task for job in JOBS], help="this job alone")
        parser.add_argument("--now", help="the moment, as 2026-11-24T12:00:00Z")
        parser.add_argument("--json", action="store_true", help="one JSON document")

    def handle(self, *args: object, **options: Any) -> None:  # noqa: ARG002
        now = _moment(options["now"])
        chosen = [job for job in JOBS if options["job"] in {None, job.task}]
        results = [_result(job, now) for job in chosen]
        if options["json"]:
            self.stdout.write(json.dumps({"now": _rfc3339(now), "jobs": results}))
        else:
            for result in results:
                outcome = result["error"] or f"{result['changed']} changed"
                self.stdout.write(f"{result['name']}: {outcome}")
        if any(result["error"] for result in results):
            msg = "A job failed."
            raise CommandError(msg, returncode=1)


def _result(job: Job, now: datetime) -> dict[str, Any]:
    result = {"name": job.task, "due_at": _rfc3339(now), "ran": True, "changed": 0, "error": None}
    try:
        result["changed"] = job.run(now=now)
    except (DatabaseError, ProviderError, OSError) as error:
        result |= {"ran": False, "error": f"{type(error).__name__}: {error}".splitlines()[0]}
    return result


def _moment(text: str | None) -> datetime:
    if text is None:
        return timezone.now()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        message = f"--now is {text!r}: write it as 2026-11-24T12:00:00Z."
        raise CommandError(message, returncode=2) from error
    if moment.tzinfo is None:
        raise CommandError(f"--now is {text!r}: it needs a time zone, such as Z.", returncode=2)
    return moment


def _rfc3339(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
