"""What earlier decisions count for by newer terms, compared with counting it all by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projects.matching import caps, extending
from projects.matching.allocation import Before, Turn, allocate, decide
from projects.matching.tally import Key, Measure, Tally
from projects.matching.unwinding import remaining
from tests.make import rules as make
from tests.projects.matching import terms

if TYPE_CHECKING:
    from projects.matching.allocation import Outcome
    from projects.matching.rules import Counted, Rule

POTS = st.integers(0, 3_000)
EURO_FOR_EURO: dict[str, Any] = {"rate": [1, 1]}


@dataclass
class Decided:
    money: Counted
    outcome: Outcome

    @property
    def has_match(self) -> bool:
        return bool(self.outcome.parts)

    def step(self, name: str) -> dict[str, Any] | None:
        steps = self.outcome.steps
        return next((step for step in reversed(steps) if step["step"] == name), None)

    def is_of(self, key: Key) -> bool:
        """Tell whether a counter is of this money's giver, project, day and so on."""
        money, facts = self.money, self.money.facts
        organisation, by = facts["project.organisation"], money.donor or "nobody"
        whose = {
            "donor": money.donor,
            "donor_project": f"{money.project} {by}",
            "donor_organisation": f"{organisation} {by}",
            "project": money.project,
            "organisation": organisation,
            "organisation_project": f"{organisation} {money.project}",
            "club": facts["donor.club"],
            "region": facts["project.region"],
            "beneficiary": facts["project.beneficiary"],
            "role": f"{money.project} {facts['role']}",
            "paired": money.project,
        }
        months = ("", f"{money.settled_at:%Y-%m}", f"{money.settled_at:%Y}-01-01")
        return whose.get(key.scope, "") == key.whose and key.period in months

    def counts(self, key: Key) -> int:
        """Return what this decision adds to a counter, worked out from its steps."""
        if key.measure == Measure.RESERVE:
            return self._of_reserve(key)
        if not self.is_of(key) or self.step("refused"):
            return 0
        if key.measure == Measure.MATCHED:
            parts = dict(self.outcome.parts)
            return parts.get(key.layer, 0) if key.layer else sum(parts.values())
        if key.measure == Measure.COUNTED:
            return self.money.amount_minor
        return self._of_base(key)

    def _of_base(self, key: Key) -> int:
        if key.measure == Measure.USED:
            capped = self.step("base_cap")
            return int(capped["minor"]) if capped else self.money.amount_minor
        if key.scope == "role":
            paired = self.step("paired")
            return int(paired["own"]) if paired else self.outcome.base_minor
        is_decided = key.scope == "paired" or self.step("match")
        return self.outcome.base_minor if is_decided else 0

    def _of_reserve(self, key: Key) -> int:
        if self.outcome.rule.reserve is not None:
            return dict(self.outcome.moves).get(key, 0)
        is_rural = self.money.facts["project.area"] == "rural"
        return dict(self.outcome.parts).get(key.layer, 0) if is_rural else 0


def counted_by_hand(rule: Rule, money: Counted, rows: list[Decided]) -> Tally:
    """Return all counters that a decision may read, each added up from all decisions."""
    counters: list[tuple[Key, int]] = []
    for key in caps.keys(rule, money):
        if key.measure == Measure.DONORS:
            of_it = {row.money.donor for row in rows if row.is_of(key) and not row.step("refused")}
            counters.append((key, len(of_it - {None})))
        elif key.measure == Measure.PROJECTS:
            of_it = {row.money.project for row in rows if row.is_of(key) and row.has_match}
            counters.append((key, len(of_it)))
        elif key.scope != "lump":
            counters.append((key, sum(row.counts(key) for row in rows)))
        else:
            lumps = (row for row in rows if row.money.project == money.project)
            counters.append((key, sum(row.outcome.lump_minor for row in lumps)))
    return Tally(counters)


@pytest.mark.promise("M12")
@settings(max_examples=50)
@given(
    first=terms.rules(),
    second=terms.rules(),
    moneys=terms.moneys(),
    pot=POTS,
    cut=st.integers(1, 9),
)
def test_newer_terms_decide_as_if_all_that_was_decided_before_had_been_counted_by_hand(
    first: Rule, second: Rule, moneys: list[Counted], pot: int, cut: int
) -> None:
    ordered = sorted(moneys, key=lambda each: each.order)
    tally, rows = Tally(), list[Decided]()
    before = [Turn(first, money) for money in ordered[:cut]]
    done = allocate(before, tally=tally, pots=terms.pots(first, pot))
    for turn in before:
        outcome = done.outcomes[turn.money.ref]
        tally.move(extending.missing(second, first, turn.money, outcome))
        rows.append(Decided(turn.money, outcome))

    pots = terms.pots(second, pot)
    for money in ordered[cut:]:
        by_hand = counted_by_hand(second, money, rows)
        expected = decide(Turn(second, money), tally=by_hand, pots=pots)
        found = allocate([Turn(second, money)], tally=tally, pots=pots)
        assert found.outcomes[money.ref] == expected
        pots = found.pots
        rows.append(Decided(money, expected))


