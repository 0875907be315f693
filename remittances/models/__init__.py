"""What the comparison knows: prices as surveyed, and everything that is read from them."""

from __future__ import annotations

from remittances.models.prices import (
    Averages,
    CorridorAverage,
    Country,
    Dataset,
    Provider,
    Services,
    SurveyedService,
)

__all__ = [
    "Averages",
    "CorridorAverage",
    "Country",
    "Dataset",
    "Provider",
    "Services",
    "SurveyedService",
]
