"""Many at once on one pot. Each race has its control: the same race with the guard taken away."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction

from marketplace import database
from payments.ledger import selectors, services
from payments.ledger.models import AccountKind, Entry
from payments.ledger.selectors import Balance
from tests import crowd as crowds
from tests.make import ledger as make

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.promise("M7")]

CROWD = 64
EARNED = make.account(AccountKind.MATCH_EARNED, "campaign:well")


def at_once(work: Callable[[int], object], crowd: int = CROWD) -> int:
    """Let everybody work together and return how many were not refused."""

    def one(number: int) -> bool:
        try:
            work(number)
        except services.BalanceExceeded:
            return False
        return True

    return sum(crowds.at_once(one, range(crowd)))


def take_one(number: int) -> None:
    pot = make.account(AccountKind.MATCH_POT, "fund")
    services.post(
        [make.entry(debit=pot, credit=EARNED, minor=1_00, key=f"take-{number}", state="pending")]
    )


def test_sixty_four_at_once_take_exactly_the_thirty_there_are() -> None:
    pot = make.pot(minor=30_00)

    taken = at_once(take_one)

    assert taken == 30
    assert selectors.balance(pot) == Balance(credits_posted=30_00, debits_pending=30_00)
    assert Entry.objects.filter(state="pending").count() == 30
    assert selectors.verify() == []


def test_the_control_without_the_constraint_the_pot_is_overspent() -> None:
    pot = make.pot(minor=30_00)
    with database.as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_account DROP CONSTRAINT ledger_account_not_overdrawn")

    taken = at_once(take_one)

    assert taken == CROWD
    assert selectors.left(pot).minor == -34_00
    assert [wrong.kind for wrong in selectors.verify()] == ["pot"]


def test_one_entry_sent_by_everybody_is_written_once() -> None:
    pot = make.pot(minor=30_00)
    entry = make.entry(debit=pot, credit=EARNED, minor=1_00, key="same")

    at_once(lambda _: services.post([entry]), crowd=16)

    assert selectors.left(pot).minor == 29_00
    assert Entry.objects.filter(idempotency_key="same").count() == 1


def test_accounts_named_for_the_first_time_by_everybody_come_into_being_once() -> None:
    debit, credit = make.account("suspense", "new"), make.account("payable", "new")

    def post(number: int) -> None:
        pair = (debit, credit) if number % 2 else (credit, debit)
        services.post([make.entry(debit=pair[0], credit=pair[1], minor=1, key=f"new-{number}")])

    at_once(post, crowd=16)

    assert selectors.balance(debit) == Balance(debits_posted=8, credits_posted=8)
    assert selectors.verify() == []


def test_a_held_entry_is_finished_by_one_of_many() -> None:
    pot = make.pot(minor=30_00)
    later = make.NOON + timedelta(minutes=15)
    hold = make.entry(
        debit=pot, credit=EARNED, minor=5_00, key="hold", state="pending", expires_at=later
    )
    services.post([hold])
    finished = []

    def finish(number: int) -> None:
        try:
            services.finish(
                "hold",
                how="post" if number % 2 else "void",
                idempotency_key=f"finish-{number}",
                occurred_at=make.NOON,
            )
        except services.NothingToFinish:
            return
        finished.append(number)

    at_once(finish, crowd=16)

    assert len(finished) == 1
    posted = 5_00 if finished[0] % 2 else 0
    assert selectors.balance(pot) == Balance(credits_posted=30_00, debits_posted=posted)
    assert selectors.verify() == []


def test_a_locked_account_is_given_up_after_a_while() -> None:
    pot = make.pot(minor=30_00)
    with database.as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER FUNCTION ledger_post(jsonb) SET lock_timeout = '200ms'")
    refused = threading.Event()

    def other() -> None:
        try:
            take_one(1)
        except services.LedgerBusy:
            refused.set()
        finally:
            connection.close()

    with transaction.atomic():
        take_one(0)
        person = threading.Thread(target=other)
        person.start()
        person.join(timeout=30)

    assert refused.is_set()
    assert selectors.left(pot).minor == 29_00
