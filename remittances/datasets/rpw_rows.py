"""One row of Remittance Prices Worldwide, in the columns used before 2016 or since.

The old layout has a `product` (`Cash to cash`) where the new one has a payment instrument and a
pick-up method. Everything else is asked by the same headings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from remittances.datasets.rows import Flag, Flagged, SurveyedPrice, SurveyRow, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from remittances.datasets.cells import Cells

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
_TOLERANCE_PCT = 2  # Hundredths of a percentage point that rounding explains.
_SPELLINGS = {
    word.casefold(): word
    for word in (
        "Less than one hour", "Same day", "Next day", "2 days", "3-5 days", "6 days or more",
        "Bank account transfer", "Bank account", "Cash", "Mobile money", "Mobile wallet",
        "Debit card", "Credit card", "Bank", "Mobile operator", "Money transfer operator",
        "Post office", "Building society", "Credit union",
    )
}  # fmt: skip


def survey_row(cells: Cells, *, sheet: str | None = None) -> SurveyRow:
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
    notes = (cells.text(column, longest=_LONGEST_NOTE) for column in ("note1", "note2"))
    note = "; ".join(filter(None, notes)) or None
    reference = cells.number("inter lcu bank fx")
    return SurveyRow(
        row=cells.row,
        sheet=sheet,
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
        prices=(_price(cells, 1, currency), _price(cells, 2, currency)),
        reference_rate=reference if reference and reference > 0 else None,
        transparent=cells.yes("transparent"),
        promotion="promotion" in (note or "").casefold(),
        note=note,
        collected_on=cells.day("date"),
        raw=cells.values,
    )


def oddities(row: SurveyRow) -> Iterator[Flagged]:
    """Yield what is odd about one row by itself."""
    if not row.transparent:
        yield _flagged(row, Flag.NOT_TRANSPARENT, "the exchange-rate cost is not disclosed")
    if row.reference_rate is None:
        column = "inter lcu bank fx"
        given = row.raw.get(column, "").strip()
        flag = Flag.REFERENCE_RATE_ZERO if given not in {"", ".."} else Flag.COST_MISSING
        yield _flagged(row, flag, f"the reference rate is “{given}”", column)
    for number, price in enumerate(row.prices, 1):
        yield from _price_oddities(row, f"cc{number}", price)


def _price_oddities(row: SurveyRow, prefix: str, price: SurveyedPrice) -> Iterator[Flagged]:
    if price.amount is None:
        detail = "there is no amount in the currency of the row"
        yield _flagged(row, Flag.AMOUNT_MISSING, detail, f"{prefix} lcu amount")
        return
    parts = {
        "lcu fee": price.fee,
        "fx margin": price.margin_pct,
        "total cost %": price.total_pct,
    }
    for name, value in parts.items():
        if value is None:
            yield _flagged(row, Flag.COST_MISSING, "not given", f"{prefix} {name}")
    if price.margin_pct is not None and price.margin_pct < 0:
        detail = f"{price.margin_pct} %: better than the reference rate"
        yield _flagged(row, Flag.MARGIN_NEGATIVE, detail, f"{prefix} fx margin")
    if (apart := _difference(price)) is not None and abs(apart) * 100 > _TOLERANCE_PCT:
        detail = f"fee and margin make {apart:+.2f} percentage points more than the total says"
        yield _flagged(row, Flag.COST_DIFFERS_FROM_PARTS, detail, f"{prefix} total cost %")


def _difference(price: SurveyedPrice) -> Decimal | None:
    """Return how many percentage points the parts exceed the reported total by."""
    parts = (price.amount, price.fee, price.margin_pct, price.total_pct)
    given = [part for part in parts if part is not None]
    if len(given) < len(parts):
        return None
    amount, fee, margin, total = given
    return fee / amount * 100 + margin - total


def _price(cells: Cells, number: int, currency: str) -> SurveyedPrice:
    prefix = f"cc{number}"
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
    given = (cells.text("corridor") or corridor).upper().replace("KSV", "XKX")
    if given != corridor:
        raise Unreadable(
            f"“{given[:20]}” is not {corridor}, which the two countries of the row make",
            row=cells.row,
            column="corridor",
        )


def _ways(product: str | None) -> tuple[str | None, str | None]:
    """Return how it is paid in and out, from an old product such as `Cash to cash`."""
    sent, to, received = (product or "").partition(" to ")
    return (_spelled(sent), _spelled(received.capitalize())) if to else (None, None)


def _spelled(text: str | None) -> str | None:
    """Return the usual spelling of a word that the survey writes in several cases."""
    return text if text is None else _SPELLINGS.get(text.casefold(), text)


def _flagged(row: SurveyRow, flag: Flag, detail: str, column: str | None = None) -> Flagged:
    return Flagged(row=row.row, flag=flag, detail=detail, column=column, sheet=row.sheet)
