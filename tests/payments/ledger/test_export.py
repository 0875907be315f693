"""The books as of a moment: the same bytes before, beside and after whatever else is written."""

from __future__ import annotations

import csv
import json
import threading
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings
from django.db import connection, transaction

from payments.ledger import services
from payments.ledger.export import COLUMNS, NotFinal, export, final_before, written
from payments.ledger.models import AccountKind, Entry
from payments.money import Money
from tests import crowd, databases
from tests.make import ledger as make

if TYPE_CHECKING:
    from collections.abc import Iterator

    from payments.ledger.export import Format

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.promise("M2")]

CALL = "SELECT public.ledger_post(%s::jsonb)"


def text(as_of: datetime, form: Format = "jsonl") -> str:
    return "".join(written(export(as_of=as_of), form))


def moment() -> datetime:
    """Return a moment at which nobody writes any more: the server's clock, a little ago."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
    return found


def document(key: str) -> str:
    """Return a batch of one entry, as another program would hand it to the function."""
    lines = [
        {"kind": kind, "owner_ref": "x", "currency": "EUR", "amount_minor": minor}
        for kind, minor in (("suspense", 5), ("payable", -5))
    ]
    entry = {
        "id": str(uuid4()),
        "kind": "charge",
        "reference": "",
        "idempotency_key": key,
        "occurred_at": make.NOON.isoformat(),
        "state": "posted",
        "postings": lines,
    }
    return json.dumps([entry])


@pytest.fixture
def somebody() -> Iterator[psycopg.Connection]:
    """Connect as the application a second time."""
    url = databases.address(settings.DATABASE_URL, connection.settings_dict["NAME"])
    with psycopg.connect(url) as connected:
        yield connected
        connected.rollback()


def test_a_line_a_posting_in_the_order_of_recording_and_of_natural_keys() -> None:
    services.post([make.entry(key="b", minor=7), make.entry(key="B", minor=5)])
    services.post([make.entry(key="a", minor=3)])

    lines = [json.loads(line) for line in text(moment()).splitlines()]

    assert [(line["entry"], line["account"], line["amount_minor"]) for line in lines] == [
        ("B", "payable/owner", -5),
        ("B", "suspense/owner", 5),
        ("b", "payable/owner", -7),
        ("b", "suspense/owner", 7),
        ("a", "payable/owner", -3),
        ("a", "suspense/owner", 3),
    ]
    recorded = Entry.objects.get(idempotency_key="a").recorded_at
    assert lines[-1] == {
        "entry": "a",
        "at": "2030-01-01T12:00:00.000000Z",
        "kind": "charge",
        "account": "suspense/owner",
        "currency": "EUR",
        "amount_minor": 3,
        "reference": "ref-1",
        "state": "posted",
        "finishes": None,
        "corrects": None,
        "expires_at": None,
        "rate_numerator": None,
        "rate_denominator": None,
        "rate_source": None,
        "rate_at": None,
        "recorded_at": recorded.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
    }


def test_held_money_stands_as_it_was_written_with_what_finished_it() -> None:
    held = make.entry(key="hold", state="pending", expires_at=make.NOON + timedelta(hours=1))
    services.post([held])
    services.finish("hold", how="void", idempotency_key="void", occurred_at=make.NOON)

    lines = [json.loads(line) for line in text(moment()).splitlines()]

    assert [(line["entry"], line["state"], line["finishes"]) for line in lines] == [
        ("hold", "pending", None),
        ("hold", "pending", None),
        ("void", "voided", "hold"),
        ("void", "voided", "hold"),
    ]
    assert lines[0]["expires_at"] == "2030-01-01T13:00:00.000000Z"


@pytest.mark.promise("M13")
def test_a_conversion_shows_its_rate_and_a_correction_what_it_corrects() -> None:
    clearing = (AccountKind.PROVIDER_CLEARING, "stripe")
    services.post(
        [
            services.Entry(
                kind="conversion",
                reference="r",
                idempotency_key="fx",
                occurred_at=make.NOON,
                rate=services.Rate(10873, 10000, "ecb", make.NOON),
                postings=services.conversion(
                    Money(1_00, "EUR"), Money(1_09, "USD"), giver=clearing, taker=clearing
                ),
            )
        ]
    )
    services.reverse(key="fx", idempotency_key="back", occurred_at=make.NOON, kind="reversed")

    lines = [json.loads(line) for line in text(moment()).splitlines()]

    assert {
        (line["entry"], line["corrects"], line["rate_numerator"], line["rate_denominator"])
        for line in lines
    } == {("fx", None, 10873, 10000), ("back", "fx", 10000, 10873)}
    assert {(line["rate_source"], line["rate_at"]) for line in lines} == {
        ("ecb", "2030-01-01T12:00:00.000000Z")
    }


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_the_same_moment_gives_the_same_bytes_while_others_write(form: Format) -> None:
    for number in range(5):
        services.post([make.entry(key=f"before-{number}")])
    as_of = moment()
    first, stop = text(as_of, form), threading.Event()

    def busy(number: int) -> set[str]:
        if number == 0:
            try:
                return {text(as_of, form) for _ in range(20)}
            finally:
                stop.set()
        count = 0
        while not stop.is_set():
            services.post([make.entry(key=f"during-{number}-{count}")])
            count += 1
        return set()

    seen = set().union(*crowd.at_once(busy, range(4)))

    assert seen == {first}
    assert first.count("before-") == 10
    assert text(as_of, form) == first
    assert Entry.objects.filter(idempotency_key__startswith="during").count() > 0


def test_a_writer_that_began_before_the_moment_makes_it_wait(somebody: psycopg.Connection) -> None:
    somebody.execute(CALL, [document("slow")])
    as_of = moment()

    with pytest.raises(NotFinal, match=r"^The books are final before 20[^ ]+Z, not yet as of "):
        export(as_of=as_of)

    somebody.commit()
    assert '"slow"' in text(as_of)


def test_a_writer_that_gave_up_holds_nobody_back(somebody: psycopg.Connection) -> None:
    somebody.execute(CALL, [document("lost")])
    as_of = moment()
    somebody.rollback()

    assert text(as_of) == ""


def test_a_transaction_that_was_open_before_the_moment_and_writes_later_is_not_in_it(
    somebody: psycopg.Connection,
) -> None:
    somebody.execute("SELECT 1")  # Its transaction begins here, long before it writes.
    as_of = moment()
    first = text(as_of)

    somebody.execute(CALL, [document("late")])
    somebody.commit()

    assert text(as_of) == first == ""
    assert '"late"' in text(moment())


def test_an_older_moment_is_final_while_somebody_writes(somebody: psycopg.Connection) -> None:
    services.post([make.entry(key="old")])
    as_of = moment()
    somebody.execute("SELECT pg_sleep(0.002)")  # Locks are named after milliseconds.
    somebody.rollback()
    somebody.execute(CALL, [document("new")])

    assert '"old"' in text(as_of)
    assert final_before() > as_of


def test_a_moment_ahead_is_refused() -> None:
    with pytest.raises(NotFinal):
        export(as_of=moment() + timedelta(minutes=1))


def test_an_export_inside_a_transaction_is_an_error() -> None:
    as_of = moment()

    with transaction.atomic(), pytest.raises(RuntimeError):
        text(as_of)


def test_a_sheet_calculates_nothing() -> None:
    services.post(
        [make.entry(key="=1+1", reference="=HYPERLINK(1)", kind="@charge", minor=5)],
    )

    rows = list(csv.DictReader(StringIO(text(moment(), "csv"), newline="")))

    assert tuple(rows[0]) == COLUMNS
    assert [
        (row["entry"], row["reference"], row["kind"], row["amount_minor"], row["corrects"])
        for row in rows
    ] == [
        ("'=1+1", "'=HYPERLINK(1)", "'@charge", "-5", ""),
        ("'=1+1", "'=HYPERLINK(1)", "'@charge", "5", ""),
    ]


def test_rows_come_from_the_server_in_chunks() -> None:
    services.post([make.entry(key=f"{n}") for n in range(1_500)])
    lines = export(as_of=moment())

    next(lines)

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_cursors WHERE NOT is_holdable")
        assert cursor.fetchone() == (1,)
    assert sum(1 for _ in lines) == 2_999
