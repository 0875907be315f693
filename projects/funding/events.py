"""What this room announces. Who listens is decided in marketplace.wiring."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ContributionConfirmed:
    """The money of one contribution has arrived and stands in the books."""

    contribution_key: str
