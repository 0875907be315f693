"""When a falling price is told: once each time it falls below the threshold.

A price that stays below, or moves about below, is not told again. Only a price at or above the
threshold arms the alert anew. The first price that is looked at counts too: who asks to be told
below 5 % and has a service at 4 % hears of it at once.

Prices and thresholds are whole hundredths of a per cent, as the pages show them, so that a price
shown as 3.00 % is not below 3 %.
"""

from __future__ import annotations

from enum import StrEnum


class Step(StrEnum):
    """What a look at a price asks for."""

    TELL = "tell"
    ARM = "arm"
    REST = "rest"


def step(*, is_armed: bool, price_bps: int, threshold_bps: int) -> Step:
    """Return what follows from a price, given whether the alert is armed."""
    is_below = price_bps < threshold_bps
    if is_below and is_armed:
        return Step.TELL
    if not is_below and not is_armed:
        return Step.ARM
    return Step.REST
