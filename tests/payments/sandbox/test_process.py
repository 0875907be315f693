from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
import requests
from django.conf import settings

from tests.payments.browser import pay
from tests.payments.sandbox import make

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STOPS_WITHIN = 5.0  # Half of what a delivery may take.


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def command(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "payments.sandbox", *arguments],
        cwd=settings.BASE_DIR,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def running(state: Path, port: int, *arguments: str) -> Iterator[str]:
    """Run the command until the block ends, stop it by SIGTERM and check how it went."""
    process = command("--port", str(port), "--state", str(state), *arguments)
    with process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line == f"Payment sandbox on http://127.0.0.1:{port}\n"
        yield f"http://127.0.0.1:{port}"
        asked = time.monotonic()
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=10)
    assert time.monotonic() - asked < STOPS_WITHIN
    assert (process.returncode, errors) == (0, "")


def test_a_restart_keeps_everything(tmp_path: Path) -> None:
    state, port = tmp_path / "var" / "sandbox.sqlite3", free_port()
    with running(state, port) as url, make.client(url) as client:
        session = make.session(client)
        first = client.v1.payment_intents.create(
            {"amount": 50_00, "currency": "eur"}, {"idempotency_key": "k"}
        )

    with running(state, port) as url, make.client(url) as client:
        assert client.v1.checkout.sessions.retrieve(session.id) == session
        assert pay(make.address(session)).status_code == 303
        again = client.v1.payment_intents.create(
            {"amount": 50_00, "currency": "eur"}, {"idempotency_key": "k"}
        )
        assert again.id == first.id


def test_it_stops_at_once_while_an_endpoint_hangs(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        hook = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        options = ("--webhook-url", hook, "--webhook-secret", "whsec_1")
        with running(tmp_path / "s", free_port(), *options) as url, make.client(url) as client:
            make.session(client)
            make.paid(client)
            caller, _ = silent.accept()
            caller.close()
            silent.accept()[0].close()


def test_it_is_heard_on_one_address_only(tmp_path: Path) -> None:
    port = free_port()
    with running(tmp_path / "s", port) as url:
        assert requests.get(url, timeout=5).status_code == 404
        with pytest.raises(requests.ConnectionError):  # Heard if it listened on every address.
            requests.get(f"http://127.0.0.2:{port}/", timeout=5)


def test_port_and_secret_come_from_the_environment(tmp_path: Path) -> None:
    port = free_port()
    with command(
        *("--state", str(tmp_path / "s"), "--webhook-url", "http://127.0.0.1:9/"),
        SANDBOX_PORT=str(port),
        STRIPE_WEBHOOK_SECRET="whsec_1, whsec_2",
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"Payment sandbox on http://127.0.0.1:{port}\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 0


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["--webhook-url", "http://127.0.0.1:9/"], 2, "needs --webhook-secret"),
        (
            ["--webhook-url", "http://example.org/", "--webhook-secret", "w"],
            2,
            "must be on this machine",
        ),
        (["--port", "many"], 2, "invalid int value"),
    ],
)
def test_a_wrong_call_is_told_in_a_sentence(
    tmp_path: Path, arguments: list[str], status: int, message: str
) -> None:
    with command("--state", str(tmp_path / "s"), *arguments, STRIPE_WEBHOOK_SECRET="") as process:
        _, errors = process.communicate(timeout=10)

    assert process.returncode == status
    assert message in errors
    assert "Traceback" not in errors


def test_a_port_in_use_is_told_in_a_sentence(tmp_path: Path) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        command("--state", str(tmp_path / "s"), "--port", str(taken.getsockname()[1])) as process,
    ):
        _, errors = process.communicate(timeout=10)

    assert process.returncode == 1
    assert errors.startswith("The payment sandbox cannot run: ")
    assert "Traceback" not in errors


def test_starting_imports_neither_stripe_nor_django() -> None:
    code = (
        "import sys, payments.sandbox.__main__;"
        "print(sorted({'stripe', 'django', 'pydantic'} & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "[]\n"
