"""Connections that end in time, and lead to public addresses only.

A time-out of a socket begins anew with every byte, so an answer in drops outlives it. Here a watch
cuts the connection off, whatever is being sent over it: TLS, header or body.
"""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from ipaddress import IPv6Address, ip_address
from threading import Lock, Timer
from typing import TYPE_CHECKING, Any, Self

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

if TYPE_CHECKING:
    from collections.abc import Collection

_LEAST = 0.001  # A time-out of zero would not wait at all.


class NotPublic(ValueError):
    """The host leads to an address inside a network, or of this machine."""


class Watch:
    """Connections of one question, cut off together when its time is over.

    `connect` and `whole` are seconds. `local` are `host:port` that may be inside a network.
    """

    def __init__(self, *, connect: float, whole: float, local: Collection[str]) -> None:
        self._connect, self._local = connect, local
        self._end = time.monotonic() + whole
        self._twins: list[socket.socket] = []
        self._lock = Lock()
        self._timer = Timer(whole, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        with self._lock:
            for twin in self._twins:
                twin.close()
            self._twins.clear()

    @property
    def is_over(self) -> bool:
        """Return whether the time is over, and what came may have been cut off."""
        return time.monotonic() >= self._end

    def adapter(self) -> HTTPAdapter:
        """Return what makes a session's connections by this watch."""
        adapter = HTTPAdapter()
        adapter.poolmanager.pool_classes_by_scheme = {
            "http": self._pool(HTTPConnectionPool),
            "https": self._pool(HTTPSConnectionPool),
        }
        return adapter

    def _pool(self, kind: type[Any]) -> type[Any]:
        connection = type("Watched", (kind.ConnectionCls,), {"_new_conn": _opened_by(self)})
        return type("WatchedPool", (kind,), {"ConnectionCls": connection})

    def open(self, host: str, port: int) -> socket.socket:
        """Connect to the first of the host's addresses that answers, in the time that is left.

        Raises:
            NotPublic: One of its addresses is inside a network.
            OSError: None of them answers in time.
        """
        failure = OSError("the host has no address")
        for address in self._addresses(host, port):
            wait = max(_LEAST, min(self._connect, self._end - time.monotonic()))
            try:
                found = socket.create_connection((address, port), timeout=wait)
            except OSError as broken:
                failure = broken
            else:
                self._follow(found)
                return found
        raise failure

    def _addresses(self, host: str, port: int) -> list[str]:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(facts[4][0]) for facts in found))
        if f"{host}:{port}" not in self._local and not all(map(is_public, addresses)):
            raise NotPublic(f"the host {host} leads to an address that is not public")
        return addresses

    def _follow(self, found: socket.socket) -> None:
        """Keep a second handle: TLS takes the first one over."""
        with self._lock:
            if self.is_over:  # Nobody would cut it off any more.
                found.close()
                raise TimeoutError
            self._twins.append(found.dup())

    def _cut(self) -> None:
        with self._lock:
            for twin in self._twins:
                with suppress(OSError):  # It has ended by itself.
                    twin.shutdown(socket.SHUT_RDWR)


def is_public(address: str) -> bool:
    """Tell whether an address is one of the whole world, of one machine."""
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return found.is_global and not found.is_multicast


def _opened_by(watch: Watch) -> Any:  # noqa: ANN401  A method of urllib3's connections.
    def opened(connection: Any) -> socket.socket:  # noqa: ANN401
        try:
            return watch.open(connection.host, connection.port)
        except TimeoutError as slow:
            raise ConnectTimeoutError(connection, "it did not connect in time") from slow
        except OSError as broken:
            raise NewConnectionError(connection, "it did not connect") from broken

    return opened
