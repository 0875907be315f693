"""Typed builders of prices: the real rows, and rows made up for one question."""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from remittances import services
from remittances.datasets import bundled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from remittances.services import ImportReport

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

ROW = {
    "period": "2026_3Q",
    "source_code": "KEN",
    "destination_code": "UGA",
    "firm": "Dahabshiil",
    "firm_type": "Money Transfer Operator",
    "payment instrument": "Cash",
    "speed actual": "Same day",
    "cc1 lcu amount": "18000",
    "cc1 denomination amount": "200",
    "cc1 lcu code": "KES",
    "cc1 lcu fee": "414",
    "cc1 lcu fx rate": "0.0077",
    "cc1 fx margin": "0.55",
    "cc1 total cost %": "2.85",
    "cc2 lcu amount": "45000",
    "cc2 denomination amount": "500",
    "cc2 lcu code": "KES",
    "cc2 lcu fee": "1067",
    "cc2 lcu fx rate": "0.0077",
    "cc2 fx margin": "0.55",
    "cc2 total cost %": "2.92",
    "inter lcu bank fx": "0.00774293457220286",
    "transparent": "Yes",
    "note1": "",
    "note2": "",
    "pick-up method": "Cash",
    "date": "14/Nov/2026",
    "corridor": "KENUGA",
}


def row(**changes: str) -> dict[str, str]:
    """Return one surveyed row; `cc1_lcu_fee="0"` changes the column `cc1 lcu fee`."""
    by_column = {name.replace(" ", "_").replace("-", "_"): name for name in ROW}
    return {**ROW, **{by_column.get(name, name): cell for name, cell in changes.items()}}


def csv_bytes(
    rows: Sequence[Mapping[str, str]], *, delimiter: str = ",", encoding: str = "utf-8"
) -> bytes:
    """Return rows as the bytes of a CSV file, the headings those of the first row."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def imported(
    rows: Sequence[Mapping[str, str]], *, now: datetime = NOW, name: str | None = None
) -> ImportReport:
    """Import rows as one file."""
    content = csv_bytes(rows)
    file_name = name or f"{hashlib.sha256(content).hexdigest()[:8]}.csv"
    return services.import_bytes(file_name=file_name, content=content, now=now)


def real_file(name: str) -> Path:
    """Return the path of a file of real rows."""
    return bundled.FOLDER / name


def real_prices(*, now: datetime = NOW) -> ImportReport:
    """Import the 111 real rows of the third quarter of 2025."""
    return services.import_file(path=real_file("rpw_2025_3Q_east_africa.csv"), now=now)


def average(**changes: str) -> dict[str, str]:
    """Return one published average."""
    return {
        "period": "2020_3Q",
        "source_code": "GBR",
        "destination_code": "KEN",
        "avg_total_cost_200_pct": "6.5",
        **changes,
    }
