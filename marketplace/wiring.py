"""Which job listens to which event, on one page."""

from __future__ import annotations


def connect() -> None:
    """Name the listeners of every event."""
