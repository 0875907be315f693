"""Load the demo world, and say who can sign in to it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from marketplace.seed import loader

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

    from marketplace.seed.loader import World

LARGEST_SEED = 10**6


class Command(BaseCommand):
    help = "Load the demo world, the same for a seed; refuses a database with real payments."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--scenario", choices=["small"], required=True)
        parser.add_argument("--seed", type=int, required=True, metavar="N")
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: object, **options: object) -> None:  # noqa: ARG002
        seed = options["seed"]
        if not isinstance(seed, int) or not 0 <= seed <= LARGEST_SEED:
            raise CommandError(f"--seed is a number from 0 to {LARGEST_SEED}.", returncode=2)
        try:
            world = loader.load(seed=seed, now=timezone.now())
        except loader.SeedRefused as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        if options["json"]:
            self.stdout.write(json.dumps(world.document(), ensure_ascii=False))
        else:
            self._tell(world)

    def _tell(self, world: World) -> None:
        document = world.document()
        self.stdout.write("Loaded." if world.created else "Loaded already, nothing changed.")
        self.stdout.write(
            f"{len(document['projects'])} projects, {len(document['agencies'])} agencies,"
            f" {len(document['programmes'])} matching programmes, {len(document['users'])} log-ins."
        )
        for user in document["users"]:
            code = ", asks for a code" if user["totp_secret"] else ""
            self.stdout.write(f"  {user['email']}  {user['password']}  ({user['role']}{code})")
