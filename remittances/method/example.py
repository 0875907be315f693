"""Worked examples of the rule, from the files that come with the product.

The cells are read here as a stranger would read them, without the importer, so that the page shows
how a number comes about and a test can lay it beside what the comparison says.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING

from payments.currencies import currency
from payments.money import Money
from remittances import indices, pricing
from remittances.datasets import bundled

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from decimal import Decimal

PERIOD, CORRIDOR, FIRM = "2025_3Q", "KENUGA", "Dahabshiil"
BETWEEN = Fraction(20_000)
MEAN_PERIOD, MEAN_CORRIDOR = "2011_1Q", "TZAKEN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """One price, with every number on the way to it."""

    amount: Money
    fee: Money
    fee_pct: Decimal
    margin_pct: Decimal
    total_pct: Decimal
    left: Money  # The amount less the fee.
    received: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One service at a surveyed amount, and at an amount between the two."""

    provider: str
    collected_on: date
    applied_rate: str
    reference_rate: str
    margin_of_rates: Decimal  # As the two rates give it; the survey rounds it.
    surveyed: Worked
    larger: Worked
    between: Worked
    way: Decimal  # How far the amount between lies on the way to the larger one, in per cent.


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean:
    """One average as the World Bank published it, beside ours."""

    services: int
    left_out: int  # Rows that do not disclose their exchange rate.
    mean: Decimal
    published: Decimal


@cache
def example() -> Example:
    """Return the worked example, the same for everybody."""
    row = next(
        row
        for row in _rows("rpw_2025_3Q_east_africa.csv")
        if row["corridor"] == CORRIDOR and row["firm"] == FIRM
    )
    points = [_point(row, number) for number in ("cc1", "cc2")]
    code = row["cc1 lcu code"]
    amounts = (points[0].amount, points[1].amount, BETWEEN)
    prices = [pricing.price(points, amount, cost_disclosed=True) for amount in amounts]
    surveyed, larger, between = (_worked(price, code) for price in prices)
    applied, reference = Fraction(row["cc1 lcu fx rate"]), Fraction(row["inter lcu bank fx"])
    return Example(
        provider=row["firm"],
        collected_on=datetime.strptime(row["date"], "%d/%b/%Y").date(),  # noqa: DTZ007  A day.
        applied_rate=row["cc1 lcu fx rate"],
        reference_rate=row["inter lcu bank fx"],
        margin_of_rates=pricing.rounded((1 - applied / reference) * 100, 2),
        surveyed=surveyed,
        larger=larger,
        between=between,
        way=pricing.rounded(
            (BETWEEN - points[0].amount) / (points[1].amount - points[0].amount) * 100, 2
        ),
    )


@cache
def mean() -> Mean:
    """Return a corridor's average from its rows, beside the one that the World Bank published."""
    rows = [
        row for row in _rows("rpw_2011_old_layout.csv")
        if (row["period"], row["corridor"]) == (MEAN_PERIOD, MEAN_CORRIDOR)
    ]  # fmt: skip
    open_rows = [row for row in rows if row["transparent"].casefold() == "yes"]
    spread = indices.spread(Fraction(row["cc1 total cost %"]) for row in open_rows)
    published = next(
        row["avg_total_cost_200_pct"]
        for row in _rows("rpw_corridor_averages_2011_2020.csv")
        if (row["period"], row["source_code"] + row["destination_code"])
        == (MEAN_PERIOD, MEAN_CORRIDOR)
    )
    return Mean(
        services=len(open_rows),
        left_out=len(rows) - len(open_rows),
        mean=pricing.rounded(spread.mean if spread else Fraction(0), 4),
        published=pricing.rounded(Fraction(published), 4),
    )


def _rows(name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a file by their headings in small letters."""
    with (bundled.FOLDER / name).open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            yield {heading.lower(): cell for heading, cell in row.items()}


def _point(row: dict[str, str], number: str) -> pricing.Point:
    return pricing.Point(
        Fraction(row[f"{number} lcu amount"]),
        Fraction(row[f"{number} lcu fee"]),
        Fraction(row[f"{number} fx margin"]),
        Fraction(row[f"{number} lcu fx rate"]),
    )


def _worked(price: pricing.Price, code: str) -> Worked:
    zero = Fraction(0)
    fee = price.fee or zero
    return Worked(
        amount=_money(price.amount, code),
        fee=_money(fee, code),
        fee_pct=pricing.rounded(price.fee_pct or zero, 2),
        margin_pct=pricing.rounded(price.margin_pct or zero, 2),
        total_pct=pricing.rounded(price.total_pct or zero, 2),
        left=_money(price.amount - fee, code),
        received=_money(price.received or zero, code),
    )


def _money(value: Fraction, code: str) -> Money:
    exponent = currency(code).exponent
    return Money(int(pricing.rounded(value, exponent).scaleb(exponent)), code)
