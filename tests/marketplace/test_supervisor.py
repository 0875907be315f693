from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from marketplace import supervisor as supervision
from marketplace.supervisor import Child, Supervisor

if TYPE_CHECKING:
    from collections.abc import Iterator

SLEEPER = "import time\ntime.sleep(60)"
DEAF = (
    "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "print('deaf', flush=True)\ntime.sleep(60)"
)
PARENT = (
    "import subprocess, sys, time\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
    "print(child.pid, flush=True)\ntime.sleep(60)"
)


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def keeper(said: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Supervisor]:
    monkeypatch.setattr(supervision, "STOP_SECONDS", 1)
    monkeypatch.setattr(supervision, "RESTART_SECONDS", 0.1)
    made = Supervisor(environment=os.environ, say=said.append)
    yield made
    made.stop()


def child(folder: Path, program: str) -> Child:
    return Child("part", [sys.executable, "-c", program], folder / "log" / "part.log")


def test_a_process_that_dies_is_started_again(
    keeper: Supervisor, said: list[str], tmp_path: Path
) -> None:
    part = child(tmp_path, SLEEPER)
    keeper.start(part)
    first = pid_of(part)
    watching = Thread(target=keeper.watch)
    watching.start()

    os.kill(first, signal.SIGKILL)

    until(lambda: pid_of(part) not in {first, 0})
    keeper.stopping = True
    watching.join()
    assert said == ["part ended (-9); starting it again."]
    assert int(part.log.with_suffix(".pid").read_text()) == pid_of(part)


def test_stopping_ends_the_children_of_a_child_too(keeper: Supervisor, tmp_path: Path) -> None:
    part = child(tmp_path, PARENT)
    keeper.start(part)
    until(lambda: part.log.read_text().strip().isdigit())
    grandchild = int(part.log.read_text())

    keeper.stop()

    until(lambda: not is_running(grandchild))


def test_what_a_killed_process_had_started_goes_with_it(keeper: Supervisor, tmp_path: Path) -> None:
    part = child(tmp_path, PARENT)
    keeper.start(part)
    until(lambda: part.log.read_text().strip().isdigit())
    orphan = int(part.log.read_text())
    watching = Thread(target=keeper.watch)
    watching.start()

    os.kill(pid_of(part), signal.SIGKILL)

    until(lambda: not is_running(orphan))
    keeper.stopping = True
    watching.join()


def test_a_process_that_does_not_listen_is_ended_by_force(
    keeper: Supervisor, tmp_path: Path
) -> None:
    part = child(tmp_path, DEAF)
    keeper.start(part)
    until(lambda: "deaf" in part.log.read_text())

    keeper.stop()

    assert part.process is not None
    assert part.process.returncode == -signal.SIGKILL


def test_a_process_that_ends_at_once_is_told_with_its_last_words(
    keeper: Supervisor, said: list[str], tmp_path: Path
) -> None:
    keeper.start(child(tmp_path, "raise SystemExit('the port is taken')"))

    is_up = keeper.wait_until(lambda: False, seconds=20)

    assert is_up is False
    assert said == ["part ended at once:\nthe port is taken"]


def pid_of(part: Child) -> int:
    return 0 if part.process is None else part.process.pid


def is_running(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def until(is_so: object) -> None:
    deadline = time.monotonic() + 20
    while not is_so():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.05)
