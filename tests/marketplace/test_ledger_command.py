from __future__ import annotations

import json
from datetime import UTC, datetime
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction

from marketplace import books, database
from payments.ledger import services
from payments.ledger.models import AccountKind
from tests.make import ledger as make

if TYPE_CHECKING:
    from pathlib import Path


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("ledger", *arguments, stdout=out)
    return out.getvalue()


def document(*arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(*arguments, "--json"))
    return found


@pytest.mark.django_db
def test_books_that_agree_are_said_to_agree() -> None:
    make.pot(minor=30_00)

    assert document("verify") == {
        "ok": True,
        "entries": 1,
        "postings": 2,
        "accounts": 2,
        "differences": [],
    }
    assert run("verify") == "1 entries, 2 postings, 2 accounts\n"


@pytest.mark.django_db(transaction=True)
def test_books_that_do_not_agree_end_with_one_and_name_the_difference() -> None:
    make.pot(minor=30_00)
    with database.as_owner(), connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_account SET credits_posted = 3001 WHERE kind = 'match_pot'")
    out = StringIO()

    with pytest.raises(CommandError) as failure:
        call_command("ledger", "verify", "--json", stdout=out)

    assert failure.value.returncode == 1
    assert json.loads(out.getvalue())["differences"] == [
        {
            "kind": "account",
            "key": "match_pot/fund credits_posted",
            "currency": "EUR",
            "expected": "30.00",
            "found": "30.01",
        }
    ]
    with pytest.raises(CommandError):
        call_command("ledger", "verify", stdout=(text := StringIO()))
    assert "expected 30.00, found 30.01" in text.getvalue()


@pytest.mark.django_db
def test_equal_books_have_equal_fingerprints_whatever_their_ids_and_order() -> None:
    prints = []
    for keys in (("a", "b"), ("b", "a")):
        with transaction.atomic():
            pot = make.pot(minor=30_00)
            earned = make.account(AccountKind.MATCH_EARNED, "campaign:well")
            for key in keys:
                services.post([make.entry(debit=pot, credit=earned, minor=1_00, key=key)])
            prints.append(document("fingerprint"))
            transaction.set_rollback(True)

    assert prints[0] == prints[1]
    assert prints[0]["accounts"] == 3
    assert prints[0]["contributions"] == 0
    assert len(prints[0]["sha256"]) == 64


@pytest.mark.django_db
def test_a_cent_more_is_another_fingerprint() -> None:
    make.pot(minor=30_00)
    before = document("fingerprint")
    make.pot(minor=1)

    after = document("fingerprint")

    assert after["sha256"] != before["sha256"]
    assert run("fingerprint").startswith(after["sha256"])


@pytest.mark.parametrize("arguments", [(), ("explode",)])
def test_an_unknown_action_is_refused(arguments: tuple[str, ...]) -> None:
    with pytest.raises(
        CommandError, match="Say what to do: verify, fingerprint, export"
    ) as refusal:
        run(*arguments)

    assert refusal.value.returncode == 2


@pytest.mark.django_db(transaction=True)
def test_the_books_are_read_as_of_one_moment() -> None:
    make.pot(minor=30_00)

    assert document("verify")["ok"]  # Outside any transaction: it opens a snapshot of its own.
    assert not connection.in_atomic_block


@pytest.mark.django_db(transaction=True)
def test_books_that_cannot_be_read_end_with_two_and_one_line() -> None:
    with database.as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_posting RENAME TO ledger_lost")

    with pytest.raises(CommandError, match=r"^The books cannot be read: [^\n]+$") as refusal:
        run("verify")

    assert refusal.value.returncode == 2


@pytest.mark.promise("M2")
@pytest.mark.django_db(transaction=True)
def test_the_books_are_written_out_as_of_a_moment(tmp_path: Path) -> None:
    make.pot(minor=30_00)
    now = datetime.now(UTC).isoformat()
    file = tmp_path / "books.csv"
    file.write_text("older")

    lines = [json.loads(line) for line in run("export", "--as-of", now).splitlines()]
    run("export", "--as-of", now, "--format", "csv", "--output", str(file))

    assert [(line["account"], line["amount_minor"]) for line in lines] == [
        ("match_pot/fund", -30_00),
        ("provider_clearing/treasury:fund", 30_00),
    ]
    assert file.read_bytes().decode() == run("export", "--as-of", now, "--format", "csv")
    assert [path.name for path in tmp_path.iterdir()] == ["books.csv"]


@pytest.mark.django_db(transaction=True)
def test_an_export_from_before_the_first_entry_says_that_there_is_nothing() -> None:
    make.pot(minor=30_00)
    out, err = StringIO(), StringIO()

    call_command("ledger", "export", "--as-of", "2001-01-01", stdout=out, stderr=err)

    assert out.getvalue() == ""
    assert err.getvalue() == "Nothing had been recorded by 2001-01-01T23:59:59.999999+00:00.\n"


@pytest.mark.django_db(transaction=True)
def test_a_day_is_meant_to_its_end_in_utc() -> None:
    make.pot(minor=30_00)

    assert run("export", "--as-of", "2020-02-29") == ""
    with pytest.raises(CommandError, match="The books are final before") as refusal:
        run("export", "--as-of", f"{datetime.now(UTC):%Y-%m-%d}")
    assert refusal.value.returncode == 2
    assert books.moment("2020-02-29") == datetime(2020, 2, 29, 23, 59, 59, 999_999, UTC)
    assert books.moment("2020-02-29T12:00:00+03:00") == datetime(2020, 2, 29, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "'' is neither a day nor a time with its zone"),
        (["--as-of", "2020-02-30"], "neither a day"),
        (["--as-of", "2020-02-29T12:00:00"], "neither a day"),
        (["--as-of", "20200229"], "neither a day"),
        (["--as-of", "yesterday"], "neither a day"),
        (["--as-of", "0001-01-01T00:00:00+14:00"], "neither a day"),
        (["--as-of", "2020-02-29", "--format", "xml"], "Say --format jsonl or csv"),
        (["--as-of", "2020-02-29", "--output", "/nowhere/books"], "No such file"),
        (["--as-of", "9999-12-31"], "The books are final before"),
    ],
)
@pytest.mark.django_db(transaction=True)
def test_an_export_that_cannot_be_made_ends_with_two(arguments: list[str], said: str) -> None:
    with pytest.raises(CommandError, match=said) as refusal:
        run("export", *arguments)

    assert refusal.value.returncode == 2
