"""What is kept out of the logs: keys that open something for whoever has them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from structlog.typing import EventDict, WrappedLogger

KEY = re.compile(
    r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}|\?\S*", re.IGNORECASE
)


def mask_addresses(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:  # noqa: ARG001
    """Cut unguessable keys and the query out of a logged request's address."""
    if isinstance(address := event.get("request"), str):
        event["request"] = KEY.sub("…", address)
    return event
