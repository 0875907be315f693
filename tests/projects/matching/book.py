"""The instant programmes of a scenario on paper: the pure rules, with lists in place of a database.

It does what the services do, in as few lines as it takes, and checks after every event that no
unit was lost and that the counters are what the rows moved.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from projects.matching import allocation, documents
from projects.matching.allocation import Before, Given, Outcome, Pots, Remaining, Turn
from projects.matching.instant import thresholds
from projects.matching.rules import Counted, Exhaustion, Rule, pot_name
from projects.matching.tally import Tally
from projects.matching.unwinding import kept_by_project, remaining, still_counts

if TYPE_CHECKING:
    from collections.abc import Callable

Scenario = dict[str, Any]
LOCKED = ("threshold_not_reached", "threshold_lost")


@dataclass
class Row:
    """What one programme decided on one contribution, and what stands of it."""

    turn: Turn
    outcome: Outcome
    stands: Remaining

    @property
    def given(self) -> Given:
        now = self.stands
        return Given(now.parts, now.moves, self.outcome.reason, self.outcome.steps, now.lump_minor)


@dataclass
class Desk:
    """One programme: its counters, its pots, its rows by contribution."""

    rule: Rule
    pots: Pots
    put_in: int
    tally: Tally = field(default_factory=Tally)
    rows: dict[str, Row] = field(default_factory=dict)
    ceilings: dict[str, int] = field(default_factory=dict)
    frozen: set[str] = field(default_factory=set)

    def answer(self, money: Counted, before: Before) -> Before:
        turn = Turn(
            self.rule,
            money,
            before,
            ceiling_minor=self.ceilings.get(money.project),
            frozen=self._frozen(money),
        )
        result = allocation.allocate([turn], tally=self.tally, pots=self.pots)
        outcome = result.outcomes[money.ref]
        self.pots = result.pots
        self.rows[money.ref] = Row(
            turn, outcome, Remaining(outcome.parts, outcome.lump_minor, outcome.moves)
        )
        if result.unlocked is not None:
            self.again(
                lambda row: (
                    row.outcome.reason in LOCKED and row.turn.money.project == result.unlocked
                )
            )
        return self.rows[money.ref].outcome.after(before, money)

    def _frozen(self, money: Counted) -> str | None:
        if "programme" in self.frozen:
            return "programme_frozen"
        return "project_frozen" if money.project in self.frozen else None

    def again(self, wanted: Callable[[Row], bool] = lambda _: True) -> None:
        for row in sorted(self.rows.values(), key=lambda row: row.turn.money.order):
            if row.outcome.reason and wanted(row):
                money = row.turn.money
                row.turn = replace(
                    row.turn,
                    frozen=self._frozen(money),
                    ceiling_minor=self.ceilings.get(money.project),
                )
                row.outcome = allocation.look_again(
                    row.turn, row.given, tally=self.tally, pots=self.pots
                )
                self.settle(row)

    def settle(self, row: Row) -> None:
        """Bring what stands of a row to what remains of its money."""
        left = row.turn.remaining_minor
        money = row.turn.money
        keeps = kept_by_project if row.outcome.lump_minor and self._others(row) else remaining
        whole = money.amount_minor
        kept = keeps(self.rule, money, row.outcome, remaining_minor=whole if left is None else left)
        self.tally.move(row.stands.moves, back=True)
        self.tally.move(kept.moves)
        self.pots = self.pots.plus(row.stands.parts).less(kept.parts)
        row.stands = kept

    def _others(self, row: Row) -> bool:
        """Tell whether other money of a row's project still counts."""
        return any(
            still_counts(
                self.rule,
                each.turn.money,
                each.outcome,
                remaining_minor=each.turn.money.amount_minor
                if each.turn.remaining_minor is None
                else each.turn.remaining_minor,
            )
            for each in self.rows.values()
            if each is not row and each.turn.money.project == row.turn.money.project
        )

    def gone_back(self, ref: str, remaining_minor: int) -> None:
        row = self.rows[ref]
        row.turn = replace(row.turn, remaining_minor=remaining_minor)
        self.settle(row)
        for each in self.rows.values():
            if each.outcome.lump_minor and each.turn.money.project == row.turn.money.project:
                self.settle(each)
        if thresholds.is_lost(self.rule, row.turn.money, self.tally):
            for each in self.rows.values():
                if each.turn.money.project == row.turn.money.project and each.stands.parts:
                    each.outcome = allocation.revoke(each.outcome, each.turn)
                    self.settle(each)
        if self.rule.on_exhaustion is Exhaustion.WAITLIST:
            self.again()

    def top_up(self, layer: str, minor: int) -> None:
        funded = self.pots.funded_minor + minor
        self.pots = replace(self.pots.plus(((layer, minor),)), funded_minor=funded)
        self.put_in += minor
        if self.rule.on_exhaustion is Exhaustion.WAITLIST:
            self.again()

    def freeze(self, what: str, *, is_on: bool) -> None:
        (self.frozen.add if is_on else self.frozen.discard)(what)
        if not is_on:
            self.again(lambda row: str(row.outcome.reason).endswith("_frozen"))

    def check(self) -> None:
        """No unit is lost, nothing is negative, the counters are what the rows moved."""
        given = sum(row.stands.minor for row in self.rows.values())
        assert given + sum(self.pots.left.values()) == self.put_in
        assert all(minor >= 0 for minor in self.pots.left.values())
        assert all(minor > 0 for row in self.rows.values() for _, minor in row.stands.parts)
        counted_again = Tally()
        for row in self.rows.values():
            counted_again.move(row.stands.moves)
        assert counted_again.items() == self.tally.items()


