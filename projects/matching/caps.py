"""The limits of a programme and the room each one leaves.

Every cap clips; the smallest room wins and is the one that is named. What was given before is kept
in a `Usage`, so that nothing here has to look anything up.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Scope(StrEnum):
    CONTRIBUTION = "contribution"
    DONOR = "donor"
    DONOR_PROJECT = "donor_project"
    PROJECT = "project"
    PROGRAMME = "programme"


@dataclass(frozen=True, slots=True)
class Cap:
    scope: Scope
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Room:
    """How much one limit still lets through, and the reason code when it is the one that binds."""

    reason: str
    minor: int


@dataclass(slots=True)
class Usage:
    """What one programme has given so far, by everything a cap can speak of. Minor units.

    A giver who is not known yet (`None`) has used nothing.
    """

    programme: int = 0
    donor: Counter[str] = field(default_factory=Counter)
    project: Counter[str] = field(default_factory=Counter)
    donor_project: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, *, donor: str | None, project: str, minor: int) -> None:
        """Count an amount given to a project for a giver; a negative amount takes it back."""
        self.programme += minor
        self.project[project] += minor
        if donor is not None:
            self.donor[donor] += minor
            self.donor_project[donor, project] += minor

    def of(self, scope: Scope, *, donor: str | None, project: str) -> int:
        """Return what was given so far within the scope of a cap."""
        match scope:
            case Scope.CONTRIBUTION:
                return 0
            case Scope.PROGRAMME:
                return self.programme
            case Scope.PROJECT:
                return self.project[project]
            case Scope.DONOR:
                return 0 if donor is None else self.donor[donor]
            case Scope.DONOR_PROJECT:
                return 0 if donor is None else self.donor_project[donor, project]


def rooms(caps: Iterable[Cap], usage: Usage, *, donor: str | None, project: str) -> list[Room]:
    """Return the room of each cap, in the order of the rule; a room is never negative."""
    return [
        Room(
            f"cap_{cap.scope}",
            max(0, cap.amount_minor - usage.of(cap.scope, donor=donor, project=project)),
        )
        for cap in caps
    ]


def clip(ideal_minor: int, limits: Iterable[Room]) -> tuple[int, str | None]:
    """Return the smaller of an amount and every room, and the reason of the room that bound.

    Of two equally small rooms the earlier is named. A room exactly as large as the amount does not
    bind.
    """
    minor, reason = ideal_minor, None
    for room in limits:
        if room.minor < minor:
            minor, reason = room.minor, room.reason
    return minor, reason
