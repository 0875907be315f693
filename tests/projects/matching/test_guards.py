"""What the database refuses to the application, whatever the code says."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.db import Error, IntegrityError, connection, transaction

from projects.matching import services
from projects.matching.models import Allocation, Freeze, Programme, Reservation, TallyCounter
from tests.make import matching as make

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from projects.matching.models import ProgrammeVersion

pytestmark = pytest.mark.django_db
FROZEN = (
    "matching_programme",
    "matching_programme_version",
    "matching_counted_money",
    "matching_transition",
    "matching_reserve_release",
)
KEPT = ("matching_reservation", "matching_allocation", "matching_tally", "matching_freeze")


@pytest.fixture
def version() -> ProgrammeVersion:
    """Return a programme with a row in every table of the room."""
    made = make.programme(id="fund", caps=[{"scope": "donor", "amount": 500_00}])
    gift = make.gift(100_00, ref="held")
    services.reserve(gift=gift, now=make.NOON)
    make.counted(make.gift(100_00, ref="matched", donor="d2"))
    services.allocate_due(programme_id="fund", now=make.NOON)
    services.release_reserve(programme_id="fund", now=make.NOON)
    services.freeze_project(project_id=uuid4(), reason="Asked to", by="Somebody", now=make.NOON)
    return made


def refused(statement: str, values: Sequence[str | UUID] | None = None) -> str:
    """Run a statement as the application and return what the database says against it."""
    with pytest.raises(Error) as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
    return str(refusal.value)


@pytest.mark.usefixtures("version")
@pytest.mark.parametrize("table", FROZEN)
def test_frozen_rows_cannot_be_changed_or_removed(table: str) -> None:
    assert f"{table} is written once" in refused(f"UPDATE {table} SET id = id")  # noqa: S608
    assert f"{table} is written once" in refused(f"DELETE FROM {table}")  # noqa: S608
    assert "permission denied" in refused(f"TRUNCATE {table}")
    assert "must be owner" in refused(f"ALTER TABLE {table} DISABLE TRIGGER ALL")


@pytest.mark.usefixtures("version")
@pytest.mark.parametrize("table", KEPT)
def test_what_is_kept_cannot_be_removed(table: str) -> None:
    assert f"{table} is written once" in refused(f"DELETE FROM {table}")  # noqa: S608
    assert "permission denied" in refused(f"TRUNCATE {table}")


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


@pytest.mark.usefixtures("version")
def test_a_reservation_keeps_its_terms_and_ends_once() -> None:
    for change in ("amount_minor = 1", "donor_key = NULL", "held_since = now()"):
        assert "keeps its terms" in refused(f"UPDATE matching_reservation SET {change}")  # noqa: S608

    services.release(contribution_ref="held", now=make.NOON)

    again = "UPDATE matching_reservation SET state = 'active', finished_at = NULL"
    assert "keeps its terms" in refused(again)


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


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"state": "held", "finished_at": make.NOON}, "matching_reservation_state_known"),
        ({"state": "released"}, "matching_reservation_finished_iff_not_active"),
        ({"finished_at": make.NOON}, "matching_reservation_finished_iff_not_active"),
        ({"amount_minor": 0, "parts": []}, "matching_reservation_amounts_positive"),
        ({"parts": [["a", 2], ["b", 2]]}, "matching_reservation_parts_sum"),
        ({"contribution_ref": "held", "number": 2}, "matching_reservation_one_active"),
        (
            {
                "contribution_ref": "held",
                "number": 1,
                "state": "released",
                "finished_at": make.NOON,
            },
            "matching_reservation_number_once",
        ),
    ],
)
def test_an_impossible_reservation_is_refused(
    version: ProgrammeVersion, changes: dict[str, object], constraint: str
) -> None:
    row = {
        "contribution_ref": "row",
        "number": 1,
        "programme": version.programme,
        "version": version,
        "campaign_key": "campaign:a-well",
        "project_id": make.PROJECT,
        "base_minor": 5,
        "currency": "EUR",
        "facts": {},
        "amount_minor": 5,
        "parts": FIVE,
        "ledger_key": "key",
        "held_since": make.NOON,
        "expires_at": make.NOON,
    }

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Reservation.objects.create(**(row | changes))


@pytest.mark.parametrize("changes", [{"id": "a fund"}, {"currency": "eur"}])
def test_an_impossible_programme_is_refused(
    version: ProgrammeVersion, changes: dict[str, str]
) -> None:
    row = {
        "id": "other",
        "agency": version.programme.agency,
        "currency": "EUR",
        "created_at": make.NOON,
    }

    with pytest.raises(IntegrityError, match="matching_programme_"), transaction.atomic():
        Programme.objects.create(**(row | changes))


@pytest.mark.usefixtures("version")
def test_a_counter_of_the_tally_keeps_its_key_and_never_falls_below_zero() -> None:
    counter = TallyCounter.objects.get(scope="donor", whose="d2")
    assert (counter.measure, counter.minor) == ("matched", 200_00)

    for change in ("whose = 'd3'", "measure = 'counted'", "period = '2026-03'", "layer = 'x'"):
        assert "keeps its key" in refused(f"UPDATE matching_tally SET {change}")  # noqa: S608
    below = "UPDATE matching_tally SET minor = minor - 20001 WHERE whose = 'd2'"
    assert "matching_tally_never_below_zero" in refused(below)
    again = (
        "INSERT INTO matching_tally (id, programme_id, measure, scope, whose, period, layer, minor)"
        " SELECT gen_random_uuid(), programme_id, measure, scope, whose, period, layer, 1"
        " FROM matching_tally"
    )
    assert "matching_tally_key_once" in refused(again)
    assert "matching_tally_measure_known" in refused(
        again.replace(
            "measure, scope, whose, period, layer, 1", "'money', scope, whose, period, layer, 1"
        )
    )
    counter.refresh_from_db()
    assert counter.minor == 200_00


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"project_id": uuid4()}, "matching_freeze_of_one_thing"),
        ({"programme_id": None}, "matching_freeze_of_one_thing"),
        ({"reason": ""}, "matching_freeze_has_reason"),
        ({"by": ""}, "matching_freeze_has_reason"),
        ({"lifted_at": make.PUBLISHED, "lifted_by": "x"}, "matching_freeze_lifted_by_somebody"),
        ({"lifted_at": make.NOON}, "matching_freeze_lifted_by_somebody"),
    ],
)
def test_an_impossible_freeze_is_refused(
    version: ProgrammeVersion, changes: dict[str, object], constraint: str
) -> None:
    row = {
        "programme_id": version.programme_id,
        "reason": "An audit",
        "by": "Ada",
        "since": make.NOON,
    }

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Freeze.objects.create(**(row | changes))


@pytest.mark.usefixtures("version")
def test_a_freeze_can_only_be_lifted_and_only_once() -> None:
    assert "can only be lifted" in refused("UPDATE matching_freeze SET reason = 'Other'")
    row = Freeze.objects.get()
    assert row.project_id is not None
    services.unfreeze_project(project_id=row.project_id, reason="Done", by="Ada", now=make.NOON)

    assert "can only be lifted" in refused("UPDATE matching_freeze SET lifted_by = 'Bob'")
