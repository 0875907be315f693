"""Moving money between the pots of one programme."""

from __future__ import annotations

import pytest

from payments.ledger import selectors as ledger
from payments.money import Money
from projects.matching import engine, services
from projects.matching.models import PotTransfer
from projects.matching.selectors.funded import put_in, put_in_by_pot
from projects.matching.services import transfers
from tests.make import matching

pytestmark = pytest.mark.django_db
LAYERS = [{"id": "state", "rate": [1, 1], "pot": 0}, {"id": "city", "rate": [1, 1], "pot": 0}]


@pytest.fixture(autouse=True)
def programme() -> None:
    matching.programme(id="fund", layers=LAYERS, rate=None, pot_minor=0)
    services.fund_pot(
        programme_id="fund",
        amount=Money(100_00, "EUR"),
        idempotency_key="1",
        layer="state",
        now=matching.PUBLISHED,
    )


def move(minor: int, *, key: str = "1", **changes: str) -> bool:
    order = {"source_layer": "state", "target_layer": "city", "by": "Ama"} | changes
    return transfers.transfer_between_pots(
        programme_id="fund",
        amount=Money(minor, order.pop("currency", "EUR")),
        idempotency_key=key,
        now=matching.NOON,
        **order,
    ).created


def pots() -> tuple[int, int]:
    state, city = (ledger.balance(engine.pot("fund", "EUR", each)) for each in ("state", "city"))
    return state.left, city.left


def test_money_moves_from_one_pot_to_another_once() -> None:
    assert move(40_00)
    assert not move(40_00)
    assert pots() == (60_00, 40_00)
    assert put_in_by_pot(["fund"]) == {"fund/state": 60_00, "fund/city": 40_00}
    assert put_in(["fund"]) == {"fund": 100_00}
    assert PotTransfer.objects.get().moved_by == "Ama"
    assert ledger.verify() == []


def test_a_pot_does_not_give_more_than_it_has_free() -> None:
    with pytest.raises(transfers.PotTooSmall):
        move(100_01)
    assert pots() == (100_00, 0)
    assert not PotTransfer.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"target_layer": "state"},
        {"target_layer": "moon"},
        {"source_layer": ""},
        {"currency": "USD"},
        {"by": " "},
    ],
)
def test_an_order_that_cannot_be_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(transfers.TransferRefused):
        move(10_00, **changes)
    assert pots() == (100_00, 0)


@pytest.mark.parametrize("minor", [0, -1])
def test_nothing_is_not_moved(minor: int) -> None:
    with pytest.raises(transfers.TransferRefused):
        move(minor)
    assert pots() == (100_00, 0)
