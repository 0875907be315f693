"""The whole site as `make run` starts it, on a database, ports and a queue of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.conf import settings

from tests import databases

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

START_SECONDS = 180
STOP_SECONDS = 40


@dataclass(slots=True)
class Stack:
    """One running site: web, worker with its clock, and payment sandbox."""

    var: Path
    database: str
    port: int
    sandbox_port: int
    extra: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "WEFT_VAR": str(self.var),
            "DATABASE_URL": databases.address(settings.DATABASE_URL, self.database),
            "DATABASE_ADMIN_URL": databases.address(settings.DATABASE_ADMIN_URL, self.database),
            "PORT": str(self.port),
            "SANDBOX_PORT": str(self.sandbox_port),
            **self.extra,
        }

    def start(self, *options: str) -> None:
        """Start the site and wait until it is ready."""
        self.var.mkdir(parents=True, exist_ok=True)
        with (self.var / "up.log").open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up", *options],
                cwd=settings.BASE_DIR,
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        self.wait_for(self._is_greeting, seconds=START_SECONDS)

    def stop(self) -> None:
        """Stop the site as Ctrl-C does."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=STOP_SECONDS)

    def url(self, path: str) -> str:
        return f"http://localhost:{self.port}{path}"

    def pid(self, name: str) -> int:
        """Return the process id of one part: web, worker or sandbox."""
        return int((self.var / "log" / f"{name}.pid").read_text())

    def manage(self, *arguments: str) -> Any:  # noqa: ANN401  A JSON document.
        """Run a command beside the site and return its JSON document."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments, "--json"],
            cwd=settings.BASE_DIR,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def wait_for(self, is_so: Callable[[], bool], *, seconds: float) -> None:
        """Look again and again until it is so; fail with the site's own words when it is not."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if is_so():
                return
            time.sleep(0.1)
        logs = "\n".join(
            f"--- {log.name}\n{log.read_text()[-2000:]}"
            for log in [self.var / "up.log", *(self.var / "log").glob("*.log")]
        )
        raise AssertionError(f"Not so after {seconds} seconds.\n{logs}")

    def empty_queue(self) -> int:
        """Throw away every message of the queue; return how many there were."""
        thrown = 0
        for message in (self.var / "queue" / "messages").glob("*"):
            message.unlink(missing_ok=True)
            thrown += 1
        return thrown

    def _is_greeting(self) -> bool:
        assert self.process is not None
        text = (self.var / "up.log").read_text()
        assert self.process.poll() is None, text
        return "Ctrl-C stops all of it." in text


def new_stack(folder: Path, *, label: str) -> Stack:
    """Prepare a site on a fresh clone of the migrated template."""
    name = f"{databases.PREFIX}_clone_{os.getpid()}_{label}"
    databases.clone(databases.template(), name)
    return Stack(var=folder, database=name, port=_free_port(), sandbox_port=_free_port())


def discard(stack: Stack) -> None:
    """Stop a site and remove what it left."""
    stack.stop()
    databases.drop(stack.database)
    shutil.rmtree(stack.var, ignore_errors=True)


def answers(url: str) -> int:
    """Return the status an address answers with; 0 when nobody does."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
