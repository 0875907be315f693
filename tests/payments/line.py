"""A line that can be broken: a TCP proxy which delays, refuses, swallows and cuts.

It stands before the provider, and as well before anything else that is spoken to over TCP.
"""

from __future__ import annotations

import socket
import struct
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

Address: TypeAlias = "tuple[str, int] | str"

_VERBS = (b"GET ", b"POST ", b"DELETE ", b"PUT ", b"HEAD ")


@dataclass
class Line:
    """An address that leads to the far side as long as nothing is done to the line.

    What is done to it counts from the next request on, also on connections that are open. With
    `only` it befalls those HTTP requests alone whose first line begins so, such as
    `POST /v1/refunds`; the first `spared` of them pass; `met` counts what it has befallen.
    """

    url: str
    answers: bool = True  # False: a black hole. Takes everything, delivers nothing.
    reply_bytes: int | None = None  # Cut after so many. The request has been served by then.
    delay: float = 0.0  # Seconds for which a request is held up.
    refuses: bool = False  # Hangs up instead of passing on.
    only: str = ""
    spared: int = 0
    met: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def mend(self) -> None:
        """Let everything pass again."""
        self.answers, self.reply_bytes, self.delay, self.refuses = True, None, 0.0, False

    @property
    def is_whole(self) -> bool:
        return self.answers and self.reply_bytes is None and not self.delay and not self.refuses


@contextmanager
def line_to(url: str) -> Iterator[Line]:
    """Open a line to an address until the block ends."""
    far = urlsplit(url)
    with line_before((far.hostname or "", far.port or 0)) as line:
        near = urlsplit(line.url)
        line.url = far._replace(netloc=near.netloc).geturl()
        yield line


@contextmanager
def line_before(address: Address) -> Iterator[Line]:
    """Open a line to a port, or to the socket in a file, until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        line = Line(url=f"tcp://127.0.0.1:{server.getsockname()[1]}")
        threading.Thread(target=_accept, args=(server, line, address), daemon=True).start()
        yield line
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)


def nobody() -> str:
    """Return an address where nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"


def _accept(server: socket.socket, line: Line, address: Address) -> None:
    with suppress(OSError):
        while True:
            near, _ = server.accept()
            threading.Thread(target=_connect, args=(near, line, address), daemon=True).start()


def _connect(near: socket.socket, line: Line, address: Address) -> None:
    with suppress(OSError), near, _reach(address) as far:
        trouble = _Trouble(line)
        threading.Thread(target=_ask, args=(near, far, trouble), daemon=True).start()
        _answer(far, near, trouble)


def _reach(address: Address) -> socket.socket:
    if isinstance(address, tuple):
        return socket.create_connection(address)
    far = socket.socket(socket.AF_UNIX)
    far.connect(address)
    return far


@dataclass
class _Trouble:
    """What befalls one connection now."""

    line: Line
    befalls: bool = False

    def meet(self, chunk: bytes) -> Line | None:
        """Return the line if it is broken for this part of a request."""
        if chunk.startswith(_VERBS) or not self.line.only:
            self.befalls = chunk.decode("latin-1").startswith(self.line.only)
            if self.befalls and not self.line.is_whole:
                self._count()
        return self.line if self.befalls and not self.line.is_whole else None

    def _count(self) -> None:
        """Let one pass that is to be spared, or count one that is not."""
        with self.line.lock:
            if self.line.spared:
                self.line.spared -= 1
                self.befalls = False
            else:
                self.line.met += 1


def _ask(near: socket.socket, far: socket.socket, trouble: _Trouble) -> None:
    with suppress(OSError):
        while chunk := near.recv(65536):
            broken = trouble.meet(chunk)
            if broken is not None:
                time.sleep(broken.delay)
                if broken.refuses:
                    _hang_up(near)
                    break
                if not broken.answers:
                    continue  # Heard, and never passed on.
            far.sendall(chunk)
        far.shutdown(socket.SHUT_RDWR)


def _answer(far: socket.socket, near: socket.socket, trouble: _Trouble) -> None:
    with suppress(OSError):
        while chunk := far.recv(65536):
            limit = trouble.line.reply_bytes if trouble.befalls else None
            near.sendall(chunk if limit is None else chunk[:limit])
            if limit is not None:
                near.shutdown(socket.SHUT_RDWR)
                return


def _hang_up(near: socket.socket) -> None:
    """Reset a connection, so that the caller hears of it at once."""
    near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    near.shutdown(socket.SHUT_RDWR)
    near.close()
