"""Instant matching of 100,000 contributions by the pure rules, beside a plain ORM one by one.

Both work out the same programme: 1/2, a cap for each giver, a pot that runs out. The plain one does
it as one would write it first: lock the pool, add up the giver's earlier matches, write one row. A
third number is our whole batch path, database, ledger and log included.
"""

from __future__ import annotations

import json
import os
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
from projects.matching.allocation import Turn, allocate
from projects.matching.caps import Usage
from tests import databases
from tests.make import matching as make

CONTRIBUTIONS = 100_000
IN_DATABASE = 2_000
SECONDS = 4.0
CAP = 500_00
POT = 2_000_000_00
TERMS: dict[str, object] = {"rate": [1, 2], "caps": [{"scope": "donor", "amount": CAP}]}

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
    result = allocate(turns, pot_minor=POT, usage=Usage())
    elapsed = time.perf_counter() - began
    given = sum(outcome.minor for outcome in result.outcomes.values())
    if given + result.pot_minor != POT:
        raise ArithmeticError(f"{POT} became {given} and {result.pot_minor}")
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


def in_database() -> float:
    programme_id = make.programme(pot_minor=POT, **TERMS).programme_id
    with transaction.atomic():
        for n in range(IN_DATABASE):
            make.counted(make.gift(amount(n), donor=donor(n)))
    began = time.perf_counter()
    while services.allocate_due(programme_id=programme_id, now=make.NOON):
        pass
    return IN_DATABASE / (time.perf_counter() - began)


def main() -> None:
    """Print one line of JSON."""
    server = embedded.server(settings.VAR) if settings.DATABASE_IS_EMBEDDED else None
    name = f"{databases.PREFIX}_clone_{os.getpid()}_bench"
    with server.held() if server else nullcontext():
        databases.clone(databases.template(), name)
        databases.use(name)
        with database.as_owner(), connection.schema_editor() as editor:
            for model in (PlainPool, PlainMatch):
                editor.create_model(model)
        value, reference, batches = pure(), plain(), in_database()
        connection.close()
        databases.drop(name)
    print(  # noqa: T201  The line is what the benchmark is for.
        json.dumps(
            {
                "bench": "matching",
                "value": round(value),
                "unit": "contributions/s",
                "reference": round(reference),
                "ratio": round(value / reference, 2),
                "in_database": round(batches),
            }
        )
    )


if __name__ == "__main__":
    main()
