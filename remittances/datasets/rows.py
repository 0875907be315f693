"""The rows every layout is read into, and what a reader says of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date
    from decimal import Decimal

WORLD_BANK = "World Bank, Remittance Prices Worldwide"
ATTRIBUTION = "The World Bank, Remittance Prices Worldwide, available at http://remittanceprices.worldbank.org"
LICENCE = "CC BY 4.0"


class Unreadable(ValueError):
    """A file, row or cell cannot be read: nothing of the file may be imported."""

    def __init__(
        self,
        why: str,
        *,
        row: int | None = None,
        column: str | None = None,
        sheet: str | None = None,
    ) -> None:
        place = ", ".join(
            part
            for part in (
                f"sheet “{sheet}”" if sheet else "",
                f"row {row}" if row else "",
                f"column “{column}”" if column else "",
            )
            if part
        )
        super().__init__(f"{place}: {why}" if place else why)
        self.why, self.row, self.column, self.sheet = why, row, column, sheet


class Flag(StrEnum):
    """What is odd about a row that is imported all the same."""

    REFERENCE_RATE_ZERO = "reference_rate_zero"
    AMOUNT_MISSING = "amount_missing"
    COST_MISSING = "cost_missing"
    COST_DIFFERS_FROM_PARTS = "cost_differs_from_parts"
    MARGIN_NEGATIVE = "margin_negative"
    NOT_TRANSPARENT = "not_transparent"
    AMOUNT_UNLIKE_CORRIDOR = "amount_unlike_corridor"
    DUPLICATE = "duplicate"


class FlagDocument(TypedDict):
    """A flag as the import report prints it."""

    sheet: str | None
    row: int
    column: str | None
    flag: str
    detail: str


@dataclass(frozen=True, slots=True)
class Flagged:
    """One oddity of one row; rows are counted as a spreadsheet does, the headings being row 1."""

    row: int
    flag: Flag
    detail: str
    column: str | None = None
    sheet: str | None = None

    def document(self) -> FlagDocument:
        """Return the form of the import report."""
        return {
            "sheet": self.sheet,
            "row": self.row,
            "column": self.column,
            "flag": self.flag.value,
            "detail": self.detail,
        }


@dataclass(frozen=True, slots=True)
class SurveyedPrice:
    """What one service asks at one of the two surveyed amounts; None is “not given”."""

    denomination: Decimal | None
    amount: Decimal | None
    fee: Decimal | None
    applied_rate: Decimal | None
    margin_pct: Decimal | None
    total_pct: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyRow:
    """One service of one corridor in one quarter, as it was surveyed."""

    row: int
    sheet: str | None
    survey_id: str | None
    period: str
    origin: str
    destination: str
    firm: str
    firm_type: str | None
    product: str | None
    pay_in: str | None
    pay_out: str | None
    access_point: str | None
    speed: str | None
    currency: str
    prices: tuple[SurveyedPrice, SurveyedPrice]
    reference_rate: Decimal | None
    transparent: bool
    promotion: bool
    note: str | None
    collected_on: date | None
    flags: tuple[Flagged, ...]  # What is odd about the row by itself.
    raw: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AverageRow:
    """The average cost of one corridor in one quarter, as somebody published it."""

    row: int
    period: str
    origin: str
    destination: str
    mean_200: Decimal | None
    services: int | None
    firms: int | None
    flags: tuple[Flagged, ...]  # What is odd about the row by itself.
    raw: Mapping[str, str]
    sheet: str | None = None


class Kind(StrEnum):
    """What the rows of a file are."""

    SURVEY = "survey"
    AVERAGES = "averages"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A file whose headings are understood; its rows are read one after the other, once."""

    layout: str  # As the import report names it: `xlsx`, `rows`, `corridor_averages`.
    kind: Kind
    computed_by: str  # Whose numbers these are, to be shown beside them.
    headings: Mapping[str, Sequence[str]]  # By sheet, "" where there are none.
    rows_expected: int  # Empty rows counted.
    rows: Iterator[SurveyRow | AverageRow]
