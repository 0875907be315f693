"""What matching tells the rest of the product. Who listens is decided in marketplace.wiring."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MatchAllocated:
    """A programme has committed money to a contribution."""

    contribution_ref: str
    programme_id: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class MatchReduced:
    """A programme has taken match back, because money of the contribution went back."""

    contribution_ref: str
    programme_id: str
    amount_minor: int  # What stays.
    released_minor: int
    currency: str
    cause: str  # The refund or the dispute.
