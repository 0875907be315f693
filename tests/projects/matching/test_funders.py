"""Programmes of several funders: each pot gives its part, and the books know which."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from payments.ledger import selectors as ledger
from payments.ledger.models import Posting
from payments.ledger.services import AccountKey, AccountKind
from payments.money import Money
from projects.matching import selectors, services
from projects.matching.models import Allocation, Reservation
from projects.matching.services import ProgrammeRefused
from tests.make import matching as make
from tests.projects.matching.decisions import after, all_rows, decisions_on

if TYPE_CHECKING:
    from projects.matching.models import ProgrammeVersion

pytestmark = pytest.mark.django_db


def funders(*, coupling: str = "joint", **changes: object) -> ProgrammeVersion:
    """Publish a programme of a state (1:1) and a town (1:2) without any money."""
    layers = [
        {"id": "state", "rate": [1, 1], "pot": 0},
        {"id": "town", "rate": [1, 2], "pot": 0},
    ]
    terms = {"rate": None, "layers": layers, "coupling": coupling, "pot_minor": 0}
    return make.programme(id="fund", **(terms | changes))  # type: ignore[arg-type]


def fund(layer: str, minor: int, key: str = "k") -> None:
    services.fund_pot(
        programme_id="fund",
        amount=Money(minor, "EUR"),
        layer=layer,
        idempotency_key=key,
        now=make.PUBLISHED,
    )


def left(layer: str) -> int:
    key = AccountKey(AccountKind.MATCH_POT, f"fund/{layer}", "EUR")
    return ledger.balance(key).left


def test_each_funder_pays_its_part_in_one_entry() -> None:
    funders()
    fund("state", 1_000_00)
    fund("town", 1_000_00)
    make.counted(make.gift(100_01, ref="c1"))

    services.allocate_due(programme_id="fund", now=after(1))

    row = Allocation.objects.get()
    assert (row.amount_minor, row.parts) == (150_01, [["state", 100_01], ["town", 50_00]])
    lines = Posting.objects.filter(entry__idempotency_key=row.ledger_key)
    assert sorted(lines.values_list("account__owner_ref", "amount_minor")) == [
        ("campaign:a-well", -150_01),
        ("fund/state", 100_01),
        ("fund/town", 50_00),
    ]
    assert (left("state"), left("town")) == (899_99, 950_00)
    assert selectors.pots(["fund"])["fund"] == selectors.Pot(
        funded=Money(2_000_00, "EUR"), left=Money(1_849_99, "EUR")
    )
    assert ledger.verify() == selectors.verify_differences() == []


@pytest.mark.parametrize(
    ("coupling", "parts", "reason"),
    [
        ("joint", [["state", 60_01], ["town", 30_00]], "limited_by:town"),
        ("independent", [["state", 100_00], ["town", 30_00]], "limited_by:town"),
    ],
)
def test_joint_funders_pay_together_or_not_at_all(
    coupling: str, parts: list[list[object]], reason: str
) -> None:
    funders(coupling=coupling)
    fund("state", 1_000_00)
    fund("town", 30_00)
    make.counted(make.gift(100_00, ref="c1"))

    services.allocate_due(programme_id="fund", now=after(1))

    row = Allocation.objects.get()
    assert (row.parts, row.ideal_minor) == (parts, 150_00)
    assert row.reason == reason
    assert row.unmet
    assert left("town") == 0
    assert selectors.verify_differences() == []


def test_a_reservation_holds_the_part_of_each_funder_and_gives_it_back() -> None:
    funders()
    fund("state", 1_000_00)
    fund("town", 1_000_00)

    services.reserve(gift=make.gift(100_00, ref="c1"), now=make.NOON)

    held = Reservation.objects.get()
    assert held.parts == [["state", 100_00], ["town", 50_00]]
    assert (left("state"), left("town")) == (900_00, 950_00)
    assert selectors.verify_differences() == []
    services.release(contribution_ref="c1", now=after(1))
    assert (left("state"), left("town")) == (1_000_00, 1_000_00)
    assert selectors.verify_differences() == []


def test_a_refund_gives_each_funder_its_part_back() -> None:
    funders()
    fund("state", 1_000_00)
    fund("town", 1_000_00)
    make.counted(make.gift(100_00, ref="c1"))
    services.allocate_due(programme_id="fund", now=after(1))

    released = services.unwind(
        contribution_ref="c1", remaining=Money(33_33, "EUR"), cause="refund:1", now=after(2)
    )

    assert released == 150_00 - 33_33 - 16_66
    assert Allocation.objects.get().parts == [["state", 33_33], ["town", 16_66]]
    assert (left("state"), left("town")) == (966_67, 983_34)
    assert selectors.verify_differences() == []


def test_a_pot_of_no_funder_takes_nothing() -> None:
    funders()
    before = all_rows()

    for layer in ("", "county"):
        with pytest.raises(ProgrammeRefused, match="no such funder"):
            fund(layer, 1_00)

    assert all_rows() == before


def test_a_cap_on_one_funder_binds_that_funder() -> None:
    caps = [{"scope": "project", "layer": "town", "amount": 40_00}]
    funders(coupling="independent", caps=caps)
    fund("state", 1_000_00)
    fund("town", 1_000_00)
    for n in range(2):
        make.counted(make.gift(60_00, ref=f"c{n}", donor=f"d{n}"), settled_at=after(n))

    services.allocate_due(programme_id="fund", now=after(2))

    rows = Allocation.objects.order_by("contribution_ref")
    assert [row.parts for row in rows] == [
        [["state", 60_00], ["town", 30_00]],
        [["state", 60_00], ["town", 10_00]],
    ]
    assert [row[2:] for row in decisions_on("c0")] == [(90_00, "committed", "")]
    assert selectors.verify_differences() == []
