"""What fails in one case or one programme does not stop the others."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from payments.ledger.services import BalanceExceeded, IdempotencyConflict, LedgerBusy
from payments.ledger.services import post as post_entries
from projects.matching import selectors, services
from projects.matching.models import Allocation, WaitingMoney
from projects.matching.services import ProgrammesFailed
from tests.make import matching as make
from tests.projects.matching.decisions import after, decisions_on

if TYPE_CHECKING:
    from collections.abc import Sequence

    from payments.ledger.services import Entry as LedgerEntry


pytestmark = pytest.mark.django_db


def test_one_case_the_books_refuse_is_set_aside_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make.programme(id="fund", rate=[1, 1])
    refs = [f"c{n}" for n in range(5)]
    for n, ref in enumerate(refs):
        make.counted(make.gift(10_00, ref=ref, donor=ref), settled_at=after(n))

    def post(entries: Sequence[LedgerEntry]) -> object:
        if any(entry.reference == "c1" for entry in entries):
            raise IdempotencyConflict
        return post_entries(entries)

    monkeypatch.setattr("projects.matching.services.decisions.post", post)
    assert services.allocate_all_due(now=after(9)) == 5
    assert services.allocate_all_due(now=after(68)) == 0

    assert [row[0] for row in decisions_on(*refs)] == ["c0", "c2", "c3", "c4"]
    waiting = WaitingMoney.objects.get()
    assert (waiting.contribution_ref, waiting.parked_until) == ("c1", after(69))
    assert waiting.last_error == (
        "IdempotencyConflict: This idempotency key already stands for a different entry."
    )

    monkeypatch.undo()
    assert services.allocate_all_due(now=after(69)) == 1
    assert decisions_on("c1") == [("c1", "fund", 10_00, "committed", "")]
    assert not WaitingMoney.objects.exists()


def test_when_the_ledger_finds_too_little_the_last_in_line_get_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make.programme(id="fund", rate=[1, 1], pot_minor=1_000_00)
    refs = [f"c{n}" for n in range(5)]
    for n, ref in enumerate(refs):
        make.counted(make.gift(10_00, ref=ref, donor=ref), settled_at=after(n))
    really_left = 30_00

    def post(entries: Sequence[LedgerEntry]) -> object:
        nonlocal really_left
        asked = sum(max(p.amount_minor for p in entry.postings) for entry in entries)
        if asked > really_left:
            raise BalanceExceeded
        really_left -= asked
        return post_entries(entries)

    monkeypatch.setattr("projects.matching.services.decisions.post", post)
    services.allocate_due(programme_id="fund", now=after(9))

    assert [row[2:] for row in decisions_on(*refs)] == [
        *[(10_00, "committed", "")] * 3,
        *[(0, "unmatched", "pot_exhausted")] * 2,
    ]
    assert Allocation.objects.get(contribution_ref="c4").steps[-2:] == [
        {"step": "pot", "room": 0},
        {"step": "match", "minor": 0},
    ]


@pytest.mark.promise("M15")
@pytest.mark.parametrize("fault", ["terms", "ledger"])
def test_a_programme_that_fails_does_not_stop_the_others(
    fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = {}
    for name, country in (("a-broken", "KEN"), ("b-sound", "MDA")):
        conditions = [{"field": "project.country", "op": "eq", "value": country}]
        versions[name] = make.programme(id=name, eligible=conditions)
        make.counted(make.gift(100_00, ref=name, country=country))
    if fault == "terms":
        later = make.PUBLISHED + timedelta(days=1)
        make.next_terms(versions["a-broken"], {"of": "another age"}, at=later)
    else:

        def post(entries: Sequence[LedgerEntry]) -> object:
            if any(entry.reference == "a-broken" for entry in entries):
                raise LedgerBusy
            return post_entries(entries)

        monkeypatch.setattr("projects.matching.services.decisions.post", post)

    with pytest.raises(ProgrammesFailed, match="a-broken") as failure:
        services.allocate_all_due(now=after(1))

    assert failure.value.programme_ids == ("a-broken",)
    assert decisions_on("a-broken", "b-sound") == [("b-sound", "b-sound", 200_00, "committed", "")]
    assert selectors.is_waiting("a-broken")
