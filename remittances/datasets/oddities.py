"""What is odd about one surveyed row by itself. It is imported as it stands, and flagged."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from remittances.datasets.cells import NOT_GIVEN
from remittances.datasets.rows import Flag, Flagged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from remittances.datasets.cells import Cells
    from remittances.datasets.rows import SurveyedPrice

_TOLERANCE_PCT = Decimal("0.02")  # Percentage points that rounding explains.
_REFERENCE = "inter lcu bank fx"


def oddities(
    cells: Cells,
    prices: tuple[SurveyedPrice, SurveyedPrice],
    *,
    reference: Decimal | None,
    transparent: bool,
) -> Iterator[Flagged]:
    """Yield what is odd; `reference` is the rate as far as it is usable."""
    if not transparent:
        yield _flagged(cells, Flag.NOT_TRANSPARENT, "the exchange-rate cost is not disclosed")
    if reference is None:
        given = cells.values.get(_REFERENCE, "").strip()
        flag = Flag.COST_MISSING if given in NOT_GIVEN else Flag.REFERENCE_RATE_ZERO
        yield _flagged(cells, flag, f"the reference rate is “{given}”", _REFERENCE)
    yield from _of_price(cells, "cc1", prices[0])
    yield from _of_price(cells, "cc2", prices[1])


def _of_price(cells: Cells, prefix: str, price: SurveyedPrice) -> Iterator[Flagged]:
    if price.amount is None:
        detail = "there is no amount in the currency of the row"
        yield _flagged(cells, Flag.AMOUNT_MISSING, detail, f"{prefix} lcu amount")
        return
    fee, margin, total = price.fee, price.margin_pct, price.total_pct
    if fee is None or margin is None or total is None:
        parts = {"lcu fee": fee, "fx margin": margin, "total cost %": total}
        for name in (name for name, value in parts.items() if value is None):
            yield _flagged(cells, Flag.COST_MISSING, "not given", f"{prefix} {name}")
    if margin is not None and margin < 0:
        detail = f"{margin} %: better than the reference rate"
        yield _flagged(cells, Flag.MARGIN_NEGATIVE, detail, f"{prefix} fx margin")
    if fee is None or margin is None or total is None:
        return
    apart = fee / price.amount * 100 + margin - total
    if abs(apart) > _TOLERANCE_PCT:
        detail = f"fee and margin make {apart:+.2f} percentage points more than the total says"
        yield _flagged(cells, Flag.COST_DIFFERS_FROM_PARTS, detail, f"{prefix} total cost %")


def _flagged(cells: Cells, flag: Flag, detail: str, column: str | None = None) -> Flagged:
    return Flagged(row=cells.row, flag=flag, detail=detail, column=column, sheet=cells.sheet)
