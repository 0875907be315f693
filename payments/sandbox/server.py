"""The HTTP server around the sandbox, on the loopback interface only."""

from __future__ import annotations

import io
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from payments.sandbox import api, control, endpoints, faults, hosted, idempotency, lazy, wire
from payments.sandbox.background import Background
from payments.sandbox.clock import Clock
from payments.sandbox.store import Store
from payments.sandbox.wire import Request
from payments.sandbox.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from payments.sandbox.wire import Answer

HOST = "127.0.0.1"
_NAMES = frozenset({"127.0.0.1", "localhost"})
_LARGEST = 1024 * 1024
_NO_TROUBLE = faults.Trouble()


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
    store = Store(options.state)
    world = World(
        store=store,
        base_url=f"http://{HOST}:{server.server_port}",
        payee=options.payee,
        clock=Clock(clock or time.time, store),
        wake=background.wake,
    )
    server.world = world
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
    if _is_call(request):
        return api.serve(world, request)
    if request.path.startswith(control.PREFIX):
        return control.serve(world, request)
    return hosted.serve(world, request)


def _is_call(request: Request) -> bool:
    return request.path.startswith(("/v1/", "/v2/"))


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
        trouble = faults.meet(self.server.world, request) if _is_call(request) else _NO_TROUBLE
        time.sleep(trouble.seconds)
        reply = trouble.refusal or answer(self.server.world, request)
        if trouble.cut_after is None:
            self._send(reply)
        else:
            self._send_part(reply, trouble.cut_after)

    def _send_part(self, reply: Answer, length: int) -> None:
        """Break off an answer after so many bytes of it, the status line being the first."""
        line = self.wfile
        self.wfile = io.BytesIO()
        self._send(reply)
        whole = self.wfile.getvalue()
        self.wfile = line
        self.wfile.write(whole[:length])
        self.close_connection = True

    def _send(self, reply: Answer) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        self.send_header("X-Content-Type-Options", "nosniff")
        for name, value in reply.headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)
