"""What the books say of the provider's things, and whether a run is overdue."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from payments.gateway.records import RecordKind
from payments.ledger import services as ledger
from payments.ledger.models import AccountKind
from payments.money import Money
from payments.reconciliation import selectors
from payments.reconciliation.comparing import Booked
from tests.make import ledger as make_ledger
from tests.make import reconciliation as make
from tests.make.payments import NOON

if TYPE_CHECKING:
    from payments.ledger.entries import Entry

pytestmark = pytest.mark.django_db
CLEARING = make_ledger.account(AccountKind.PROVIDER_CLEARING, "stripe")
HOUR, QUARTER = timedelta(hours=1), timedelta(minutes=15)


def entry(key: str, minor: int = 100_00, *, kind: str = "charge") -> Entry:
    return make_ledger.entry(debit=CLEARING, key=key, minor=minor, kind=kind, reference="gift-1")


def test_what_was_booked_about_one_thing_is_taken_together() -> None:
    ledger.post(
        [
            entry("ch_1:charge"),
            entry("ch_1:processor_fee", -1_75, kind="processor_fee"),
            entry("ch_12:charge", 7_00),
            entry("dp_1:dispute_opened", -100_00, kind="dispute_opened"),
            entry("dp_1:dispute_won", 100_00, kind="dispute_won"),
            entry("dp_1:dispute_fee", -15_00, kind="dispute_fee"),
        ]
    )

    assert selectors.booked(["ch_1", "dp_1", "re_1"]) == {
        "ch_1": Booked(RecordKind.CHARGE, "ch_1", "gift-1", {"EUR": 100_00}, {"EUR": 1_75}),
        "dp_1": Booked(RecordKind.DISPUTE, "dp_1", "gift-1", {}, {"EUR": 15_00}),
    }
    assert selectors.booked_since(NOON) == {"ch_1", "ch_12", "dp_1"}
    assert selectors.booked_since(NOON + HOUR) == set()


def test_what_corrects_an_entry_counts_with_it_however_often_it_was_corrected() -> None:
    ledger.post([entry("ch_1:charge")])
    corrections = ("ch_1:charge", -3), ("fix-0", 1), ("fix-1", 1), ("fix-2", -20), ("fix-3", 5)
    for number, (corrected, minor) in enumerate(corrections):
        ledger.correct(
            key=corrected,
            idempotency_key=f"fix-{number}",
            occurred_at=NOON,
            kind="correction",
            postings=entry("", minor).postings,
        )

    (booked,) = selectors.booked(["ch_1"]).values()
    assert (booked.key, booked.amounts) == ("ch_1", {"EUR": 99_84})
    assert selectors.booked_since(NOON) == {"ch_1"}


def test_only_what_the_provider_holds_counts() -> None:
    treasury = make_ledger.account(AccountKind.PROVIDER_CLEARING, "treasury:fund")
    ledger.post([make_ledger.entry(debit=treasury, key="ch_9:charge")])

    assert selectors.booked(["ch_9"]) == {}
    assert selectors.clearing() == {}


def test_the_demo_world_is_left_out_and_counted() -> None:
    ledger.post([entry("charge-seed-1-dryers-01:charge"), entry("ch_1:charge", 5_00)])

    assert selectors.booked_since(NOON) == {"ch_1"}
    assert selectors.clearing() == {"EUR": Money(5_00, "EUR")}
    assert selectors.made_up() == 1


def test_a_new_site_owes_no_run() -> None:
    ledger.post([entry("charge-seed-1-dryers-01:charge")])

    assert selectors.overdue_since(now=timezone.now() + timedelta(days=9)) is None


@pytest.mark.promise("M15")
def test_a_site_that_has_booked_owes_a_run_within_an_hour() -> None:
    ledger.post([entry("ch_1:charge")])
    now = timezone.now()

    assert selectors.overdue_since(now=now + HOUR) is None
    due = selectors.overdue_since(now=now + HOUR + QUARTER + timedelta(minutes=1))
    assert due is not None
    assert abs(due - now - HOUR) < timedelta(minutes=1)


@pytest.mark.promise("M15")
def test_a_run_is_due_every_hour_and_overdue_a_quarter_of_an_hour_later() -> None:
    make.run(at=NOON - HOUR)
    make.run(at=NOON)

    assert selectors.overdue_since(now=NOON + HOUR + QUARTER - timedelta(seconds=1)) is None
    assert selectors.overdue_since(now=NOON + HOUR + QUARTER) == NOON + HOUR


def test_a_run_looks_back_over_the_last_one() -> None:
    assert selectors.next_since() == selectors.BEGINNING
    make.run(at=NOON)

    assert selectors.next_since() == NOON - timedelta(days=3)
