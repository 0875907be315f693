"""The names of the icons in static/icons.svg."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

SPRITE = Path(__file__).parent / "static" / "icons.svg"


class NoSuchIcon(LookupError):
    """The sprite has no symbol of this name."""


@cache
def names() -> frozenset[str]:
    return frozenset(re.findall(r'<symbol id="([a-z0-9-]+)"', SPRITE.read_text()))


def known(name: str) -> str:
    """Return the name if the sprite has it.

    Raises:
        NoSuchIcon: if not.
    """
    if name not in names():
        raise NoSuchIcon(name)
    return name
