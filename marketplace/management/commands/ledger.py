"""Check the books, take their fingerprint, or write them out as they stood at a moment."""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from marketplace import books
from payments.ledger import selectors as ledger
from payments.ledger.export import NotFinal

if TYPE_CHECKING:
    from collections.abc import Iterable

ACTIONS = ("verify", "fingerprint", "export")
FORMATS = ("jsonl", "csv")


class Command(BaseCommand):
    help = (
        "Recompute every sum of the books (verify), print their fingerprint, or write every"
        " posting recorded by a moment (export)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", nargs="?", help=", ".join(ACTIONS))
        parser.add_argument("--json", action="store_true", help="one JSON document")
        export = parser.add_argument_group("export")
        export.add_argument("--as-of", metavar="T", help="a time with its zone, or a day in UTC")
        export.add_argument("--format", default="jsonl", help=" or ".join(FORMATS))
        export.add_argument("--output", metavar="FILE", help="a file instead of standard output")

    def handle(self, *args: object, **options: Any) -> None:  # noqa: ARG002
        action, as_json = options["action"], options["json"]
        if action not in ACTIONS:
            raise CommandError(f"Say what to do: {', '.join(ACTIONS)}.", returncode=2)
        try:
            if action == "export":
                self._export(options["as_of"], options["format"], options["output"])
            else:
                (self._verify if action == "verify" else self._fingerprint)(as_json=as_json)
        except DatabaseError as error:
            reason = str(error).partition("\n")[0]
            raise CommandError(f"The books cannot be read: {reason}", returncode=2) from error

    def _export(self, as_of: str | None, form: str, output: str | None) -> None:
        if form not in FORMATS:
            raise CommandError(f"Say --format {' or '.join(FORMATS)}.", returncode=2)
        try:
            moment = books.moment(as_of or "")
            lines = books.export(as_of=moment, form="csv" if form == "csv" else "jsonl")
            if output:
                _write_whole(Path(output), lines)
            else:
                for line in lines:
                    self.stdout.write(line, ending="")
            if ledger.is_empty(as_of=moment):
                self.stderr.write(f"Nothing had been recorded by {moment.isoformat()}.")
        except (ValueError, NotFinal, OSError) as error:
            raise CommandError(f"{error}", returncode=2) from error

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


def _write_whole(target: Path, lines: Iterable[str]) -> None:
    """Write a file that is complete or not there; what stood under the name stays until then."""
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as folder:
        partial = Path(folder) / target.name
        with partial.open("w", encoding="utf-8", newline="") as file:
            file.writelines(lines)
        partial.replace(target)
