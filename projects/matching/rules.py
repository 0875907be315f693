"""What a programme's rule is: the closed vocabulary of matching, as plain frozen values.

A rule is the read form of a programme document (see `documents`, which alone makes rules and
refuses what is not one). Amounts are whole minor units of the programme's currency, every rate is a
pair of integers, every time is in UTC. Nothing here looks anything up: whether money counts is
asked of the facts stored with that money, never of the world as it is today. A fact that is missing
makes the money *not eligible*; it is never an error.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from projects.matching.bounds import (
    Amount,
    BaseCap,
    Cap,
    Floor,
    Indexed,
    Metric,
    Period,
    Reserve,
    Scope,
    Share,
    Threshold,
    Unlock,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from projects.matching.formula import Formula, Rate

__all__ = [  # Taken from here, as all of the vocabulary.
    "Amount",
    "BaseCap",
    "Cap",
    "Floor",
    "Indexed",
    "Metric",
    "Period",
    "Reserve",
    "Scope",
    "Share",
    "Threshold",
    "Unlock",
]

Fact = str | int | bool | None
"""Keys are `donor.…`, `project.…`, `organisation.…`, `contribution.…` and the bare `role`."""


class Operator(StrEnum):
    EQ = "eq"
    NE = "ne"
    IN = "in"
    NOT_IN = "not_in"
    GTE = "gte"
    LTE = "lte"


@dataclass(frozen=True, slots=True)
class Condition:
    """One sentence about one fact; compared with a value, or with another fact (`value_field`)."""

    field: str
    op: Operator
    value: str | int | bool | tuple[str | int, ...] | None = None
    value_field: str | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """Which money is the base. An empty tuple leaves that question open. Fees and tips never count.

    Read from the facts `contribution.kind` (missing: donation), `contribution.channel`,
    `donor.kind` (missing: individual) and `contribution.proof`.
    """

    kinds: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    proof: str | None = None  # The proof that must be on record, as remittance_origin.


class Clock(StrEnum):
    SETTLED = "settled"
    INITIATED = "initiated"


@dataclass(frozen=True, slots=True)
class Window:
    """Half-open: the opening instant is inside, the closing instant is not."""

    opens_at: datetime
    closes_at: datetime
    zone: str
    clock: Clock = Clock.SETTLED
    settle_by: datetime | None = None  # First instant too late to settle, for the initiated clock.

    def contains(self, at: datetime) -> bool:
        return self.opens_at <= at < self.closes_at


@dataclass(frozen=True, slots=True)
class Weight:
    """Counts money by a score: the rate of the highest band whose start the fact reaches.

    Money below the lowest band counts nothing (`weight_zero`); a missing fact is not eligible.
    """

    by: str  # A fact, as donor.score.
    bands: tuple[tuple[int, Rate], ...]  # Ascending (from, rate).


class Pairing(StrEnum):
    MIN = "min"  # Of the roles' sums, the smallest counts.
    EQUAL = "equal"  # The equal parts of all roles count together: roles times the smallest.


@dataclass(frozen=True, slots=True)
class Paired:
    roles: tuple[str, ...]
    rule: Pairing


class Coupling(StrEnum):
    JOINT = "joint"
    INDEPENDENT = "independent"


@dataclass(frozen=True, slots=True)
class Layer:
    """One funder. A programme without layers has a single one with the empty id."""

    id: str
    rate: Rate | None  # None: the formula decides (only where there is one layer).
    pot_minor: int = 0
    rates_by_project: Mapping[str, Rate] = field(default_factory=dict)

    def rate_for(self, project: str) -> Rate | None:
        return self.rates_by_project.get(project, self.rate)


class Allocation(StrEnum):
    INSTANT = "instant"
    PRORATA_CLOSE = "prorata_close"
    SHARE_CLOSE = "share_close"
    QUADRATIC_CLOSE = "quadratic_close"
    RANKED_CLOSE = "ranked_close"
    MANUAL = "manual"

    @property
    def is_at_close(self) -> bool:
        return self not in (Allocation.INSTANT, Allocation.MANUAL)


class Exhaustion(StrEnum):
    PARTIAL = "partial"  # The last contribution gets what is left.
    REFUSE = "refuse"  # All or nothing for each contribution.
    WAITLIST = "waitlist"  # As partial; what is missing waits, in order, for freed money.
    NEXT_CALL = "next_call"  # As partial; the reason says that the next call may match it.


class Stack(StrEnum):
    PARALLEL = "parallel"  # Each programme looks at the whole contribution.
    CASCADE = "cascade"  # This programme looks at what those before it left unmatched.
    EXCLUSIVE = "exclusive"  # Gives nothing where a programme before it gave.


@dataclass(frozen=True, slots=True)
class Stacking:
    mode: Stack = Stack.PARALLEL
    total_public_share: Rate | None = None  # All programmes' match over money and match together.
    exclusive_with: tuple[str, ...] = ()  # Ids of programmes.
    lifetime_awards: int | None = None  # Most projects of one organisation that it ever matches.


class Partial(StrEnum):
    """What becomes of a match when part of its money goes back."""

    RECOMPUTE = "recompute"
    PROPORTIONAL = "proportional"


class Freed(StrEnum):
    """Where match goes that is freed after the close. Before it, it always stays in the pot."""

    POT = "pot"
    WAITLIST = "waitlist"
    FUNDER = "funder"


@dataclass(frozen=True, slots=True)
class Ranking:
    """How ranked_close orders projects: by a score fact, highest first."""

    by: str = "project.score"
    min_score: int | None = None
    tie: str = "project_id"  # or "earliest": the project whose first contribution settled first.
    partial_fill: bool = False  # The first that does not fit gets what is left.
    awards: tuple[int, ...] = ()  # Fixed prizes by rank instead of the formula.
    order: tuple[str, ...] = ()  # Projects put in order by hand; it wins over `by`.


@dataclass(frozen=True, slots=True)
class Tranche:
    """A payment to the project once a condition is met; `cumulative` of all that is due by then."""

    after: str
    cumulative: Rate


@dataclass(frozen=True, slots=True)
class Obligation:
    code: str
    due_on: date | None = None


SINGLE = (Layer(id="", rate=None),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    programme_id: str
    name: str
    currency: str
    window: Window
    formula: Formula  # Where layers have rates: their sum, only to be told to people.
    instrument: str = "grant"
    legal_basis: str = ""
    priority: int = 1
    counts: Counts = Counts()
    eligible: tuple[Condition, ...] = ()
    min_contribution_minor: int = 1
    base_caps: tuple[BaseCap, ...] = ()
    weight: Weight | None = None
    paired: Paired | None = None
    fx: Mapping[str, Rate] = field(default_factory=dict)  # Minor units for one minor unit of …
    indices: Mapping[str, tuple[tuple[date, int], ...]] = field(default_factory=dict)
    fiscal_year_start: tuple[int, int] = (1, 1)  # Month and day.
    layers: tuple[Layer, ...] = SINGLE
    coupling: Coupling = Coupling.JOINT
    caps: tuple[Cap, ...] = ()
    floors: tuple[Floor, ...] = ()
    threshold: Threshold | None = None
    reserve: Reserve | None = None
    pot_minor: int = 0
    allocation: Allocation = Allocation.INSTANT
    needs_award: bool = False  # Two stages: a project draws down a ceiling awarded before.
    project_cap: Amount | None = None  # Of close-type allocations, for each project.
    fill: bool = True  # What a project_cap cuts off is shared among the others again.
    ranking: Ranking = Ranking()
    on_exhaustion: Exhaustion = Exhaustion.PARTIAL
    stacking: Stacking = Stacking()
    partial: Partial = Partial.RECOMPUTE
    freed: Freed = Freed.POT
    disbursement: tuple[Tranche, ...] = ()
    obligations: tuple[Obligation, ...] = ()
    reservation_minutes: int = 15

    def accounts(self) -> tuple[str, ...]:
        """Return the names of its pots: the programme's id, or programme/layer for each layer."""
        return tuple(pot_name(self.programme_id, layer.id) for layer in self.layers)


def pot_name(programme_id: str, layer_id: str) -> str:
    """Return the natural key of a pot, as in the ledger and in reports."""
    return f"{programme_id}/{layer_id}" if layer_id else programme_id


@dataclass(frozen=True, slots=True)
class Counted:
    """Money that has arrived, with the facts about giver and project as they were then."""

    ref: str
    amount_minor: int
    currency: str
    settled_at: datetime
    donor: str | None
    project: str
    facts: Mapping[str, Fact]
    initiated_at: datetime | None = None

    @property
    def order(self) -> tuple[datetime, str]:
        """When its turn comes: by settlement time, then by reference, never by arrival."""
        return self.settled_at, self.ref
