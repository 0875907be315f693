"""Every rule of the books, broken by hand as the owner of the tables. What the application may not
even try is in test_rights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from payments.ledger import services
from payments.ledger.models import Account, AccountKind, Entry, Posting
from tests import databases
from tests.make import ledger as make

if TYPE_CHECKING:
    from collections.abc import Iterator

NEW_ENTRY = """
    INSERT INTO ledger_entry (id, kind, reference, idempotency_key, content_sha256, state,
                              occurred_at, recorded_at)
    VALUES ('00000000-0000-7000-8000-00000000000e', 'charge', '', 'by hand', '', 'posted',
            now(), now())"""
NEW_ACCOUNTS = """
    INSERT INTO ledger_account (id, kind, owner_ref, currency) VALUES
    ('00000000-0000-7000-8000-00000000000a', 'suspense', 'hand', 'EUR'),
    ('00000000-0000-7000-8000-00000000000b', 'payable', 'hand', 'EUR'),
    ('00000000-0000-7000-8000-00000000000c', 'payable', 'hand', 'USD'),
    ('00000000-0000-7000-8000-00000000000d', 'match_pot', 'hand', 'EUR'),
    ('00000000-0000-7000-8000-00000000000e', 'suspense', 'hand', 'USD')"""

RATE = "rate_numerator, rate_denominator, rate_source, rate_at"
COLUMNS = "id, entry_id, account_id, amount_minor, currency"


def postings(*lines: tuple[str, int, str]) -> str:
    """Return an INSERT of postings, (last digit of the account, amount, currency) each."""
    rows = ", ".join(
        f"(gen_random_uuid(), '00000000-0000-7000-8000-00000000000e',"
        f" '00000000-0000-7000-8000-00000000000{account}', {minor}, '{currency}')"
        for account, minor, currency in lines
    )
    return f"INSERT INTO ledger_posting ({COLUMNS}) VALUES {rows}"  # noqa: S608  Our own values.


BALANCED = postings(("a", 5, "EUR"), ("b", -5, "EUR"))


@pytest.fixture
def owner(db: None) -> Iterator[psycopg.Connection]:  # noqa: ARG001  The clone must be there.
    """Work on the test's database as the owner of the tables, in a transaction that is undone."""
    with psycopg.connect(address_of_owner()) as connected:
        connected.execute(NEW_ACCOUNTS)
        connected.execute(NEW_ENTRY)
        yield connected
        connected.rollback()


def address_of_owner() -> str:
    return databases.address(settings.DATABASE_ADMIN_URL, connection.settings_dict["NAME"])


@pytest.mark.promise("M1")
@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        (postings(("a", 5, "EUR"), ("b", -4, "EUR")), "ledger_posting_sums_to_zero"),
        (postings(("a", 5, "EUR")), "ledger_posting_sums_to_zero"),
        (postings(("a", 5, "EUR"), ("c", -5, "USD")), "ledger_posting_sums_to_zero"),
        (postings(("a", 5, "EUR"), ("c", -5, "EUR")), "ledger_posting_currency_of_account"),
        (postings(("a", 0, "EUR"), ("b", 0, "EUR")), "ledger_posting_amount_not_zero"),
        (
            postings(("a", 5, "EUR"), ("b", -5, "EUR"), ("c", 5, "USD"), ("e", -5, "USD")),
            "ledger_posting_converts_at_rate",
        ),
    ],
)
def test_even_the_owner_cannot_write_what_does_not_balance(
    owner: psycopg.Connection, statement: str, constraint: str
) -> None:
    with pytest.raises(psycopg.IntegrityError) as refusal, owner.transaction():
        owner.execute(statement)

    assert refusal.value.diag.constraint_name == constraint
    assert owner.execute("SELECT count(*) FROM ledger_posting").fetchone() == (0,)


def test_the_control_a_balanced_entry_by_hand_is_taken(owner: psycopg.Connection) -> None:
    owner.execute(BALANCED)

    assert owner.execute("SELECT count(*) FROM ledger_posting").fetchone() == (2,)


@pytest.mark.promise("M2")
def test_even_the_owner_cannot_add_to_an_entry_that_has_its_postings(
    owner: psycopg.Connection,
) -> None:
    owner.execute(BALANCED)

    with pytest.raises(psycopg.IntegrityError) as refusal, owner.transaction():
        owner.execute(BALANCED)

    assert refusal.value.diag.constraint_name == "ledger_posting_written_with_entry"


@pytest.mark.promise("M2")
@pytest.mark.django_db(transaction=True)
def test_even_the_owner_cannot_add_to_an_entry_of_an_earlier_transaction() -> None:
    with psycopg.connect(address_of_owner()) as first:
        first.execute(NEW_ACCOUNTS)
        first.execute(NEW_ENTRY)

    with (
        psycopg.connect(address_of_owner()) as second,
        pytest.raises(psycopg.IntegrityError) as refusal,
    ):
        second.execute(BALANCED)

    assert refusal.value.diag.constraint_name == "ledger_posting_written_with_entry"
    assert Posting.objects.count() == 0


