from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from payments.ledger import selectors as ledger
from payments.ledger.models import Entry
from payments.ledger.services import Entry as LedgerEntry
from payments.ledger.services import LedgerBusy, Posting, post
from payments.money import Money
from projects.matching import engine, selectors, services
from projects.matching.models import MatchTransition, Reservation
from projects.matching.services import ProgrammesFailed, holding
from tests.make import matching as make

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_django import DjangoAssertNumQueries

    from projects.matching.engine import Standing
    from projects.matching.services.holding import Change

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
State = Reservation.State


def left(programme_id: str = "fund") -> int:
    return selectors.left([programme_id])[programme_id].minor


def after(minutes: float) -> datetime:
    return make.NOON + minutes * MINUTE


def steps_of(ref: str) -> list[tuple[str, str, str]]:
    return [
        (line.from_state, line.to_state, line.reason)
        for line in MatchTransition.objects.filter(contribution_ref=ref)
    ]


def test_a_reservation_holds_money_of_the_pot_for_fifteen_minutes() -> None:
    version = make.programme(id="fund", pot_minor=500_00)
    gift = make.gift(100_00, ref="c1")

    quote = services.reserve(gift=gift, now=make.NOON)

    held = Reservation.objects.get()
    assert quote.match == Money(200_00, "EUR")
    assert quote.valid_until == held.expires_at == after(15)
    assert (held.version, held.amount_minor, held.base_minor) == (version, 200_00, 100_00)
    assert (held.contribution_ref, held.state, held.number) == ("c1", State.ACTIVE, 1)
    assert left() == 300_00
    entry = Entry.objects.get(idempotency_key=held.ledger_key)
    assert (entry.kind, entry.state, entry.expires_at) == ("match_reserved", "pending", after(32))
    assert ledger.balance(engine.earned("campaign:a-well", "EUR")).credits_pending == 200_00
    assert steps_of("c1") == [("", "active", "")]


def test_nothing_is_held_where_nothing_is_matched() -> None:
    make.programme(id="fund", pot_minor=0)

    quote = services.reserve(gift=make.gift(), now=make.NOON)

    assert (quote.match, quote.valid_until) == (Money(0, "EUR"), None)
    assert [line.reason for line in quote.lines] == ["pot_exhausted"]
    assert not Reservation.objects.exists()


def test_another_amount_replaces_what_was_held() -> None:
    make.programme(id="fund", rate=[1, 1], pot_minor=500_00)
    services.reserve(gift=make.gift(450_00, ref="c1"), now=make.NOON)

    quote = services.reserve(gift=make.gift(480_00, ref="c1"), now=after(5))

    assert quote.match == Money(480_00, "EUR")
    assert quote.valid_until == after(20)
    assert left() == 20_00
    assert list(Reservation.objects.order_by("number").values_list("state", "amount_minor")) == [
        (State.RELEASED, 450_00),
        (State.ACTIVE, 480_00),
    ]
    assert steps_of("c1") == [
        ("", "active", ""),
        ("active", "released", "replaced"),
        ("", "active", ""),
    ]


def test_reserving_the_same_again_only_moves_the_time() -> None:
    make.programme(id="fund")
    services.reserve(gift=make.gift(ref="c1"), now=make.NOON)
    entries = Entry.objects.count()

    quote = services.reserve(gift=make.gift(ref="c1"), now=after(10))

    assert quote.valid_until == after(25)
    assert Reservation.objects.get().expires_at == after(25)
    assert Entry.objects.count() == entries


def test_knowing_the_giver_may_lower_what_is_held() -> None:
    make.programme(id="fund", rate=[1, 1], caps=[{"scope": "donor", "amount": 100_00}])
    services.reserve(gift=make.gift(70_00, ref="c1", donor="d1"), now=make.NOON)
    unknown = services.reserve(gift=make.gift(70_00, ref="c2", donor=None), now=make.NOON)

    known = services.reserve(gift=make.gift(70_00, ref="c2", donor="d1"), now=make.NOON)

    assert unknown.match == Money(70_00, "EUR")
    assert known.match == Money(30_00, "EUR")
    assert [line.reason for line in known.lines] == ["cap_donor"]
    assert Reservation.objects.active().get(contribution_ref="c2").reason == "cap_donor"


def test_what_was_held_is_given_back_when_no_programme_gives_any_more() -> None:
    make.programme(id="fund", min_contribution=50_00)
    services.reserve(gift=make.gift(50_00, ref="c1"), now=make.NOON)

    quote = services.reserve(gift=make.gift(49_99, ref="c1"), now=make.NOON)

    assert (quote.match, quote.valid_until) == (Money(0, "EUR"), None)
    assert not Reservation.objects.active().exists()
    assert left() == 10_000_00


def test_the_time_of_an_unbroken_row_ends_after_32_minutes() -> None:
    make.programme(id="fund", rate=[1, 1])
    ends = [
        services.reserve(gift=make.gift(minor, ref="c1"), now=after(minutes)).valid_until
        for minor, minutes in [(10_00, 0), (20_00, 14), (30_00, 28), (40_00, 33)]
    ]

    assert ends == [after(15), after(29), after(32), after(48)]


def test_who_goes_to_pay_has_32_minutes_from_then() -> None:
    make.programme(id="fund", pot_minor=500_00)
    gift = make.gift(ref="c1")
    services.reserve(gift=gift, now=make.NOON)

    ends = [
        services.reserve(gift=gift, now=after(minutes), keep=True).valid_until
        for minutes in (0, 14, 14, 20)
    ]

    assert ends == [after(32), after(46), after(46), after(52)]
    held = Reservation.objects.active().get()
    assert (held.is_kept, held.held_since, held.number) == (True, after(20), 3)
    assert Entry.objects.get(idempotency_key=held.ledger_key).expires_at == after(52)
    assert left() == 300_00


