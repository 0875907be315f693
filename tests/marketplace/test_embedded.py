from __future__ import annotations

import os
import pwd
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from django.conf import settings

from marketplace import embedded

if TYPE_CHECKING:
    from collections.abc import Iterator

HOLD = (
    "import pathlib, sys\nfrom marketplace import embedded\n"
    "s = embedded.server(pathlib.Path(sys.argv[1]))\n"
)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[embedded.EmbeddedServer]:
    made = embedded.server(tmp_path / "var")
    yield made
    subprocess.run(["rm", "-rf", str(made.home), str(made.sockets)], check=True)


def test_the_last_holder_stops_the_server(server: embedded.EmbeddedServer) -> None:
    with server.held():
        with server.held():
            assert role(server) == "weft_app"
        assert role(server) == "weft_app"

    with pytest.raises(psycopg.OperationalError):
        role(server)


def test_the_holding_of_a_killed_process_does_not_keep_the_server_up(
    server: embedded.EmbeddedServer,
) -> None:
    killed = subprocess.run(
        [
            sys.executable,
            "-c",
            HOLD + "import os, signal\nwith s.held(): os.kill(os.getpid(), signal.SIGKILL)",
            str(server.var),
        ],
        check=False,
        cwd=settings.BASE_DIR,
    )
    assert killed.returncode == -9
    assert role(server) == "weft_app"

    with server.held():
        pass

    with pytest.raises(psycopg.OperationalError):
        role(server)


def test_the_server_listens_on_its_private_socket_alone(server: embedded.EmbeddedServer) -> None:
    with server.held(), psycopg.connect(server.url(role=embedded.OWNER)) as connected:
        listening = connected.execute("SHOW listen_addresses").fetchone()

        assert listening == ("",)
        assert server.sockets.stat().st_mode & 0o777 == 0o700


def test_the_application_owns_nothing_and_is_no_superuser(server: embedded.EmbeddedServer) -> None:
    with server.held(), psycopg.connect(server.url()) as connected:
        rights = connected.execute(
            "SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        ).fetchone()

        assert rights == (False, False, False)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connected.execute("CREATE TABLE mine (id int)")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")
def test_as_root_the_server_runs_as_an_unprivileged_account(
    server: embedded.EmbeddedServer,
) -> None:
    with server.held():
        pid = int((server.cluster / "postmaster.pid").read_text().split()[0])

        assert os.stat(f"/proc/{pid}").st_uid == pwd.getpwnam(embedded.SERVICE_ACCOUNT).pw_uid  # noqa: PTH116


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make somebody else's directory")
def test_a_directory_of_somebody_else_is_refused(server: embedded.EmbeddedServer) -> None:
    server.home.mkdir(parents=True)
    os.chown(server.home, 12345, 12345)

    with (
        pytest.raises(embedded.EmbeddedServerFailed, match="belongs to somebody else"),
        server.held(),
    ):
        pass


@pytest.mark.skipif(
    os.geteuid() != 0 or Path(sys.executable).resolve().is_relative_to("/root"),
    reason="needs root to become an ordinary user, and a Python that such a user may run",
)
def test_an_ordinary_user_runs_the_server_below_var_even_with_a_long_path() -> None:
    nobody = pwd.getpwnam("nobody")
    script = (
        "import os, pathlib, tempfile, psycopg\n"
        "from marketplace import embedded\n"
        "deep = pathlib.Path(tempfile.mkdtemp()) / ('x' * 120)\n"
        "s = embedded.server(deep / 'var')\n"
        "with s.held(), psycopg.connect(s.url()) as c:\n"
        "    print(c.execute('SELECT current_user').fetchone()[0], s.home.is_relative_to(deep))\n"
        "import shutil; shutil.rmtree(deep.parent); shutil.rmtree(s.sockets)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        check=False,
        capture_output=True,
        text=True,
        user=nobody.pw_uid,
        group=nobody.pw_gid,
        extra_groups=[],
        cwd="/",
        env={"PYTHONPATH": f"{settings.BASE_DIR}:{':'.join(sys.path)}", "PATH": os.environ["PATH"]},
    )

    assert done.stdout.split() == ["weft_app", "True"], done.stderr


def role(server: embedded.EmbeddedServer) -> str:
    """Return who the application is, if the server answers."""
    with psycopg.connect(server.url(), connect_timeout=5) as connected:
        row = connected.execute("SELECT current_user").fetchone()
    assert row is not None
    return str(row[0])


def test_a_command_that_is_told_to_stop_lets_go_of_the_server(
    server: embedded.EmbeddedServer,
) -> None:
    program = (
        "import os, signal, sys\nfrom django.core.management import base\nimport manage\n"
        "sys.argv = ['manage.py', 'check']\n"
        "base.BaseCommand.execute = lambda *a, **k: os.kill(os.getpid(), signal.SIGTERM)\n"
        "manage.main()\n"
    )
    stopped = subprocess.run(
        [sys.executable, "-c", program],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], "WEFT_VAR": str(server.var)},
        check=False,
    )

    assert stopped.returncode == 128 + 15
    with pytest.raises(psycopg.OperationalError):
        role(server)
