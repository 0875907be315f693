"""Stored quotes for the benchmark of the comparison, made by the database itself.

Every corridor has as many services. Each was surveyed in every quarter, and each has a live price
that was captured again and again: a capture is a new row that supersedes the one before. So most of
a large table no longer stands, as it is where feeds are read by the hour. One surveyed row in
twenty was corrected by a later file.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice, permutations
from typing import TYPE_CHECKING

from psycopg import sql

from remittances import countries
from remittances.models import Country, Dataset, Provider, ProviderName

if TYPE_CHECKING:
    from datetime import datetime

    import psycopg

PAIR = ("KEN", "UGA")
AMOUNTS = (18_000, 45_000)
CORRIDORS, SERVICES, FIRMS = 360, 18, 60
CODES = (
    "KEN", "UGA", "TZA", "RWA", "GBR", "DEU", "USA", "FRA", "ITA", "SAU",
    "ARE", "CAN", "SWE", "NOR", "CHE", "AUS", "ZAF", "MYS", "JPN", "GHA",
)  # fmt: skip
_CELLS = "[" + ", ".join(f'"cell {n} of the row"' for n in range(20)) + "]"


@dataclass(frozen=True, slots=True)
class Size:
    """How many quarters were surveyed, and how often each live price was captured."""

    name: str
    quarters: int
    captures: int

    @property
    def rows(self) -> int:
        """Return how many rows that makes, corrections included."""
        services = CORRIDORS * SERVICES
        return services * (self.quarters + self.captures) + services * self.quarters // 20


SMALL = Size("250k", quarters=20, captures=18)
LARGE = Size("2500k", quarters=60, captures=323)

_COLUMNS = sql.SQL("""
INSERT INTO remittances_surveyedservice (
  id, dataset_id, row_key, supersedes_id, kind, period, collected_on, collected_at,
  sheet, row, origin_id, destination_id, raw, survey_id, name_id, provider_type, product,
  pay_in, pay_out, access_point, speed, currency, reference_rate, transparent, promotion, note,
  amount_1, denomination_1, fee_1, applied_rate_1, margin_pct_1, total_pct_1,
  amount_2, denomination_2, fee_2, applied_rate_2, margin_pct_2, total_pct_2
)
""")
# `t` counts quarters or captures from the oldest, `c` corridors, `s` services.
_SELECT = sql.SQL("""
SELECT {own},
  '', 1 + n % 100000, origin, destination, {cells}::jsonb, '',
  'Firm ' || (c + s) % {firms}, (ARRAY['Bank', 'Money Transfer Operator'])[1 + s % 2], '',
  (ARRAY['Cash', 'Bank account transfer', 'Debit card'])[1 + s % 3],
  (ARRAY['Cash', 'Bank account', 'Mobile wallet'])[1 + s % 3], '',
  (ARRAY['Less than one hour', 'Same day', 'Next day', '3-5 days'])[1 + s % 4],
  'KES', 0.00774293457220286, true, false, '',
  18000, 200, fee, 0.0077, margin, fee / 180 + margin,
  45000, 500, fee * 2, 0.0077, margin, fee * 2 / 450 + margin
