"""The table of figures from the shell: work it out anew, or compare it with the rows."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from remittances.figures import services


class Command(BaseCommand):
    help = "Work out the averages of all corridors anew, or check them against the surveyed rows."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=("rebuild", "check"))
        parser.add_argument("--json", action="store_true", help="one JSON document")

    def handle(self, *args: object, **options: Any) -> None:  # noqa: ARG002
        if options["action"] == "rebuild":
            written = services.rebuild()
            self._say(options, {"written": written}, f"{written} corridors in quarters written.")
            return
        differing = services.differences()
        document = {"ok": not differing, "differences": differing}
        self._say(options, document, "\n".join(differing) or "The figures are what the rows give.")
        if differing:
            raise CommandError(f"{len(differing)} figures differ; run rebuild.", returncode=1)

    def _say(self, options: dict[str, Any], document: dict[str, Any], text: str) -> None:
        self.stdout.write(json.dumps(document) if options["json"] else text)
