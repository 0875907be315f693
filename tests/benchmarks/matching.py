"""Instant matching: the pure rules beside a plain ORM, and the job beside itself one by one.

`matching`: 100,000 contributions by the pure rules, and what one would write first: lock the pool,
add up the giver's earlier matches, write one row. Both work out the same programme: 1/2, a cap for
each giver, a pot that runs out. `matching.instant`: one hot pot with three caps, decided on by the
job in batches of a thousand, with database, ledger, tally and log, beside the same job that takes
one contribution at a time.
"""

from __future__ import annotations

import json
import os
import resource
import time
from contextlib import nullcontext
from datetime import timedelta
from itertools import count
from typing import ClassVar

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import F, Sum

from marketplace import database, embedded
from projects.matching import services
from projects.matching.allocation import Pots, Turn, allocate
from projects.matching.services import allocations
from projects.matching.tally import Tally
from tests import databases
from tests.make import matching as make

CONTRIBUTIONS = 100_000
BATCH = 1_000
BATCHES, SINGLES = 3, 200
SECONDS = 4.0
CAP = 500_00
POT = 2_000_000_00
TERMS: dict[str, object] = {"rate": [1, 2], "caps": [{"scope": "donor", "amount": CAP}]}
HOT: dict[str, object] = {
    "rate": [1, 2],
    "caps": [
        {"scope": "donor", "amount": CAP},
        {"scope": "donor_project", "period": "month", "amount": CAP},
        {"scope": "project", "amount": POT},
    ],
}

_serial = count(1)


class PlainPool(models.Model):
    """A pool as one would write it first."""

    left_minor = models.BigIntegerField()

    objects: ClassVar[models.Manager[PlainPool]] = models.Manager()

    class Meta:
        app_label = "benchmark"

    def __str__(self) -> str:
        return f"{self.left_minor}"


class PlainMatch(models.Model):
    """A match as one would write it first."""

    pool = models.ForeignKey(PlainPool, models.PROTECT)
    donor = models.CharField(max_length=64, db_index=True)
    amount_minor = models.BigIntegerField()

    objects: ClassVar[models.Manager[PlainMatch]] = models.Manager()

    class Meta:
        app_label = "benchmark"

    def __str__(self) -> str:
        return f"{self.amount_minor}"


def amount(n: int) -> int:
    return 10_00 + n * 7_919 % 990_00


def donor(n: int) -> str:
    return f"d{n * 31 % 20_000}"


def pure() -> float:
    """Return contributions a second."""
    rule = make.rule(**TERMS)
    turns = [
        Turn(
            rule,
            make.money(
                amount(n),
                ref=f"c{n:06}",
                donor=donor(n),
                settled_at=make.NOON + timedelta(seconds=n // 3),
            ),
        )
        for n in range(CONTRIBUTIONS)
    ]
    began = time.perf_counter()
    result = allocate(turns, tally=Tally(), pots=Pots({"": POT}, POT))
    elapsed = time.perf_counter() - began
    given, left = sum(outcome.minor for outcome in result.outcomes.values()), result.pots.left[""]
    if given + left != POT:
        raise ArithmeticError(f"{POT} became {given} and {left}")
    return CONTRIBUTIONS / elapsed


@transaction.atomic
def match_plainly(pool_id: int, n: int) -> None:
    pool = PlainPool.objects.select_for_update().get(pk=pool_id)
    earlier = PlainMatch.objects.filter(pool=pool, donor=donor(n))
    used = earlier.aggregate(total=Sum("amount_minor", default=0))["total"]
    minor = min(amount(n) // 2, CAP - used, pool.left_minor)
    PlainMatch.objects.create(pool=pool, donor=donor(n), amount_minor=minor)
    PlainPool.objects.filter(pk=pool_id).update(left_minor=F("left_minor") - minor)


def plain() -> float:
    pool = PlainPool.objects.create(left_minor=POT)
    match_plainly(pool.pk, next(_serial))
    done, began = 0, time.perf_counter()
    while time.perf_counter() - began < SECONDS:
        match_plainly(pool.pk, next(_serial))
        done += 1
    return done / (time.perf_counter() - began)


def by_the_job(programme_id: str, *, batch: int, batches: int) -> float:
    """Return contributions a second from counted to matched, in batches of this size."""
    with transaction.atomic():
        for _ in range(batch * batches):
            n = next(_serial)
            make.counted(make.gift(amount(n), donor=donor(n)))
    allocations.BATCH = batch
    began = time.perf_counter()
    done = sum(
        services.allocate_due(programme_id=programme_id, now=make.NOON) for _ in range(batches)
    )
    elapsed = time.perf_counter() - began
    if done != batch * batches:
        raise ArithmeticError(f"{done} of {batch * batches} were decided on.")
    return done / elapsed


def instant() -> dict[str, object]:
    programme_id = make.programme(pot_minor=POT, **HOT).programme_id
    by_the_job(programme_id, batch=1, batches=5)  # Plans and caches are not measured.
    single = by_the_job(programme_id, batch=1, batches=SINGLES)
    value = by_the_job(programme_id, batch=BATCH, batches=BATCHES)
    return {
        "value": round(value),
        "reference": round(single),
        "ratio": round(value / single, 2),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def say(name: str, **figures: object) -> None:
    line = {"bench": name, "unit": "contributions/s", **figures}
    print(json.dumps(line), flush=True)  # noqa: T201  The line is what the benchmark is for.


def main() -> None:
    """Print one line of JSON for each."""
    server = embedded.server(settings.VAR) if settings.DATABASE_IS_EMBEDDED else None
    name = f"{databases.PREFIX}_clone_{os.getpid()}_bench"
    with server.held() if server else nullcontext():
        databases.clone(databases.template(), name)
        databases.use(name)
        with database.as_owner(), connection.schema_editor() as editor:
            for model in (PlainPool, PlainMatch):
                editor.create_model(model)
        value, reference = pure(), plain()
        ratio = round(value / reference, 2)
        say("matching", value=round(value), reference=round(reference), ratio=ratio)
        say("matching.instant", **instant())
        connection.close()
        databases.drop(name)


if __name__ == "__main__":
    main()
