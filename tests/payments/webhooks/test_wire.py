"""Bad deliveries as they come over the wire to the real server, where the test client cannot go."""

from __future__ import annotations

import gzip
import json
from contextlib import closing
from http.client import HTTPConnection
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psycopg
import pytest
import requests
from django.conf import settings

from tests import databases
from tests.payments.webhooks.signing import event, signature

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.stack import Stack

BODY = json.dumps(event(key="evt_over_the_wire")).encode()
MIB = 1024 * 1024


def in_pieces(body: bytes, *, size: int) -> Iterator[bytes]:
    """Yield a body so that its length is not announced."""
    for start in range(0, len(body), size):
        yield body[start : start + size]


def announced(url: str, **headers: str) -> int:
    """Announce a body, send the beginning of it, and return the answer that comes at once."""
    parts = urlsplit(url)
    with closing(HTTPConnection(parts.hostname or "", parts.port, timeout=20)) as line:
        line.putrequest("POST", parts.path)
        for name, value in headers.items():
            line.putheader(name, value)
        line.endheaders(b"a\r\n{         \r\n")
        return line.getresponse().status


def events_kept(stack: Stack) -> int:
    address = databases.address(settings.DATABASE_URL, stack.database)
    with psycopg.connect(address) as connection:
        row = connection.execute("SELECT count(*) FROM webhooks_inboxevent").fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.stack
@pytest.mark.promise("I4")
@pytest.mark.promise("I5")
def test_packed_chunked_and_huge_bodies_are_refused_by_the_running_site(stack: Stack) -> None:
    url, before = stack.url("/payments/webhooks/stripe/"), events_kept(stack)
    signed = {"Stripe-Signature": signature(BODY)}

    answers = {
        "chunked": requests.post(url, data=in_pieces(BODY, size=50), headers=signed, timeout=20),
        "gzip": requests.post(
            url,
            data=gzip.compress(BODY, mtime=0),
            headers=signed | {"Content-Encoding": "gzip"},
            timeout=20,
        ),
        "GET": requests.get(url, timeout=20),
        "PUT": requests.put(url, data=BODY, headers=signed, timeout=20),
        "HEAD": requests.head(url, timeout=20),
    }

    assert {name: answer.status_code for name, answer in answers.items()} == {
        "chunked": 400,
        "gzip": 400,
        "GET": 405,
        "PUT": 405,
        "HEAD": 405,
    }
    assert announced(url, **{"Content-Length": str(10 * MIB)}) == 413
    assert announced(url, **{"Transfer-Encoding": "chunked"}) == 400
    assert events_kept(stack) == before
