"""An agreed host is asked once, for so long and so much, and nobody else ever."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from remittances.feeds import fetching
from remittances.feeds.fetching import Failed, Hosts, Patience, Refused
from tests.remittances.feeds import server as serving

if TYPE_CHECKING:
    from tests.remittances.feeds.server import Server

HURRIED = Patience(connect=0.3, read=0.3, whole=0.6)
AGREED = Hosts(agreed={"quotes.example"}, local={"127.0.0.1:8123"})


def fetch(server: Server, *, path: str = "") -> bytes:
    hosts = Hosts(agreed=(), local={server.host})
    return fetching.fetch(server.url + path, hosts=hosts, patience=HURRIED)


def test_a_whole_answer_is_returned_as_it_came(server: Server) -> None:
    server.says(b'{"quotes": []}', Content_Type="application/json; charset=utf-8")

    assert fetch(server) == b'{"quotes": []}'
    assert server.asked == ["/quotes"]
    assert server.headers[0]["Accept"] == "application/json"
    assert "Authorization" not in server.headers[0]


@pytest.mark.parametrize(
    "url",
    [
        "http://quotes.example/",
        "https://other.example/",
        "https://quotes.example:8443/",
        "https://quotes.example.evil.example/",
        "https://user:secret@quotes.example/",
        "https://quotes.example@other.example/",
        "http://127.0.0.1:8124/",
        "https://127.0.0.1:8123/",
        "ftp://quotes.example/",
        "file:///etc/passwd",
        "//quotes.example/",
        "https://quotes.example:99999/",
        "https://[::1/",
        "",
    ],
)
def test_an_address_that_is_not_agreed_is_not_asked(url: str) -> None:
    with pytest.raises(Refused):
        fetching.fetch(url, hosts=AGREED)


@pytest.mark.parametrize("url", ["https://quotes.example/a?b=c", "https://quotes.example:443/"])
def test_an_agreed_address_is_let_through(url: str) -> None:
    AGREED.check(url)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_even_to_the_same_host(server: Server, status: int) -> None:
    server.says(b"", status=status, Location=f"http://{server.host}/elsewhere")

    with pytest.raises(Refused, match="do not follow"):
        fetch(server)
    assert server.asked == ["/quotes"]


@pytest.mark.parametrize("kind", ["text/html", "application/json-seq", "text/json", ""])
def test_another_kind_of_content_is_refused(server: Server, kind: str) -> None:
    server.says(b'{"quotes": []}', Content_Type=kind)

    with pytest.raises(Refused, match="instead of application/json"):
        fetch(server)


def test_a_compressed_answer_is_refused_unread(server: Server) -> None:
    server.says(b"\x1f\x8b" + b"0" * 100, Content_Encoding="gzip")

    with pytest.raises(Refused, match="compressed"):
        fetch(server)


@pytest.mark.parametrize("status", [204, 400, 404, 429, 500, 503])
def test_an_error_is_a_failure(server: Server, status: int) -> None:
    server.says(b"", status=status)

    with pytest.raises(Failed, match=str(status)):
        fetch(server)


def test_an_answer_announced_too_large_is_not_read(server: Server) -> None:
    server.behave = serving.saying(b"{}", length=fetching.MOST_BYTES + 1)

    with pytest.raises(Failed, match="larger"):
        fetch(server)


def test_an_answer_that_grows_too_large_is_cut_off(server: Server) -> None:
    server.behave = serving.without_end(b" " * 256 * 1024)

    with pytest.raises(Failed, match="larger"):
        fetch(server)


def test_half_an_answer_is_none(server: Server) -> None:
    server.behave = serving.saying(b'{"quotes": [', length=200)
    with pytest.raises(Failed, match="no whole answer"):
        fetch(server)

    server.behave = serving.chunked_half(b'{"quotes": [')
    with pytest.raises(Failed, match="no whole answer"):
        fetch(server)


def test_silence_ends_in_time(server: Server) -> None:
    server.behave = serving.silent(1)

    started = time.monotonic()
    with pytest.raises(Failed, match="in time"):
        fetch(server)
    assert time.monotonic() - started < 0.9


def test_an_answer_in_drops_ends_in_time(server: Server) -> None:
    server.behave = serving.without_end(b" ", pause=0.05)

    started = time.monotonic()
    with pytest.raises(Failed, match="did not end in time"):
        fetch(server)
    assert time.monotonic() - started < 1.5


def test_nobody_there_is_a_failure() -> None:
    hosts = Hosts(agreed=(), local={"127.0.0.1:9"})

    with pytest.raises(Failed, match="no whole answer"):
        fetching.fetch("http://127.0.0.1:9/", hosts=hosts, patience=HURRIED)


def test_no_proxy_of_the_machine_is_used(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    server.says(b"{}")

    assert fetch(server) == b"{}"
