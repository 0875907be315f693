"""Quadratic rounds of a million claims in PostgreSQL.

`matching.quadratic_db` goes from the table of claims to what each of 2,000 projects gets, beside
reading every claim through the ORM. `matching.close` closes the programme for good by the service:
awards, ledger entries, log, and a share for each contribution. Each runs in a process of its own,
which tells the most memory it had, Django included; what Django has before is told as well.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import nullcontext
from dataclasses import dataclass

import psycopg
from django.conf import settings
from django.db import connection

from marketplace import embedded
from tests import databases
from tests.make import matching as make

CONTRIBUTIONS = 1_000_000
POT = 1_000_000_00
GIFTS = """
    SET session_replication_role = replica;  -- Rows of our own making need no checks.
    SELECT setseed(0.7);
    CREATE TEMPORARY TABLE gift AS
    SELECT n, 'contribution-' || n AS ref, floor(2000 * random() * random())::int AS project,
        'giver-' || floor(200000 * random())::int AS giver,
        100 + floor(10 ^ (1 + 4 * random()))::bigint AS minor,
        '2026-03-01T00:00:00Z'::timestamptz + n * interval '1 second' AS settled_at,
        gen_random_uuid() AS money
    FROM generate_series(1, %(contributions)s) AS n;
    INSERT INTO matching_counted_money (id, contribution_ref, campaign_key, project_id,
        amount_minor, currency, donor_key, facts, candidates, settled_at, counted_at)
    SELECT money, ref, 'campaign:' || project, lpad(project::text, 32, '0')::uuid,
        minor, 'EUR', giver, '{}', ARRAY[%(programme)s], settled_at, settled_at
    FROM gift;
    INSERT INTO matching_claim (id, programme_id, version_id, money_id, round_number,
        contribution_ref, campaign_key, project_id, donor_key, base_minor, reason, steps, moves,
        settled_at, taken_at)
    SELECT gen_random_uuid(), %(programme)s, %(version)s, money, 1,
        ref, 'campaign:' || project, lpad(project::text, 32, '0')::uuid, giver, minor, '',
        '[]', '[]', settled_at, settled_at
    FROM gift;
    DROP TABLE gift;
    RESET session_replication_role;
"""


@dataclass(frozen=True)
class Run:
    """What one side took and found."""

    seconds: float
    matched: int
    mib: int
    before_mib: int
    shares: int
    awards: int


def run(name: str, programme_id: str, side: str) -> Run:
    """Run one side in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks._claims", name, programme_id, side]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found = Run(**json.loads(done.stdout))
    if found.matched != POT:
        raise SystemExit(f"{POT} was to be given, {found.matched} was.")
    return found


def say(name: str, ours: Run, **more: float) -> None:
    line = {
        "bench": f"matching.{name}",
        "value": round(CONTRIBUTIONS / ours.seconds),
        "unit": "contributions/s",
        "seconds": round(ours.seconds, 2),
        "peak_mib": ours.mib,
        "before_mib": ours.before_mib,
        **more,
    }
    print(json.dumps(line), flush=True)  # noqa: T201  The line is what the benchmark is for.


def fill(name: str) -> str:
    """Publish a programme and give it a million claims; return its id."""
    version = make.programme(
        pot_minor=POT,
        allocation="quadratic_close",
        window=["2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"],
    )
    known = {
        "programme": version.programme_id,
        "version": version.pk,
        "contributions": CONTRIBUTIONS,
    }
    url = databases.address(settings.DATABASE_ADMIN_URL, name)
    with psycopg.connect(url, autocommit=True, cursor_factory=psycopg.ClientCursor) as owner:
        owner.execute(GIFTS, known)
        owner.execute("VACUUM ANALYZE matching_claim, matching_counted_money")
    return str(version.programme_id)


def main() -> None:
    """Print one line of JSON for each way."""
    server = embedded.server(settings.VAR) if settings.DATABASE_IS_EMBEDDED else None
    name = f"{databases.PREFIX}_clone_{os.getpid()}_bench"
    with server.held() if server else nullcontext():
        databases.clone(databases.template(), name)
        databases.use(name)
        try:
            programme_id = fill(name)
            ours, plain = (run(name, programme_id, side) for side in ("added_up", "row_by_row"))
            say(
                "quadratic_db",
                ours,
                reference=round(CONTRIBUTIONS / plain.seconds),
                ratio=round(plain.seconds / ours.seconds, 2),
                reference_peak_mib=plain.mib,
            )
            done = run(name, programme_id, "closed")
            say("close", done, shares=done.shares, awards=done.awards)
        finally:
            connection.close()
            databases.drop(name)


if __name__ == "__main__":
    main()