def play(scenario: Scenario, upto: int | None = None) -> dict[str, Any]:
    """Return what a scenario's instant programmes give, in the words of its own `expect`."""
    desks = sorted(
        (_desk(each, scenario) for each in scenario["programmes"]),
        key=lambda desk: (desk.rule.priority, desk.rule.programme_id),
    )
    left: dict[str, int] = {}
    for event in scenario["events"][:upto]:
        happen(event, scenario, desks, left)
        for desk in desks:
            desk.check()
    return report(desks)


def _desk(document: Scenario, scenario: Scenario) -> Desk:
    terms = dict(document)
    if "stack" in scenario:
        terms.setdefault("stacking", scenario["stack"])
    rule = documents.read(terms)
    pots = {layer.id: layer.pot_minor for layer in rule.layers if layer.id} or {"": rule.pot_minor}
    return Desk(rule, Pots(pots, sum(pots.values())), sum(pots.values()))


def happen(event: Scenario, scenario: Scenario, desks: list[Desk], left: dict[str, int]) -> None:
    match event["type"]:
        case "contribution":
            money = counted(event, scenario, desks)
            left[money.ref] = money.amount_minor
            before = Before()
            for desk in desks:
                before = desk.answer(money, before)
        case "refund":
            ref = event["contribution"]
            left[ref] -= event["amount"]
            for desk in desks:
                desk.gone_back(ref, left[ref])
        case "freeze" | "unfreeze":
            for desk in _named(event, desks) or desks:
                what = "programme" if "programme" in event else event["project"]
                desk.freeze(what, is_on=event["type"] == "freeze")
        case _:
            _order(event, _named(event, desks)[0])


def _named(event: Scenario, desks: list[Desk]) -> list[Desk]:
    name = event.get("programme", "").partition("/")[0]
    return [desk for desk in desks if desk.rule.programme_id == name]


def _order(event: Scenario, desk: Desk) -> None:
    match event["type"]:
        case "topup":
            desk.top_up(event["programme"].partition("/")[2], event["amount"])
        case "release":
            desk.pots = replace(desk.pots, is_reserve_released=True)
            desk.again(lambda row: row.outcome.reason == "reserved_for_others")
        case "award":
            desk.ceilings[event["project"]] = event["amount"]
            desk.again(lambda row: row.outcome.reason in ("no_award", "cap_award"))
        case "transfer":
            moved = {event["from"]: -event["amount"], event["to"]: event["amount"]}
            desk.pots = desk.pots.plus(tuple(moved.items()))
        case unknown:
            raise AssertionError(f"{unknown} is no event of instant programmes")


def counted(event: Scenario, scenario: Scenario, desks: list[Desk]) -> Counted:
    donor, project = scenario["donors"][event["donor"]], scenario["projects"][event["project"]]
    owner = scenario.get("organisations", {}).get(project.get("organisation"), {})
    facts = {"contribution.amount": event["amount"], "role": event.get("role")}
    facts |= {
        f"contribution.{key}": event[key] for key in ("kind", "channel", "proof") if key in event
    }
    for whose, attributes in (("donor", donor), ("project", project), ("organisation", owner)):
        facts |= {key if "." in key else f"{whose}.{key}": fact for key, fact in attributes.items()}
    return Counted(
        ref=event["id"],
        amount_minor=event["amount"],
        currency=event.get("currency", desks[0].rule.currency),
        settled_at=datetime.fromisoformat(event["t"]),
        donor=event["donor"],
        project=event["project"],
        facts=facts,
        initiated_at=datetime.fromisoformat(event["initiated_at"])
        if "initiated_at" in event
        else None,
    )


def report(desks: list[Desk]) -> dict[str, Any]:
    found: dict[str, Any] = {"matches": {}, "pots": {}, "reasons": {}, "unmet": {}, "lumps": {}}
    for desk in desks:
        name = desk.rule.programme_id
        found["pots"] |= {pot_name(name, layer): minor for layer, minor in desk.pots.left.items()}
        for ref, row in desk.rows.items():
            if row.stands.lump_minor:
                once = f"{name}:{row.turn.money.project}"
                found["lumps"][once] = found["lumps"].get(once, 0) + row.stands.lump_minor
            else:
                for layer, minor in row.stands.parts:
                    found["matches"].setdefault(ref, {})[pot_name(name, layer)] = minor
            if row.outcome.reason:
                found["reasons"][f"{ref}:{name}"] = row.outcome.reason
            for layer, minor in row.outcome.unmet:
                found["unmet"][f"{ref}:{pot_name(name, layer)}"] = minor
    return found
