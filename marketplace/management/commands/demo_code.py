"""The one-time code of a demo log-in. There is no such command outside the demonstration."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from marketplace.accounts.services import NoSecondFactor, current_code

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

ONLY_IN_DEMO = "demo_code exists in demo mode only."


class Command(BaseCommand):
    help = "Print the current one-time code of a demo log-in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--json", action="store_true", help="one JSON document")

    def handle(self, *args: object, **options: object) -> None:  # noqa: ARG002
        if settings.WEFT_MODE != "demo":
            raise CommandError(ONLY_IN_DEMO, returncode=2)
        try:
            code = current_code(email=str(options["email"]))
        except NoSecondFactor as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        document = json.dumps({"email": options["email"], "code": code})
        self.stdout.write(document if options["json"] else code)
