"""Entries a second through the database function, beside a ledger in plain ORM.

Both book the same settlements, one transaction each, in the same run on the same server. The plain
ledger has the same tables without a guard: it locks its accounts, writes the rows and adds up the
totals, one statement for each.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import nullcontext
from itertools import count
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import F

from marketplace import database, embedded
from payments.ledger import services
from payments.ledger.services import AccountKey, AccountKind, Entry, Posting
from tests import databases
from tests.make.ledger import NOON

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS = 4.0
GIVERS = 200

_serial = count(1)


class PlainAccount(models.Model):
    """An account as one would write it first."""

    key = models.CharField(max_length=200, unique=True)
    debits = models.BigIntegerField(default=0)
    credits = models.BigIntegerField(default=0)

    objects: ClassVar[models.Manager[PlainAccount]] = models.Manager()

    class Meta:
        app_label = "benchmark"

    def __str__(self) -> str:
        return self.key


class PlainEntry(models.Model):
    """An entry as one would write it first."""

    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=40)

    objects: ClassVar[models.Manager[PlainEntry]] = models.Manager()

    class Meta:
        app_label = "benchmark"

    def __str__(self) -> str:
        return self.key


class PlainPosting(models.Model):
    """A posting as one would write it first."""

    entry = models.ForeignKey(PlainEntry, models.PROTECT)
    account = models.ForeignKey(PlainAccount, models.PROTECT)
    amount_minor = models.BigIntegerField()

    objects: ClassVar[models.Manager[PlainPosting]] = models.Manager()

    class Meta:
        app_label = "benchmark"

    def __str__(self) -> str:
        return f"{self.amount_minor}"


PLAIN = (PlainAccount, PlainEntry, PlainPosting)


def settlement(number: int) -> Entry:
    giver = AccountKey(AccountKind.DONOR_CLEARING, f"giver-{number % GIVERS}", "EUR")
    return Entry(
        kind="charge",
        reference=f"gift-{number}",
        idempotency_key=f"charge-{number}",
        occurred_at=NOON,
        postings=(
            Posting(AccountKey(AccountKind.PROVIDER_CLEARING, "stripe", "EUR"), 100_00),
            Posting(giver, -100_00),
        ),
    )


@transaction.atomic
def post_plainly(entry: Entry) -> None:
    keys = [str(posting.account) for posting in entry.postings]
    for key in keys:
        PlainAccount.objects.get_or_create(key=key)
    locked = PlainAccount.objects.select_for_update().filter(key__in=keys).order_by("pk")
    accounts = {account.key: account for account in locked}
    written = PlainEntry.objects.create(key=entry.idempotency_key, kind=entry.kind)
    for posting in entry.postings:
        account = accounts[str(posting.account)]
        PlainPosting.objects.create(
            entry=written, account=account, amount_minor=posting.amount_minor
        )
        if posting.amount_minor > 0:
            account.debits = F("debits") + posting.amount_minor
        else:
            account.credits = F("credits") - posting.amount_minor
        account.save(update_fields=["debits", "credits"])


def rate(work: Callable[[], int]) -> float:
    """Return how many entries a second a piece of work writes."""
    work()  # Plans and connections are not what is measured.
    entries, began = 0, time.perf_counter()
    while time.perf_counter() - began < SECONDS:
        entries += work()
    return entries / (time.perf_counter() - began)


def one() -> int:
    return len(services.post([settlement(next(_serial))]))


def thousand() -> int:
    return len(services.post([settlement(next(_serial)) for _ in range(1_000)]))


def one_plainly() -> int:
    post_plainly(settlement(next(_serial)))
    return 1


def main() -> None:
    """Print one line of JSON."""
    server = embedded.server(settings.VAR) if settings.DATABASE_IS_EMBEDDED else None
    name = f"{databases.PREFIX}_clone_{os.getpid()}_bench"
    with server.held() if server else nullcontext():
        databases.clone(databases.template(), name)
        databases.use(name)
        with database.as_owner(), connection.schema_editor() as editor:
            for model in PLAIN:
                editor.create_model(model)
        value, batches, reference = rate(one), rate(thousand), rate(one_plainly)
        connection.close()
        databases.drop(name)
    print(  # noqa: T201  The line is what the benchmark is for.
        json.dumps(
            {
                "bench": "ledger",
                "value": round(value),
                "unit": "entries/s",
                "reference": round(reference),
                "ratio": round(value / reference, 2),
                "in_batches_of_1000": round(batches),
            }
        )
    )


if __name__ == "__main__":
    main()
