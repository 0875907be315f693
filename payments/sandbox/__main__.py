"""`python -m payments.sandbox`: run the stand-in until SIGTERM or Ctrl-C."""

from __future__ import annotations

import argparse
import os
import signal
import sqlite3
import sys
from pathlib import Path
from urllib.parse import urlsplit

from payments.sandbox.endpoints import LOOPBACK
from payments.sandbox.server import Options, serve

_PORT = 8001


def main(arguments: list[str] | None = None) -> None:
    """Serve until a signal to stop arrives."""
    options = _options(arguments)
    signals = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    if options.state != ":memory:":
        Path(options.state).parent.mkdir(parents=True, exist_ok=True)
    try:
        with serve(options) as running:
            sys.stdout.write(f"Payment sandbox on {running.url}\n")
            sys.stdout.flush()
            signal.sigwait(signals)
    except (OSError, sqlite3.Error) as problem:
        sys.exit(f"The payment sandbox cannot run: {problem}")


def _options(arguments: list[str] | None) -> Options:
    parser = argparse.ArgumentParser(prog="python -m payments.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=os.environ.get("SANDBOX_PORT", _PORT))
    parser.add_argument("--state", default="var/sandbox.sqlite3", help="SQLite file")
    parser.add_argument("--webhook-url", help="where events are delivered")
    parser.add_argument(
        "--webhook-secret",
        default=os.environ.get("STRIPE_WEBHOOK_SECRET", ""),
        help="signs what is delivered; several, separated by commas, sign side by side",
    )
    given = parser.parse_args(arguments)
    secrets = tuple(part.strip() for part in given.webhook_secret.split(",") if part.strip())
    if given.webhook_url and not secrets:
        parser.error("--webhook-url needs --webhook-secret or STRIPE_WEBHOOK_SECRET")
    if given.webhook_url and urlsplit(given.webhook_url).hostname not in LOOPBACK:
        parser.error("--webhook-url must be on this machine")
    return Options(
        port=given.port,
        state=given.state,
        webhook_url=given.webhook_url,
        webhook_secrets=secrets,
    )


if __name__ == "__main__":
    main()
