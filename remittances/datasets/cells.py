"""What stands in one cell: numbers, days, quarters, countries. Understood exactly, or refused.

`..` and an empty cell are “not given”. `N/A` is a text like any other. The same few words and
numbers stand in most rows of a file, so what was understood once is remembered.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from remittances import countries
from remittances.datasets.rows import Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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
_REMEMBERED = 50_000
_ALPHA_3 = 3

Answer = TypeVar("Answer")


class _Wrong(ValueError):
    """What stands in a cell is not what belongs there."""


@dataclass(frozen=True, slots=True)
class Cells:
    """One row of a table, asked by heading; every refusal names the row and the column."""

    row: int
    values: Mapping[str, str]
    sheet: str | None = None

    def text(self, column: str, *, longest: int = LONGEST_TEXT) -> str | None:
        """Return what stands there, without the blanks around it; None when not given.

        Raises:
            Unreadable: It is too long to be what the column says.
        """
        given = self.values.get(column)
        if not given:
            return None
        value = _one_line(given) if len(given) <= LONGEST_TEXT else " ".join(given.split())
        if value in NOT_GIVEN:
            return None
        if len(value) > longest:
            raise self.refused(column, f"{len(value)} characters are too many")
        return value

    def needed(self, column: str) -> str:
        """Return what stands there.

        Raises:
            Unreadable: Nothing does.
        """
        value = self.text(column)
        if value is None:
            raise self.refused(column, "nothing stands here, and it is needed")
        return value

    def number(self, column: str) -> Decimal | None:
        """Return the number, exact to 24 decimals; None when not given.

        Raises:
            Unreadable: The cell holds something else.
        """
        return self._read(column, _number)

    def count(self, column: str) -> int | None:
        """Return the whole number, none below zero; None when not given."""
        number = self.number(column)
        if number is not None and (number < 0 or number != int(number)):
            raise self.refused(column, f"“{number}” is not a count")
        return None if number is None else int(number)

    def day(self, column: str) -> date | None:
        """Return the day, written `14/Aug/2025` or `2025-08-14`; None when not given."""
        return self._read(column, _day)

    def quarter(self, column: str) -> str:
        """Return the quarter, written `2025_3Q`."""
        return self._read_needed(column, _quarter)

    def country(self, column: str, *, letters: int = 3) -> str:
        """Return the alpha-3 code of the country named by its two- or three-letter code."""
        return self._read_needed(column, _country if letters == _ALPHA_3 else _country_by_alpha_2)

    def other_country(self, *columns: str, than: str) -> str:
        """Return the country in the first of the columns there is; not the one it sends to."""
        column = next((name for name in columns if name in self.values), columns[0])
        code = self.country(column)
        if code == than:
            raise self.refused(column, f"{code} cannot send to itself")
        return code

    def currency(self, column: str) -> str:
        """Return the three letters of a currency."""
        return self._read_needed(column, _currency)

    def yes(self, column: str) -> bool:
        """Return whether it says yes; what is not given is not yes."""
        return self._read(column, _yes) or False

    def _read(self, column: str, reading: Callable[[str], Answer]) -> Answer | None:
        value = self.text(column)
        if value is None:
            return None
        try:
            return reading(value)
        except _Wrong as wrong:
            raise self.refused(column, str(wrong)) from wrong

    def _read_needed(self, column: str, reading: Callable[[str], Answer]) -> Answer:
        value = self.needed(column)
        try:
            return reading(value)
        except _Wrong as wrong:
            raise self.refused(column, str(wrong)) from wrong

    def refused(self, column: str, why: str) -> Unreadable:
        """Return what to raise about one of the cells."""
        return Unreadable(why, row=self.row, column=column, sheet=self.sheet)


@lru_cache(_REMEMBERED)
def _one_line(text: str) -> str:
    return " ".join(text.split())


@lru_cache(_REMEMBERED)
def _number(value: str) -> Decimal:
    if len(value) > _LONGEST_NUMBER or not _NUMBER.fullmatch(value):
        raise _Wrong(f"“{value[:40]}” is not a number (1234.5)")
    number = Decimal(value)
    if number.adjusted() >= _WHOLE_DIGITS:
        raise _Wrong(f"“{value[:40]}” is larger than any price")
    exponent = number.as_tuple().exponent
    finer = isinstance(exponent, int) and exponent < -DECIMAL_PLACES
    return number.quantize(_FINEST) if finer else number


@lru_cache(_REMEMBERED)
def _day(value: str) -> date:
    if found := _ISO_DAY.fullmatch(value):
        year, month, day = (int(part) for part in found.groups())
    elif found := _DAY.fullmatch(value):
        day, month, year = int(found[1]), _month(found[2]), int(found[3])
    else:
        raise _Wrong(f"“{value[:40]}” is not a day (14/Aug/2025 or 2025-08-14)")
    if year not in _YEARS:
        raise _Wrong(f"the year {year} cannot be right")
    try:
        return date(year, month, day)
    except ValueError as impossible:
        raise _Wrong(f"there is no day {value[:40]}") from impossible


def _month(name: str) -> int:
    for number, month in enumerate(_MONTHS, 1):
        if name.casefold() in {month, month[:_SHORTEST_MONTH]}:
            return number
    raise _Wrong(f"“{name}” is not a month")


@lru_cache(_REMEMBERED)
def _quarter(value: str) -> str:
    found = _QUARTER.fullmatch(value)
    if not found:
        raise _Wrong(f"“{value[:40]}” is not a quarter (2025_3Q)")
    return f"{found[1]}_{found[2] or found[3]}Q"


@lru_cache(_REMEMBERED)
def _country(value: str) -> str:
    return _country_known_by(countries.country, value)


@lru_cache(_REMEMBERED)
def _country_by_alpha_2(value: str) -> str:
    return _country_known_by(countries.from_alpha_2, value)


def _country_known_by(known: Callable[[str], countries.CountryFacts], value: str) -> str:
    try:
        return known(value).iso3
    except countries.UnknownCountry as unknown:
        raise _Wrong(f"“{value[:40]}” is not a country's code") from unknown


@lru_cache(_REMEMBERED)
def _currency(value: str) -> str:
    code = value.upper()
    if not re.fullmatch("[A-Z]{3}", code, re.ASCII):
        raise _Wrong(f"“{value[:40]}” is not a currency's code")
    return code


@lru_cache(_REMEMBERED)
def _yes(value: str) -> bool:
    if value.casefold() not in {"yes", "no"}:
        raise _Wrong(f"“{value[:40]}” is neither yes nor no")
    return value.casefold() == "yes"
