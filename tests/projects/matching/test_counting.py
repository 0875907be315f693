"""Money is counted once and wakes the programmes that speak of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from projects.matching import selectors, services
from projects.matching.models import CountedMoney, WaitingMoney
from projects.matching.services import CountedDifferently
from tests.make import matching as make
from tests.projects.matching.decisions import after, all_rows

if TYPE_CHECKING:
    from pytest_django import DjangoCaptureOnCommitCallbacks


pytestmark = pytest.mark.django_db


def test_counting_keeps_the_facts_and_wakes_the_first_programme(
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    make.programme(id="second", priority=2)
    make.programme(id="first", priority=1)
    make.programme(
        id="elsewhere", eligible=[{"field": "project.country", "op": "eq", "value": "MDA"}]
    )
    woken: list[tuple[str, dict[str, str]]] = []
    monkeypatch.setattr(
        "payments.queue.wake", lambda task, **arguments: woken.append((task, arguments))
    )

    with django_capture_on_commit_callbacks(execute=True):
        make.counted(make.gift(100_00, ref="c1", donor="d1"), settled_at=make.NOON)

    counted = CountedMoney.objects.get()
    assert (counted.contribution_ref, counted.amount_minor, counted.currency) == (
        "c1",
        100_00,
        "EUR",
    )
    assert (counted.donor_key, counted.settled_at) == ("d1", make.NOON)
    assert counted.candidates == ["first", "second"]
    assert counted.facts == {
        "donor.residence": "DEU",
        "donor.kind": "individual",
        "contribution.kind": "donation",
        "project.country": "KEN",
        "project.sector": "water",
        "project.kind": "social",
        "project.slug": "a-well",
        "contribution.amount": 100_00,
    }
    assert WaitingMoney.objects.get().programme_id == "first"
    assert woken == [("matching.allocate_due", {"programme_id": "first"})]


def test_money_no_programme_speaks_of_is_counted_and_waits_for_nobody() -> None:
    make.counted(make.gift(ref="c1"))

    assert CountedMoney.objects.get().candidates == []
    assert not selectors.is_waiting("c1")
    assert selectors.explanation("c1") == ()


@pytest.mark.promise("M14")
def test_counting_again_changes_nothing() -> None:
    make.programme(id="fund")
    make.counted(make.gift(ref="c1"))
    before = all_rows()

    services.count(gift=make.gift(ref="c1"), settled_at=after(5), now=after(5))

    assert all_rows() == before
    assert WaitingMoney.objects.count() == 1


def test_counting_again_with_another_amount_is_refused() -> None:
    make.counted(make.gift(100_00, ref="c1"))

    with pytest.raises(CountedDifferently):
        services.count(gift=make.gift(100_01, ref="c1"), settled_at=make.NOON, now=make.NOON)

    assert CountedMoney.objects.get().amount_minor == 100_00
