"""Keeps the processes of one site running together, and ends them together."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

STOP_SECONDS = 20
RESTART_SECONDS = 2
LOOK_SECONDS = 0.2
LAST_LINES = 15


@dataclass(slots=True)
class Child:
    """One process of the site, with the file its output goes to."""

    name: str
    command: Sequence[str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    restart_at: float = 0.0

    def start(self, environment: Mapping[str, str]) -> None:
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(  # noqa: S603  Our own programs.
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(environment),
                start_new_session=True,  # Ctrl-C is for the supervisor, which stops in order.
            )
        written = self.log.with_suffix(".pid.new")
        written.write_text(str(self.process.pid))
        written.replace(self.log.with_suffix(".pid"))  # Whoever reads it finds a whole number.

    def last_lines(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-LAST_LINES:])


@dataclass(slots=True)
class Supervisor:
    """The processes of one site: started in order, restarted when they die, stopped together."""

    environment: Mapping[str, str]
    say: Callable[[str], None]
    children: list[Child] = field(default_factory=list)
    stopping: bool = False

    def start(self, child: Child) -> None:
        """Start one process and keep it running from now on."""
        child.log.parent.mkdir(parents=True, exist_ok=True)
        child.log.write_bytes(b"")
        child.start(self.environment)
        self.children.append(child)

    def listen(self) -> None:
        """Stop at SIGTERM, SIGINT or SIGHUP."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._asked_to_stop)

    def watch(self, *, tend: Callable[[], None] = lambda: None) -> None:
        """Restart what dies, until asked to stop; `tend` looks after what is no child of ours."""
        while not self.stopping:
            for child in self.children:
                self._look_after(child)
            tend()
            time.sleep(LOOK_SECONDS)

    def wait_until(self, is_ready: Callable[[], bool], *, seconds: int) -> bool:
        """Look again and again whether the site is ready. False: it is not, or a process died."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not self.stopping:
            dead = [c for c in self.children if c.process and c.process.poll() is not None]
            for child in dead:
                self.say(f"{child.name} ended at once:\n{child.last_lines()}")
            if dead:
                return False
            if is_ready():
                return True
            time.sleep(LOOK_SECONDS)
        return False

    def stop(self) -> None:
        """End every process: first politely, after a while by force."""
        running = [c.process for c in reversed(self.children) if c.process]
        for process in running:
            _signal(process, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for process in running:
            with suppress(subprocess.TimeoutExpired):  # It gets no more time than that.
                process.wait(timeout=max(0.1, deadline - time.monotonic()))
            _signal(process, signal.SIGKILL)
            process.wait()

    def _look_after(self, child: Child) -> None:
        if child.process is None or child.process.poll() is None:
            return
        if not child.restart_at:
            self.say(f"{child.name} ended ({child.process.returncode}); starting it again.")
            _signal(child.process, signal.SIGKILL)  # What it had started goes with it.
            child.restart_at = time.monotonic() + RESTART_SECONDS
        elif time.monotonic() >= child.restart_at:
            child.restart_at = 0.0
            child.start(self.environment)

    def _asked_to_stop(self, number: int, frame: object) -> None:  # noqa: ARG002
        self.stopping = True


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Signal a process and all it started. One that is gone already is no fault."""
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return
