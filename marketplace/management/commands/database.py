"""Where the application connects."""

from __future__ import annotations

import json

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    help = "Print where the application connects, and whether it is the carried server."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON document")

    def handle(self, *args: object, **options: object) -> None:  # noqa: ARG002
        document = {
            "url": settings.DATABASE_URL,
            "admin_url": settings.DATABASE_ADMIN_URL or None,
            "embedded": settings.DATABASE_IS_EMBEDDED,
        }
        if options["json"]:
            self.stdout.write(json.dumps(document))
            return
        carried = "the carried server" if document["embedded"] else "a server of your own"
        self.stdout.write(f"Application: {document['url']} ({carried})")
        self.stdout.write(f"Owner:       {document['admin_url'] or 'not given'}")
