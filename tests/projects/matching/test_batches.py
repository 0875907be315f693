"""How many are decided in one transaction makes no difference to anybody."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from payments.money import Money
from projects.matching import selectors, services
from projects.matching.models import Allocation, TallyCounter
from projects.matching.services import again, allocations
from tests.make import matching as make
from tests.projects.matching.decisions import after, left

pytestmark = pytest.mark.django_db
RETRO = {"metric": "donors", "at": 4, "mode": "unlock_retro"}
GIFTS = [(7 + 13 * n % 37) * 1_00 for n in range(24)]


def whole_world(size: int, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, ...]:
    """Let two programmes decide on everything in batches of a size; return all there is then."""
    monkeypatch.setattr(allocations, "BATCH", size)
    monkeypatch.setattr(again, "BATCH", size)
    make.programme(
        id="first",
        rate=[1, 1],
        pot_minor=180_00,
        threshold=RETRO,
        caps=[{"scope": "donor", "amount": 60_00}],
        on_exhaustion="waitlist",
    )
    make.programme(id="second", priority=2, rate=[1, 2], stacking={"mode": "cascade"})
    for n, minor in enumerate(GIFTS):
        gift = make.gift(minor, ref=f"c{n:02}", donor=f"d{n % 9}")
        if n % 3 == 0:
            services.reserve(gift=gift, now=make.NOON)
        make.counted(gift, settled_at=after(n % 12))
    services.allocate_all_due(now=after(20))
    services.unwind(
        contribution_ref="c03", remaining=Money(1_00, "EUR"), cause="refund:1", now=after(21)
    )
    services.allocate_all_due(now=after(22))
    assert selectors.verify_differences() == []
    rows = Allocation.objects.order_by("contribution_ref", "programme")
    columns = ("contribution_ref", "programme", "amount_minor", "decided_minor", "reason", "steps")
    counters = TallyCounter.objects.order_by("programme", "measure", "scope", "whose")
    return (
        list(rows.values_list(*columns)),
        list(
            counters.exclude(minor=0).values_list("programme", "measure", "scope", "whose", "minor")
        ),
        left("first"),
        left("second"),
    )


def test_batches_of_one_of_three_and_of_all_come_to_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    worlds = []
    for size in (1, 3, 500):
        with transaction.atomic():
            worlds.append(whole_world(size, monkeypatch))
            transaction.set_rollback(True)

    assert worlds[0] == worlds[1] == worlds[2]
    assert sum(row[2] for row in worlds[0][0] if row[1] == "first") == 180_00
