"""A program puts in; a person takes out, with a reason; nobody changes what was."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from uuid_utils.compat import uuid7

from payments import events
from payments.money import Money
from payments.reconciliation import selectors, services
from payments.reconciliation.kinds import EXPLANATIONS, Kind
from payments.reconciliation.models import QueuedException, Reconciliation
from payments.reconciliation.tasks import queue_exception
from tests.make import accounts
from tests.make import reconciliation as make
from tests.make.payments import NOON

if TYPE_CHECKING:
    from uuid import UUID

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=5)
QUEUE = "reconciliation_queuedexception"
CLOSED = "state = 'closed', closed_at = opened_at"
REOPENED = (
    "UPDATE queue SET state = 'open', closed_by_id = NULL, closed_at = NULL, closed_reason = ''"
)
BY_A_PERSON = "exception_closed_by_a_person_with_a_reason"
NOBODY = "00000000-0000-7000-8000-000000000001"


def close(
    queued: QueuedException, *, by: UUID, reason: str = "Refunded by hand, ticket 7."
) -> QueuedException:
    return services.close_exception(exception_id=queued.pk, by=by, reason=reason, now=LATER)


@pytest.mark.promise("M9")
def test_what_is_found_twice_waits_once() -> None:
    first = make.exception()
    again = make.exception(now=LATER, theirs=Money(1, "EUR"))
    other = make.exception(kind="fee")

    assert again == first
    assert (first.opened_at, first.theirs) == (NOON, Money(100_00, "EUR"))
    assert list(QueuedException.objects.oldest_first()) == [first, other]


def test_the_queue_tells_how_many_wait_since_when() -> None:
    make.exception(key="ch_2", now=LATER)
    make.exception()
    make.exception(kind="fee", now=LATER)

    assert selectors.waiting() == selectors.Waiting(3, NOON, {"fee": 1, "unknown_charge": 2})


def test_a_person_closes_with_a_reason() -> None:
    queued, person = make.exception(), make.worker()

    close(queued, by=person.pk, reason="  Refunded by hand, ticket 7. ")

    queued.refresh_from_db()
    assert (queued.state, queued.closed_by, queued.closed_at) == ("closed", person, LATER)
    assert queued.closed_reason == "Refunded by hand, ticket 7."
    assert queued.age(LATER + timedelta(days=9)) == timedelta(hours=5)
    assert selectors.waiting() == selectors.Waiting(0, None, {})


@pytest.mark.promise("M9")
def test_what_a_person_closed_stays_closed_until_it_says_something_else() -> None:
    queued, person = make.exception(), make.worker()
    close(queued, by=person.pk)

    same, other = make.exception(now=LATER), make.exception(theirs=Money(99_00, "EUR"), now=LATER)

    assert same == queued
    assert (other.state, other.theirs) == ("open", Money(99_00, "EUR"))


def test_what_went_wrong_again_without_an_amount_waits_again() -> None:
    queued, person = make.exception(kind="dead_event", theirs=None), make.worker()
    close(queued, by=person.pk)

    again = make.exception(kind="dead_event", theirs=None, now=LATER)

    assert (again.state, again.pk == queued.pk) == ("open", False)


@pytest.mark.parametrize("reason", ["", "   ", "\n"])
def test_nothing_is_closed_without_a_reason(reason: str) -> None:
    queued, person = make.exception(), make.worker()

    with pytest.raises(services.ReasonMissing):
        close(queued, by=person.pk, reason=reason)

    queued.refresh_from_db()
    assert queued.state == "open"


def test_whoever_may_not_work_the_queue_changes_nothing() -> None:
    queued, stranger = make.exception(), accounts.user()
    gone = make.worker()
    gone.is_active = False
    gone.save()

    for nobody in (stranger.pk, gone.pk, uuid7()):
        with pytest.raises(services.NotAllowed):
            close(queued, by=nobody)
        with pytest.raises(services.NotAllowed):
            services.assign_exception(exception_id=queued.pk, by=nobody, owner=None)
        with pytest.raises(services.NotAllowed):
            services.assign_exception(exception_id=queued.pk, by=make.worker().pk, owner=nobody)

    queued.refresh_from_db()
    assert (queued.state, queued.owner) == ("open", None)


def test_an_exception_has_an_owner_until_it_is_given_back() -> None:
    queued, person, other = make.exception(), make.worker(), make.worker()

    owned = services.assign_exception(exception_id=queued.pk, by=person.pk, owner=other.pk)
    assert owned.owner == other
    assert services.assign_exception(exception_id=queued.pk, by=person.pk, owner=None).owner is None


def test_what_is_closed_is_neither_closed_again_nor_given_to_anybody() -> None:
    queued, person = make.exception(), make.worker()
    close(queued, by=person.pk)

    with pytest.raises(services.ClosedAlready):
        close(queued, by=person.pk, reason="Another reason.")
    with pytest.raises(services.ClosedAlready):
        services.assign_exception(exception_id=queued.pk, by=person.pk, owner=person.pk)

    queued.refresh_from_db()
    assert queued.closed_reason == "Refunded by hand, ticket 7."


@pytest.mark.promise("M9")
@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("state = 'closed'", BY_A_PERSON),
        (f"{CLOSED}, closed_reason = 'All is well.'", BY_A_PERSON),
        (f"{CLOSED}, closed_by_id = owner_id", BY_A_PERSON),
        (f"{CLOSED}, closed_by_id = owner_id, closed_reason = '  '", BY_A_PERSON),
        (f"{CLOSED}, closed_by_id = '{NOBODY}', closed_reason = 'Well.'", "closed_by_id"),
        ("theirs_minor = 1", "exception_fact_stays"),
        ("ours_minor = 1, ours_currency = 'EUR'", "exception_fact_stays"),
        ("reference = 'other'", "exception_fact_stays"),
        ("kind = 'fee'", "exception_fact_stays"),
        ("provider_key = 'ch_2'", "exception_fact_stays"),
        ("opened_at = now()", "exception_fact_stays"),
    ],
)
def test_the_application_cannot_close_by_itself_or_change_what_was_found(
    change: str, constraint: str
) -> None:
    queued = make.exception()
    person = make.worker()
    services.assign_exception(exception_id=queued.pk, by=person.pk, owner=person.pk)

    assert constraint in refused(f"UPDATE queue SET {change}")  # noqa: S608  Our own text.

    found = QueuedException.objects.get()
    assert (found.state, found.kind, found.provider_key) == ("open", "unknown_charge", "ch_1")


@pytest.mark.promise("M9")
@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        (REOPENED, "exception_stays_closed"),
        ("UPDATE queue SET closed_reason = 'Other.'", "exception_stays_closed"),
        ("UPDATE queue SET owner_id = NULL", "exception_stays_closed"),
        ("DELETE FROM queue", "reconciliation_stays"),
        ("UPDATE reconciliation_reconciliation SET found = 1", "reconciliation_stays"),
        ("DELETE FROM reconciliation_reconciliation", "reconciliation_stays"),
    ],
)
def test_what_is_closed_or_done_is_never_reopened_changed_or_removed(
    statement: str, constraint: str
) -> None:
    close(make.exception(), by=make.worker().pk)
    make.run(at=LATER)

    assert constraint in refused(statement)

    assert QueuedException.objects.get().state == "closed"
    assert Reconciliation.objects.get().found == 0


def test_the_application_cannot_empty_the_queue() -> None:
    make.exception()

    with pytest.raises(ProgrammingError, match="permission denied"):
        run("TRUNCATE queue")

    assert QueuedException.objects.count() == 1


def test_nothing_begins_closed() -> None:
    with pytest.raises(IntegrityError, match="begins open"), transaction.atomic():
        QueuedException.objects.create(
            kind="fee",
            provider_key="ch_1",
            opened_at=NOON,
            state="closed",
            closed_at=NOON,
            closed_reason="At once.",
            closed_by=make.worker(),
        )

    assert not QueuedException.objects.exists()


def test_the_control_a_person_s_closing_by_hand_is_taken() -> None:
    make.exception()
    person = make.worker()

    change = f"{CLOSED}, closed_reason = 'Seen.', closed_by_id = '{person.pk}'"
    run(f"UPDATE queue SET {change}")  # noqa: S608  Our own text.

    assert QueuedException.objects.get().closed_by == person


@pytest.mark.promise("M9")
def test_what_a_room_announces_waits_for_a_person() -> None:
    told = events.ExceptionFound(
        kind="refund_by_hand",
        provider_key="re_1",
        reference="gift-1",
        ours_minor=None,
        theirs_minor=5_00,
        currency="EUR",
    )

    for _ in range(2):
        events.part_of(queue_exception.name)(**asdict(told), now=NOON)

    queued = QueuedException.objects.get()
    assert (queued.kind, queued.provider_key, queued.reference) == (
        "refund_by_hand", "re_1", "gift-1",
    )  # fmt: skip
    assert (queued.ours, queued.theirs, queued.opened_at) == (None, Money(5_00, "EUR"), NOON)


def test_every_kind_says_what_happened_and_what_to_do() -> None:
    assert set(EXPLANATIONS) == set(Kind.values)
    queued = make.exception(kind="surplus")

    assert str(queued.sentence) == (
        "The same gift was paid a second time. The second payment counts for nobody."
    )
    assert str(queued.suggested_action) == "Refund the second payment."


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement.replace(" queue", f" {QUEUE}", 1))


def refused(statement: str) -> str:
    """Return the name of the constraint that would not have it."""
    with pytest.raises(IntegrityError) as refusal:
        run(statement)
    cause = refusal.value.__cause__
    assert isinstance(cause, psycopg.Error)
    return cause.diag.constraint_name or ""
