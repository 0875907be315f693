"""The same answers as CSV: a line a service, a line a quarter. Every line stands by itself."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from payments.sheets import csv_lines, csv_text
from remittances import credits as credit
from remittances import pricing, schemas

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ninja import Schema

    from payments.sheets import Cell
    from remittances.models import SurveyedService

_ASKED = ("from", "to", "amount", "currency", "period")
_SPLIT = {  # Fields of a quote that hold two things, and a column for each.
    "fee_bounds": ("fee_from", "fee_to"),
    "paid_out": ("paid_out", "paid_out_currency"),
}


def quotes(document: dict[str, Any]) -> str:
    """Return the document of the quotes end-point as CSV, with the question in every line."""
    asked = {name: document[name] for name in _ASKED}
    columns = [
        *_ASKED,
        *(column for field in schemas.Quote.model_fields for column in _SPLIT.get(field, (field,))),
    ]
    credits_ = _credits(document)
    lines = [asked | _flat(quote) | credits_ for quote in document["quotes"]]
    return csv_text([*columns, *credits_], lines)


def history(document: dict[str, Any]) -> str:
    """Return the document of the history end-point as CSV, with the corridor in every line."""
    corridor = {"from": document["from"], "to": document["to"]}
    columns = [*corridor, *schemas.Quarter.model_fields]
    credits_ = _credits(document)
    lines = [corridor | quarter | credits_ for quarter in document["series"]]
    return csv_text([*columns, *credits_], lines)


def indices(document: dict[str, Any]) -> str:
    """Return the document of the indices end-point as CSV, a line a corridor."""
    credits_ = _credits(document)
    columns = _by_their_names(schemas.Index)
    return csv_text([*columns, *credits_], [row | credits_ for row in document["corridors"]])


def corridors(documents: Iterable[dict[str, Any]]) -> str:
    """Return the rows of the corridors end-point as CSV, lists parted by blanks."""
    columns = _by_their_names(schemas.Corridor)
    lists = ("periods", "surveyed_amounts")
    return csv_text(
        columns, [row | {name: " ".join(row[name]) for name in lists} for row in documents]
    )


def prices(rows: Iterable[SurveyedService]) -> Iterator[str]:
    """Yield surveyed rows as lines of CSV, as they were surveyed and with the file they are of."""
    return csv_lines(tuple(PRICE_COLUMNS), (_price(row) for row in rows))


# What each column of the prices is of a row; numbers stand for themselves.
PRICE_COLUMNS = {
    "period": "period",
    "from": "origin_id",
    "to": "destination_id",
    "provider": "provider",
    "provider_as_spelt": "name_id",
    "provider_type": "provider_type",
    "product": "product",
    "pay_in": "pay_in",
    "pay_out": "pay_out",
    "access_point": "access_point",
    "speed": "speed",
    "currency": "currency",
    **{
        f"{told}_{number}": f"{field}_{number}"
        for number in (1, 2)
        for told, field in (
            ("amount", "amount"),
            ("fee", "fee"),
            ("applied_rate", "applied_rate"),
            ("fx_margin_pct", "margin_pct"),
            ("total_cost_pct", "total_pct"),
        )
    },
    "reference_rate": "reference_rate",
    "transparent": "transparent",
    "promotion": "promotion",
    "note": "note",
    "collected_on": "collected_on",
    "sheet": "sheet",
    "row": "row",
    "sources": "dataset",
    "licence": "dataset",
    "attribution": "dataset",
}


def _price(row: SurveyedService) -> dict[str, Cell]:
    values = {told: getattr(row, field) for told, field in PRICE_COLUMNS.items()}
    cells = {told: None if value == "" else _plain(value) for told, value in values.items()}
    of_file = {"sources": row.dataset.sha256, "licence": row.dataset.licence}
    return cells | of_file | {"attribution": row.dataset.attribution, "provider": str(row.provider)}


def _plain(value: Any) -> Cell:  # noqa: ANN401  A column holds what its field holds.
    """Return a number without the zeros that the database adds."""
    return pricing.text(Fraction(value)) if isinstance(value, Decimal) else value


def _credits(document: dict[str, Any]) -> dict[str, Cell]:
    """Return the credits of a document for each of its lines; files are parted by blanks."""
    said = {name: document[name] for name in credit.FIELDS}
    return said | {"sources": " ".join(said["sources"])}


def _by_their_names(schema: type[Schema]) -> list[str]:
    """Return the fields of a schema by the names they have in JSON."""
    return [field.alias or name for name, field in schema.model_fields.items()]


def _flat(quote: dict[str, Any]) -> dict[str, Cell]:
    lower, upper = quote["fee_bounds"] or (None, None)
    paid = quote["paid_out"] or {"amount": None, "currency": None}
    return quote | {
        "fee_from": lower,
        "fee_to": upper,
        "paid_out": paid["amount"],
        "paid_out_currency": paid["currency"],
    }
