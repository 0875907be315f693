"""The demo world is written as if today were one day, and moved to the day on which it is loaded.

So its campaigns are open and its checks are fresh whenever somebody tries it.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from datetime import datetime

T = TypeVar("T")
WRITTEN_ON = date(2026, 11, 24)


def since_written(now: datetime) -> timedelta:
    """Return how far the world moves when it is loaded now; never back."""
    return max(timedelta(0), now.date() - WRITTEN_ON)


def moved(value: T, by: timedelta) -> T:
    """Return the same value with every day in it moved."""
    result: T = _moved(value, by)
    return result


def _moved(value: Any, by: timedelta) -> Any:  # noqa: ANN401  Whatever a world is written in.
    if isinstance(value, date):
        return value + by
    if isinstance(value, tuple):
        return tuple(_moved(item, by) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        parts = {part.name: _moved(getattr(value, part.name), by) for part in fields(value)}
        return replace(value, **parts)
    return value
