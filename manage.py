#!/usr/bin/env python
"""Every command of Weft. Without DATABASE_URL the carried PostgreSQL runs while a command does."""

from __future__ import annotations

import signal
import sys
from contextlib import nullcontext
from typing import NoReturn

from django.core.management import CommandError, ManagementUtility, get_commands
from django.core.management.base import BaseCommand, CommandParser

from marketplace import embedded, mode


def main() -> None:
    """Run one management command beside a database that is up."""
    mode.select_settings()
    from django.conf import settings  # noqa: PLC0415  Only after the mode is known.

    signal.signal(signal.SIGTERM, _end)
    server = embedded.server(settings.VAR) if settings.DATABASE_IS_EMBEDDED else None
    try:
        with server.held() if server else nullcontext():
            CommandParser.error = _say_in_one_line  # type: ignore[assignment]
            OneLineUtility(sys.argv).execute()
    except embedded.EmbeddedServerFailed as failure:
        sys.stderr.write(f"{failure}\n")
        sys.exit(2)


class OneLineUtility(ManagementUtility):
    """Says what is wrong with a call in one line, and ends with 2."""

    def fetch_command(self, subcommand: str) -> BaseCommand:
        if subcommand not in get_commands():
            sys.stderr.write(f"There is no command {subcommand!r}. See: manage.py help\n")
            sys.exit(2)
        return super().fetch_command(subcommand)


def _say_in_one_line(parser: CommandParser, message: str) -> NoReturn:
    """Refuse a call without repeating how all of it is used."""
    if not parser.called_from_command_line:
        raise CommandError(f"Error: {message}", returncode=2)
    sys.stderr.write(f"{message[:1].upper()}{message[1:]}. See: {parser.prog} --help\n")
    sys.exit(2)


def _end(number: int, frame: object) -> None:  # noqa: ARG001  What a signal brings.
    """Leave by the front door, so that the carried server is let go of."""
    sys.exit(128 + number)


if __name__ == "__main__":
    main()
