"""People who give and ask for their money back while the site is being killed under them."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from threading import Event
from typing import TYPE_CHECKING, TypeVar

import requests
from django.conf import settings

from tests.payments.browser import pay
from tests.payments.giver import way_to_pay

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.stack import Stack

PROJECT = "solar-mango-dryers-makueni"
PATIENCE = 180
T = TypeVar("T")
REFUND = """
from django.utils import timezone
from payments.models import Payment
from payments.money import Money
from projects.funding import services
from projects.funding.models import Contribution
paid = Payment.objects.filter(page_key__in={pages!r}, state="settled")
for page, reference in paid.values_list("page_key", "reference"):
    services.refund_contribution(
        contribution_id=Contribution.objects.get(key=reference).pk,
        amount=Money(40_00, "EUR"), reason="Asked for.",
        requested_by="officer", now=timezone.now(), idempotency_key="once",
    )
    print(page)
"""


@dataclass
class People:
    """Who has given, as far as they were told so by the page they came back to."""

    site: Stack
    pages: list[str] = field(default_factory=list)  # On which they paid and were told so.
    tries: int = 0
    over: Event = field(default_factory=Event)

    def give(self, gifts: int) -> None:
        """Give 100.00 each, beginning anew or pressing Pay again where nothing answers."""
        for _ in range(gifts):
            page = _until_done(self._go_to_pay)
            _until_done(partial(_paid, page))
            self.pages.append(page)

    def ask_back(self, pages: list[str]) -> None:
        """Have 40.00 given back of each gift, asking until all of them have been asked for."""
        _until_done(lambda: _asked(self.site, [page.rpartition("/")[2] for page in pages]))

    def _go_to_pay(self) -> str:
        self.tries += 1  # Another person each time: a rule may limit what one is matched.
        email = f"giver-{id(self)}-{self.tries}@example.org"
        return way_to_pay(self.site.url(""), PROJECT, email=email)

    def give_and_ask_back(self, gifts: int) -> None:
        """Give, and have a part of every other gift given back, in two rounds."""
        for round_of in (gifts // 2, gifts - gifts // 2):
            self.give(round_of)
            self.ask_back(self.pages[-round_of::2])

    @contextmanager
    def busy(self, gifts: int) -> Iterator[None]:
        """Give and ask back beside the block, while reconciliation runs over and over."""
        with ThreadPoolExecutor(2) as pool:
            given = pool.submit(self.give_and_ask_back, gifts)
            compared = pool.submit(self._reconcile)
            try:
                yield
                given.result()
            finally:
                self.over.set()
            compared.result()

    def _reconcile(self) -> None:
        while not self.over.wait(1):
            _manage(self.site, "reconcile", "--json")  # It may well fail for what was killed.


def _paid(page: str) -> None:
    answer = pay(page)
    assert answer.status_code == 303, answer.status_code
    assert "/done/" in answer.headers["Location"], answer.headers["Location"]


def _asked(site: Stack, pages: list[str]) -> None:
    done = _manage(site, "shell", "--no-imports", "--command", REFUND.format(pages=pages))
    assert done.returncode == 0, done.stderr[-500:]
    assert sorted(done.stdout.split()) == sorted(pages), done.stdout


def _manage(site: Stack, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env=site.environment,
        capture_output=True,
        text=True,
        check=False,
    )


def _until_done(act: Callable[[], T]) -> T:
    """Act as somebody does whom nothing stops: again and again, for as long as it takes."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return act()
        except (AssertionError, requests.RequestException, KeyError, IndexError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.3)
