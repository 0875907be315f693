"""One end for the whole question, and no way into a network."""

from __future__ import annotations

import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from remittances.feeds import connecting, fetching
from remittances.feeds.fetching import Failed, Hosts, Patience, Refused
from tests.remittances.feeds import server as serving

if TYPE_CHECKING:
    from tests.remittances.feeds.server import Server

HURRIED = Patience(connect=0.3, read=0.3, whole=0.6)


def test_a_header_in_drops_ends_in_time(server: Server) -> None:
    server.behave = serving.header_in_drops(0.05)
    hosts = Hosts(agreed=(), local={server.host})

    started = time.monotonic()
    with pytest.raises(Failed, match="did not end in time"):
        fetching.fetch(server.url, hosts=hosts, patience=HURRIED)
    assert 0.5 < time.monotonic() - started < 1.2


def test_a_greeting_of_tls_in_drops_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        threading.Thread(target=_drip, args=[listening], daemon=True).start()
        connect = socket.create_connection
        monkeypatch.setattr(connecting, "is_public", lambda _: True)
        monkeypatch.setattr(
            socket, "create_connection", lambda _, **more: connect(("127.0.0.1", port), **more)
        )

        started = time.monotonic()
        with pytest.raises(Failed, match="did not end in time"):
            fetching.fetch(
                "https://localhost/",
                hosts=Hosts(agreed={"localhost"}),
                patience=Patience(connect=5, read=5, whole=0.6),
            )
        assert 0.5 < time.monotonic() - started < 1.2


def _drip(listening: socket.socket) -> None:
    other, _ = listening.accept()
    with other:
        try:
            other.sendall(b"\x16\x03\x03\x3f\xff\x02\x00\x3f\xfb")
            for _ in range(100):
                other.sendall(b"\x00")
                time.sleep(0.05)
        except OSError:
            return


def test_a_connection_that_comes_after_the_end_is_not_used(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.behave = serving.header_in_drops(0.05)
    resolve = socket.getaddrinfo

    def slowly(*asked: Any, **more: Any) -> Any:  # noqa: ANN401
        time.sleep(0.4)
        return resolve(*asked, **more)

    monkeypatch.setattr(socket, "getaddrinfo", slowly)
    patience = Patience(connect=0.3, read=0.3, whole=0.2)
    with pytest.raises(Failed, match="in time"):
        fetching.fetch(server.url, hosts=Hosts(agreed=(), local={server.host}), patience=patience)
    assert server.asked == []


def test_no_watch_outlives_its_question(server: Server) -> None:
    server.says(b"{}")
    before = threading.active_count()

    for _ in range(3):
        fetching.fetch(server.url, hosts=Hosts(agreed=(), local={server.host}))

    time.sleep(0.05)
    timers = [one for one in threading.enumerate() if isinstance(one, threading.Timer)]
    assert timers == []
    assert threading.active_count() <= before + 3  # The server's own, that answered.


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",
        "0.0.0.0",  # noqa: S104
        "100.64.0.1", "224.0.0.1", "::1", "::", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1",
    ],
)  # fmt: skip
def test_a_host_that_leads_into_a_network_is_not_asked(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def resolved(*_: object, **__: object) -> list[Any]:
        return [(0, 0, 0, "", ("93.184.216.34", 443)), (0, 0, 0, "", (address, 443))]

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    monkeypatch.setattr(socket, "create_connection", lambda *to, **_: asked.append(to))

    with pytest.raises(Refused, match=r"quotes\.example leads to an address that is not public"):
        fetching.fetch("https://quotes.example/", hosts=Hosts(agreed={"quotes.example"}))
    assert asked == []


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1"])
def test_an_address_of_the_whole_world_is_public(address: str) -> None:
    assert connecting.is_public(address)
