#!/usr/bin/env python
"""Every command of Weft. Without DATABASE_URL the carried PostgreSQL runs while a command does."""

from __future__ import annotations

import signal
import sys
from contextlib import nullcontext

from marketplace import embedded, mode


def main() -> None:
    """Run one management command beside a database that is up."""
    mode.select_settings()
    from django.conf import settings  # noqa: PLC0415  Only after the mode is known.
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    signal.signal(signal.SIGTERM, _end)
    server = embedded.server(settings.VAR) if settings.DATABASE_IS_EMBEDDED else None
    try:
        with server.held() if server else nullcontext():
            execute_from_command_line(sys.argv)
    except embedded.EmbeddedServerFailed as failure:
        sys.stderr.write(f"{failure}\n")
        sys.exit(2)


def _end(number: int, frame: object) -> None:  # noqa: ARG001  What a signal brings.
    """Leave by the front door, so that the carried server is let go of."""
    sys.exit(128 + number)


if __name__ == "__main__":
    main()
