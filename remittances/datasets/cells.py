"""What stands in one cell: numbers, days, quarters, countries. Understood exactly, or refused.

`..` and an empty cell are “not given”. `N/A` is a text like any other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from remittances import countries
from remittances.datasets.rows import Unreadable

if TYPE_CHECKING:
    from collections.abc import Mapping

NOT_GIVEN = frozenset({"", ".."})
DECIMAL_PLACES = 24
LONGEST_TEXT = 200
_WHOLE_DIGITS = 16
_LONGEST_NUMBER = 48
_FINEST = Decimal(1).scaleb(-DECIMAL_PLACES)
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,2})?", re.ASCII)
_QUARTER = re.compile(r"(20[0-9]{2})[_ ]?(?:([1-4])Q|Q([1-4]))", re.ASCII | re.IGNORECASE)
_DAY = re.compile(r"([0-9]{1,2})[/ -]([A-Za-z]{3,9})[/ -]([0-9]{4})", re.ASCII)
_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]00:00:00)?", re.ASCII)
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_SHORTEST_MONTH = 3
_YEARS = range(2000, 2100)


@dataclass(frozen=True, slots=True)
class Cells:
    """One row of a table, asked by heading; every refusal names the row and the column."""

    row: int
    values: Mapping[str, str]

    def text(self, column: str, *, longest: int = LONGEST_TEXT) -> str | None:
        """Return what stands there, without the blanks around it; None when not given.

        Raises:
            Unreadable: It is too long to be what the column says.
        """
        value = " ".join(self.values.get(column, "").split())
        if len(value) > longest:
            raise self._refused(column, f"{len(value)} characters are too many")
        return None if value in NOT_GIVEN else value

    def needed(self, column: str) -> str:
        """Return what stands there.

        Raises:
            Unreadable: Nothing does.
        """
        value = self.text(column)
        if value is None:
            raise self._refused(column, "nothing stands here, and it is needed")
        return value

    def number(self, column: str) -> Decimal | None:
        """Return the number, exact to 24 decimals; None when not given.

        Raises:
            Unreadable: The cell holds something else.
        """
        value = self.text(column)
        if value is None:
            return None
        if len(value) > _LONGEST_NUMBER or not _NUMBER.fullmatch(value):
            raise self._refused(column, f"“{value[:40]}” is not a number (1234.5)")
        number = Decimal(value)
        if number.adjusted() >= _WHOLE_DIGITS:
            raise self._refused(column, f"“{value[:40]}” is larger than any price")
        exponent = number.as_tuple().exponent
        finer = isinstance(exponent, int) and exponent < -DECIMAL_PLACES
        return number.quantize(_FINEST) if finer else number

    def count(self, column: str) -> int | None:
        """Return the whole number, none below zero; None when not given."""
        number = self.number(column)
        if number is not None and (number < 0 or number != int(number)):
            raise self._refused(column, f"“{number}” is not a count")
        return None if number is None else int(number)

    def day(self, column: str) -> date | None:
        """Return the day, written `14/Aug/2025` or `2025-08-14`; None when not given."""
        value = self.text(column)
        if value is None:
            return None
        if found := _ISO_DAY.fullmatch(value):
            year, month, day = (int(part) for part in found.groups())
        elif found := _DAY.fullmatch(value):
            day, month, year = int(found[1]), self._month(column, found[2]), int(found[3])
        else:
            raise self._refused(column, f"“{value[:40]}” is not a day (14/Aug/2025 or 2025-08-14)")
        return self._date(column, year, month, day)

    def quarter(self, column: str) -> str:
        """Return the quarter, written `2025_3Q`."""
        value = self.needed(column)
        found = _QUARTER.fullmatch(value)
        if not found:
            raise self._refused(column, f"“{value[:40]}” is not a quarter (2025_3Q)")
        return f"{found[1]}_{found[2] or found[3]}Q"

    def country(self, column: str, *, letters: int = 3) -> str:
        """Return the alpha-3 code of the country named by its two- or three-letter code."""
        value = self.needed(column)
        known = countries.country if letters == len(countries.KOSOVO) else countries.from_alpha_2
        try:
            return known(value).iso3
        except countries.UnknownCountry as unknown:
            raise self._refused(column, f"“{value[:40]}” is not a country's code") from unknown

    def other_country(self, *columns: str, than: str) -> str:
        """Return the country in the first of the columns there is; not the one it sends to."""
        column = next((name for name in columns if name in self.values), columns[0])
        code = self.country(column)
        if code == than:
            raise self._refused(column, f"{code} cannot send to itself")
        return code

    def currency(self, column: str) -> str:
        """Return the three letters of a currency."""
        value = self.needed(column).upper()
        if not re.fullmatch("[A-Z]{3}", value, re.ASCII):
            raise self._refused(column, f"“{value[:40]}” is not a currency's code")
        return value

    def yes(self, column: str) -> bool:
        """Return whether it says yes; what is not given is not yes."""
        value = (self.text(column) or "no").casefold()
        if value not in {"yes", "no"}:
            raise self._refused(column, f"“{value[:40]}” is neither yes nor no")
        return value == "yes"

    def _month(self, column: str, name: str) -> int:
        for number, month in enumerate(_MONTHS, 1):
            if name.casefold() in {month, month[:_SHORTEST_MONTH]}:
                return number
        raise self._refused(column, f"“{name}” is not a month")

    def _date(self, column: str, year: int, month: int, day: int) -> date:
        if year not in _YEARS:
            raise self._refused(column, f"the year {year} cannot be right")
        try:
            return date(year, month, day)
        except ValueError as impossible:
            raise self._refused(column, "there is no such day") from impossible

    def _refused(self, column: str, why: str) -> Unreadable:
        return Unreadable(why, row=self.row, column=column)
