"""Which settings a process runs with: a demonstration, or the real thing."""

from __future__ import annotations

import os

MODES = {
    "demo": "marketplace.settings.development",
    "production": "marketplace.settings.production",
}


class UnknownMode(SystemExit):
    """WEFT_MODE names no mode. Ends the process with one line."""


def select_settings() -> None:
    """Set DJANGO_SETTINGS_MODULE from WEFT_MODE, unless it is set already."""
    mode = os.environ.get("WEFT_MODE") or "demo"
    if mode not in MODES:
        raise UnknownMode(f"WEFT_MODE is {mode!r}: set it to one of {', '.join(MODES)}.")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", MODES[mode])
