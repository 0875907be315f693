"""A webhook endpoint of our own, which can be told to refuse."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import stripe

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = "whsec_of_the_tests"


@dataclass(frozen=True, slots=True)
class Received:
    payload: bytes
    signature: str

    def event(self, secret: str = SECRET) -> stripe.Event:
        """Return the event, its signature checked as the product checks it."""
        event: stripe.Event = stripe.Webhook.construct_event(self.payload, self.signature, secret)
        return event


@dataclass
class Receiver:
    """Keeps what arrives and answers with `status`."""

    url: str
    status: int = 200
    received: list[Received] = field(default_factory=list)

    @property
    def types(self) -> list[str]:
        return [json.loads(delivery.payload)["type"] for delivery in self.received]


@contextmanager
def listening() -> Iterator[Receiver]:
    """Take webhooks on a free port until the block ends."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        receiver = Receiver(url=f"http://127.0.0.1:{server.server_port}/hook/?from=sandbox")
        _Handler.receivers[server.server_port] = receiver
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield receiver
        server.shutdown()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    receivers: dict[int, Receiver] = {}  # noqa: RUF012  One place for all servers, by port.

    def do_POST(self) -> None:
        receiver = self.receivers[self.server.server_address[1]]  # type: ignore[index]
        body = self.rfile.read(int(self.headers["Content-Length"]))
        receiver.received.append(Received(body, self.headers["Stripe-Signature"]))
        self.send_response(receiver.status)
        self.send_header("Location", receiver.url)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  The parent's name.
        """Say nothing."""
