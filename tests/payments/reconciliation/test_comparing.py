"""One thing of the provider's beside what the books say of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from payments.gateway.records import ProviderRecord, RecordKind
from payments.money import Money
from payments.reconciliation.comparing import (
    MISSING,
    UNKNOWN,
    Booked,
    Difference,
    compared,
    missing,
    sent_twice,
)
from payments.reconciliation.kinds import Kind

AT = datetime(2030, 1, 1, 12, tzinfo=UTC)
CHARGE = ProviderRecord(
    kind=RecordKind.CHARGE,
    key="ch_1",
    our_key="payment-1",
    charge_key="ch_1",
    amount=Money(100_00, "EUR"),
    fee=Money(1_75, "EUR"),
    created_at=AT,
)
REFUND = replace(
    CHARGE, kind=RecordKind.REFUND, key="re_1", amount=Money(-30_00, "EUR"), fee=Money(0, "EUR")
)
BOOKED = Booked(RecordKind.CHARGE, "ch_1", "gift-1", {"EUR": 100_00}, {"EUR": 1_75})


def euros(minor: int) -> Money:
    return Money(minor, "EUR")


def test_what_fits_makes_no_difference() -> None:
    assert compared(CHARGE, BOOKED) == []
    assert compared(REFUND, Booked(RecordKind.REFUND, "re_1", "gift-1", {"EUR": -30_00})) == []


@pytest.mark.parametrize(
    ("booked", "kind", "ours", "theirs"),
    [
        (replace(BOOKED, amounts={"EUR": 99_99}), Kind.AMOUNT, euros(99_99), euros(100_00)),
        (replace(BOOKED, amounts={}), Kind.AMOUNT, None, euros(100_00)),
        (replace(BOOKED, fees={"EUR": 1_74}), Kind.FEE, euros(1_74), euros(1_75)),
        (replace(BOOKED, fees={}), Kind.FEE, None, euros(1_75)),
        (replace(BOOKED, fees={"USD": 1_75}), Kind.FEE, Money(1_75, "USD"), euros(1_75)),
        (
            replace(BOOKED, amounts={"USD": 100_00}),
            Kind.CURRENCY,
            Money(100_00, "USD"),
            euros(100_00),
        ),
        (replace(BOOKED, amounts={"EUR": 1, "USD": 1}), Kind.CURRENCY, None, euros(100_00)),
    ],
)
def test_what_differs_is_named_with_both_sides(
    booked: Booked, kind: Kind, ours: Money | None, theirs: Money
) -> None:
    assert compared(CHARGE, booked) == [Difference(kind, "ch_1", "gift-1", ours, theirs)]


def test_an_amount_and_a_fee_that_make_up_for_each_other_are_two_differences() -> None:
    booked = replace(BOOKED, amounts={"EUR": 100_01}, fees={"EUR": 1_76})

    assert [one.kind for one in compared(CHARGE, booked)] == [Kind.AMOUNT, Kind.FEE]


@pytest.mark.parametrize("kind", list(RecordKind))
def test_what_the_books_do_not_know_is_unknown(kind: RecordKind) -> None:
    record = replace(CHARGE, kind=kind)

    (found,) = compared(record, None)

    assert found == Difference(UNKNOWN[kind], "ch_1", "", None, euros(100_00))
    assert found.kind == f"unknown_{kind}"


@pytest.mark.parametrize("kind", list(RecordKind))
def test_what_the_provider_does_not_know_is_missing(kind: RecordKind) -> None:
    (found,) = missing(replace(BOOKED, kind=kind))

    assert found == Difference(MISSING[kind], "ch_1", "gift-1", euros(100_00), None)
    assert found.kind == f"missing_{kind}"


def test_amounts_are_told_without_their_sign() -> None:
    (found,) = compared(REFUND, Booked(RecordKind.REFUND, "re_1", "gift-1", {"EUR": -29_99}))

    assert (found.ours, found.theirs) == (euros(29_99), euros(30_00))


def test_what_came_to_nothing_on_both_sides_is_no_difference() -> None:
    undone = replace(REFUND, amount=euros(0))
    nothing = Booked(RecordKind.REFUND, "re_1", "gift-1")

    assert compared(undone, None) == compared(undone, nothing) == missing(nothing) == []


def test_what_the_provider_has_not_decided_may_still_be_unbooked() -> None:
    assert compared(replace(REFUND, is_certain=False), None) == []
    assert len(compared(REFUND, None)) == 1


def test_of_transfers_with_one_name_the_booked_one_is_the_first() -> None:
    transfer = replace(CHARGE, kind=RecordKind.TRANSFER, amount=euros(-600_00))
    later = replace(transfer, key="tr_2", created_at=AT + timedelta(hours=1))
    other = replace(transfer, key="tr_3", our_key="payout-2")
    by_hand = [replace(transfer, key=f"tr_{number}", our_key="") for number in (4, 5)]
    undone = replace(transfer, key="tr_6", amount=euros(0))
    sent = [later, transfer, other, *by_hand, undone]

    assert sent_twice(sent, {}) == {"tr_2"}
    assert sent_twice(sent, {"tr_2": BOOKED}) == {"ch_1"}
    assert sent_twice([CHARGE, replace(CHARGE, key="ch_2")], {}) == set()
