"""While a programme or a project is frozen its money waits, and quotes say why."""

from __future__ import annotations

from uuid import UUID

import pytest

from payments.money import Money
from projects.matching import selectors, services
from projects.matching.models import Freeze, WaitingMoney
from projects.matching.services import FreezeRefused
from tests.make import matching as make
from tests.projects.matching.decisions import after, all_rows, decisions_on, left

pytestmark = pytest.mark.django_db
OTHER = UUID(int=2)


def freeze_programme() -> Freeze:
    return services.freeze_programme(
        programme_id="fund", reason="An audit", by="Ada", now=make.NOON
    )


def freeze_project() -> Freeze:
    return services.freeze_project(
        project_id=make.PROJECT, reason="No report", by="Ada", now=make.NOON
    )


def unfreeze_project() -> None:
    services.unfreeze_project(project_id=make.PROJECT, reason="It came", by="Ada", now=after(9))


def quoted() -> list[tuple[str, int, str | None]]:
    found = services.quote(gift=make.gift(100_00), now=after(1))
    return [(line.programme_id, line.match.minor, line.reason) for line in found.lines]


def test_money_of_a_frozen_programme_waits_and_goes_on_in_order() -> None:
    make.programme(id="fund", rate=[1, 1], pot_minor=150_00)
    make.programme(id="other", priority=2, rate=[1, 1])
    make.counted(make.gift(100_00, ref="c2", donor="d2"), settled_at=after(2))
    make.counted(make.gift(100_00, ref="c1", donor="d1"), settled_at=after(1))
    freeze_programme()

    assert services.allocate_due(programme_id="fund", now=after(3)) == 0
    assert services.allocate_all_due(now=after(3)) == 0
    assert quoted() == [("fund", 0, "programme_frozen"), ("other", 100_00, None)]
    assert decisions_on("c1", "c2") == []

    services.unfreeze_programme(programme_id="fund", reason="Done", by="Ada", now=after(9))
    services.allocate_all_due(now=after(9))

    assert [row[:4] for row in decisions_on("c1", "c2")] == [
        ("c1", "fund", 100_00, "committed"),
        ("c1", "other", 100_00, "committed"),
        ("c2", "fund", 50_00, "committed"),
        ("c2", "other", 100_00, "committed"),
    ]
    assert selectors.verify_differences() == []


def test_money_of_a_frozen_project_waits_and_others_go_on() -> None:
    make.programme(id="fund", rate=[1, 1])
    freeze_project()
    make.counted(make.gift(100_00, ref="c1"))
    make.counted(make.gift(100_00, ref="c2", project=OTHER))

    assert services.allocate_all_due(now=after(3)) == 1
    assert quoted() == [("fund", 0, "project_frozen")]
    assert [row[0] for row in decisions_on("c1", "c2")] == ["c2"]

    unfreeze_project()
    assert services.allocate_all_due(now=after(9)) == 1
    assert decisions_on("c1") == [("c1", "fund", 100_00, "committed", "")]


def test_a_frozen_programme_promises_nothing_but_keeps_what_it_promised() -> None:
    make.programme(id="fund", rate=[1, 1], pot_minor=150_00)
    gift = make.gift(100_00, ref="c1")
    services.reserve(gift=gift, now=make.NOON)
    freeze_programme()

    services.reserve(gift=make.gift(50_00, ref="c2", donor="d2"), now=after(1))
    services.count(gift=gift, settled_at=after(2), now=after(2))
    services.allocate_all_due(now=after(3))
    assert left() == 50_00

    services.unfreeze_programme(programme_id="fund", reason="Done", by="Ada", now=after(9))
    services.allocate_all_due(now=after(9))

    assert decisions_on("c1") == [("c1", "fund", 100_00, "committed", "")]
    assert selectors.verify_differences() == []


def test_a_waiting_list_is_not_served_while_the_programme_is_frozen() -> None:
    make.programme(id="fund", rate=[1, 1], pot_minor=100_00, on_exhaustion="waitlist")
    for n in range(2):
        make.counted(make.gift(100_00, ref=f"c{n}", donor=f"d{n}"), settled_at=after(n))
    services.allocate_all_due(now=after(3))
    freeze_programme()

    make.fund("fund", 60_00)
    assert left() == 60_00
    services.unfreeze_programme(programme_id="fund", reason="Done", by="Ada", now=after(9))

    assert decisions_on("c1") == [("c1", "fund", 60_00, "committed", "pot_exhausted")]


def test_a_refund_goes_through_while_frozen() -> None:
    make.programme(id="fund", rate=[1, 1], pot_minor=100_00)
    make.counted(make.gift(100_00, ref="c1"))
    services.allocate_all_due(now=after(1))
    freeze_programme()

    released = services.unwind(
        contribution_ref="c1", remaining=Money(0, "EUR"), cause="refund:1", now=after(2)
    )

    assert (released, left()) == (100_00, 100_00)


def test_freezing_and_unfreezing_again_changes_nothing() -> None:
    make.programme(id="fund")
    assert freeze_programme() == freeze_programme()
    assert freeze_project() == freeze_project()
    unfreeze_project()
    before = all_rows(), list(Freeze.objects.values_list())

    unfreeze_project()

    assert (all_rows(), list(Freeze.objects.values_list())) == before


@pytest.mark.parametrize(("reason", "by"), [("", "Ada"), ("An audit", " ")])
def test_a_freeze_needs_a_reason_and_a_name(reason: str, by: str) -> None:
    make.programme(id="fund")

    with pytest.raises(FreezeRefused, match="Say why"):
        services.freeze_programme(programme_id="fund", reason=reason, by=by, now=make.NOON)

    assert not Freeze.objects.exists()
    assert not WaitingMoney.objects.exists()
