"""What a receipt says: own money, match, rule and reason, and what happens next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from payments.money import Money
from projects.catalogue import selectors as catalogue
from projects.delivery import selectors as delivery
from projects.matching import selectors as matching
from projects.matching.models import Allocation
from projects.public.quoting import Line

if TYPE_CHECKING:
    from datetime import datetime

    from projects.catalogue.models import Project
    from projects.catalogue.selectors import Text
    from projects.delivery.selectors import Stage
    from projects.funding.models import Contribution


@dataclass(frozen=True, slots=True)
class Receipt:
    """One settled contribution as its giver sees it. `name` is empty when it is to be hidden."""

    number: str
    amount: Money
    match: Money
    lines: tuple[Line, ...]
    is_counted: bool
    project: Project
    text: Text
    name: str
    settled_at: datetime
    closes_at: datetime
    stages: tuple[Stage, ...]

    @property
    def total(self) -> Money:
        return self.amount + self.match


def receipt_of(contribution: Contribution, *, language: str) -> Receipt:
    """Return the receipt of a settled contribution.

    Until every programme has decided it is not counted, and the match is not final.
    """
    if contribution.settled_at is None or contribution.receipt_number is None:
        raise ValueError(f"{contribution} is not settled and has no receipt.")
    project = contribution.campaign.project
    lines = _lines(contribution)
    giver = contribution.contributor
    stages = delivery.stages(project.pk, language=language, today=contribution.settled_at.date())
    return Receipt(
        number=contribution.receipt_number,
        amount=contribution.amount,
        match=sum((line.match for line in lines), Money(0, contribution.currency)),
        lines=lines,
        is_counted=not matching.is_waiting(contribution.key),
        project=project,
        text=catalogue.texts([project], language=language)[project.pk],
        name="" if giver.hide_name else giver.name,
        settled_at=contribution.settled_at,
        closes_at=contribution.campaign.closes_at,
        stages=tuple(stage for stage in stages if not stage.is_accepted),
    )


def _lines(contribution: Contribution) -> tuple[Line, ...]:
    """Return what each programme decided, by the version of its rule that decided."""
    decided = Allocation.objects.filter(contribution_ref=contribution.key)
    versions = {row.programme_id: row.version for row in decided.select_related("version")}
    return tuple(
        Line(
            name=line.programme_name,
            match=line.match,
            rule=matching.rule_sentence(versions[line.programme_id]),
            why=line.why,
            steps=line.steps,
        )
        for line in matching.explanation(contribution.key)
    )
