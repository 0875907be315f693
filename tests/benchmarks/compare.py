"""The page of results over 250 thousand and 2.5 million stored quotes.

One process asks for the pages of sixty corridors in turn through the whole of Django, without a
network. A page is drawn anew each time, or given as it was kept. The reference is an empty page of
Wagtail in the same frame: routed and served by Wagtail, with no more on it than header and footer.
"""

from __future__ import annotations

import json
import logging
import os
import statistics
import time
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from itertools import cycle, islice, permutations
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import psycopg
from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.template.backends.django import Template
from django.test import Client
from django.utils import timezone
from wagtail.models import Page

from cms.pages.services import ensure_home
from marketplace import embedded
from remittances.figures import services as figures
from tests import databases
from tests.benchmarks import _stored_quotes
from tests.benchmarks._stored_quotes import LARGE, SMALL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.benchmarks._stored_quotes import Size

REQUESTS = 300
CORRIDORS = 60
OK = 200


@dataclass(slots=True)
class Request:
    """What one request took, in milliseconds, and how many queries it made."""

    whole: float = 0
    queries: int = 0
    in_queries: float = 0
    in_templates: float = 0


@dataclass(slots=True)
class Measured:
    """All requests over one size of table."""

    size: Size
    drawn: list[Request] = field(default_factory=list)
    drawn_rate: float = 0
    kept_rate: float = 0
    reference_rate: float = 0

    def median(self, name: str) -> float:
        """Return the median of one figure over the requests."""
        return float(statistics.median(getattr(one, name) for one in self.drawn))


def main() -> None:
    """Load both sizes, measure them, and print one JSON line a figure."""
    logging.disable(logging.CRITICAL)
    server = embedded.server(settings.VAR) if settings.DATABASE_IS_EMBEDDED else None
    with server.held() if server else nullcontext():
        small, large = (measured(size) for size in (SMALL, LARGE))
    for found in (small, large):
        tell(found)
    growth = large.median("in_queries") / small.median("in_queries")
    say("growth", growth, "times", goal=1.3, of="median query time, large table to small")


def measured(size: Size) -> Measured:
    """Return the figures of one size, over a database of its own."""
    name = f"{databases.PREFIX}_clone_{os.getpid()}_{size.name}"
    databases.clone(databases.template(), name)
    databases.use(name)
    try:
        with psycopg.connect(
            databases.address(settings.DATABASE_ADMIN_URL, name), autocommit=True
        ) as owner:
            _stored_quotes.load(owner, size, now=timezone.now())
            figures.rebuild()
            owner.execute("VACUUM ANALYZE")
        return _measured(size)
    finally:
        connection.close()
        databases.drop(name)


def _measured(size: Size) -> Measured:
    found, client, plain = Measured(size), Client(), _plain_page()
    pairs = [_stored_quotes.PAIR, *islice(permutations(_stored_quotes.CODES, 2), CORRIDORS - 1)]
    paths = [f"/en/send/{one.lower()}/{other.lower()}/?amount=20000" for one, other in pairs]
    for path in (*paths, plain):
        _ask(client, path)  # Templates, plans and pages of the table are warm.
    for path in islice(cycle(paths), REQUESTS):
        caches["pages"].clear()
        found.drawn.append(_timed(client, path))
    found.drawn_rate = _rate(client, paths, before=caches["pages"].clear)
    found.kept_rate = _rate(client, paths)
    with patch.object(Page, "template", "base.html"):
        found.reference_rate = _rate(client, [plain])
    return found


def _plain_page() -> str:
    """Add an empty page below the English home page; return its address."""
    home = ensure_home(now=timezone.now())
    home.add_child(instance=Page(title="Plain", slug="plain", locale=home.locale))
    return "/en/plain/"


def _ask(client: Client, path: str) -> None:
    with patch.object(Page, "template", "base.html"):
        status = client.get(path).status_code
    if status != OK:
        raise SystemExit(f"{path} answered {status}")


def _timed(client: Client, path: str) -> Request:
    one = Request()

    def query(execute: Callable[..., Any], *call: Any) -> Any:  # noqa: ANN401  Django's own.
        began = time.perf_counter()
        try:
            return execute(*call)
        finally:
            one.queries += 1
            one.in_queries += (time.perf_counter() - began) * 1000

    with connection.execute_wrapper(query), _drawing(one):
        began = time.perf_counter()
        client.get(path)
        one.whole = (time.perf_counter() - began) * 1000
    return one


@contextmanager
def _drawing(one: Request) -> Iterator[None]:
    """Add up the time in templates; one that is drawn inside another is part of it."""
    render, open_now = Template.render, list[Template]()

    def timed(self: Template, *call: Any, **more: Any) -> Any:  # noqa: ANN401  Django's own.
        open_now.append(self)
        began = time.perf_counter()
        try:
            return render(self, *call, **more)
        finally:
            open_now.pop()
            one.in_templates += 0 if open_now else (time.perf_counter() - began) * 1000

    with patch.object(Template, "render", timed):
        yield


def _rate(client: Client, paths: list[str], *, before: Callable[[], None] | None = None) -> float:
    """Return requests a second, one after the other."""
    for path in paths:
        client.get(path)
    began = time.perf_counter()
    for path in islice(cycle(paths), REQUESTS):
        if before:
            before()
        client.get(path)
    return REQUESTS / (time.perf_counter() - began)


def tell(found: Measured) -> None:
    """Print the lines of one size."""
    at, rows = found.size.name, found.size.rows
    times = [one.in_queries for one in found.drawn]
    most = max(one.queries for one in found.drawn)
    p95 = statistics.quantiles(times, n=20)[18]
    p50 = round(statistics.median(times), 2)
    say(f"{at}.queries", most, "queries", goal=4, rows=rows)
    say(f"{at}.query_p95", p95, "ms", goal=3, p50=p50, rows=rows)
    whole, template = found.median("whole"), found.median("in_templates")
    rest = whole - template - found.median("in_queries")
    say(f"{at}.page", whole, "ms", in_queries=p50, in_templates=template, in_the_rest=rest)
    for name, rate, goal in (("drawn", found.drawn_rate, 2), ("kept", found.kept_rate, 15)):
        reference = found.reference_rate
        ratio = rate / reference
        say(f"{at}.{name}", rate, "requests/s", reference=reference, ratio=ratio, goal=goal)


def say(name: str, value: float, unit: str, **more: float | str) -> None:
    shown = {key: round(of, 2) if isinstance(of, float) else of for key, of in more.items()}
    line = {"bench": f"compare.{name}", "value": round(value, 2), "unit": unit, **shown}
    print(json.dumps(line), flush=True)  # noqa: T201  A benchmark's output.


if __name__ == "__main__":
    main()
