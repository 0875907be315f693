"""What is asked about one contribution before one programme, and what is answered.

A turn is all that a decision may depend on besides the counters and the pots; an outcome is the
answer, with its steps as plain data. Neither knows where it is stored.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple, Protocol

from projects.matching import counting
from projects.matching.tally import Measure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from projects.matching.rules import Counted, Rule
    from projects.matching.tally import Moves

Json = str | int | bool | None | list["Json"] | dict[str, "Json"]
Step = dict[str, Json]
"""One line of a calculation: {"step": name, …}; plain JSON values only."""

Parts = tuple[tuple[str, int], ...]
"""Minor units by layer, in the order of the rule, zero parts left out."""


def total_of(parts: Parts) -> int:
    if len(parts) == 1:
        return parts[0][1]
    return sum(minor for _, minor in parts)


@dataclass(frozen=True, slots=True)
class Before:
    """What the programmes before this one did with a contribution, in its own currency."""

    left_minor: int | None = None  # What they left unmatched; None is all of it.
    public_minor: int = 0  # The match of all of them together, rounded up.
    gave: tuple[str, ...] = ()  # The ids of those that gave.
    given_minor: int | None = None  # What was really given, where the money stands for a claim.


@dataclass(frozen=True, slots=True)
class Pots:
    """What a programme's pots have free, by layer, and what was put into them so far."""

    left: Mapping[str, int]
    funded_minor: int
    is_reserve_released: bool = False

    def less(self, parts: Parts) -> Pots:
        """Return the pots when these parts were paid from them."""
        paid = dict(parts)
        return replace(self, left={k: v - paid.get(k, 0) for k, v in self.left.items()})

    def plus(self, parts: Parts) -> Pots:
        """Return the pots when these parts came back to them."""
        return self.less(tuple((layer, -minor) for layer, minor in parts))


@dataclass(frozen=True, slots=True)
class Held:
    """A reservation: what a person was promised before paying, and still held for them."""

    parts: Parts
    moves: Moves
    reason: str | None = None  # Why it was smaller than the formula.
    has_lapsed: bool = False  # Still held, but its time was over when the money settled.


@dataclass(frozen=True, slots=True)
class Turn:
    """One contribution before one rule."""

    rule: Rule
    money: Counted
    before: Before = Before()
    held: Held | None = None
    remaining_minor: int | None = None  # Of the money, where some has gone back since.
    ceiling_minor: int | None = None  # Awarded to the project; None where nothing was.
    is_unlocked: bool = False  # The project's threshold is known to be reached.
    frozen: str | None = None  # The reason code, while programme or project is frozen.


class Decided(Protocol):
    """What must be known of an earlier decision to look at it again or to unwind it."""

    @property
    def parts(self) -> Parts: ...
    @property
    def lump_minor(self) -> int: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def moves(self) -> Moves: ...
    @property
    def steps(self) -> tuple[Step, ...]: ...


@dataclass(frozen=True, slots=True)
class Given:
    """An earlier decision as it is stored: its parts and moves, and the steps that led there."""

    parts: Parts
    moves: Moves
    reason: str | None = None
    steps: tuple[Step, ...] = ()
    lump_minor: int = 0


class Outcome(NamedTuple):
    """What one rule gives for one contribution, in minor units of the programme, and why."""

    rule: Rule
    parts: Parts = ()
    lump_minor: int = 0  # Inside the parts: goes to the project and matches no contribution.
    base_minor: int = 0  # What the formula was asked about.
    ideal_minor: int = 0  # What the formula gives.
    reason: str | None = None
    unmet: Parts = ()  # What only the pot did not allow.
    moves: Moves = ()
    steps: tuple[Step, ...] = ()

    @property
    def minor(self) -> int:
        return total_of(self.parts)

    def after(self, before: Before, money: Counted) -> Before:
        """Return what the next programme sees."""
        return leave(before, self.rule, money, self)

    def held(self) -> Held:
        """Return the outcome as a reservation: the match is held, the money counts for nothing."""
        kept = tuple(
            (key, minor)
            for key, minor in self.moves
            if key.measure not in (Measure.COUNTED, Measure.UNLOCKED) and key.scope != "role"
        )
        return Held(self.parts, kept, self.reason)

    def without_pot(self) -> Outcome:
        """Return the outcome when, against all expectation, the pot turns out to be empty."""
        nothing: tuple[Step, ...] = ({"step": "pot", "room": 0}, {"step": "match", "minor": 0})
        gone = ("pot", "match", "promised", "reserve")
        still = (Measure.COUNTED, Measure.USED, Measure.BASE, Measure.UNLOCKED)
        return self._replace(
            parts=(),
            lump_minor=0,
            reason="pot_exhausted",
            unmet=self.parts,
            moves=tuple(move for move in self.moves if move[0].measure in still),
            steps=(*(step for step in self.steps if step["step"] not in gone), *nothing),
        )


def leave(before: Before, rule: Rule, money: Counted, decided: Decided) -> Before:
    """Return what the next programme sees after this one's decision, new or stored.

    Of the contribution, the share is matched that the match is of what the formula gives.
    """
    minor = total_of(decided.parts)
    if not minor:
        return before
    whole = money.amount_minor if before.left_minor is None else before.left_minor
    return Before(
        left_minor=max(0, whole - taken(whole, minor - decided.lump_minor, decided.steps)),
        public_minor=before.public_minor + counting.in_own_currency(rule, money, minor),
        gave=(*before.gave, rule.programme_id),
    )


def taken(whole_minor: int, minor: int, steps: tuple[Step, ...]) -> int:
    """Return how much of a contribution's whole a match takes up, rounded up."""
    match = next((step for step in reversed(steps) if step["step"] == "match"), {})
    ideal, passed, entry = (_whole(match.get(name)) for name in ("ideal", "passed", "entry"))
    if not minor or not entry or not ideal:
        return 0
    matched = -(-passed * min(minor, ideal) // ideal)
    return -(-whole_minor * matched // entry)


def _whole(value: Json) -> int:
    return value if isinstance(value, int) else 0


@dataclass(frozen=True, slots=True)
class Remaining:
    """What stays of a decision when part of its money has gone back."""

    parts: Parts
    lump_minor: int
    moves: Moves

    @property
    def minor(self) -> int:
        return total_of(self.parts)


@dataclass(frozen=True, slots=True)
class Allocated:
    """The outcomes of a batch by reference, and the pots after it."""

    outcomes: dict[str, Outcome]
    pots: Pots
    unlocked: str | None = None  # The project whose threshold was reached: the batch ended there.
    kept: Mapping[str, Remaining] = field(default_factory=dict)  # Where money had gone back before.
