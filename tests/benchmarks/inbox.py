"""Provider events a second, from the first HTTP request to the last charge in the books.

A whole site runs as `make run` starts it. Payments are made and paid at the sandbox while it holds
its webhooks back; then their events are signed and posted over eight connections. The reference, of
the same requests, is how fast the site only takes them in.
"""

from __future__ import annotations

import json
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path

import requests
from django.conf import settings
from django.db import connection
from django.utils import timezone

from marketplace import embedded
from payments import checkout
from payments.ledger.models import Entry
from payments.sandbox import signing
from tests import databases
from tests.make import payments as make
from tests.payments.browser import pay
from tests.stack import Stack, discard, new_stack

CONNECTIONS = 8
EVENTS = 200
SECRET = "whsec_benchmark"
PATIENCE_SECONDS = 120


def main() -> None:
    """Start a site and print one line of JSON."""
    server = embedded.server(settings.VAR) if settings.DATABASE_IS_EMBEDDED else None
    with server.held() if server else nullcontext(), tempfile.TemporaryDirectory() as folder:
        site = new_stack(Path(folder) / "var", label="bench")
        site.extra["STRIPE_WEBHOOK_SECRET"] = SECRET
        try:
            site.start()
            measured = measure(site)
        finally:
            connection.close()
            discard(site)
    print(json.dumps(measured))  # noqa: T201  The line is what the benchmark is for.


def measure(site: Stack) -> dict[str, object]:
    """Deliver the events of many payments at once and wait for the books."""
    databases.use(site.database)
    sandbox = f"http://127.0.0.1:{site.sandbox_port}"
    settings.STRIPE_API_BASE = sandbox
    key = (settings.STRIPE_API_KEY, "")
    requests.post(
        f"{sandbox}/_sandbox/deliveries", json={"held": True}, auth=key, timeout=10
    ).raise_for_status()
    for _ in range(EVENTS):
        payment = make.payment(now=timezone.now())
        pay(checkout.open_page(payment_id=payment.pk, now=timezone.now()))
    bodies = happened(sandbox)
    if len(bodies) != EVENTS:
        raise SystemExit(f"{EVENTS} payments made {len(bodies)} events.")
    booked = Entry.objects.filter(kind="charge")
    before, began = booked.count(), time.perf_counter()
    with ThreadPoolExecutor(max_workers=CONNECTIONS) as crowd:
        parts = [bodies[n::CONNECTIONS] for n in range(CONNECTIONS)]
        list(crowd.map(lambda part: deliver(site, part), parts))
    taken_in = time.perf_counter() - began
    site.wait_for(lambda: booked.count() - before == EVENTS, seconds=PATIENCE_SECONDS)
    posted = time.perf_counter() - began
    return {
        "bench": "inbox",
        "value": round(EVENTS / posted, 1),
        "unit": "events/s",
        "reference": round(EVENTS / taken_in, 1),
        "ratio": round(taken_in / posted, 2),
    }


def happened(sandbox: str) -> list[bytes]:
    """Return one event of each payment, as the sandbox tells it."""
    bodies: list[bytes] = []
    asked = {"type": "checkout.session.completed", "limit": "100"}
    while True:
        page = requests.get(
            f"{sandbox}/v1/events", params=asked, auth=(settings.STRIPE_API_KEY, ""), timeout=20
        ).json()
        bodies += [json.dumps(event).encode() for event in page["data"]]
        if not page["has_more"]:
            return bodies
        asked["starting_after"] = page["data"][-1]["id"]


def deliver(site: Stack, bodies: list[bytes]) -> None:
    """Post events over one connection; each must be taken."""
    with requests.Session() as provider:
        for body in bodies:
            signature = signing.header(body, [SECRET], at=int(time.time()))
            answer = provider.post(
                site.url("/payments/webhooks/stripe/"),
                data=body,
                headers={"Stripe-Signature": signature, "Content-Type": "application/json"},
                timeout=30,
            )
            if answer.status_code != requests.codes.ok:
                raise SystemExit(f"The site answered {answer.status_code}.")


if __name__ == "__main__":
    main()
