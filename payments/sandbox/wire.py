"""Requests and answers as plain values, so that everything above the socket is a function."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. Header names are lower-case."""

    verb: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer, whole."""

    status: int
    body: bytes
    content_type: str
    headers: tuple[tuple[str, str], ...] = ()

    def adding(self, **headers: str) -> Answer:
        """Return the answer with more headers; `request_id` is sent as `Request-Id`."""
        more = tuple((name.replace("_", "-").title(), value) for name, value in headers.items())
        return Answer(self.status, self.body, self.content_type, (*self.headers, *more))


def document(status: int, content: Mapping[str, Any]) -> Answer:
    """Return JSON, indented as Stripe indents it."""
    return Answer(status, render(content).encode(), "application/json")


def render(content: Mapping[str, Any]) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False)


def page(status: int, html: str) -> Answer:
    return Answer(status, html.encode(), "text/html; charset=utf-8")


def redirect(url: str) -> Answer:
    """Return a 303, after which the browser fetches `url` with GET."""
    return Answer(303, b"", "text/plain; charset=utf-8", (("Location", url),))
