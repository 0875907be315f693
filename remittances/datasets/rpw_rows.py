"""One row of Remittance Prices Worldwide, in the columns used before 2016 or since.

The old layout has a `product` (`Cash to cash`) where the new one has a payment instrument and a
pick-up method. Everything else is asked by the same headings.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from remittances.datasets.oddities import oddities
from remittances.datasets.rows import SurveyedPrice, SurveyRow, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from remittances.datasets.cells import Cells
    from remittances.datasets.tables import Table

_PRICE_COLUMNS = ("lcu amount", "lcu code", "lcu fee", "lcu fx rate", "fx margin", "total cost %")
NEEDED = frozenset(
    {
        "period",
        "source_code",
        "destination_code",
        "firm",
        "firm_type",
        "speed actual",
        "inter lcu bank fx",
        "transparent",
        "date",
        *(f"cc{number} {column}" for number in (1, 2) for column in _PRICE_COLUMNS),
    }
)
HOW_IT_IS_SENT = ("payment instrument", "product")  # At least one of them is needed.
NOT_APPLICABLE = "N/A"

_LONGEST_NOTE = 5000
_REMEMBERED = 50_000
_REFERENCE = "inter lcu bank fx"
_SPELLINGS = {
    word.casefold(): word
    for word in (
        "Less than one hour", "Same day", "Next day", "2 days", "3-5 days", "6 days or more",
        "Bank account transfer", "Bank account", "Cash", "Mobile money", "Mobile wallet",
        "Debit card", "Credit card", "Bank", "Mobile operator", "Money transfer operator",
        "Post office", "Building society", "Credit union",
    )
}  # fmt: skip


def likeness(record: Sequence[str]) -> float:
    """Return which part of the headings that are needed stands in a row."""
    given = {" ".join(cell.split()).casefold() for cell in record}
    return len(NEEDED & given) / len(NEEDED)


def check_headings(headings: Sequence[str], *, sheet: str | None = None) -> None:
    """Refuse a table that lacks a column.

    Raises:
        Unreadable: Naming the column.
    """
    if missing := sorted(NEEDED.difference(headings)):
        why = f"the column “{missing[0]}” is missing"
        raise Unreadable(why, row=1, column=missing[0], sheet=sheet)
    if not set(HOW_IT_IS_SENT).intersection(headings):
        wanted = "” or “".join(HOW_IT_IS_SENT)
        raise Unreadable(f"the column “{wanted}” is missing", row=1, sheet=sheet)


def rows_of(table: Table) -> Iterator[SurveyRow]:
    """Yield the services of a table, each oddity of a row by itself flagged.

    Raises:
        Unreadable: A row cannot be read.
    """
    return map(survey_row, table.rows)


def survey_row(cells: Cells) -> SurveyRow:
    """Return the survey of one service.

    Raises:
        Unreadable: A cell holds a word where a number belongs, or the row contradicts itself.
    """
    destination = cells.country("destination_code")
    origin = cells.other_country("source_code", than=destination)
    _check_corridor(cells, origin + destination)
    currency = cells.currency("cc1 lcu code")
    product, instrument = cells.text("product"), _spelled(cells.text("payment instrument"))
    sent, received = _ways(product)
    note = _note(cells)
    prices = (_price(cells, "cc1", currency), _price(cells, "cc2", currency))
    reference = cells.number(_REFERENCE)
    usable = reference if reference is not None and reference > 0 else None
    transparent = cells.yes("transparent")
    return SurveyRow(
        row=cells.row,
        sheet=cells.sheet,
        survey_id=cells.text("id"),
        period=cells.quarter("period"),
        origin=origin,
        destination=destination,
        firm=cells.needed("firm"),
        firm_type=cells.text("firm_type"),
        product=product,
        pay_in=instrument or sent,
        pay_out=_spelled(cells.text("pick-up method")) or received,
        access_point=cells.text("access point") or cells.text("sending location"),
        speed=_spelled(cells.text("speed actual")),
        currency=currency,
        prices=prices,
        reference_rate=usable,
        transparent=transparent,
        promotion=note is not None and "promotion" in note.casefold(),
        note=note,
        collected_on=cells.day("date"),
        flags=tuple(oddities(cells, prices, reference=usable, transparent=transparent)),
        raw=cells.values,
    )


def _price(cells: Cells, prefix: str, currency: str) -> SurveyedPrice:
    amount = cells.number(f"{prefix} lcu amount")
    code = cells.text(f"{prefix} lcu code")
    usable = amount is not None and amount > 0 and (code is None or code.upper() == currency)
    return SurveyedPrice(
        denomination=cells.number(f"{prefix} denomination amount"),
        amount=amount if usable else None,
        fee=cells.number(f"{prefix} lcu fee"),
        applied_rate=cells.number(f"{prefix} lcu fx rate"),
        margin_pct=cells.number(f"{prefix} fx margin"),
        total_pct=cells.number(f"{prefix} total cost %"),
    )


def _check_corridor(cells: Cells, corridor: str) -> None:
    """Refuse a row whose corridor is not the one its two countries make."""
    given = cells.text("corridor")
    if given is None or given == corridor:
        return
    if given.upper().replace("KSV", "XKX") != corridor:
        why = f"“{given[:20]}” is not {corridor}, which the two countries of the row make"
        raise cells.refused(why=why, column="corridor")


@lru_cache(_REMEMBERED)
def _ways(product: str | None) -> tuple[str | None, str | None]:
    """Return how it is paid in and out, from an old product such as `Cash to cash`."""
    sent, to, received = (product or "").partition(" to ")
    return (_spelled(sent), _spelled(received.capitalize())) if to else (None, None)


@lru_cache(_REMEMBERED)
def _spelled(text: str | None) -> str | None:
    """Return the usual spelling of a word that the survey writes in several cases."""
    return text if text is None else _SPELLINGS.get(text.casefold(), text)


def _note(cells: Cells) -> str | None:
    first = cells.text("note1", longest=_LONGEST_NOTE)
    second = cells.text("note2", longest=_LONGEST_NOTE)
    return f"{first}; {second}" if first and second else first or second
