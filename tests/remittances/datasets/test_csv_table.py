from __future__ import annotations

import codecs

import pytest

from remittances.datasets.csv_table import table
from remittances.datasets.rows import Unreadable

PLAIN = "Period,Firm\n2025_3Q,Dahabshiil\n2025_3Q,Western Union\n"


def firms(content: bytes) -> list[str | None]:
    return [row.text("firm") for row in table(content).rows]


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode(),
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.replace("\n", "\r").encode(),
        codecs.BOM_UTF8 + PLAIN.encode(),
        codecs.BOM_UTF16_LE + PLAIN.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + PLAIN.encode("utf-16-be"),
        PLAIN.replace(",", ";").encode(),
        PLAIN.replace(",", "\t").encode(),
        PLAIN.removesuffix("\n").encode(),
        (PLAIN + "\n,\n \n").encode(),
        PLAIN.replace("Period,Firm", "PERIOD,  firm ").encode(),
        PLAIN.replace("Period,Firm", '"Period","Firm"').encode(),
    ],
)
def test_every_dialect_says_the_same(content: bytes) -> None:
    assert firms(content) == ["Dahabshiil", "Western Union"]


def test_a_western_file_of_windows_keeps_its_letters() -> None:
    assert firms("period,firm\n2025_3Q,Société Générale\n".encode("cp1252")) == ["Société Générale"]


def test_rows_are_counted_as_a_spreadsheet_counts() -> None:
    found = table(b'period,firm\n2025_3Q,"two\nlines"\n\n2025_3Q,Last\n').rows
    assert [(row.row, row.text("firm")) for row in found] == [(2, "two lines"), (4, "Last")]


def test_a_column_without_a_heading_is_kept_by_its_number() -> None:
    found = table(b"period,,firm\n2025_3Q,kept,A\n")
    assert found.headings == ("period", "column 2", "firm")
    assert next(found.rows).values["column 2"] == "kept"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b" \r\n ", "empty"),
        (codecs.BOM_UTF16_LE, "empty"),
        (b"period,firm\n", "no rows"),
        (b"\nperiod,firm\n2025_3Q,A\n", "headings"),
        (b"PK\x03\x04" + bytes(100), "not a text file"),
        (bytes(range(256)) * 10, "not a text file"),
        (b"period,firm\n2025_3Q,A\x00B\n", "not a text file"),
        (b"\x89PNG\r\n\x1a\n" + bytes(20), "not a text file"),
        (codecs.BOM_UTF8 + b"period,firm\n2025_3Q,\xff\n", "not a text file"),
        (codecs.BOM_UTF16_LE + b"abc", "not a text file"),
        (b"period,period\n1,2\n", "twice"),
        (b"period,firm\n2025_3Q\n", "row 2"),
        (b"period,firm\n2025_3Q,A,B\n", "row 2"),
        (b"x" * 200_000, "table"),
    ],
)
def test_what_is_no_table_is_refused_with_a_reason(content: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        list(table(content).rows)
