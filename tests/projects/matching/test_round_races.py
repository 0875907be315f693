"""Two who close at once, and money that goes back while a programme closes; each with a control."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import Error

from payments.ledger import selectors as ledger
from payments.money import Money
from projects.matching import closing, engine, services
from projects.matching.formula import Rate
from projects.matching.models import Award, Claim, Programme, Round, Share, Tranche
from projects.matching.selectors import rounds as found
from tests.crowd import at_once
from tests.make import closing as make
from tests.make import matching

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

pytestmark = pytest.mark.django_db(transaction=True)
CLOSERS = 8


def without_lock(programme_ids: Collection[str]) -> list[Programme]:
    return list(Programme.objects.filter(pk__in=programme_ids).order_by("pk"))


def close(_: int) -> str:
    try:
        return str(services.close_programme(programme_id="fund", now=make.END).pk)
    except Error as error:
        return type(error).__name__


def go_back(remaining_minor: int) -> int:
    return services.unwind(
        contribution_ref="c1",
        remaining=Money(remaining_minor, "EUR"),
        cause="refund:1",
        now=make.END,
    )


def agree() -> None:
    assert ledger.verify() == found.verify_rounds() == []


@pytest.mark.promise("M14")
def test_many_who_close_at_once_make_one_round() -> None:
    make.programme(pot_minor=90_00)
    for n in range(1, 6):
        make.given(f"c{n}", 40_00, project_n=n)

    closed = at_once(close, range(CLOSERS))

    assert set(closed) == {str(Round.objects.get().pk)}
    assert Share.objects.count() == Award.objects.count() == 5
    assert ledger.balance(engine.pot("fund", "EUR")).left == 0
    agree()


@pytest.mark.promise("M14")
def test_control_without_the_lock_closers_run_into_one_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make.programme(pot_minor=90_00)
    for n in range(1, 6):
        make.given(f"c{n}", 40_00, project_n=n)
    monkeypatch.setattr(engine, "locked", without_lock)

    closed = at_once(close, range(CLOSERS))

    assert "IntegrityError" in closed  # The database holds what the lock did not.
    assert Round.objects.count() == 1
    agree()


@pytest.mark.promise("M14")
def test_a_refund_beside_a_close_comes_before_it_or_after_it() -> None:
    make.programme(pot_minor=500_00)
    make.given("c1", 100_00, project_n=1)
    make.given("c2", 100_00, project_n=2)
    acts: list[Callable[[], object]] = [lambda: close(0), lambda: go_back(30_00)] * 2

    at_once(lambda act: act(), acts)

    award = Award.objects.get(campaign_key="campaign:1")
    assert (award.amount_minor, award.state) == (30_00, "committed")
    assert award.decided_minor in (30_00, 100_00)
    assert Award.objects.get(campaign_key="campaign:2").amount_minor == 100_00
    assert ledger.balance(engine.pot("fund", "EUR")).left == 500_00 - 130_00
    agree()


@pytest.mark.promise("M14")
def test_control_without_the_lock_a_refund_is_missed_by_the_close(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The close has read the claims when the refund finds no round, and shrinks its claim."""
    make.programme(pot_minor=500_00)
    make.given("c1", 100_00, project_n=1)
    monkeypatch.setattr(engine, "locked", without_lock)
    worked_out = closing.close

    def slow(*args: object, **named: object) -> object:
        result = worked_out(*args, **named)  # type: ignore[arg-type]
        at_once(go_back, [30_00])
        return result

    monkeypatch.setattr(closing, "close", slow)
    close(0)

    assert Claim.objects.get().base_minor == 30_00
    assert Award.objects.get().amount_minor == 100_00  # Nobody will ever free the 70.00.


@pytest.mark.promise("M14")
def test_many_who_pay_at_once_pay_once() -> None:
    matching.programme(id="fund", rate=[1, 1])
    make.given("c1", 100_00)
    services.earn(campaign_key="campaign:1", cause="success", now=matching.NOON)

    def pay(_: int) -> int:
        return services.pay_tranche(
            programme_id="fund",
            project_id=make.project(1),
            cumulative=Rate(4, 5),
            by="Ama",
            now=matching.NOON,
        ).paid_minor

    assert sorted(at_once(pay, range(CLOSERS))) == [0] * (CLOSERS - 1) + [80_00]
    assert found.disbursed("fund", make.project(1)) == 80_00
    assert Tranche.objects.count() == CLOSERS
    agree()


@pytest.mark.promise("M14")
def test_control_without_the_lock_the_database_lets_one_pay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    matching.programme(id="fund", rate=[1, 1])
    make.given("c1", 100_00)
    services.earn(campaign_key="campaign:1", cause="success", now=matching.NOON)
    monkeypatch.setattr(engine, "locked", without_lock)

    def pay(_: int) -> str:
        try:
            services.pay_tranche(
                programme_id="fund",
                project_id=make.project(1),
                cumulative=Rate(4, 5),
                by="Ama",
                now=matching.NOON,
            )
        except Error as error:
            return type(error).__name__
        return "paid"

    assert "IntegrityError" in at_once(pay, range(CLOSERS))
    assert found.disbursed("fund", make.project(1)) == 80_00
    agree()
