"""What programmes promise, and what they have left."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import CharField, Func, Value

from payments.ledger.models import Account, AccountKind
from payments.money import Money
from projects.matching import engine, wording
from projects.matching.models import Programme
from projects.matching.selectors.funded import put_in

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime
    from uuid import UUID

    from projects.matching.gifts import ProjectFacts
    from projects.matching.models import ProgrammeVersion
    from projects.matching.rules import Rule


@dataclass(frozen=True, slots=True)
class OpenProgramme:
    """The terms of a programme as of a moment."""

    version: ProgrammeVersion

    @property
    def id(self) -> str:
        return self.version.programme_id

    @property
    def rule(self) -> Rule:
        return self.version.rule

    @property
    def name(self) -> str:
        return self.rule.name

    @property
    def sentence(self) -> str:
        return wording.rule_sentence(self.rule)


@dataclass(frozen=True, slots=True)
class Pot:
    """What was put into all pots of a programme and what can still be given."""

    funded: Money
    left: Money


def programmes(*, now: datetime) -> list[OpenProgramme]:
    """Return the terms in force of every programme, in the order in which they are asked."""
    return [OpenProgramme(version) for version in engine.in_force(now)]


def programmes_for(project: ProjectFacts, *, now: datetime) -> list[OpenProgramme]:
    """Return the programmes open now whose rules speak of a project, in the order of asking."""
    return programmes_by_project([project], now=now)[project.project_id]


def programmes_by_project(
    projects: Iterable[ProjectFacts], *, now: datetime
) -> dict[UUID, list[OpenProgramme]]:
    """Return the same for many projects, by project id, in one query."""
    versions = [each for each in engine.in_force(now) if each.rule.window.contains(now)]
    return {
        project.project_id: [
            OpenProgramme(version)
            for version in engine.speaking_of(project.project_facts, versions)
        ]
        for project in projects
    }


def pots(programme_ids: Collection[str]) -> dict[str, Pot]:
    """Return what all pots of each programme together were given and have left, from the ledger."""
    currencies = dict(Programme.objects.filter(pk__in=programme_ids).values_list("pk", "currency"))
    funded = put_in(currencies)
    left = Counter[str]()
    programme = Func(
        "owner_ref", Value("/"), Value(1), function="split_part", output_field=CharField()
    )
    accounts = Account.objects.filter(kind=AccountKind.MATCH_POT).annotate(programme=programme)
    for account in accounts.filter(programme__in=currencies):
        held = account.debits_posted + account.debits_pending
        left[account.programme] += account.credits_posted - held
    return {
        each: Pot(funded=Money(funded[each], currency), left=Money(left[each], currency))
        for each, currency in currencies.items()
    }


def left(programme_ids: Collection[str]) -> dict[str, Money]:
    """Return what each programme can still give."""
    return {each: pot.left for each, pot in pots(programme_ids).items()}


def rule_sentence(version: ProgrammeVersion) -> str:
    """Return what a version of a programme promises, in one sentence."""
    return wording.rule_sentence(version.rule)
