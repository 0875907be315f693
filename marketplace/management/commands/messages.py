"""Keep the catalogues of translated sentences in step with the sources."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError, CommandParser

from marketplace import messages


class Command(BaseCommand):
    help = "Find translatable sentences and update the catalogues; --check only looks."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="change nothing, name what is owed"
        )

    def handle(self, *args: object, **options: object) -> None:  # noqa: ARG002
        languages = messages.finished_languages()
        if not options["check"]:
            for language in languages:
                messages.update(language)
        owed = [fault for language in languages for fault in messages.faults(language)]
        for fault in owed:
            self.stderr.write(fault)
        if owed and options["check"]:
            raise CommandError(f"{len(owed)} sentences are not ready.", returncode=1)
        self.stdout.write(f"{', '.join(languages)}: {len(owed)} sentences to translate.")
