"""What is kept out of the logs: keys that open something for their holder, and people's rows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from structlog.typing import EventDict, WrappedLogger

UUID = r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}"
KEY = re.compile(rf"(?<=/){UUID}|(?<=[\w/])\?\S+", re.IGNORECASE)  # In an address, or its query.
KEPT = frozenset({"request_id", "timestamp", "level"})
QUOTED = ("DETAIL:", "CONTEXT:")


def mask_keys(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:  # noqa: ARG001
    """Cut unguessable keys and queries out of the addresses in everything that is logged."""
    for name, value in event.items():
        if isinstance(value, str) and name not in KEPT:
            event[name] = KEY.sub("…", value)
    return event


def cut_quoted_rows(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:  # noqa: ARG001
    """Drop the lines in which the database quotes the values of a row."""
    if isinstance(trace := event.get("exception"), str):
        lines = [line for line in trace.splitlines() if not line.startswith(QUOTED)]
        event["exception"] = "\n".join(lines)
    return event