@pytest.mark.promise("M2")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET reference = 'other'",
        "UPDATE ledger_posting SET amount_minor = -amount_minor",
        "DELETE FROM ledger_posting",
        "DELETE FROM ledger_entry",
        "TRUNCATE ledger_posting, ledger_entry",
        "TRUNCATE ledger_account CASCADE",
        "UPDATE ledger_account SET owner_ref = 'somebody else'",
        "DELETE FROM ledger_account",
    ],
)
def test_even_the_owner_cannot_change_or_remove(owner: psycopg.Connection, statement: str) -> None:
    owner.execute(BALANCED)
    owner.execute("SET CONSTRAINTS ALL IMMEDIATE")  # Else TRUNCATE fails for waiting checks.

    with pytest.raises(psycopg.IntegrityError) as refusal, owner.transaction():
        owner.execute(statement)

    assert refusal.value.diag.constraint_name == "ledger_append_only"
    assert owner.execute("SELECT sum(abs(amount_minor)) FROM ledger_posting").fetchone() == (10,)


@pytest.mark.promise("M13")
@pytest.mark.parametrize(
    "rate",
    [
        "108, 100, 'ecb', NULL",
        "108, 100, NULL, now()",
        "108, 100, '', now()",
        "108, NULL, 'ecb', now()",
        "NULL, NULL, 'ecb', now()",
        "0, 100, 'ecb', now()",
        "108, -100, 'ecb', now()",
    ],
)
def test_even_the_owner_cannot_write_half_a_rate(owner: psycopg.Connection, rate: str) -> None:
    statement = NEW_ENTRY.replace("recorded_at)", f"recorded_at, {RATE})")
    statement = statement.replace("now())", f"now(), {rate})").replace("by hand", "rated")

    with pytest.raises(psycopg.errors.CheckViolation) as refusal, owner.transaction():
        owner.execute(statement.replace("00000000000e", "00000000000f"))

    assert refusal.value.diag.constraint_name == "ledger_entry_rate_whole"


@pytest.mark.promise("M2")
def test_playing_a_replica_does_not_switch_the_guards_off(owner: psycopg.Connection) -> None:
    if not owner.execute("SELECT rolsuper FROM pg_roles WHERE rolname = user").fetchone()[0]:  # type: ignore[index]
        return  # Only a superuser may play a replica, so there is nothing to try.
    owner.execute(BALANCED)
    owner.execute("SET LOCAL session_replication_role = replica")

    for statement in ("DELETE FROM ledger_entry", postings(("a", 1, "EUR"))):
        with pytest.raises(psycopg.IntegrityError), owner.transaction():
            owner.execute(statement)


@pytest.mark.promise("M7")
@pytest.mark.parametrize("total", ["debits_posted", "debits_pending"])
def test_even_the_owner_cannot_take_a_pot_below_zero(owner: psycopg.Connection, total: str) -> None:
    with pytest.raises(psycopg.errors.CheckViolation) as refusal, owner.transaction():
        owner.execute(f"UPDATE ledger_account SET {total} = 1 WHERE kind = 'match_pot'")  # noqa: S608

    assert refusal.value.diag.constraint_name == "ledger_account_not_overdrawn"


@pytest.mark.parametrize(
    "batch",
    [
        "{}",
        '[{"id": "no uuid", "idempotency_key": "x", "state": "posted"}]',
        '[{"idempotency_key": "x", "kind": "k", "reference": "", "state": "posted"}]',
    ],
)
@pytest.mark.django_db
def test_a_malformed_batch_writes_nothing(batch: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM ledger_post(%s::jsonb)", [batch])

    assert not Entry.objects.exists()


@pytest.mark.promise("M1")
@pytest.mark.parametrize(
    "lines",
    [
        [],
        [(AccountKind.SUSPENSE, "EUR", 5)],
        [(AccountKind.SUSPENSE, "EUR", 5), (AccountKind.PAYABLE, "EUR", -4)],
        [(AccountKind.SUSPENSE, "EUR", 5), (AccountKind.PAYABLE, "USD", -5)],
    ],
)
@pytest.mark.django_db
def test_the_function_takes_balanced_entries_only(lines: list[tuple[str, str, int]]) -> None:
    entry = services.Entry(
        kind="charge",
        reference="r",
        idempotency_key="k",
        occurred_at=make.NOON,
        postings=[
            services.Posting(make.account(kind, "x", currency), minor)
            for kind, currency, minor in lines
        ],
    )

    with pytest.raises(services.EntryUnbalanced):
        services.post([entry])

    assert (Entry.objects.count(), Account.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_the_callers_own_objects_cannot_stand_in_for_the_books() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE ledger_account (LIKE public.ledger_account)")
        cursor.execute("SET LOCAL search_path = pg_temp, public")

        services.post([make.entry(key="real")])

        cursor.execute("SELECT count(*) FROM pg_temp.ledger_account")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT count(*) FROM public.ledger_account")
        assert cursor.fetchone() == (2,)
