"""What a scenario file says, as plain values: programmes, givers, projects, and what happened."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from projects.matching.rules import Fact

Document = dict[str, object]
Attributes = dict[str, "Fact"]


class ScenarioNotUnderstood(ValueError):
    """A scenario file that cannot be run: the place, and what is wrong there."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}" if place else problem)
        self.place = place


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """Money that settles at `at`. `facts` are what is said of it beside, without a prefix."""

    place: str
    at: datetime
    id: str
    donor: str | None
    project: str
    minor: int
    currency: str
    initiated_at: datetime | None = None
    facts: Attributes = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """Money of a contribution that goes back."""

    place: str
    at: datetime
    contribution: str
    minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TopUp:
    """More money in the pot of a programme, or of one of its layers."""

    place: str
    at: datetime
    programme: str
    layer: str
    minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """Money moved from one layer's pot to another's."""

    place: str
    at: datetime
    programme: str
    source: str
    target: str
    minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """A payment to a project: all that is due by then is `cumulative` of its match."""

    place: str
    at: datetime
    programme: str
    project: str
    cumulative: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Award:
    """A committee's ceiling for a project."""

    place: str
    at: datetime
    programme: str
    project: str
    minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A step that only names a programme or a project: close, release, freeze, unfreeze, earn."""

    place: str
    at: datetime
    verb: str
    programme: str | None = None
    project: str | None = None


Event = Contribution | Refund | TopUp | Transfer | Milestone | Award | Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """A rule document, still under the scenario's own names, and what is in its pots at first."""

    place: str
    id: str
    currency: str
    document: Document
    pots: tuple[tuple[str, int], ...]  # (layer, minor); the layer "" is the programme itself.


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One story with its expected end, where the file has one."""

    place: str
    id: str
    title: str
    programmes: tuple[Programme, ...]
    donors: Mapping[str, Attributes]
    projects: Mapping[str, Attributes]
    organisations: Mapping[str, Attributes]
    events: tuple[Event, ...]
    expect: Document | None
    checkpoints: tuple[tuple[int, Document], ...]  # (index of the event, what is expected then).
    ignored: tuple[str, ...] = ()  # Keys that nobody here knows; told in the report.


@dataclass(frozen=True, slots=True)
class Collection:
    """The scenarios of a file, in its order; `is_single` where the file is one scenario itself."""

    scenarios: tuple[Scenario, ...]
    is_single: bool
