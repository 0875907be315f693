"""Reading money from a file, for a simulation: every row of it, or nothing.

CSV with a heading in any order, separated by commas, semicolons or tabs; or JSON, a list of the
same fields or a scenario with its events. `id`, `t`, `project` and `amount` must be there. In CSV
an amount is in major units, as people type them; `amount_minor` is in whole minor units, and so is
a number in JSON. `donor.…`, `project.…` and `contribution.…` are facts; any other column is a fact
of the contribution.
"""

from __future__ import annotations

import csv
import json
import re
from datetime import UTC, datetime
from io import StringIO
from typing import TYPE_CHECKING

from payments import amounts
from payments.currencies import UnknownCurrency, currency
from projects.matching.rules import Counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from projects.matching.rules import Fact

MOST_ROWS = 200_000
LARGEST_BYTES = 64 * 2**20
LARGEST_MINOR = 10**15
LONGEST = 100
YEARS = range(1970, 2200)
SEPARATORS = ",;\t"
NEEDED = ("id", "t", "project")
NAMED = (*NEEDED, "amount", "amount_minor", "currency", "donor", "initiated_at", "role", "type")
SAME = {"contribution": "id", "settled_at": "t"}  # Other headings of the same thing.
PREFIXES = ("donor.", "project.", "organisation.", "contribution.")
WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,14})", re.ASCII)
INSTANT = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})", re.ASCII
)


