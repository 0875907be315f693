"""A line to the provider that can be broken: a TCP proxy which delays, swallows and cuts."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Line:
    """An address that leads to the provider as long as nothing is done to the line."""

    url: str
    answers: bool = True  # False: a black hole. Takes everything, delivers nothing.
    reply_bytes: int | None = None  # Cut after so many. The request has been served by then.


@contextmanager
def line_to(url: str) -> Iterator[Line]:
    """Open a line to an address until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        line = Line(url=f"http://127.0.0.1:{server.getsockname()[1]}")
        threading.Thread(target=_accept, args=(server, line, url), daemon=True).start()
        yield line
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)


def nobody() -> str:
    """Return an address where nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"


def _accept(server: socket.socket, line: Line, url: str) -> None:
    far = urlsplit(url)
    with suppress(OSError):
        while True:
            near, _ = server.accept()
            threading.Thread(
                target=_connect, args=(near, line, (far.hostname, far.port)), daemon=True
            ).start()


def _connect(near: socket.socket, line: Line, address: tuple[str, int]) -> None:
    with near, socket.create_connection(address) as far, suppress(OSError):
        if line.answers:
            threading.Thread(target=_carry, args=(near, far), daemon=True).start()
            _carry(far, near, line.reply_bytes)
        else:
            while near.recv(65536):
                pass  # Heard, and never passed on.


def _carry(source: socket.socket, target: socket.socket, limit: int | None = None) -> None:
    with suppress(OSError):
        while chunk := source.recv(65536):
            target.sendall(chunk if limit is None else chunk[:limit])
            if limit is not None:
                target.shutdown(socket.SHUT_RDWR)
                return
