"""The files that come with the product, in the order in which they are imported."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "data"
FILES = (
    "rpw_corridor_averages_2011_2020.csv",
    "rpw_2011_old_layout.csv",
    "rpw_2025_3Q_east_africa.csv",
    "rpw_2025_3Q_gbr_corridors.csv",
)
