"""The HTTP server around the sandbox, on the loopback interface only."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from payments.sandbox import api, control, endpoints, hosted, idempotency, lazy, wire
from payments.sandbox.background import Background
from payments.sandbox.store import Store
from payments.sandbox.wire import Request
from payments.sandbox.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from payments.sandbox.wire import Answer

HOST = "127.0.0.1"
_NAMES = frozenset({"127.0.0.1", "localhost"})
_LARGEST = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Options:
    """How to run. Port 0 is any free one; without a webhook address events wait in the list."""

    port: int = 0
    state: str = ":memory:"
    webhook_url: str | None = None
    webhook_secrets: tuple[str, ...] = ()
    payee: str = "Weft"


@dataclass(frozen=True, slots=True)
class Running:
    """A sandbox that answers at `url`."""

    url: str
    world: World


@contextmanager
def serve(
    options: Options = Options(), *, clock: Callable[[], float] | None = None
) -> Iterator[Running]:
    """Run a sandbox in threads of this process until the block ends."""
    server = _Server((HOST, options.port), _Handler)
    background = Background()
    world = World(
        store=Store(options.state),
        base_url=f"http://{HOST}:{server.server_port}",
        payee=options.payee,
        wake=background.wake,
    )
    server.world = replace(world, clock=clock) if clock else world
    _prepare(server.world, options)
    answering = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    answering.start()
    background.start(server.world)
    try:
        yield Running(url=world.base_url, world=server.world)
    finally:
        server.shutdown()
        answering.join()
        server.server_close()
        if background.stop():
            world.store.close()


def answer(world: World, request: Request) -> Answer:
    """Return the answer to any request."""
    if request.headers.get("host", "").rpartition(":")[0] not in _NAMES:
        return wire.page(400, "Unknown host.")
    if request.path.startswith("/v1/") or request.path.startswith("/v2/"):
        return api.serve(world, request)
    if request.path.startswith(control.PREFIX):
        return control.serve(world, request)
    return hosted.serve(world, request)


def _prepare(world: World, options: Options) -> None:
    idempotency.release_unanswered(world)
    if options.webhook_url:
        endpoints.configure(world, url=options.webhook_url, secrets=list(options.webhook_secrets))
    threading.Thread(target=lazy.contract, daemon=True).start()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    world: World


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    server: _Server

    def do_GET(self) -> None:
        self._respond()

    def do_POST(self) -> None:
        self._respond()

    def do_DELETE(self) -> None:
        self._respond()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  The parent's name.
        """Say nothing: whoever calls logs its own calls."""

    def _respond(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isascii() or not length.isdigit() or int(length) > _LARGEST:
            self.close_connection = True
            self._send(wire.page(413, "Too large."))
            return
        path, _, query = self.path.partition("?")
        request = Request(
            verb=self.command,
            path=path,
            query=query,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(int(length)),
        )
        self._send(answer(self.server.world, request))

    def _send(self, reply: Answer) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        self.send_header("X-Content-Type-Options", "nosniff")
        for name, value in reply.headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)
