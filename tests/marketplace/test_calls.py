"""A wrong call of any command: one line that says what to do, exit status 2, nothing written."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest
from django.conf import settings


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env={
            "PATH": os.environ["PATH"],
            "WEFT_VAR": str(settings.VAR),
            "DATABASE_URL": "postgresql://weft_app@127.0.0.1:1/weft",
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("nope",),
        ("run_due", "--job", "nope"),
        ("seed", "--scenario", "nope"),
        ("seed", "--seed", "x"),
        ("ledger", "nope"),
        ("remittances", "nope"),
        ("remittances", "compare", "KEN"),
        ("database", "--nope"),
    ],
    ids=" ".join,
)
def test_a_wrong_call_is_refused_in_one_line(arguments: tuple[str, ...]) -> None:
    done = manage(*arguments)

    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1, done.stderr


def test_a_port_that_is_taken_is_named_before_anything_starts() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        done = manage("up", PORT=str(port))

    assert done.returncode == 2
    assert done.stderr == (
        f"CommandError: Port {port} is in use. Stop what uses it, or set PORT to another.\n"
    )
