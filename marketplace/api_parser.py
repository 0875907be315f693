"""Reading the JSON that programs send, strictly: no object says the same thing twice."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from ninja.parser import Parser

if TYPE_CHECKING:
    from django.http import HttpRequest

LONGEST_ECHO = 40


class SaidTwice(ValueError):
    """A JSON object has a key more than once. Taking either value would be a guess."""

    code = "asked_twice"

    def __init__(self, key: str, times: int) -> None:
        self.field = key[:LONGEST_ECHO]
        self.message = f"“{self.field}” is given {times} times; give it once."
        super().__init__(self.message)


class StrictParser(Parser):
    """JSON as RFC 8259 wants it to interoperate: the names of an object are unique (section 4)."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        """Return the body of a request.

        Raises:
            SaidTwice: An object in it, however deep, has a key more than once.
            ValueError: It is no JSON.
        """
        document: dict[str, Any] = json.loads(request.body, object_pairs_hook=_object)
        return document


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    (key, times), *_ = Counter(name for name, _ in pairs).most_common(1) or [("", 1)]
    if times > 1:
        raise SaidTwice(key, times)
    return dict(pairs)
