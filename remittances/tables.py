"""The same answers as CSV: a line a service, a line a quarter. Every line stands by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from payments.sheets import csv_text
from remittances import schemas

if TYPE_CHECKING:
    from payments.sheets import Cell

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
    return csv_text(columns, [asked | _flat(quote) for quote in document["quotes"]])


def history(document: dict[str, Any]) -> str:
    """Return the document of the history end-point as CSV, with the corridor in every line."""
    corridor = {"from": document["from"], "to": document["to"]}
    columns = [*corridor, *schemas.Quarter.model_fields]
    return csv_text(columns, [corridor | quarter for quarter in document["series"]])


def _flat(quote: dict[str, Any]) -> dict[str, Cell]:
    lower, upper = quote["fee_bounds"] or (None, None)
    paid = quote["paid_out"] or {"amount": None, "currency": None}
    return quote | {
        "fee_from": lower,
        "fee_to": upper,
        "paid_out": paid["amount"],
        "paid_out_currency": paid["currency"],
    }
