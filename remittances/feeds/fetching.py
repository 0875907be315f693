"""Asking a feed's address: an agreed host only, over TLS, with an end to time and to size.

A host that leads to an address inside a network is not asked, unless the settings list it as local.
No redirect is followed: an agreed host that sends us elsewhere has not agreed to it. No proxy and
no password of this machine is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from remittances.feeds.connecting import NotPublic, Watch

if TYPE_CHECKING:
    from collections.abc import Collection

MOST_BYTES = 2 * 1024 * 1024
CONTENT_TYPE = "application/json"
_PIECE = 64 * 1024
_OK = 200
_REDIRECTS = range(300, 400)


class Refused(ValueError):
    """The address or its answer is one that we do not take."""


class Failed(ValueError):
    """No whole answer came."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an answer may take, in seconds: to connect, between two pieces, in all."""

    connect: float = 5
    read: float = 10
    whole: float = 30


@dataclass(frozen=True, slots=True)
class Hosts:
    """Whom we ask: hosts over TLS, and `host:port` of this machine without it, in tests only."""

    agreed: Collection[str]
    local: Collection[str] = ()

    def check(self, url: str) -> None:
        """Refuse an address that is not agreed.

        Raises:
            Refused: The address is of another host, another port, or not over TLS.
        """
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError as broken:
            msg = "this is not an address"
            raise Refused(msg) from broken
        if parts.username or parts.password or not host:
            msg = "the address must be a plain host, without a name or password"
            raise Refused(msg)
        if parts.scheme == "http" and f"{host}:{port}" in self.local:
            return
        if parts.scheme != "https":
            msg = "only https is asked"
            raise Refused(msg)
        if host not in self.agreed or port not in {None, 443}:
            raise Refused(f"the host {host} is not on the list of agreed hosts")


def fetch(url: str, *, hosts: Hosts, patience: Patience | None = None) -> bytes:
    """Return the body of the answer.

    Raises:
        Refused: The address is not agreed or not public, or the answer is a redirect or another
            kind of content.
        Failed: No whole answer came in time, it is too long, or it is an error.
    """
    hosts.check(url)
    patience = patience or Patience()
    watch = Watch(connect=patience.connect, whole=patience.whole, local=hosts.local)
    with watch, requests.Session() as session:
        session.trust_env = False
        for scheme in ("http://", "https://"):
            session.mount(scheme, watch.adapter())
        try:
            with session.get(
                url,
                headers={"Accept": CONTENT_TYPE, "Accept-Encoding": "identity"},
                timeout=(patience.connect, patience.read),
                allow_redirects=False,
                stream=True,
            ) as answer:
                _in_time(watch)
                _check(answer)
                return _body(answer, watch)
        except NotPublic as inside:
            raise Refused(str(inside)) from inside
        except requests.Timeout as slow:
            msg = "there was no answer in time"
            raise Failed(msg) from slow
        except (requests.RequestException, HTTPError) as broken:
            _in_time(watch)
            raise Failed(f"no whole answer came ({type(broken).__name__})") from broken


def _check(answer: requests.Response) -> None:
    if answer.status_code in _REDIRECTS:
        raise Refused(f"it answers {answer.status_code} and sends us elsewhere; we do not follow")
    if answer.status_code != _OK:
        raise Failed(f"it answers {answer.status_code}")
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind != CONTENT_TYPE:
        raise Refused(f"it answers with “{kind[:60]}” instead of {CONTENT_TYPE}")
    if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
        msg = "it answers compressed, which was not asked for"
        raise Refused(msg)
    announced = answer.headers.get("Content-Length", "0")
    if announced.isdecimal() and int(announced) > MOST_BYTES:
        raise Failed(f"the answer is larger than {MOST_BYTES // 1024} KiB")


def _body(answer: requests.Response, watch: Watch) -> bytes:
    body = bytearray()
    while piece := answer.raw.read1(_PIECE):
        body += piece
        if len(body) > MOST_BYTES:
            raise Failed(f"the answer is larger than {MOST_BYTES // 1024} KiB")
        _in_time(watch)
    _in_time(watch)
    return bytes(body)


def _in_time(watch: Watch) -> None:
    """Refuse what came after the end: a connection that is cut off looks like one that ended."""
    if watch.is_over:
        msg = "the answer did not end in time"
        raise Failed(msg)
