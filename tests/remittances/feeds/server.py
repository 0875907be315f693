"""A server of this machine that answers as a test says, well or badly."""

from __future__ import annotations

import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

JSON = "application/json"


@dataclass
class Server:
    """What it answers next, and which paths it was asked for."""

    url: str
    host: str
    behave: Callable[[BaseHTTPRequestHandler], None]
    asked: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def says(self, body: bytes, *, status: int = 200, **headers: str) -> None:
        self.behave = saying(body, status=status, length=None, **headers)


def saying(
    body: bytes, *, status: int = 200, length: int | None = None, **headers: str
) -> Callable[[BaseHTTPRequestHandler], None]:
    """Answer with a body; a `length` that is longer than it makes it half an answer."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        given = {"Content_Type": JSON} | headers
        for name, value in given.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body) if length is None else length))
        handler.end_headers()
        handler.wfile.write(body)

    return behave


def without_end(piece: bytes, *, pause: float = 0) -> Callable[[BaseHTTPRequestHandler], None]:
    """Answer with the same piece again and again, until the other side has had enough."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", JSON)
        handler.end_headers()
        for _ in range(10_000):
            handler.wfile.write(piece)
            handler.wfile.flush()
            time.sleep(pause)

    return behave


def header_in_drops(pause: float) -> Callable[[BaseHTTPRequestHandler], None]:
    """Send a header that never ends, a sign at a time."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Slow: ")
        for _ in range(200):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(pause)

    return behave


def silent(seconds: float) -> Callable[[BaseHTTPRequestHandler], None]:
    """Say nothing for a while, and then nothing either."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(seconds)
        handler.close_connection = True

    return behave


def chunked_half(piece: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
    """Begin an answer in chunks and go away in the middle of one."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        handler.protocol_version = "HTTP/1.1"
        handler.send_response(200)
        handler.send_header("Content-Type", JSON)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        handler.wfile.write(b"%x\r\n%s" % (2 * len(piece), piece))
        handler.wfile.flush()
        handler.close_connection = True

    return behave


@contextmanager
def running() -> Iterator[Server]:
    """Run a server on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.asked.append(self.path)
            told.headers.append(dict(self.headers))
            with suppress(BrokenPipeError, ConnectionResetError):
                told.behave(self)

        def log_message(self, *_: object) -> None:
            """Say nothing on the screen."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as serving:
        serving.daemon_threads = True
        port = serving.server_address[1]
        told = Server(
            url=f"http://127.0.0.1:{port}/quotes",
            host=f"127.0.0.1:{port}",
            behave=saying(b"{}"),
        )
        thread = Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield told
        finally:
            serving.shutdown()
