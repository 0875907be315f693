"""What the database refuses to the application, whatever the code says."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from projects.matching import services
from projects.matching.models import Freeze, Programme, Reservation, TallyCounter
from tests.make import matching as make
from tests.projects.matching.refusing import refused

if TYPE_CHECKING:
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
def test_a_reservation_keeps_its_terms_and_ends_once() -> None:
    for change in ("amount_minor = 1", "donor_key = NULL", "held_since = now()"):
        assert "keeps its terms" in refused(f"UPDATE matching_reservation SET {change}")  # noqa: S608

    services.release(contribution_ref="held", now=make.NOON)

    again = "UPDATE matching_reservation SET state = 'active', finished_at = NULL"
    assert "keeps its terms" in refused(again)


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
        "parts": [["", 5]],
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
