"""Trial balance, accounts and statements, now and as they were."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from payments.ledger import services as ledger
from payments.ledger.models import Account, AccountKind, Entry
from tests.make import accounts
from tests.make import ledger as make
from tests.make.ledger import NOON
from tests.payments.console import world

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db
ESCROW = make.account(AccountKind.ESCROW, "campaign:1")
CLEARING = make.account(AccountKind.DONOR_CLEARING, "gift-1")


@pytest.fixture
def desk(client: Client) -> Client:
    return accounts.sign_in(client, world.viewer())


def post(day: int, minor: int, *, takes: bool = False, state: str = "posted") -> None:
    """Book an amount into, or out of, the escrow on a day after NOON."""
    debit, credit = (ESCROW, CLEARING) if takes else (CLEARING, ESCROW)
    ledger.post(
        [
            ledger.Entry(
                kind="contribution",
                reference=f"gift-{day}",
                idempotency_key=f"{day}:{minor}:{state}",
                occurred_at=NOON + timedelta(days=day),
                postings=(ledger.Posting(debit, minor), ledger.Posting(credit, -minor)),
                state=state,  # type: ignore[arg-type]
            )
        ]
    )


def account_id() -> str:
    return str(Account.objects.get(kind="escrow").pk)


def rows(desk: Client, address: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(world.read(desk, address))))


def test_the_trial_balance_sums_to_nothing_in_every_currency(desk: Client) -> None:
    post(0, 100_00)
    post(1, 30_00, takes=True)

    page = world.read(desk, reverse("finance:trial_balance"))

    assert page.count("Balanced") == 1
    assert "Not balanced" not in page
    assert "Escrow of campaigns" in page
    assert "€130.00" in page  # Both sides.
    assert "-€70.00" in page


def test_the_books_as_of_a_moment_leave_out_what_was_recorded_later(desk: Client) -> None:
    post(0, 100_00)
    moment = Entry.objects.get().recorded_at

    before = (moment - timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%S")
    after = (moment + timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%S")

    for name in ("trial_balance", "accounts"):
        address = reverse(f"finance:{name}")
        assert "€100.00" not in world.read(desk, f"{address}?as_of={before}"), name
        assert "€100.00" in world.read(desk, f"{address}?as_of={after}"), name
    assert rows(desk, reverse("finance:accounts_csv") + f"?as_of={before}") == []


def test_accounts_are_found_by_owner_kind_and_currency(desk: Client) -> None:
    post(0, 100_00)
    address = reverse("finance:accounts_csv")

    assert rows(desk, f"{address}?kind=escrow") == [
        {
            "kind": "escrow",
            "owner": "campaign:1",
            "currency": "EUR",
            "debits": "0.00",
            "credits": "100.00",
            "net": "-100.00",
        }
    ]
    assert [row["owner"] for row in rows(desk, f"{address}?q=gift")] == ["gift-1"]
    assert rows(desk, f"{address}?currency=USD") == []
    assert account_id() in world.read(desk, reverse("finance:accounts"))


def test_a_statement_runs_on_from_before_its_first_day(desk: Client) -> None:
    post(0, 100_00)
    post(1, 20_00)
    post(2, 30_00, takes=True)
    post(3, 5_00)
    statement = reverse("finance:statement_csv", args=[account_id()])
    day = NOON.date()

    assert [(row["amount"], row["balance"]) for row in rows(desk, statement)] == [
        ("-100.00", "-100.00"),
        ("-20.00", "-120.00"),
        ("30.00", "-90.00"),
        ("-5.00", "-95.00"),
    ]
    since, until = day + timedelta(days=1), day + timedelta(days=2)
    some = rows(desk, f"{statement}?since={since}&until={until}")
    assert [(row["amount"], row["balance"]) for row in some] == [
        ("-20.00", "-120.00"),
        ("30.00", "-90.00"),
    ]
    page = world.read(desk, reverse("finance:statement", args=[account_id()]) + f"?since={since}")
    assert "Balance before the first day shown:" in page
    assert "-€100.00" in page
    assert "gift-0" not in page


def test_what_is_only_held_does_not_move_the_balance(desk: Client) -> None:
    post(0, 100_00)
    post(1, 40_00, takes=True, state="pending")

    found = rows(desk, reverse("finance:statement_csv", args=[account_id()]))

    assert [(row["state"], row["balance"]) for row in found] == [
        ("posted", "-100.00"),
        ("pending", "-100.00"),
    ]


def test_a_later_page_of_a_statement_goes_on_with_the_balance(desk: Client) -> None:
    for day in range(30):
        post(day, 1_00)

    address = reverse("finance:statement", args=[account_id()])
    first, second = (world.read(desk, f"{address}?page={number}") for number in (1, 2))

    assert "-€25.00" in first
    assert "-€26.00" not in first
    assert "-€26.00" in second
    assert "-€30.00" in second


def test_statement_times_are_utc_in_the_file(desk: Client) -> None:
    post(0, 100_00)

    (row,) = rows(desk, reverse("finance:statement_csv", args=[account_id()]))

    assert row["occurred_at"] == "2030-01-01T12:00:00Z"
    recorded = datetime.fromisoformat(row["recorded_at"])
    assert recorded == Entry.objects.get().recorded_at.replace(microsecond=0)