def test_what_is_kept_stays_until_its_owner_lets_go() -> None:
    make.programme(id="fund")
    services.reserve(gift=make.gift(ref="c1"), now=make.NOON, keep=True)
    assert services.expire_reservations(now=after(600)) == 0

    services.let_lapse(contribution_ref="c1")
    services.let_lapse(contribution_ref="unknown")

    assert [services.expire_reservations(now=after(minutes)) for minutes in (31.9, 32)] == [0, 1]


def test_releasing_gives_the_money_back_once() -> None:
    make.programme(id="fund", pot_minor=500_00)
    services.reserve(gift=make.gift(ref="c1"), now=make.NOON)

    released = [services.release(contribution_ref="c1", now=after(1)) for _ in range(2)]

    assert released == [True, False]
    assert left() == 500_00
    held = Reservation.objects.get()
    assert (held.state, held.finished_at) == (State.RELEASED, after(1))
    assert steps_of("c1") == [("", "active", ""), ("active", "released", "given_up")]


@pytest.mark.promise("M14")
def test_only_what_has_run_out_expires_and_only_once() -> None:
    make.programme(id="fund", pot_minor=1_000_00)
    services.reserve(gift=make.gift(ref="early", donor="d1"), now=make.NOON)
    services.reserve(gift=make.gift(ref="late", donor="d2"), now=after(1))

    expired = [services.expire_reservations(now=after(minutes)) for minutes in (14.9, 15, 15)]

    assert expired == [0, 1, 0]
    assert left() == 800_00
    assert Reservation.objects.active().get().contribution_ref == "late"
    assert steps_of("early") == [("", "active", ""), ("active", "released", "expired")]


def test_a_batch_of_expired_reservations_is_given_back_in_sixteen_queries(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    make.programme(id="fund")
    for n in range(20):
        services.reserve(gift=make.gift(10_00, donor=f"d{n}"), now=make.NOON)

    with django_assert_num_queries(16):
        assert services.expire_reservations(now=after(15)) == 20

    assert left() == 10_000_00


@pytest.mark.promise("M15")
def test_a_programme_that_fails_does_not_stop_the_others_from_expiring(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, country in (("a-broken", "KEN"), ("b-sound", "MDA")):
        conditions = [{"field": "project.country", "op": "eq", "value": country}]
        make.programme(id=name, eligible=conditions)
        services.reserve(gift=make.gift(country=country), now=make.NOON)
    real = engine.locked

    def locked(programme_ids: Sequence[str]) -> object:
        if "a-broken" in programme_ids:
            raise LedgerBusy
        return real(programme_ids)

    monkeypatch.setattr(engine, "locked", locked)
    with pytest.raises(ProgrammesFailed, match="a-broken"):
        services.expire_reservations(now=after(15))

    assert (left("a-broken"), left("b-sound")) == (9_800_00, 10_000_00)


def test_money_that_has_arrived_keeps_what_was_held_for_it() -> None:
    make.programme(id="fund", pot_minor=500_00)
    gift = make.gift(ref="c1")
    services.reserve(gift=gift, now=make.NOON)
    services.count(gift=gift, settled_at=after(14), now=after(14))

    assert services.expire_reservations(now=after(60)) == 0
    assert services.release(contribution_ref="c1", now=after(60)) is False
    assert left() == 300_00


def test_when_the_ledger_finds_the_pot_empty_nothing_is_held_and_it_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make.programme(id="fund", rate=[1, 1])
    services.reserve(gift=make.gift(10_00, ref="c1"), now=make.NOON)

    taken = LedgerEntry(
        kind="pot_returned",
        reference="fund",
        idempotency_key="behind-the-back",
        occurred_at=make.NOON,
        postings=[
            Posting(engine.pot("fund", "EUR"), 9_985_00),
            Posting(engine.treasury("fund", "EUR"), -9_985_00),
        ],
    )

    def hold(change: Change, stand: Standing, *, now: datetime) -> bool:
        post([taken])
        return holding.hold(change, stand, now=now)

    monkeypatch.setattr("projects.matching.services.reservations.hold", hold)
    quote = services.reserve(gift=make.gift(20_00, ref="c1"), now=after(1))

    (line,) = quote.lines
    assert (quote.match, quote.valid_until) == (Money(0, "EUR"), None)
    assert (line.match, line.reason) == (Money(0, "EUR"), "pot_exhausted")
    assert line.why == "The pot of this programme is empty."
    assert not Reservation.objects.active().exists()
    assert steps_of("c1")[-1] == ("active", "released", "replaced")
    assert left() == 15_00
    assert selectors.verify_differences() == []


def test_only_programmes_that_can_give_are_locked() -> None:
    make.programme(id="b")
    make.programme(id="a", priority=2)
    make.programme(id="other-currency", currency="KES")
    make.programme(id="other-amounts", min_contribution=1_000_00)

    with CaptureQueriesContext(connection) as captured:
        services.reserve(gift=make.gift(ref="c1"), now=make.NOON)

    (turn,) = (query["sql"] for query in captured if "matching_take_turn" in query["sql"])
    assert "matching_take_turn('c1', '{b,a}'," in turn


def test_a_first_reservation_takes_three_queries_and_a_savepoint(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    make.programme(id="fund")
    gift = make.gift(ref="c1")

    with django_assert_num_queries(5):
        services.reserve(gift=gift, now=make.NOON)
