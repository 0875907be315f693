"""What the database refuses of rounds, shares, ceilings and tranches, whatever the code says."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from uuid_utils.compat import uuid7

from marketplace import database
from projects.matching import services
from projects.matching.formula import Rate
from projects.matching.models import Award, Claim, Round, Share
from projects.matching.services import rounds, shares
from tests.make import closing as make

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.django_db
FROZEN = (
    "matching_round",
    "matching_award_change",
    "matching_freed_share",
    "matching_ceiling",
    "matching_tranche",
    "matching_tranche_part",
    "matching_met_obligation",
    "matching_pot_transfer",
)
KEPT = ("matching_award", "matching_claim")


def refused(statement: str, values: Sequence[UUID] | None = None) -> str:
    """Run a statement as the application and return what the database says against it."""
    with (
        pytest.raises(DatabaseError) as refusal,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, values)
    return str(refusal.value)


@pytest.fixture
def closed() -> Round:
    """Close a round with one award of 60.00 to campaign:1."""
    make.programme()
    make.given("c1", 40_00)
    make.given("c2", 20_00)
    make.close()
    return Round.objects.get()


@pytest.mark.parametrize("table", FROZEN)
def test_frozen_rows_cannot_be_changed_or_removed(table: str) -> None:
    assert f"{table} is written once" in refused(f"UPDATE {table} SET id = id")  # noqa: S608
    assert f"{table} is written once" in refused(f"DELETE FROM {table}")  # noqa: S608
    assert "permission denied" in refused(f"TRUNCATE {table}")


@pytest.mark.parametrize("table", KEPT)
def test_awards_and_claims_cannot_be_removed(table: str) -> None:
    assert f"{table} is written once" in refused(f"DELETE FROM {table}")  # noqa: S608
    assert "permission denied" in refused(f"TRUNCATE {table} CASCADE")


def test_the_application_cannot_touch_shares(closed: Round) -> None:
    partition = f"matching_share_{closed.pk.hex}"
    for table in ("matching_share", partition):
        for statement in (
            f"UPDATE {table} SET minor = 1",  # noqa: S608
            f"DELETE FROM {table}",  # noqa: S608
            f"TRUNCATE {table}",
            f"INSERT INTO {table} VALUES ('{closed.pk}', 'c3', 1)",  # noqa: S608
        ):
            assert "permission denied" in refused(statement)
    assert "must be owner" in refused(f"DROP TABLE {partition}")
    assert Share.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_not_even_the_owner_changes_a_share() -> None:
    make.programme()
    make.given("c1", 40_00)
    make.close()
    partition = f"matching_share_{Round.objects.get().pk.hex}"
    with database.as_owner():
        for table in ("matching_share", partition):
            for statement in (
                f"UPDATE {table} SET minor = 1",  # noqa: S608
                f"DELETE FROM {table}",  # noqa: S608
                f"TRUNCATE {table}",
                f"INSERT INTO {table} SELECT round_id, 'x', minor FROM {table}",  # noqa: S608
            ):
                assert "matching_share is written once" in refused(statement)


@pytest.mark.django_db(transaction=True)
def test_the_claim_of_a_share_cannot_be_taken_away() -> None:
    make.programme()
    make.given("c1", 40_00)
    make.close()
    with database.as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE matching_claim DISABLE TRIGGER matching_claim_kept")
        cursor.execute("ALTER TABLE matching_claim DISABLE TRIGGER matching_claim_guard")
        try:
            said = refused("DELETE FROM matching_claim")
        finally:
            cursor.execute("ALTER TABLE matching_claim ENABLE TRIGGER matching_claim_kept")
            cursor.execute("ALTER TABLE matching_claim ENABLE TRIGGER matching_claim_guard")

    assert "matching_share_of_known_claim" in said
    assert Share.objects.count() == 1


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ([("c1", 40_00), ("c2", 19_99)], "are not its award"),
        ([("c1", 60_00), ("x", 1)], "is of no claim"),
        ([("c1", 40_00)], "are not its award"),
        ([("c1", 40_00), ("c2", 10_00), ("c2", 10_00)], "could not create unique index"),
        ([("c1", 61_00), ("c2", -1_00)], "matching_share_above_zero"),
    ],
)
def test_a_round_whose_shares_are_not_its_awards_is_not_closed(
    monkeypatch: pytest.MonkeyPatch, written: list[tuple[str, int]], said: str
) -> None:
    make.programme()
    make.given("c1", 40_00)
    make.given("c2", 20_00)
    monkeypatch.setattr(rounds, "write_shares", lambda key, _: shares.write_shares(key, written))
    with pytest.raises(DatabaseError, match=said):
        make.close()
    assert not Round.objects.exists()
    assert not Award.objects.exists()
    assert not Share.objects.exists()


def test_shares_are_opened_once_and_only_for_a_known_round(closed: Round) -> None:
    call = "SELECT matching_open_shares(%s)"
    assert "is not known, or has its shares" in refused(call, [closed.pk])
    assert "is not known, or has its shares" in refused(call, [uuid4()])


@pytest.mark.usefixtures("closed")
@pytest.mark.parametrize(
    "change",
    [
        "amount_minor = 1, parts = '[[\"\", 1]]'",
        "amount_minor = 7000, parts = '[[\"\", 7000]]', ledger_key = 'x'",
        "parts = '[[\"\", 1]]'",
        "decided_minor = 1, decided_parts = '[[\"\", 1]]'",
        "campaign_key = 'mine'",
        "state = 'paid'",
        "state = 'unmatched'",
        "state = 'released'",
        "state = 'clawed_back'",
        "ledger_key = 'x'",
        "reason = 'x'",
    ],
)
def test_an_award_keeps_its_terms_and_moves_only_as_it_may(change: str) -> None:
    before = list(Award.objects.values())
    refused(f"UPDATE matching_award SET {change}")  # noqa: S608
    assert list(Award.objects.values()) == before


@pytest.mark.usefixtures("closed")
def test_a_paid_award_does_not_go_back_to_committed() -> None:
    services.earn(campaign_key="campaign:1", cause="success", now=make.LATER)
    assert "cannot go from earned to committed" in refused(
        "UPDATE matching_award SET state = 'committed'"
    )
    assert "cannot go from earned to earned" in refused(
        "UPDATE matching_award SET amount_minor = 9000, decided_minor = 9000"
    )


def test_no_award_is_added_to_a_round(closed: Round) -> None:
    award = Award.objects.get()
    award.pk, award.campaign_key, award.ledger_key = uuid7(), "campaign:mine", "other"
    with pytest.raises(IntegrityError, match="gives no more than it found"), transaction.atomic():
        award.save(force_insert=True)
    assert closed.awards.count() == 1


def test_a_round_without_its_awards_or_shares_is_not_kept(closed: Round) -> None:
    closed.pk, closed.number = uuid7(), 2
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError, match="does not add up"), transaction.atomic():
        closed.save(force_insert=True)
    assert Round.objects.count() == 1


@pytest.mark.usefixtures("closed")
def test_a_claim_is_frozen_with_its_round() -> None:
    for change in ("base_minor = 1", "remaining_minor = 0", "round_number = 2", "moves = '[]'"):
        said = refused(f"UPDATE matching_claim SET {change}")  # noqa: S608
        assert "round 1 of fund and its claims stay as they are" in said or "round 2" in said


@pytest.mark.usefixtures("closed")
def test_no_claim_that_counts_comes_into_a_closed_round() -> None:
    make.given("late", 10_00)
    claim = Claim.objects.get(contribution_ref="late")
    assert claim.base_minor == 0
    assert "stay as they are" in refused(
        "INSERT INTO matching_claim (id, programme_id, version_id, money_id, round_number,"
        " contribution_ref, campaign_key, project_id, base_minor, reason, steps, moves,"
        " settled_at, taken_at) SELECT gen_random_uuid(), programme_id, version_id, money_id, 1,"
        " 'forged', campaign_key, project_id, 1, '', '[]', '[]', settled_at, taken_at"
        " FROM matching_claim WHERE contribution_ref = 'late'"
    )


def test_before_the_close_a_claim_keeps_whose_it_is() -> None:
    make.programme()
    make.given("c1", 40_00)
    assert "stay as they are" in refused("UPDATE matching_claim SET campaign_key = 'mine'")
    assert "says_why" in refused("UPDATE matching_claim SET base_minor = 0, reason = ''")


@pytest.mark.usefixtures("closed")
def test_a_tranche_counts_on_and_pays_only_the_difference() -> None:
    services.earn(campaign_key="campaign:1", cause="success", now=make.LATER)
    services.pay_tranche(
        programme_id="fund",
        project_id=make.project(1),
        cumulative=Rate(1, 2),
        by="Ama",
        now=make.LATER,
    )
    for before, number, said in (
        ("before_minor", 2, "does not count on"),
        ("3000", 3, "is number 2, not 3"),
    ):
        assert said in refused(_copy("matching_tranche", before_minor=before, number=number))
    more = _copy("matching_tranche", before_minor=3000, number=2, paid_minor=1)
    assert "matching_tranche_pays_the_difference" in refused(more)


def _copy(table: str, **changes: object) -> str:
    """Return the statement that adds a row like the one there is, but for some columns."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table]
        )
        columns: dict[str, object] = {name: name for (name,) in cursor.fetchall()}
    columns |= {"id": "gen_random_uuid()"} | changes
    values = ", ".join(map(str, columns.values()))
    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table}"  # noqa: S608


def test_ceilings_follow_one_another() -> None:
    make.programme()
    assert "is number 1, not 2" in refused(
        "INSERT INTO matching_ceiling (id, programme_id, project_id, number, amount_minor, reason,"
        " letter, awarded_by, awarded_at) VALUES (gen_random_uuid(), 'fund', gen_random_uuid(), 2,"
        " 1, '', '{}', 'Ama', now())"
    )


def test_an_estimate_is_the_sum_of_its_parts() -> None:
    make.programme()
    assert "matching_estimate_parts_sum" in refused(
        "INSERT INTO matching_estimate (id, programme_id, project_id, parts, minor, reason,"
        " worked_out_at) VALUES (gen_random_uuid(), 'fund', gen_random_uuid(), '[[\"\", 2]]', 1,"
        " '', now())"
    )
