"""Compare the books with what the provider has on record; differences wait for a person."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone

from payments.gateway.base import ProviderError
from payments.reconciliation import reports, selectors, services


class Command(BaseCommand):
    help = "Compare the books with the provider's records and queue what differs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--since", help="as 2026-11-24T12:00:00Z; else from the beginning")
        parser.add_argument("--json", action="store_true", help="one JSON document")

    def handle(self, *args: object, **options: Any) -> None:  # noqa: ARG002
        now = timezone.now()
        since = _moment(options["since"], now)
        try:
            outcome = services.reconcile(since=since, now=now)
        except ProviderError as error:
            raise CommandError(f"The provider does not answer: {error}", returncode=2) from error
        except DatabaseError as error:
            reason = str(error).partition("\n")[0]
            raise CommandError(f"The books cannot be read: {reason}", returncode=2) from error
        if options["json"]:
            self.stdout.write(json.dumps(reports.document(outcome)))
        else:
            self.stdout.write("\n".join(reports.lines(outcome)))
        if outcome.differences:
            count = len(outcome.differences)
            message = (
                "1 difference waits for a person."
                if count == 1
                else f"{count} differences wait for a person."
            )
            raise CommandError(message, returncode=1)


def _moment(text: str | None, now: datetime) -> datetime:
    if text is None:
        return selectors.BEGINNING
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        message = f"--since is {text!r}: write it as 2026-11-24T12:00:00Z."
        raise CommandError(message, returncode=2) from error
    if moment.tzinfo is None:
        raise CommandError(f"--since is {text!r}: it needs a time zone, such as Z.", returncode=2)
    if moment > now:
        raise CommandError(f"--since is {text!r}: that is yet to come.", returncode=2)
    return moment
