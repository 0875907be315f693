"""Matching from the shell: replay worked scenarios, see what a rule would cost, ask why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone

from projects.funding.selectors import key_of_receipt
from projects.matching.reports import FileRefused, explanations, replays, simulations

REFUSALS = (FileRefused, explanations.NotCounted, simulations.SimulationRefused)


class Command(BaseCommand):
    help = "Replay worked scenarios, see what a rule would cost, or explain one match."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        replay = actions.add_parser("replay", help="run a scenario file; nothing is written")
        replay.add_argument("file", type=Path)
        replay.add_argument("--check", action="store_true", help="compare with what it expects")
        simulate = actions.add_parser("simulate", help="what a rule would cost")
        simulate.add_argument("programme", help="a programme's id, or a file with its document")
        money = simulate.add_mutually_exclusive_group(required=True)
        money.add_argument("--contributions", type=Path, metavar="FILE", help="CSV or JSON")
        money.add_argument("--last", metavar="TIME", help="money counted in the last 12m, 90d, 8w")
        simulate.add_argument("--pot", metavar="AMOUNT", help="major units; else what it holds")
        explain = actions.add_parser("explain", help="each step of the calculation, in words")
        explain.add_argument("contribution", help="its key, or the number of its receipt")
        explain.add_argument("--language", default="en", choices=dict(settings.LANGUAGES))
        for action in (replay, simulate, explain):
            action.add_argument("--json", action="store_true", help="one JSON document")

    def handle(self, *args: object, **options: Any) -> None:  # noqa: ARG002
        try:
            document, text, problem = _answer(options)
        except REFUSALS as refusal:
            raise CommandError(str(refusal).replace("\n", " "), returncode=2) from refusal
        except DatabaseError as error:
            reason = str(error).partition("\n")[0]
            raise CommandError(f"The database cannot be used: {reason}", returncode=2) from error
        self.stdout.write(json.dumps(document, ensure_ascii=False) if options["json"] else text)
        if problem:
            raise CommandError(problem, returncode=1)


def _answer(options: dict[str, Any]) -> tuple[dict[str, Any], str, str]:
    """Return a document, the same as text, and what does not hold."""
    if options["action"] == "replay":
        return replays.replayed(options["file"], check=options["check"])
    if (named := options.get("contribution")) is not None:
        return explanations.explained(key_of_receipt(named) or named, language=options["language"])
    asked = {name: options[name] for name in ("contributions", "last", "pot")}
    return simulations.simulated(options["programme"], **asked, now=timezone.now())
