"""Names for a replay that nothing in the database bears, in the order of the scenario's own.

Ties are broken by id. So programmes, contributions and givers are numbered in the order of their
ids, and the project ids, which are UUIDs, count up in that order too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from projects.matching.replaying.scenarios import Contribution

if TYPE_CHECKING:
    from collections.abc import Iterable

    from projects.matching.replaying.scenarios import Scenario

RANKS = 2**32  # So many projects can be told apart by the end of their id.


@dataclass(frozen=True, slots=True)
class Names:
    """Our names by the scenario's, for each kind of thing."""

    prefix: str
    programmes: dict[str, str]
    contributions: dict[str, str]
    donors: dict[str, str]
    projects: dict[str, UUID]

    def campaign(self, project: str) -> str:
        """Return the campaign under which a project of the scenario collects."""
        return f"campaign:{self.projects[project]}"

    def contributions_told(self) -> dict[str, str]:
        return _turned(self.contributions)

    def programmes_told(self) -> dict[str, str]:
        return _turned(self.programmes)

    def projects_told(self) -> dict[UUID, str]:
        return {ours: theirs for theirs, ours in self.projects.items()}


def names_of(scenario: Scenario) -> Names:
    """Return fresh names for everything in a scenario."""
    base = uuid4()
    prefix = f"replay-{base.hex[:12]}"
    first = base.int // RANKS * RANKS
    money = (event.id for event in scenario.events if isinstance(event, Contribution))
    return Names(
        prefix=prefix,
        programmes=_numbered((each.id for each in scenario.programmes), f"{prefix}-p"),
        contributions=_numbered(money, f"{prefix}-c"),
        donors=_numbered(scenario.donors, f"{prefix}-d"),
        projects={name: UUID(int=first + n) for n, name in enumerate(sorted(scenario.projects))},
    )


def _numbered(names: Iterable[str], before: str) -> dict[str, str]:
    return {name: f"{before}{n:07}" for n, name in enumerate(sorted(names))}


def _turned(names: dict[str, str]) -> dict[str, str]:
    return {ours: theirs for theirs, ours in names.items()}
