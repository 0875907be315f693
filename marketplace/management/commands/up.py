"""The whole site in the foreground: web, worker with its clock, and the payment sandbox."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from marketplace import embedded
from marketplace.supervisor import Child, Supervisor

if TYPE_CHECKING:
    from collections.abc import Sequence

READY_SECONDS = 60
RETRY_SECONDS = 1


class Command(BaseCommand):
    help = "Run web, worker and scheduler (and the payment sandbox) in the foreground."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--empty", action="store_true", help="do not load the demo world")

    def handle(self, *args: object, **options: object) -> None:  # noqa: ARG002
        _refuse_taken_ports()
        self._prepare(is_empty_wanted=bool(options["empty"]))
        _forget_counters()
        supervisor = Supervisor(environment=_environment(), say=self._say)
        supervisor.listen()
        try:
            for name, command in _programs():
                log = settings.VAR / "log" / f"{name}.log"
                supervisor.start(Child(name=name, command=command, log=log))
            if supervisor.wait_until(_is_ready, seconds=READY_SECONDS):
                self._greet()
                supervisor.watch(tend=self._tend_database)
            elif not supervisor.stopping:
                raise CommandError(f"The site did not come up. Look into {settings.VAR / 'log'}.")
        finally:
            self._say("Stopping …")
            supervisor.stop()

    def _tend_database(self) -> None:
        """Bring the carried PostgreSQL back when somebody has killed it."""
        server = embedded.server(settings.VAR)
        if not settings.DATABASE_IS_EMBEDDED or server.is_alive():
            return
        self._say("The database ended; starting it again.")
        try:
            server.revive()
        except embedded.EmbeddedServerFailed as failure:
            self._say(f"Not yet: {failure}")
            time.sleep(RETRY_SECONDS)

    def _prepare(self, *, is_empty_wanted: bool) -> None:
        self._say("Preparing the database …")
        call_command("migrate", verbosity=0, interactive=False)
        self._collect_files()
        if settings.WEFT_MODE == "demo" and not is_empty_wanted and not _has_people():
            self._say("Loading the demo world …")
            call_command("seed", scenario="small", seed=1, stdout=_Silence())

    def _collect_files(self) -> None:
        """Collect static files, unless what was collected last time is what there is now."""
        stamp = settings.STATIC_ROOT / "collected.sha256"
        state = _state_of_static_files()
        if stamp.exists() and stamp.read_text() == state:
            return
        self._say("Collecting the site's files …")
        call_command("collectstatic", verbosity=0, interactive=False, clear=True)
        stamp.write_text(state)

    def _greet(self) -> None:
        site = f"http://localhost:{settings.PORT}"
        self._say(f"Weft is up:      {site}/")
        self._say(f"Agency desk:     {site}/en/agency/")
        self._say(f"Finance desk:    {site}/en/finance/")
        self._say(f"Editing:         {site}/admin/")
        self._say(f"API:             {site}/api/v1/docs")
        if settings.SANDBOX_IN_USE:
            self._say(f"Test payments:   {settings.SANDBOX_URL} (no money moves)")
        if settings.WEFT_MODE == "demo":
            call_command("demo_logins", stdout=self.stdout)
        self._say("Ctrl-C stops all of it.")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _refuse_taken_ports() -> None:
    """Say in one line that a port is taken, before anything is started."""
    wanted = {"PORT": settings.PORT}
    if settings.SANDBOX_IN_USE:
        wanted["SANDBOX_PORT"] = settings.SANDBOX_PORT
    for name, port in wanted.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as taken:
                sentence = f"Port {port} is in use. Stop what uses it, or set {name} to another."
                raise CommandError(sentence, returncode=2) from taken


class _Silence:
    def write(self, text: str) -> None:
        """Drop what a command inside this one prints."""

    def flush(self) -> None:
        """Nothing is held back."""


def _state_of_static_files() -> str:
    """Return one sum over the names, sizes and times of all static files."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            facts = Path(storage.path(name)).stat()
            digest.update(f"{name} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _has_people() -> bool:
    return get_user_model().objects.exists()


def _counters() -> Path:
    """Return where all processes count together what /metrics shows."""
    return settings.VAR / "metrics"


def _forget_counters() -> None:
    shutil.rmtree(_counters(), ignore_errors=True)
    _counters().mkdir(parents=True)


def _environment() -> dict[str, str]:
    """Give every process the same addresses, so that none starts a database of its own."""
    return os.environ | {
        "DATABASE_URL": settings.DATABASE_URL,
        "DATABASE_ADMIN_URL": settings.DATABASE_ADMIN_URL,
        "STRIPE_WEBHOOK_SECRET": ",".join(settings.STRIPE_WEBHOOK_SECRETS),
        "SANDBOX_PORT": str(settings.SANDBOX_PORT),
        "PORT": str(settings.PORT),
        "PROMETHEUS_MULTIPROC_DIR": str(_counters()),
        "PYTHONUNBUFFERED": "1",
    }


def _programs() -> Sequence[tuple[str, Sequence[str]]]:
    python = sys.executable
    webhooks = f"http://127.0.0.1:{settings.PORT}/payments/webhooks/stripe/"
    sandbox = (
        *(python, "-m", "payments.sandbox", "--port", str(settings.SANDBOX_PORT)),
        *("--state", str(settings.VAR / "sandbox.sqlite3"), "--webhook-url", webhooks),
    )
    web = (
        *(python, "-m", "gunicorn", "marketplace.wsgi", "--bind", f"127.0.0.1:{settings.PORT}"),
        *("--worker-class", "gthread", "--workers", "2", "--threads", "4"),
        *("--graceful-timeout", "5", "--keep-alive", "5", "--limit-request-line", "8190"),
    )
    worker = (
        *(python, "-m", "celery", "--app", "marketplace.celery", "worker", "--beat"),
        *("--pool", "threads", "--concurrency", "4", "--loglevel", "WARNING"),
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    )
    programs = [("web", web), ("worker", worker)]
    return [("sandbox", sandbox), *programs] if settings.SANDBOX_IN_USE else programs


def _is_ready() -> bool:
    try:
        with urllib.request.urlopen(
            f"http://127.0.0.1:{settings.PORT}/readyz", timeout=5
        ) as answer:
            return bool(answer.status == 200)  # noqa: PLR2004
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
