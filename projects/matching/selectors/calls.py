"""A committee's round as its agency sees it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from payments.money import Money

if TYPE_CHECKING:
    from uuid import UUID

    from projects.matching.models.committees import Application, Call, Conflict, Mark


@dataclass(frozen=True, slots=True)
class Entry:
    """One application with what the committee says of it, and what one member said."""

    application: Application
    asked: Money
    points: tuple[int, ...]  # Those that count.
    abstained: int
    own_mark: Mark | None
    own_conflict: Conflict | None

    @property
    def mean(self) -> Fraction | None:
        """Return the mean of the points that count; nothing while nobody has given any."""
        return Fraction(sum(self.points), len(self.points)) if self.points else None

    @property
    def mean_text(self) -> str:
        """Return the mean with one decimal."""
        mean = self.mean
        return "" if mean is None else tenths([mean.numerator, mean.denominator])

    @property
    def awarded(self) -> Money | None:
        """Return what was awarded; nothing before the decision."""
        ceiling = self.application.ceiling
        return None if ceiling is None else Money(ceiling.amount_minor, self.asked.currency)


def entries(call: Call, *, member_id: UUID) -> tuple[Entry, ...]:
    """Return the applications of a round: by rank once it is decided, before that as entered."""
    rows = call.applications.select_related("project__organisation", "ceiling")
    found = [
        entry(row, currency=call.programme.currency, member_id=member_id)
        for row in rows.prefetch_related("marks", "conflicts")
    ]
    last = len(found) + 1
    return tuple(sorted(found, key=lambda each: each.application.rank or last))


def entry(application: Application, *, currency: str, member_id: UUID) -> Entry:
    """Return one application with its marks."""
    marks, conflicts = list(application.marks.all()), list(application.conflicts.all())
    out = {conflict.member_id for conflict in conflicts}
    return Entry(
        application=application,
        asked=Money(application.asked_minor, currency),
        points=tuple(mark.points for mark in marks if mark.member_id not in out),
        abstained=len(out),
        own_mark=next((mark for mark in marks if mark.member_id == member_id), None),
        own_conflict=next((each for each in conflicts if each.member_id == member_id), None),
    )


def tenths(score: object) -> str:
    """Return a mean, stored as [numerator, denominator], with one decimal, rounded half up."""
    numerator, denominator = score if isinstance(score, list) else (0, 1)
    whole, tenth = divmod((20 * numerator + denominator) // (2 * denominator), 10)
    return f"{whole}.{tenth}"