class RowsNotUnderstood(ValueError):
    """A file that is not money: the row and the column, and what is wrong there."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}")


def read(path: Path, *, own_currency: str) -> list[Counted]:
    """Return all money of a file; what does not say its currency is in `own_currency`.

    Raises:
        RowsNotUnderstood: the file cannot be read, or names the first row and column that is wrong.
    """
    text = _content(path)
    is_json = text.lstrip()[:1] in ("[", "{")
    rows = _json_rows(text, path) if is_json else _csv_rows(text, path)
    found: dict[str, Counted] = {}
    for place, fields in rows:
        money = _counted(fields, place, own_currency)
        if money.ref in found:
            raise RowsNotUnderstood(_at(place, "id"), f"{money.ref} is there already")
        found[money.ref] = money
        if len(found) > MOST_ROWS:
            raise RowsNotUnderstood(str(path), f"has more than {MOST_ROWS} rows")
    return list(found.values())


def _content(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise RowsNotUnderstood(str(path), error.strerror or "cannot be read") from error
    except UnicodeDecodeError as error:
        raise RowsNotUnderstood(str(path), f"is not UTF-8 at byte {error.start}") from error
    if len(content) > LARGEST_BYTES:
        raise RowsNotUnderstood(str(path), f"is larger than {LARGEST_BYTES} bytes")
    return text


def _csv_rows(text: str, path: Path) -> Iterator[tuple[str, dict[str, Fact]]]:
    """Yield each row with its number; the heading is row 1."""
    heading = text.partition("\n")[0]
    separator = max(SEPARATORS, key=heading.count)
    rows = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    columns: list[str] = []
    number = 0
    try:
        for number, row in enumerate(rows, 1):
            if not any(cell.strip() for cell in row):
                continue
            if not columns:
                columns = _columns(row, f"row {number}")
            elif len(row) != len(columns):
                problem = f"has {len(row)} columns, the heading has {len(columns)}"
                raise RowsNotUnderstood(f"row {number}", problem)
            else:
                yield f"row {number}", _cells(columns, row)
    except csv.Error as error:
        raise RowsNotUnderstood(f"row {number + 1}", f"is not CSV: {error}") from error
    if not columns:
        raise RowsNotUnderstood(str(path), "is empty")


def _columns(row: list[str], place: str) -> list[str]:
    names = [SAME.get(cell.strip(), cell.strip()) for cell in row]
    for name in names:
        if not name:
            raise RowsNotUnderstood(place, "a column has no heading")
        if names.count(name) > 1:
            raise RowsNotUnderstood(_at(place, name), "is there twice")
    for name in NEEDED:
        if name not in names:
            raise RowsNotUnderstood(_at(place, name), "is missing")
    return names


def _cells(columns: list[str], row: list[str]) -> dict[str, Fact]:
    """Return the cells that are not empty; facts that look like numbers are numbers."""
    cells = {name: cell.strip() for name, cell in zip(columns, row, strict=True)}
    return {name: cell if name in NAMED else _fact(cell) for name, cell in cells.items() if cell}


def _fact(cell: str) -> Fact:
    if cell in ("true", "false"):
        return cell == "true"
    return int(cell) if WHOLE.fullmatch(cell) else cell


def _json_rows(text: str, path: Path) -> Iterator[tuple[str, dict[str, Fact]]]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        problem = "is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise RowsNotUnderstood(str(path), f"is not JSON: {problem}") from error
    if not isinstance(document, dict):
        document = {"contributions": document}
    key = "contributions" if "contributions" in document else "events"
    items = document.get(key)
    if not isinstance(items, list):
        raise RowsNotUnderstood(key, "must be a list of contributions")
    for n, item in enumerate(items):
        place = f"{key}[{n}]"
        if not isinstance(item, dict):
            raise RowsNotUnderstood(place, "must be an object")
        if item.get("type", "contribution") == "contribution":
            named = {SAME.get(str(name), str(name)): value for name, value in item.items()}
            yield place, _attributed(named, document, place)


def _attributed(
    item: dict[str, Fact], document: Mapping[str, object], place: str
) -> dict[str, Fact]:
    """Return a contribution with what its file says of its giver and its project."""
    found: dict[str, Fact] = {}
    for whose in ("donor", "project"):
        known = document.get(f"{whose}s")
        own = known.get(str(item.get(whose))) if isinstance(known, dict) else None
        for name, fact in (own if isinstance(own, dict) else {}).items():
            found[f"{whose}.{name}"] = fact
    found |= item
    for name, value in found.items():
        if value is not None and not isinstance(value, (str, int)):
            problem = "must be a text, a whole number, true, false or null"
            raise RowsNotUnderstood(_at(place, name), problem)
    return {name: value for name, value in found.items() if value is not None}


def _counted(fields: Mapping[str, Fact], place: str, own_currency: str) -> Counted:
    code = _currency(fields.get("currency", own_currency), place)
    minor = _minor(fields, place, code)
    donor = fields.get("donor")
    started = fields.get("initiated_at")
    project = _text(fields, place, "project")
    facts: dict[str, Fact] = {"project.slug": project, "contribution.amount": minor}
    return Counted(
        ref=_text(fields, place, "id"),
        amount_minor=minor,
        currency=code,
        settled_at=_instant(fields.get("t"), _at(place, "t")),
        donor=None if donor is None else _text(fields, place, "donor"),
        project=project,
        facts=facts | _facts(fields),
        initiated_at=None if started is None else _instant(started, _at(place, "initiated_at")),
    )


def _facts(fields: Mapping[str, Fact]) -> dict[str, Fact]:
    found: dict[str, Fact] = {}
    for name, fact in fields.items():
        if name == "role" or name.startswith(PREFIXES):
            found[name] = fact
        elif name not in NAMED:
            found[f"contribution.{name}"] = fact
    return found


def _minor(fields: Mapping[str, Fact], place: str, code: str) -> int:
    """Return the amount of a row in minor units."""
    column = "amount_minor" if "amount_minor" in fields else "amount"
    value = fields.get(column)
    where = _at(place, column)
    if value is None:
        raise RowsNotUnderstood(where, "is missing")
    if "amount" in fields and column != "amount":
        raise RowsNotUnderstood(where, "says the same as amount: leave one out")
    if isinstance(value, str) and column == "amount":
        return _major(value, where, code)
    minor = int(value) if isinstance(value, str) and WHOLE.fullmatch(value) else value
    if not isinstance(minor, int) or isinstance(minor, bool) or not 1 <= minor <= LARGEST_MINOR:
        raise RowsNotUnderstood(where, f"must be a whole number from 1 to {LARGEST_MINOR}")
    return minor


def _major(value: str, where: str, code: str) -> int:
    try:
        minor = amounts.parse_plain(value, currency=code, for_charge=False).minor
    except amounts.AmountNotUnderstood as error:
        problem = f"must be a plain amount in {code}, as 100 or 99.50, not {error.code}"
        raise RowsNotUnderstood(where, problem) from error
    if not 1 <= minor <= LARGEST_MINOR:
        raise RowsNotUnderstood(where, "must be more than nothing")
    return minor


def _currency(value: Fact, place: str) -> str:
    try:
        return currency(str(value)).code
    except UnknownCurrency as error:
        where = _at(place, "currency")
        raise RowsNotUnderstood(where, "must be a code of ISO 4217 that Weft knows") from error


def _text(fields: Mapping[str, Fact], place: str, column: str) -> str:
    value = fields.get(column)
    if not isinstance(value, str) or not 1 <= len(value) <= LONGEST or not value.isprintable():
        problem = f"must be a text of 1 to {LONGEST} printable characters"
        raise RowsNotUnderstood(_at(place, column), problem)
    return value


def _instant(value: Fact, where: str) -> datetime:
    if isinstance(value, str) and INSTANT.fullmatch(value):
        try:
            found = datetime.fromisoformat(value).astimezone(UTC)
        except (ValueError, OverflowError):
            raise RowsNotUnderstood(where, "must be a time that exists") from None
        if found.year in YEARS:
            return found
        raise RowsNotUnderstood(where, f"must be from {YEARS[0]} to {YEARS[-1]}")
    raise RowsNotUnderstood(where, "must be a time with its offset, as 2026-03-02T10:00:00Z")


def _at(place: str, column: str) -> str:
    return f"{place}, column {column}" if place.startswith("row ") else f"{place}.{column}"