FROM (
  SELECT n, n / {all} AS t, n % {all} / {services} AS c, n % {services} AS s
  FROM generate_series(0, {last}) AS n
) AS place
JOIN bench_corridor ON number = c
CROSS JOIN LATERAL (
  SELECT 100 + s * 37 + t % 13 AS fee, s::numeric / 10 AS margin
) AS price
WHERE {which}
ORDER BY n
""")
_KEY = "('0190{block}-0000-7000-8000-' || lpad(to_hex({number}), 12, '0'))::uuid"


def load(server: psycopg.Connection, size: Size, *, now: datetime) -> None:
    """Fill the empty tables of a database; `server` is connected as its owner."""
    quarters = _make_parents(size, now)
    server.execute(
        "CREATE TEMPORARY TABLE bench_corridor (number int, origin text, destination text)"
    )
    pairs = [PAIR, *(pair for pair in permutations(CODES, 2) if pair != PAIR)]
    with server.cursor().copy("COPY bench_corridor FROM STDIN") as rows:
        for number, pair in enumerate(islice(pairs, CORRIDORS)):
            rows.write_row((number, *pair))
    server.execute("SET session_replication_role = replica")  # References hold as they are made.
    for own, count, which in _kinds(size, quarters, now):
        server.execute(_COLUMNS + _rows(own, count, which))
    server.execute("SET session_replication_role = DEFAULT")
    server.execute("VACUUM ANALYZE remittances_surveyedservice")
    found = server.execute("SELECT count(*) FROM remittances_surveyedservice").fetchone()
    if found != (size.rows,):
        raise SystemExit(f"{size.rows} rows were to be loaded, {found} were.")


def _make_parents(size: Size, now: datetime) -> list[str]:
    """Write countries, firms and files; return the quarters, oldest first."""
    Country.objects.bulk_create(
        [
            Country(iso3=fact.iso3, iso2=fact.iso2, name=fact.name, currency=fact.currency)
            for fact in map(countries.country, CODES)
        ]
    )
    firms = [Provider(slug=f"firm-{n}", name=f"Firm {n}") for n in range(FIRMS)]
    Provider.objects.bulk_create(firms)
    ProviderName.objects.bulk_create(
        [ProviderName(spelling=firm.name, provider=firm) for firm in firms]
    )
    newest = now.year * 4 + (now.month - 1) // 3 - 1
    quarters = [f"{n // 4}_{n % 4 + 1}Q" for n in range(newest - size.quarters + 1, newest + 1)]
    files = [("1", n, Dataset.Kind.SURVEY) for n in range(size.quarters)]
    files += [("2", 0, Dataset.Kind.SURVEY)]
    files += [("3", n, Dataset.Kind.FEED) for n in range(size.captures)]
    Dataset.objects.bulk_create([_dataset(block, n, kind, now) for block, n, kind in files])
    return quarters


def _dataset(block: str, number: int, kind: Dataset.Kind, now: datetime) -> Dataset:
    return Dataset(
        id=f"0190000{block}-0000-7000-9000-{number:012x}",
        sha256=f"{block}{number:063x}",
        kind=kind,
        file_name=f"{kind} {number}",
        layout="rows",
        periods=[],
        rows_read=CORRIDORS * SERVICES,
        computed_by="nobody: made for a benchmark",
        licence="none",
        attribution="none",
        imported_at=now,
    )


def _kinds(size: Size, quarters: list[str], now: datetime) -> list[tuple[sql.Composable, int, str]]:
    """Return the columns of their own, how many and which rows, of each kind of row."""
    each = CORRIDORS * SERVICES
    dated = {"quarters": quarters, "now": now, "last": size.quarters - 1, "each": each}
    surveyed = ("'survey', ({quarters}::text[])[1 + t], "
                "({now}::timestamptz - interval '60 days' - (91 * ({last} - t)) * interval '1 day')"
                "::date, NULL::timestamptz")  # fmt: skip
    captured = ("'feed', {newest}, ({now}::timestamptz - ({last} - t) * interval '1 hour')::date, "
                "{now}::timestamptz - ({last} - t) * interval '1 hour'")  # fmt: skip
    live = {**dated, "last": size.captures - 1, "newest": quarters[-1]}
    corrected = _own("2", "0", "'s/' || n", _key("1", "n"), surveyed)
    captures = _own("3", "t", "'feed/' || c || '/' || s", _earlier("3"), captured)
    first = _own("1", "t", "'s/' || n", "NULL::uuid", surveyed)
    return [
        (_filled(first, dated), each * size.quarters, "true"),
        (_filled(corrected, dated), each * size.quarters, "n % 20 = 0"),
        (_filled(captures, live), each * size.captures, "true"),
    ]


def _own(block: str, file: str, key: str, earlier: str, rest: str) -> str:
    """Return what stands first in each row of a kind, its file and what it supersedes."""
    made = _KEY.format(block=f"000{block}", number="n")
    of = _KEY.format(block=f"000{block}", number=file).replace("-8000-", "-9000-")
    return f"{made}, {of}, {key}, {earlier}, {rest}"


def _filled(text: str, values: dict[str, object]) -> sql.Composable:
    literals = {name: sql.Literal(value) for name, value in values.items()}
    return sql.SQL(text).format(**literals)


def _key(block: str, number: str) -> str:
    return _KEY.format(block=f"000{block}", number=number)


def _earlier(block: str) -> str:
    """Return the key of the same price one capture earlier; the first supersedes nothing."""
    return f"CASE WHEN t > 0 THEN {_key(block, 'n - {each}')} END"


def _rows(own: sql.Composable, count: int, which: str) -> sql.Composable:
    return _SELECT.format(
        own=own,
        cells=sql.Literal(_CELLS),
        firms=sql.Literal(FIRMS),
        all=sql.Literal(CORRIDORS * SERVICES),
        services=sql.Literal(SERVICES),
        last=sql.Literal(count - 1),
        which=sql.SQL(which),
    )
