"""The stage of one replay: an organisation, its programmes with their money, and each event.

Everything on it is made by the production services under names that nothing else bears.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import DataError

from payments.ledger.services import LedgerRefused
from payments.money import Money
from projects.catalogue.models import Organisation
from projects.matching import counting, services
from projects.matching.closes.pairwise import TooMuchMoney
from projects.matching.documents import RuleNotUnderstood
from projects.matching.formula import Rate
from projects.matching.models import ProgrammeVersion
from projects.matching.replaying import facts
from projects.matching.replaying.documents import document_of
from projects.matching.replaying.names import Names, names_of
from projects.matching.replaying.scenarios import (
    Award,
    Contribution,
    Milestone,
    Order,
    Refund,
    ScenarioNotUnderstood,
    TopUp,
    Transfer,
)
from projects.matching.rules import Allocation
from projects.matching.selectors.claims import ends_at
from projects.matching.services.ceilings import award_ceiling
from projects.matching.services.earning import earn
from projects.matching.services.rounds import close_programme
from projects.matching.services.tranches import pay_tranche
from projects.matching.services.transfers import transfer_between_pots

if TYPE_CHECKING:
    from collections.abc import Iterator

    from projects.matching.replaying.scenarios import Attributes, Event, Programme, Scenario
    from projects.matching.rules import Rule

BY = "replay"  # Who orders what a scenario orders.
BEFORE = timedelta(days=1)
NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)  # Where nothing happens.


class ReplayRefused(Exception):
    """A service would not do what an event of a scenario says."""


@dataclass(slots=True)
class Stage:
    """A scenario that is being replayed, and its time."""

    scenario: Scenario
    names: Names
    now: datetime
    left: dict[str, Money] = field(default_factory=dict)  # What remains of each contribution.
    paid: set[str] = field(default_factory=set)  # Projects whose match is handed over as it comes.
    serial: int = 0

    @classmethod
    def of(cls, scenario: Scenario) -> Stage:
        """Publish the programmes of a scenario and fill their pots, before anything happens."""
        stage = cls(scenario, names_of(scenario), min(_times(scenario), default=NO_TIME) - BEFORE)
        agency = Organisation.objects.create(
            slug=stage.names.prefix,
            name=stage.names.prefix,
            kind=Organisation.Kind.AGENCY,
            status=Organisation.Status.VERIFIED,
            country="KEN",
            territories=["KEN"],
            created_at=stage.now,
        )
        for programme in scenario.programmes:
            stage.publish(programme, agency)
        return stage

    def publish(self, programme: Programme, agency: Organisation) -> None:
        try:
            services.publish_programme(
                document=document_of(programme, self.names),
                agency_id=agency.pk,
                now=self.now,
            )
        except RuleNotUnderstood as error:
            raise ScenarioNotUnderstood(f"{programme.place}.{error.field}", error.allowed) from None
        for layer, minor in programme.pots:
            if minor:
                self.fund(programme.id, layer, minor)

    def fund(self, programme: str, layer: str, minor: int) -> None:
        self.serial += 1
        services.fund_pot(
            programme_id=self.names.programmes[programme],
            layer=layer,
            amount=Money(minor, self.currency(programme)),
            idempotency_key=f"{BY}-{self.serial}",
            now=self.now,
        )

    def is_gone(self, contribution_ref: str) -> bool:
        """Tell whether all of a contribution's money, by our name for it, has gone back."""
        return not self.left[self.names.contributions_told()[contribution_ref]]

    def currency(self, programme: str) -> str:
        return next(each.currency for each in self.scenario.programmes if each.id == programme)

    def happen(self, event: Event) -> None:
        """Do what an event says, and give every programme its turn.

        Raises:
            ReplayRefused: names the event and says why not.
        """
        self.now = max(self.now, event.at)
        with _refusals_at(event.place):
            self._do(event)
            self._allocate()

    def _do(self, event: Event) -> None:
        match event:
            case Contribution():
                self._count(event)
            case Refund():
                self._refund(event)
            case TopUp():
                self.fund(event.programme, event.layer, event.minor)
            case Transfer():
                self._transfer(event)
            case Milestone():
                self._pay(event)
            case Award():
                award_ceiling(
                    programme_id=self.names.programmes[event.programme],
                    project_id=self.names.projects[event.project],
                    amount=Money(event.minor, self.currency(event.programme)),
                    by=BY,
                    now=self.now,
                )
            case Order():
                self._order(event)

    def _count(self, event: Contribution) -> None:
        gift = facts.gift_of(event, self.scenario, self.names)
        self.left[event.id] = gift.amount
        services.count(
            gift=gift,
            settled_at=event.at,
            initiated_at=event.initiated_at,
            among=sorted(self.names.programmes.values()),
            now=self.now,
        )

    def _refund(self, event: Refund) -> None:
        self.serial += 1
        before = self.left[event.contribution]
        self.left[event.contribution] = before - Money(event.minor, before.currency)
        services.unwind(
            contribution_ref=self.names.contributions[event.contribution],
            remaining=self.left[event.contribution],
            cause=f"{BY}-refund-{self.serial}",
            now=self.now,
        )

    def _transfer(self, event: Transfer) -> None:
        self.serial += 1
        transfer_between_pots(
            programme_id=self.names.programmes[event.programme],
            source_layer=event.source,
            target_layer=event.target,
            amount=Money(event.minor, self.currency(event.programme)),
            by=BY,
            idempotency_key=f"{BY}-{self.serial}",
            now=self.now,
        )

    def _pay(self, event: Milestone) -> None:
        self._earn(event.project)
        self.paid.add(event.project)
        pay_tranche(
            programme_id=self.names.programmes[event.programme],
            project_id=self.names.projects[event.project],
            cumulative=Rate(*event.cumulative),
            by=BY,
            now=self.now,
        )

    def _earn(self, project: str) -> None:
        self.serial += 1
        earn(
            campaign_key=self.names.campaign(project),
            cause=f"{BY}-earn-{self.serial}",
            now=self.now,
        )

    def _order(self, event: Order) -> None:
        if event.verb == "earn" and event.project is not None:
            self._earn(event.project)
        elif event.programme is not None:
            self._order_programme(event.verb, self.names.programmes[event.programme])
        elif event.project is not None:
            change = (
                services.freeze_project if event.verb == "freeze" else services.unfreeze_project
            )
            change(project_id=self.names.projects[event.project], reason=BY, by=BY, now=self.now)

    def _order_programme(self, verb: str, programme_id: str) -> None:
        match verb:
            case "close":
                self._close(programme_id)
            case "release":
                services.release_reserve(programme_id=programme_id, now=self.now)
            case "freeze":
                services.freeze_programme(programme_id=programme_id, reason=BY, by=BY, now=self.now)
            case _:
                services.unfreeze_programme(
                    programme_id=programme_id, reason=BY, by=BY, now=self.now
                )

    def _close(self, programme_id: str) -> None:
        """Close a programme, not before its time; one that matches at once has nothing to share."""
        rule = ProgrammeVersion.objects.get(programme=programme_id).rule
        self.now = max(self.now, ends_at(rule))
        if rule.allocation.is_at_close:
            known = self._projects_of(rule)
            close_programme(
                programme_id=programme_id,
                now=self.now,
                projects={str(self.names.projects[name]): told for name, told in known.items()},
                campaigns={
                    str(self.names.projects[name]): self.names.campaign(name) for name in known
                },
            )

    def _projects_of(self, rule: Rule) -> dict[str, Attributes]:
        """Return the projects, with their facts, that are ranked whether somebody gave or not."""
        if rule.allocation is not Allocation.RANKED_CLOSE:
            return {}
        known = {name: facts.of_project(name, self.scenario) for name in self.scenario.projects}
        return {name: told for name, told in known.items() if counting.speaks_of(rule, told)}

    def _allocate(self) -> None:
        """Give every programme its turn until none has anything left to decide."""
        decided = 1
        while decided:
            decided = sum(
                services.allocate_due(programme_id=each, now=self.now)
                for each in sorted(self.names.programmes.values())
            )
        for project in sorted(self.paid):
            self._earn(project)


@contextmanager
def _refusals_at(place: str) -> Iterator[None]:
    try:
        yield
    except (LedgerRefused, services.ProgrammeRefused, TooMuchMoney) as refusal:
        raise ReplayRefused(f"{place}: {refusal}") from refusal
    except DataError as error:
        raise ReplayRefused(f"{place}: the amounts grow too large") from error


def _times(scenario: Scenario) -> list[datetime]:
    """Return the times of a scenario's events; the programmes stand before the first."""
    started = [
        event.initiated_at
        for event in scenario.events
        if isinstance(event, Contribution) and event.initiated_at
    ]
    return [event.at for event in scenario.events] + started
