"""Check the books, or take their fingerprint."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from marketplace import books

ACTIONS = ("verify", "fingerprint")


class Command(BaseCommand):
    help = "Recompute every sum of the books (verify), or print their fingerprint."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", nargs="?", help=" or ".join(ACTIONS))
        parser.add_argument("--json", action="store_true", help="one JSON document")

    def handle(self, *args: object, **options: Any) -> None:  # noqa: ARG002
        action, as_json = options["action"], options["json"]
        if action not in ACTIONS:
            raise CommandError(f"Say what to do: {' or '.join(ACTIONS)}.", returncode=2)
        try:
            (self._verify if action == "verify" else self._fingerprint)(as_json=as_json)
        except DatabaseError as error:
            reason = str(error).partition("\n")[0]
            raise CommandError(f"The books cannot be read: {reason}", returncode=2) from error

    def _verify(self, *, as_json: bool) -> None:
        found = books.verify()
        wrong = [asdict(difference) for difference in found.differences]
        if as_json:
            document = {"ok": not wrong, **asdict(found.size), "differences": wrong}
            self.stdout.write(json.dumps(document))
        else:
            size = found.size
            self.stdout.write(
                f"{size.entries} entries, {size.postings} postings, {size.accounts} accounts"
            )
            for difference in wrong:
                self.stdout.write(
                    "{kind} {key} {currency}: expected {expected}, found {found}".format(
                        **difference
                    )
                )
        if wrong:
            raise CommandError(f"The books do not agree: {len(wrong)} differences.", returncode=1)

    def _fingerprint(self, *, as_json: bool) -> None:
        found = books.fingerprint()
        if as_json:
            self.stdout.write(json.dumps(asdict(found)))
            return
        self.stdout.write(
            f"{found.sha256} ({found.accounts} accounts, {found.contributions} contributions)"
        )
