"""Campaign, contribution, programme, reservation, payment, account: nobody waits in a circle.

Each of a transaction's locks is read off the statements that take it, those inside a function of
matching included.
"""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.db import connection

from payments.ledger.models import Posting
from payments.money import Money
from projects.funding import services
from projects.matching import services as matching
from tests.make import funding as make
from tests.projects.funding.reversing import disputed, failed, lost, paid, pay_out, refunded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

pytestmark = pytest.mark.django_db
NOON = make.NOON

ORDER = (
    "funding_campaign",
    "funding_contribution",
    "matching_programme",
    "matching_reservation",
    "payments_payment",
    "accounts",
)
LOCKS = re.compile(
    r'FROM "(?P<locked>\w+)".* FOR (?:NO KEY )?UPDATE|UPDATE "(?P<changed>\w+)"'
    r'|INSERT INTO "(?P<asked>payments_payment)"|(?P<accounts>ledger_post)\('
)
FUNCTION = re.compile(r"public\.(matching_take_turn|matching_hold)\(")
WITHIN = re.compile(
    r"FROM public\.(?P<locked>matching_\w+) .* FOR NO KEY UPDATE"
    r"|UPDATE public\.(?P<changed>\w+)|(?P<accounts>ledger_post)\("
)
BODY = "SELECT prosrc FROM pg_proc WHERE proname = %s"


def locks_of(sql: str) -> list[str]:
    """Return what a statement locks, in that order."""
    if called := FUNCTION.search(sql):
        with connection.cursor() as cursor:
            cursor.execute(BODY, [called[1]])
            (body,) = cursor.fetchone()
        steps = (" ".join(step.split()) for step in body.split(";"))
        found = [WITHIN.search(step) for step in steps]
    else:
        found = [LOCKS.search(sql)]
    return [
        "accounts" if each["accounts"] else next(filter(None, each.groups()))
        for each in found
        if each
    ]


@contextmanager
def recorded() -> Iterator[list[str]]:
    """Collect what is locked for the first time, in that order."""
    taken: list[str] = []

    def watch(
        execute: Callable[..., object], sql: str, params: object, many: object, context: object
    ) -> object:
        for what in locks_of(sql):
            if what in ORDER and what not in taken:
                taken.append(what)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield taken


@contextmanager
def batches() -> Iterator[list[set[str]]]:
    """Collect the accounts that each call of the books locks."""
    calls: list[set[str]] = []

    def watch(
        execute: Callable[..., object], sql: str, params: object, many: object, context: object
    ) -> object:
        answer = execute(sql, params, many, context)
        if "ledger_post(" in sql and isinstance(params, list):
            entries = json.loads(params[0])
            finished = [entry["finishes"] for entry in entries if entry["finishes"]]
            lines = Posting.objects.filter(entry__idempotency_key__in=finished)
            named = {
                f"{line['kind']}/{line['owner_ref']}"
                for entry in entries
                for line in entry["postings"]
            }
            calls.append(named | {str(line.account.key) for line in lines})
        return answer

    with connection.execute_wrapper(watch):
        yield calls


def identify(contribution_id: UUID) -> None:
    services.identify_contributor(
        contribution_id=contribution_id,
        email="amina@example.org",
        name="Amina Invented",
        residence="DEU",
        hide_name=False,
        message="",
        now=NOON,
    )


def test_beginning_and_identifying_lock_in_the_order_of_the_house() -> None:
    make.programme(caps=[{"scope": "donor", "amount": 150_00}])
    campaign = make.campaign()
    make.identified(campaign, minor=50_00)

    with recorded() as taken:
        contribution = make.contribution(campaign, minor=60_00)
    assert taken == [ORDER[0], ORDER[2], ORDER[3], ORDER[5]]

    with recorded() as taken:
        identify(contribution.pk)
    assert taken == [*ORDER[:4], ORDER[5]]


def test_going_to_pay_locks_in_the_order_of_the_house() -> None:
    make.programme()
    contribution = make.identified()
    matching.release(contribution_ref=contribution.key, now=NOON)

    with recorded() as taken:
        make.submitted(contribution)

    assert taken == list(ORDER)


def test_confirming_and_allocating_lock_in_the_order_of_the_house() -> None:
    version = make.programme()
    contribution = make.submitted(make.identified())
    make.charge(contribution, minor=100_00, fee_minor=1_75)

    with recorded() as taken:
        services.confirm_contribution(
            reference=contribution.key,
            payment_id=uuid4(),
            amount=Money(100_00, "EUR"),
            fee=Money(1_75, "EUR"),
            settled_at=NOON,
            now=NOON,
        )
    assert taken == [*ORDER[:2], ORDER[3], ORDER[5]]

    with recorded() as taken:
        make.allocate(version.programme_id)
    assert taken == [ORDER[2], ORDER[3], ORDER[5]]


def test_giving_back_locks_in_the_order_of_the_house() -> None:
    version = make.programme()
    contribution = paid()
    make.allocate(version.programme_id)

    with recorded() as taken:
        services.refund_contribution(
            contribution_id=contribution.pk,
            amount=Money(40_00, "EUR"),
            reason="asked for",
            requested_by="officer",
            now=NOON,
        )

    assert taken == [*ORDER[:3], ORDER[4], ORDER[5]]


@pytest.mark.promise("M10")
def test_a_reversal_locks_all_its_accounts_at_once() -> None:
    gift = paid()
    pay_out(gift.campaign, 98_25)
    key = refunded(gift, 60_00)
    steps: list[Callable[[], object]] = [
        lambda: disputed(gift, 100_00, key="bank"),
        lambda: failed(gift, 60_00, key=key),
        lambda: lost(gift, 100_00, key="bank"),
    ]
    owner, beyond = "payable/", "loss/beyond_the_gift"
    most: set[str] = set()

    for step in steps:
        with batches() as calls:
            step()
        ours, *others = calls
        assert all(other <= ours or is_of_the_provider(other) for other in others), calls
        most |= ours

    assert any(name.startswith(owner) for name in most)
    assert beyond in most


def is_of_the_provider(accounts: set[str]) -> bool:
    """Tell the entry by which payments, in a transaction of its own, books what it did."""
    return "provider_clearing/stripe" in accounts
