"""What can be said of a workbook before it is opened, so that a bomb is never unpacked."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING

from remittances.datasets.rows import Unreadable

if TYPE_CHECKING:
    from pathlib import Path

MAGIC = b"PK\x03\x04"
OLD_OR_ENCRYPTED = b"\xd0\xcf\x11\xe0"  # A compound file: .xls, or .xlsx behind a password.
_MOST_BYTES = 2 * 1024**3  # The whole survey unpacks to less than a quarter of this.
_MOST_FILES = 500
_STEEPEST = 100  # Sheets of the survey unpack to about ten times their size.
_SMALL = 1024**2  # What is no larger than this may be as steep as it likes.
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_DIMENSION = re.compile(rb'<dimension ref="[A-Z]+[0-9]+:[A-Z]+([0-9]{1,7})"')
_BEGINNING = 4096


def check(path: Path) -> None:
    """Refuse what is no workbook, or would unpack to far more than a workbook of prices.

    Raises:
        Unreadable: Saying which.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            files = archive.infolist()
            if "xl/workbook.xml" not in archive.namelist():
                raise Unreadable(why="this is an archive, but not a workbook (.xlsx)")
    except (zipfile.BadZipFile, NotImplementedError, OSError) as broken:
        raise Unreadable(why="the workbook is broken or cut off") from broken
    if any(file.flag_bits & 1 for file in files):
        raise Unreadable(why="the workbook is behind a password; save it without one")
    too_large = sum(file.file_size for file in files) > _MOST_BYTES or len(files) > _MOST_FILES
    if too_large or any(_too_steep(file) for file in files):
        raise Unreadable(why="the workbook would unpack to far more than a workbook of prices")


def rows_declared(path: Path) -> int:
    """Return how many rows the sheets say they have, headings left out; for a progress bar."""
    with zipfile.ZipFile(path) as archive:
        sheets = [name for name in archive.namelist() if _SHEET.fullmatch(name)]
        return sum(_rows_of(archive, name) for name in sheets)


def _rows_of(archive: zipfile.ZipFile, name: str) -> int:
    with archive.open(name) as sheet:
        found = _DIMENSION.search(sheet.read(_BEGINNING))
    return int(found[1]) - 1 if found else 0


def _too_steep(file: zipfile.ZipInfo) -> bool:
    return file.file_size > _SMALL and file.file_size > _STEEPEST * max(file.compress_size, 1)
