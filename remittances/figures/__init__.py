"""What corridors cost, worked out from the surveyed rows and kept in one derived table."""

from __future__ import annotations

from remittances.figures.services import refresh, refresh_dataset, refresh_names

__all__ = ["refresh", "refresh_dataset", "refresh_names"]
