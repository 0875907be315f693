"""What the database refuses of allocations, whatever the code says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, connection, transaction

from projects.matching.models import Allocation
from tests.make import matching as make
from tests.projects.matching.refusing import refused

if TYPE_CHECKING:
    from projects.matching.models import ProgrammeVersion

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("version")
@pytest.mark.parametrize(
    "change",
    [
        "amount_minor = 1, parts = '[[\"\", 1]]'",
        "decided_minor = 1, decided_parts = '[[\"\", 1]]'",
        "base_minor = 1",
        "ideal_minor = 50000",
        "reason = 'pot_exhausted'",
        "campaign_key = 'campaign:mine'",
        "donor_key = NULL",
        "steps = '[]'",
        "state = 'paid'",
        "state = 'unmatched'",
        "state = 'clawed_back'",
    ],
)
def test_an_allocation_keeps_its_terms_and_moves_only_as_it_may(change: str) -> None:
    said = refused(f"UPDATE matching_allocation SET {change}")  # noqa: S608

    assert said.startswith("allocation of matched cannot go from committed to ")


FIVE = [["", 5]]
MOVES = {
    ("unmatched", "committed"),
    ("committed", "earned"),
    ("committed", "released"),
    ("released", "committed"),
    ("earned", "paid"),
    ("earned", "clawed_back"),
    ("paid", "clawed_back"),
}


@pytest.mark.parametrize("before", Allocation.State.values)
@pytest.mark.parametrize("later", Allocation.State.values)
def test_the_grid_of_moves_of_an_allocation(
    version: ProgrammeVersion, before: str, later: str
) -> None:
    nothing, taken = before == "unmatched", before in {"released", "clawed_back"}
    row = Allocation.objects.create(
        contribution_ref="row",
        programme=version.programme,
        version=version,
        campaign_key="campaign:a-well",
        project_id=make.PROJECT,
        base_minor=5,
        ideal_minor=5,
        decided_minor=0 if nothing else 5,
        decided_parts=[] if nothing else FIVE,
        amount_minor=0 if nothing or taken else 5,
        parts=[] if nothing or taken else FIVE,
        state=before,
        reason="pot_exhausted" if nothing else "",
        steps=[],
        ledger_key="" if nothing or taken else "key",
        settled_at=make.NOON,
        allocated_at=make.NOON,
    )
    gone, empty = later in {"unmatched", "released", "clawed_back"}, nothing or taken
    parts = "[]" if gone else '[["", 5]]'
    changes = f", amount_minor = {0 if gone else 5}, parts = '{parts}'"
    changes += f", ledger_key = '{'' if gone else 'key'}'" if gone != empty else ""
    if nothing and not gone:
        changes += """, decided_minor = 5, decided_parts = '[["", 5]]'"""
    statement = f"UPDATE matching_allocation SET state = %s{changes} WHERE id = %s"  # noqa: S608

    if (before, later) in MOVES or before == later:
        with connection.cursor() as cursor:
            cursor.execute(statement, [later, row.pk])
        row.refresh_from_db()
        assert row.state == later
    else:
        assert "cannot go from" in refused(statement, [later, row.pk])


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"state": "given"}, "matching_allocation_state_known"),
        ({"amount_minor": 0, "parts": []}, "matching_allocation_state_fits_amount"),
        ({"amount_minor": -1}, "matching_allocation_parts_sum"),
        ({"parts": [["a", 2], ["b", 2]]}, "matching_allocation_parts_sum"),
        ({"parts": [["a", 6], ["b", -1]]}, "matching_allocation_parts_sum"),
        ({"decided_parts": []}, "matching_allocation_parts_sum"),
        ({"amount_minor": 6, "parts": [["", 6]]}, "matching_allocation_within_formula"),
        ({"ideal_minor": 4}, "matching_allocation_within_formula"),
        ({"base_minor": -1}, "matching_allocation_not_negative"),
        ({"state": "earned", "is_blocked": True}, "matching_allocation_blocked_is_not_earned"),
        ({"state": "released"}, "matching_allocation_state_fits_amount"),
        ({"ledger_key": ""}, "matching_allocation_state_fits_amount"),
        (
            {"state": "unmatched", "amount_minor": 0, "parts": [], "ledger_key": ""},
            "matching_allocation_state_fits_amount",
        ),
        ({"contribution_ref": "matched"}, "matching_allocation_once"),
        ({"ledger_key": "match_committed:matched:fund"}, "matching_allocation_ledger_key_once"),
    ],
)
def test_an_impossible_allocation_is_refused(
    version: ProgrammeVersion, changes: dict[str, object], constraint: str
) -> None:
    row = {
        "contribution_ref": "row",
        "programme": version.programme,
        "version": version,
        "campaign_key": "campaign:a-well",
        "project_id": make.PROJECT,
        "base_minor": 5,
        "ideal_minor": 5,
        "decided_minor": 5,
        "decided_parts": FIVE,
        "amount_minor": 5,
        "parts": FIVE,
        "state": "committed",
        "steps": [],
        "ledger_key": "key",
        "settled_at": make.NOON,
        "allocated_at": make.NOON,
    }

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Allocation.objects.create(**(row | changes))
