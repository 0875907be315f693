"""A row as a line of PostgreSQL's COPY, in its text form."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import uuid_utils

from remittances.datasets.rows import AverageRow

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from remittances.datasets.rows import Flagged, SurveyRow

NULL = "\x1e"  # No cell holds it: reading takes it for a blank.
OPTIONS = f"WITH (FORMAT text, NULL E'\\x{ord(NULL):02x}')"
_PRICE = ("denomination", "amount", "fee", "applied_rate", "margin_pct", "total_pct")
_OF_ROW = (
    "row_key", "sheet", "row", "period", "origin_id", "destination_id", "raw", "id", "dataset_id",
)  # fmt: skip
SERVICE_COLUMNS = (
    *_OF_ROW,
    "kind", "survey_id", "name_id", "provider_type", "product", "pay_in", "pay_out",
    "access_point", "speed", "currency",
    *(f"{field}_{number}" for number in (1, 2) for field in _PRICE),
    "reference_rate", "transparent", "promotion", "note", "collected_on",
    "supersedes_id",
)  # fmt: skip
AVERAGE_COLUMNS = (*_OF_ROW, "mean_200", "services", "firms", "supersedes_id")
FLAG_COLUMNS = ("dataset_id", "sheet", "row", "column", "flag", "detail")
_encoded = json.JSONEncoder(ensure_ascii=False).encode


def line(row: SurveyRow | AverageRow, *, key: str, dataset_id: UUID) -> str:
    """Return a row as a line that lacks its last column, the row it supersedes."""
    cells = (
        key, row.sheet or "", str(row.row), row.period, row.origin, row.destination,
        _encoded(list(row.raw.values())), str(uuid_utils.uuid7()), str(dataset_id),
        *(_average(row) if isinstance(row, AverageRow) else _service(row)),
    )  # fmt: skip
    return "\t".join(cells).replace("\\", "\\\\")


def superseding(text: str, earlier: dict[str, UUID]) -> str:
    """Return lines completed by the row that each supersedes, found by its key."""
    if not earlier:
        return text.replace("\n", f"\t{NULL}\n")
    return "".join(
        f"{one}\t{earlier.get(key_of(one), NULL)}\n" for one in text.removesuffix("\n").split("\n")
    )


def key_of(one: str) -> str:
    """Return the key in a line."""
    return one.partition("\t")[0].replace("\\\\", "\\")


def flag_lines(flags: Iterable[Flagged], *, dataset_id: UUID) -> str:
    """Return flags as lines."""
    rows = (
        (dataset_id, flag.sheet or "", flag.row, flag.column or "", flag.flag.value, flag.detail)
        for flag in flags
    )
    return "".join("\t".join(_escaped(str(cell)) for cell in row) + "\n" for row in rows)


def _service(row: SurveyRow) -> list[str]:
    first, second = row.prices
    numbers = (
        first.denomination, first.amount, first.fee, first.applied_rate, first.margin_pct,
        first.total_pct, second.denomination, second.amount, second.fee, second.applied_rate,
        second.margin_pct, second.total_pct, row.reference_rate,
    )  # fmt: skip
    return [
        "survey", row.survey_id or "", row.firm, row.firm_type or "", row.product or "",
        row.pay_in or "", row.pay_out or "", row.access_point or "", row.speed or "", row.currency,
        *(NULL if number is None else str(number) for number in numbers),
        "t" if row.transparent else "f",
        "t" if row.promotion else "f",
        row.note or "",
        NULL if row.collected_on is None else row.collected_on.isoformat(),
    ]  # fmt: skip


def _average(row: AverageRow) -> list[str]:
    numbers = (row.mean_200, row.services, row.firms)
    return [NULL if number is None else str(number) for number in numbers]


def _escaped(cell: str) -> str:
    return cell.replace("\\", "\\\\").replace("\t", " ").replace("\n", " ").replace("\r", " ")
