"""Load the demo world or a race beside it, and say who can sign in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from marketplace.seed import loader, race

if TYPE_CHECKING:
    from datetime import datetime

    from django.core.management.base import CommandParser


class Loaded(Protocol):
    """What a scenario loaded, in the form of the contract."""

    def document(self) -> dict[str, Any]: ...


class Load(Protocol):
    """How a scenario is loaded, once."""

    def __call__(self, *, seed: int, now: datetime) -> Loaded: ...


LARGEST_SEED = 10**6
SCENARIOS: dict[str, Load] = {loader.SCENARIO: loader.load, race.SCENARIO: race.load}


class Command(BaseCommand):
    help = "Load the demo world, the same for a seed; refuses a database with real payments."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--scenario", choices=[*SCENARIOS], required=True)
        parser.add_argument("--seed", type=int, required=True, metavar="N")
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: object, **options: object) -> None:  # noqa: ARG002
        seed, load = options["seed"], SCENARIOS[str(options["scenario"])]
        if not isinstance(seed, int) or not 0 <= seed <= LARGEST_SEED:
            raise CommandError(f"--seed is a number from 0 to {LARGEST_SEED}.", returncode=2)
        try:
            document = load(seed=seed, now=timezone.now()).document()
        except loader.SeedRefused as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        if options["json"]:
            self.stdout.write(json.dumps(document, ensure_ascii=False))
        else:
            self._tell(document)

    def _tell(self, document: dict[str, Any]) -> None:
        self.stdout.write("Loaded." if document["created"] else "Loaded already, nothing changed.")
        self.stdout.write(
            f"{len(document['projects'])} projects, {len(document['agencies'])} agencies,"
            f" {len(document['programmes'])} matching programmes, {len(document['users'])} log-ins."
        )
        if events := document.get("events"):
            self.stdout.write(
                f"{len(events)} people have paid for {document['project']}, and nobody told us:"
                f" --json prints the events for {document['webhook_path']}."
            )
        for user in document["users"]:
            code = ", asks for a code" if user["totp_secret"] else ""
            self.stdout.write(f"  {user['email']}  {user['password']}  ({user['role']}{code})")
