"""The full workbook of the survey into PostgreSQL, rows a second from the file to the commit.

The reference reads the same workbook with python-calamine and copies its bare cells into a table
without index or constraint. Both run in this process, ours first; a path given is used as it is.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from django.conf import settings
from django.db import connection
from python_calamine import CalamineWorkbook

from marketplace import embedded
from remittances import services
from tests import databases, workbook

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
_WIDEST = 47


def bare(path: Path, url: str) -> int:
    """Read every sheet and copy its cells as text; return how many rows that were."""
    count, book = 0, CalamineWorkbook.from_path(path)
    columns = ", ".join(f"c{number} text" for number in range(_WIDEST))
    with psycopg.connect(url) as owner, owner.cursor() as cursor:
        cursor.execute(f"CREATE TABLE bare ({columns})")
        with cursor.copy("COPY bare FROM STDIN") as copying:
            for name in book.sheet_names:
                for row in book.get_sheet_by_name(name).iter_rows():
                    copying.write_row([*map(str, row), *[None] * (_WIDEST - len(row))])
                    count += 1
    return count


def measure(path: Path, url: str) -> None:
    """Print the line of one workbook."""
    began = time.perf_counter()
    rows = services.import_file(path=path, now=NOW).dataset.rows_read
    ours = rows / (time.perf_counter() - began)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    began = time.perf_counter()
    plain = bare(path, url) / (time.perf_counter() - began)
    line = {
        "bench": "import.full",
        "value": round(ours),
        "unit": "rows/s",
        "reference": round(plain),
        "ratio": round(ours / plain, 2),
        "rows": rows,
        "peak_mib": peak,
    }
    print(json.dumps(line), flush=True)  # noqa: T201  The line is what the benchmark is for.


def main() -> None:
    """Write the workbook unless one is named, and measure in a database of its own."""
    server = embedded.server(settings.VAR) if settings.DATABASE_IS_EMBEDDED else None
    name = f"{databases.PREFIX}_clone_{os.getpid()}_bench"
    with server.held() if server else nullcontext(), TemporaryDirectory() as folder:
        path = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder) / "rpw.xlsx"
        if not path.exists():
            workbook.write(path, rows=workbook.FULL, full=True)
        databases.clone(databases.template(), name)
        databases.use(name)
        try:
            measure(path, databases.address(settings.DATABASE_ADMIN_URL, name))
        finally:
            connection.close()
            databases.drop(name)


if __name__ == "__main__":
    main()