@settings(max_examples=50)
@given(
    first=terms.rules(),
    second=terms.rules(),
    moneys=terms.moneys(),
    pot=POTS,
    share=st.integers(0, 100),
)
def test_a_refund_before_the_newer_terms_counts_as_one_after_them(
    first: Rule, second: Rule, moneys: list[Counted], pot: int, share: int
) -> None:
    done = allocate(
        [Turn(first, money) for money in moneys], tally=Tally(), pots=terms.pots(first, pot)
    )
    for money in moneys:
        outcome, left = done.outcomes[money.ref], money.amount_minor * share // 100
        more = extending.missing(second, first, money, outcome)
        stays = remaining(first, money, outcome, remaining_minor=left)

        after = remaining(
            first, money, extending.widened(outcome, second, money), remaining_minor=left
        )
        only_more = outcome._replace(moves=more)
        before = extending.standing(first, money, only_more, stays.parts, left)

        assert sorted((*stays.moves, *before)) == sorted(after.moves)
        assert after.parts == stays.parts


@settings(max_examples=50)
@given(first=terms.rules(), second=terms.rules(), moneys=terms.moneys(), pot=POTS)
def test_terms_count_once_and_terms_that_speak_of_less_count_nothing(
    first: Rule, second: Rule, moneys: list[Counted], pot: int
) -> None:
    done = allocate(
        [Turn(first, money) for money in moneys], tally=Tally(), pots=terms.pots(first, pot)
    )
    less = replace(first, caps=first.caps[1:], base_caps=(), threshold=None, reserve=None)
    for money in moneys:
        outcome = done.outcomes[money.ref]
        once = extending.widened(outcome, second, money)
        assert extending.widened(once, second, money) == once
        assert len({key for key, _ in once.moves}) == len(once.moves)
        assert extending.missing(less, first, money, outcome) == ()
        if not extending.speaks_of_more(second, first):
            assert extending.missing(second, first, money, outcome) == ()
    assert not extending.speaks_of_more(less, first)


def missing(money: Counted, **newer: Any) -> dict[Key, int]:  # noqa: ANN401
    old, new = make.rule(**EURO_FOR_EURO), make.rule(**(EURO_FOR_EURO | newer))
    outcome = decide(Turn(old, money), tally=Tally(), pots=terms.pots(old, 10**6))
    return dict(extending.missing(new, old, money, outcome))


def test_money_counts_in_the_period_of_its_own_clock() -> None:
    money = make.money(100_00)

    found = missing(money, caps=[{"scope": "donor", "amount": 1, "period": "month"}])

    assert found == {Key("matched", "donor", "d1", "2026-03"): 100_00}


def test_money_that_does_not_name_the_subject_of_a_new_cap_counts_by_the_others() -> None:
    limits = [{"scope": "region", "amount": 1}, {"scope": "programme", "amount": 1}]

    assert missing(make.money(100_00), caps=limits) == {Key("matched", "programme"): 100_00}


def test_money_that_was_refused_counts_for_nothing() -> None:
    late = make.money(100_00, settled_at=make.rule().window.closes_at)

    assert missing(late, threshold={"metric": "raised", "at": 1, "mode": "unlock_retro"}) == {}
    assert missing(late, caps=[{"scope": "programme", "amount": 1}]) == {}


def test_money_that_was_kept_from_matching_was_counted_all_the_same() -> None:
    money = make.money(100_00)
    old = make.rule(**EURO_FOR_EURO, stacking={"mode": "exclusive"})
    new = make.rule(
        **EURO_FOR_EURO,
        base_caps=[{"scope": "donor", "amount": 1}],
        threshold={"metric": "raised", "at": 1, "mode": "unlock_retro"},
    )
    for turn in (
        Turn(old, money, Before(gave=("another",))),
        Turn(old, money, frozen="programme_frozen"),
    ):
        outcome = decide(turn, tally=Tally(), pots=terms.pots(old, 10**6))
        found = dict(extending.missing(new, old, money, outcome))
        assert found == {Key("counted", "project", "p1"): 100_00}
