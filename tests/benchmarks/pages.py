"""Server time of the public pages, warm, at 8 connections on the embedded stack.

Prints one line a page: the 95th percentile in milliseconds. The reference, measured in the same
run, is `/healthz`, which does nothing but answer.
"""

from __future__ import annotations

import http.client
import json
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path

from django.conf import settings

from marketplace import embedded
from tests.stack import Stack, discard, new_stack

CONNECTIONS = 8
WARM_UP = 40
REQUESTS = 400
PAGES = {
    "healthz": "/healthz",
    "home": "/en/",
    "projects": "/en/projects/",
    "project": "/en/projects/{slug}/",
    "comparator": "/en/send/ken/uga/?amount=18000",
}


def main() -> None:
    """Start a seeded site and measure every page."""
    server = embedded.server(settings.VAR) if settings.DATABASE_IS_EMBEDDED else None
    with server.held() if server else nullcontext(), tempfile.TemporaryDirectory() as folder:
        site = new_stack(Path(folder) / "var", label="bench")
        try:
            site.start()
            slug = site.manage("seed", "--scenario", "small", "--seed", "1")["projects"][0]
            measured = {name: measure(site, path.format(slug=slug)) for name, path in PAGES.items()}
        finally:
            discard(site)
    reference = measured.pop("healthz")
    for name, value in measured.items():
        line = {
            "bench": f"pages_{name}_p95",
            "value": round(value, 1),
            "unit": "ms",
            "reference": round(reference, 1),
            "ratio": round(value / reference, 2),
        }
        print(json.dumps(line), flush=True)  # noqa: T201  A benchmark's output.


def measure(site: Stack, path: str) -> float:
    """Return the 95th percentile of the answer times, in milliseconds."""
    with ThreadPoolExecutor(max_workers=CONNECTIONS) as clients:
        list(clients.map(lambda _: ask(site.port, path, WARM_UP), range(CONNECTIONS)))
        times = clients.map(lambda _: ask(site.port, path, REQUESTS), range(CONNECTIONS))
        return statistics.quantiles([t for part in times for t in part], n=20)[18]


def ask(port: int, path: str, total: int) -> list[float]:
    """Ask again and again over one connection; return each answer's time in milliseconds."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    times = []
    for _ in range(total // CONNECTIONS):
        began = time.perf_counter()
        connection.request("GET", path, headers={"Host": f"localhost:{port}"})
        answer = connection.getresponse()
        answer.read()
        times.append((time.perf_counter() - began) * 1000)
        if answer.status != http.client.OK:
            raise SystemExit(f"{path} answered {answer.status}")
    connection.close()
    return times


if __name__ == "__main__":
    main()
