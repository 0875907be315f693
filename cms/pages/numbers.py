"""How things went, the bad beside the good. Every figure is counted, none is written by hand."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from payments.money import Money
from projects.catalogue.models import Project
from projects.delivery.models import Milestone

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from projects.funding.selectors import Totals


@dataclass(frozen=True, slots=True)
class Numbers:
    """Sums have one amount for each currency."""

    given: tuple[Money, ...]
    matched: tuple[Money, ...]
    goals_reached: int
    stages_done: int
    stages_late: int
    on_hold: int


def numbers(projects: Collection[Project], totals: Collection[Totals], *, now: datetime) -> Numbers:
    """Return the numbers of the published projects and of their campaigns' totals."""
    stages = Milestone.objects.filter(project__in=[project.pk for project in projects])
    done = Milestone.State.ACCEPTED
    states = list(stages.values_list("state", "due_on"))
    return Numbers(
        given=_sums(each.contributed for each in totals),
        matched=_sums(each.matched for each in totals),
        goals_reached=sum(each.is_reached for each in totals),
        stages_done=sum(state == done for state, _ in states),
        stages_late=sum(state != done and due_on < now.date() for state, due_on in states),
        on_hold=sum(project.state == Project.State.SUSPENDED for project in projects),
    )


def _sums(amounts: Iterable[Money]) -> tuple[Money, ...]:
    minor: dict[str, int] = defaultdict(int)
    for amount in amounts:
        minor[amount.currency] += amount.minor
    return tuple(Money(minor[currency], currency) for currency in sorted(minor))
