"""Holding match on one hot programme while many give at once, beside the way in seven statements.

`services.reserve` as a request calls it, without the provider and without HTTP, on a programme with
three caps. The reference decides the same with the statements one would write first: lock the
programme, read its pot, read the counters, post the entry, write the reservation, move the
counters, write the log. It need not ask which programmes there are, nor what was held, nor word an
answer. Clients are threads of two processes, as the web server has them, each with its connection.
Both ways take turns; a line is the median of its rounds. At the end every pot must have to the cent
what was not held, and the books and the tally must agree with the rows.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import threading
import time
from contextlib import nullcontext
from functools import partial
from itertools import count
from statistics import median, quantiles
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings
from django.db import connection, transaction

from marketplace import embedded
from payments.ledger import selectors as ledger
from payments.ledger.services import post
from projects.matching import allocation, caps, engine, selectors, services
from projects.matching.instant.outcomes import Pots, Turn
from projects.matching.models import (
    MatchTransition,
    Programme,
    ProgrammeVersion,
    Reservation,
    TallyCounter,
)
from projects.matching.services import entries
from projects.matching.services.reservations import LONGEST
from projects.matching.tally import Key, Tally, as_rows
from tests import databases
from tests.make import matching as make

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.queues import Queue
    from multiprocessing.synchronize import Barrier

    from projects.matching.gifts import Gift
    from projects.matching.instant.outcomes import Outcome

    Reserve = Callable[[Gift], int]

CROWDS = (8, 64)
PROCESSES = 2
ROUNDS = 3
SECONDS = 3.0
CAP = 500_00
POT = 2_000_000_000_00
OURS, THEIRS = "KEN", "MDA"


class Measured(NamedTuple):
    """Reservations a second, and how long one took, in milliseconds."""

    rate: float
    p50: float
    p95: float


def by_the_service(gift: Gift) -> int:
    return services.reserve(gift=gift, now=make.NOON).match.minor


class InSevenStatements:
    """The same decision and the same rows, as one would write it first."""

    def __init__(self, version: ProgrammeVersion) -> None:
        """Take the terms, which need not be asked for."""
        self.version, self.rule = version, version.rule

    @transaction.atomic
    def __call__(self, gift: Gift) -> int:
        """Hold what a gift gets; return it in minor units."""
        programme = Programme.objects.select_for_update(no_key=True).get(pk=self.rule.programme_id)
        pot = engine.pot(programme.pk, programme.currency)
        left = ledger.balance(pot).left
        money = gift.counted(settled_at=make.NOON, initiated_at=make.NOON)
        tally = self._tally(caps.keys(self.rule, money))
        outcome = allocation.decide(Turn(self.rule, money), tally=tally, pots=Pots({"": left}, POT))
        row = self._reservation(gift, outcome)
        currency = programme.currency
        post([entries.hold(row, currency=currency, at=make.NOON, until=make.NOON + LONGEST)])
        row.save(force_insert=True)
        tally.move(outcome.moves)
        self._write(tally)
        MatchTransition.objects.create(
            subject=MatchTransition.Subject.RESERVATION,
            subject_id=row.pk,
            contribution_ref=row.contribution_ref,
            to_state=row.state,
            facts={"amount_minor": row.amount_minor, "programme": row.programme_id},
            at=make.NOON,
        )
        return row.amount_minor

    def _tally(self, keys: frozenset[Key]) -> Tally:
        rows = TallyCounter.objects.filter(
            programme=self.rule.programme_id, whose__in={key.whose for key in keys}
        )
        return Tally([(row.key, row.minor) for row in rows])

    def _reservation(self, gift: Gift, outcome: Outcome) -> Reservation:
        return Reservation(
            contribution_ref=gift.contribution_ref,
            number=1,
            programme_id=self.rule.programme_id,
            version=self.version,
            campaign_key=gift.campaign_key,
            project_id=gift.project_id,
            donor_key=gift.donor_key,
            facts=gift.facts,
            base_minor=gift.amount.minor,
            amount_minor=outcome.minor,
            parts=outcome.parts,
            moves=as_rows(outcome.moves),
            ledger_key=f"match_reserved:{gift.contribution_ref}:1",
            held_since=make.NOON,
            expires_at=make.NOON + LONGEST,
        )

    def _write(self, tally: Tally) -> None:
        moved = {key for key, _ in tally.changed()}
        TallyCounter.objects.bulk_create(
            [
                TallyCounter(programme_id=self.rule.programme_id, minor=minor, **key._asdict())
                for key, minor in tally.items()
                if key in moved
            ],
            update_conflicts=True,
            unique_fields=["programme", "whose", "measure", "scope", "period", "layer"],
            update_fields=["minor"],
        )


def terms(country: str) -> dict[str, object]:
    """Return three caps, and that the programme is for one country: each way has its own."""
    return {
        "rate": [1, 2],
        "eligible": [{"field": "project.country", "op": "eq", "value": country}],
        "caps": [
            {"scope": "donor", "amount": CAP},
            {"scope": "donor_project", "period": "month", "amount": CAP},
            {"scope": "project", "amount": POT},
        ],
    }


def gift(name: str, country: str) -> Gift:
    return make.gift(100_00, ref=name, donor=name, country=country)


def _client(reserve: Reserve, country: str, name: str, ready: Barrier, took: list[float]) -> None:
    """Give again and again, always somebody new."""
    gifts = (gift(f"{name}-{n}", country) for n in count())
    reserve(next(gifts))  # Plans and connections are not measured.
    ready.wait()
    until = time.perf_counter() + SECONDS
    while (began := time.perf_counter()) < until:
        reserve(next(gifts))
        took.append(time.perf_counter() - began)
    connection.close()


def _process(
    reserve: Reserve, country: str, clients: int, ready: Barrier, done: Queue[list[float]]
) -> None:
    took: list[float] = []
    names = [f"{os.getpid()}-{time.time_ns()}-{n}" for n in range(clients)]
    threads = [
        threading.Thread(target=_client, args=(reserve, country, name, ready, took))
        for name in names
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    done.put(took)


def crowded(reserve: Reserve, country: str, clients: int) -> Measured:
    """Return what clients see who all give to the same programme."""
    connection.close()
    fork = multiprocessing.get_context("fork")
    ready, done = fork.Barrier(clients), fork.Queue()
    work = partial(_process, reserve, country, clients // PROCESSES, ready, done)
    crowd = [fork.Process(target=work) for _ in range(PROCESSES)]
    for one in crowd:
        one.start()
    took = [each for _ in crowd for each in done.get(timeout=120)]
    for one in crowd:
        one.join()
    shares = quantiles(took, n=20)
    return Measured(len(took) / SECONDS, shares[9] * 1_000, shares[18] * 1_000)


def compared(reference: Reserve, clients: int) -> dict[str, float]:
    """Return the medians of both, measured in turns, and the median of their ratios."""
    pairs = [
        (crowded(by_the_service, OURS, clients), crowded(reference, THEIRS, clients))
        for _ in range(ROUNDS)
    ]
    return {
        "value": round(median(ours.rate for ours, _ in pairs)),
        "reference": round(median(other.rate for _, other in pairs)),
        "ratio": round(median(ours.rate / other.rate for ours, other in pairs), 2),
        "p50_ms": round(median(ours.p50 for ours, _ in pairs), 1),
        "p95_ms": round(median(ours.p95 for ours, _ in pairs), 1),
        "reference_p95_ms": round(median(other.p95 for _, other in pairs), 1),
    }


def check(programme_id: str) -> None:
    """Refuse a pot that does not have to the cent what was not held."""
    held = Reservation.objects.active().filter(programme=programme_id)
    given = sum(held.values_list("amount_minor", flat=True))
    left = selectors.left([programme_id])[programme_id].minor
    if given + left != POT:
        raise ArithmeticError(f"{POT} became {given} held and {left} left")


def measure() -> None:
    """Print one line of JSON for each crowd."""
    ours, other = (make.programme(pot_minor=POT, **terms(each)) for each in (OURS, THEIRS))
    for clients in CROWDS:
        figures = compared(InSevenStatements(other), clients)
        line = {"bench": f"matching.reserve.{clients}", "unit": "reservations/s", **figures}
        print(json.dumps(line), flush=True)  # noqa: T201  The line is what the benchmark is for.
    for programme_id in (ours.programme_id, other.programme_id):
        check(programme_id)
    if wrong := [*ledger.verify(), *selectors.verify_differences()]:
        raise ArithmeticError(f"The books do not agree: {wrong[0]}")


def main() -> None:
    """Measure in a database of its own."""
    server = embedded.server(settings.VAR) if settings.DATABASE_IS_EMBEDDED else None
    name = f"{databases.PREFIX}_clone_{os.getpid()}_bench"
    with server.held() if server else nullcontext():
        databases.clone(databases.template(), name)
        databases.use(name)
        try:
            measure()
        finally:
            connection.close()
            databases.drop(name)


if __name__ == "__main__":
    main()
