"""What the application's role may not do: everything but read the books and call the function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from psycopg.errors import InsufficientPrivilege

from payments.ledger import selectors, services
from tests.make import ledger as make

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.promise("M1"),
    pytest.mark.promise("M2"),
]

TABLES = ("ledger_account", "ledger_entry", "ledger_posting")
ENTRY = """
    INSERT INTO ledger_entry (id, kind, reference, idempotency_key, content_sha256, state,
                              occurred_at, recorded_at)
    VALUES (gen_random_uuid(), 'charge', '', 'by hand', '', 'posted', now(), now())"""
FORBIDDEN = {
    "an account": "INSERT INTO ledger_account (id, kind, owner_ref, currency)"
    " VALUES (gen_random_uuid(), 'payable', 'hand', 'EUR')",
    "an entry": ENTRY,
    "an unbalanced posting": "INSERT INTO ledger_posting"
    " (id, entry_id, account_id, amount_minor, currency)"
    " SELECT gen_random_uuid(), entry_id, account_id, 5, 'EUR'"
    " FROM ledger_posting LIMIT 1",
    "balanced postings": "INSERT INTO ledger_posting"
    " (id, entry_id, account_id, amount_minor, currency)"
    " SELECT gen_random_uuid(), entry_id, account_id, amount_minor,"
    " currency FROM ledger_posting",
    "two currencies that balance in sum only": "INSERT INTO ledger_posting"
    " (id, entry_id, account_id, amount_minor, currency)"
    " SELECT gen_random_uuid(), entry_id,"
    " account_id, amount_minor, CASE WHEN amount_minor > 0 THEN 'EUR' ELSE 'USD' END"
    " FROM ledger_posting",
    "a posting on conflict": "INSERT INTO ledger_posting"
    " (id, entry_id, account_id, amount_minor, currency)"
    " SELECT id, entry_id, account_id, 1, currency"
    " FROM ledger_posting ON CONFLICT (id) DO UPDATE SET amount_minor = 1",
    "a merge": "MERGE INTO ledger_posting AS line USING ledger_entry AS entry"
    " ON entry.id = line.entry_id WHEN MATCHED THEN DELETE",
    "another reference": "UPDATE ledger_entry SET reference = 'other'",
    "another state": "UPDATE ledger_entry SET state = 'voided'",
    "another time of recording": "UPDATE ledger_entry SET recorded_at = now()",
    "another rate": "UPDATE ledger_entry SET rate_numerator = 1",
    "another writer": "UPDATE ledger_entry SET written_in = pg_current_xact_id()",
    "another amount": "UPDATE ledger_posting SET amount_minor = amount_minor + 1",
    "another sign": "UPDATE ledger_posting SET amount_minor = -amount_minor",
    "another account": "UPDATE ledger_posting SET account_id = gen_random_uuid()",
    "a total": "UPDATE ledger_account SET credits_posted = credits_posted + 1",
    "an owner": "UPDATE ledger_account SET owner_ref = 'somebody else'",
    "a lock": "SELECT FROM ledger_account FOR UPDATE",
    "a table's lock": "LOCK TABLE ledger_posting IN ACCESS EXCLUSIVE MODE",
    "no posting": "DELETE FROM ledger_posting",
    "no entry": "DELETE FROM ledger_entry",
    "no account": "DELETE FROM ledger_account",
    "nothing at all": "TRUNCATE ledger_posting, ledger_entry, ledger_account",
    "nothing that hangs on it": "TRUNCATE ledger_account CASCADE",
    "no guards": "ALTER TABLE ledger_posting DISABLE TRIGGER ALL",
    "no balance guard": "ALTER TABLE ledger_posting DISABLE TRIGGER ledger_posting_balance",
    "no trigger": "DROP TRIGGER ledger_posting_balance ON ledger_posting",
    "one more trigger": "CREATE TRIGGER mine BEFORE INSERT ON ledger_posting"
    " FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "a rule": "CREATE RULE mine AS ON INSERT TO ledger_posting DO INSTEAD NOTHING",
    "no pot limit": "ALTER TABLE ledger_account DROP CONSTRAINT ledger_account_not_overdrawn",
    "no unique key": "ALTER TABLE ledger_entry DROP CONSTRAINT ledger_entry_idempotency_key_key",
    "another owner": "ALTER TABLE ledger_posting OWNER TO CURRENT_USER",
    "row security": "ALTER TABLE ledger_posting ENABLE ROW LEVEL SECURITY",
    "another column": "ALTER TABLE ledger_posting ADD COLUMN mine int",
    "another name": "ALTER TABLE ledger_posting RENAME TO ledger_lost",
    "no table": "DROP TABLE ledger_posting CASCADE",
    "no function": "DROP FUNCTION ledger_post(jsonb)",
    "a weaker function": "ALTER FUNCTION ledger_post(jsonb) SECURITY INVOKER",
    "another function": "CREATE OR REPLACE FUNCTION ledger_post(batch jsonb)"
    " RETURNS TABLE (id uuid, idempotency_key text, created boolean) LANGUAGE sql AS 'SELECT 1'",
    "a guard that looks away": "CREATE OR REPLACE FUNCTION ledger_check_balance() RETURNS trigger"
    " LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "a table of its own": "CREATE TABLE ledger_shadow (id int)",
    "a view of its own": "CREATE VIEW public.ledger_view AS SELECT 1",
    "a function of its own": "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "a schema": "CREATE SCHEMA mine",
    "a schema's name": "ALTER SCHEMA public RENAME TO private",
    "an index": "CREATE INDEX mine ON ledger_posting (amount_minor)",
    "playing a replica": "SET session_replication_role = replica",
    "playing the owner": "SET ROLE weft_owner",
    "being the owner": "SET SESSION AUTHORIZATION weft_owner",
    "a role for itself": "GRANT weft_owner TO CURRENT_USER",
    "being a superuser": "ALTER ROLE CURRENT_USER SUPERUSER",
    "a new role": "CREATE ROLE mine",
    "rights by default": "ALTER DEFAULT PRIVILEGES FOR ROLE weft_owner"
    " GRANT ALL ON TABLES TO PUBLIC",
    "the function of ids": "SELECT public.ledger_new_id()",
    "the function of content": "SELECT public.ledger_content('{}'::jsonb)",
    "the function of moments": "SELECT public.ledger_begin_writing()",
    "rows from a program": "COPY ledger_posting FROM PROGRAM 'true'",
    "rows from a file": "COPY ledger_posting FROM '/dev/null'",
    "rows from the client": "COPY ledger_posting FROM STDIN",
    "rows into a file": "COPY ledger_posting TO '/tmp/books'",
    "a large file": "SELECT lo_import('/etc/passwd')",
    "a file": "SELECT pg_read_file('/etc/passwd')",
}


GUARDS = """
    SELECT tgname, tgenabled::text FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    WHERE starts_with(relname, 'ledger') AND NOT tgisinternal
    UNION ALL
    SELECT conname, contype::text FROM pg_constraint WHERE starts_with(conname, 'ledger')
    UNION ALL
    SELECT relname, relacl::text FROM pg_class WHERE starts_with(relname, 'ledger')
    UNION ALL
    SELECT md5(prosrc), proacl::text FROM pg_proc WHERE starts_with(proname, 'ledger')
    ORDER BY 1, 2"""


@pytest.fixture
def application() -> CursorWrapper:
    """Post something, and be the application."""
    services.post([make.entry(key="untouched", minor=7)])
    cursor = connection.cursor()
    assert found(cursor, "SELECT session_user, current_user") == [
        (settings.DATABASE_APP_ROLE, settings.DATABASE_APP_ROLE)
    ]
    return cursor


def found(cursor: CursorWrapper, query: str, values: tuple[str, ...] = ()) -> list[Any]:
    cursor.execute(query, values)
    rows: list[Any] = cursor.fetchall()
    return rows


def everything(cursor: CursorWrapper) -> list[Any]:
    """Return every row of the books, and every guard that stands over them."""
    return [
        *(found(cursor, f"SELECT * FROM {table} ORDER BY id") for table in TABLES),  # noqa: S608
        found(cursor, GUARDS),
    ]


@pytest.mark.parametrize("statement", FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_the_application_can_only_read_and_call(application: CursorWrapper, statement: str) -> None:
    before = everything(application)

    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        application.execute(statement)

    assert isinstance(refusal.value.__cause__, InsufficientPrivilege), refusal.value
    assert everything(application) == before
    assert selectors.verify() == []


def test_a_right_the_application_gives_itself_is_none(application: CursorWrapper) -> None:
    before = everything(application)

    application.execute("GRANT ALL ON ledger_entry, ledger_posting TO CURRENT_USER")

    assert everything(application) == before


@pytest.mark.parametrize("function", ["ledger_check_balance", "ledger_refuse"])
def test_guards_are_not_called_by_hand(application: CursorWrapper, function: str) -> None:
    query = "SELECT has_function_privilege(oid, 'EXECUTE') FROM pg_proc WHERE proname = %s"

    assert found(application, query, (function,)) == [(False,)]


def test_the_control_the_application_reads_and_calls(application: CursorWrapper) -> None:
    application.execute("SELECT * FROM public.ledger_post('[]')")
    application.execute("SELECT public.ledger_writing_since()")

    assert found(application, "SELECT count(*) FROM ledger_posting") == [(2,)]


def test_only_the_two_functions_are_open_to_the_application(application: CursorWrapper) -> None:
    names = found(
        application,
        "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        " AND starts_with(proname, 'ledger')"
        " AND has_function_privilege(oid, 'EXECUTE') ORDER BY 1",
    )

    assert names == [("ledger_post",), ("ledger_writing_since",)]
