from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from celery import current_app
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from payments import checkout, events, gateway, moves, settlement
from payments.gateway.base import Charge, ChargeStatus, ProviderCharge
from payments.ledger import selectors as ledger
from payments.ledger.entries import AccountKey
from payments.ledger.models import Entry
from payments.models import EventDelivery, Payment
from payments.money import Money
from payments.sandbox.background import do_due
from payments.sandbox.server import serve
from tests.make import payments as make_payments
from tests.make.payments import NOON
from tests.payments.browser import DECLINED, pay
from tests.payments.line import nobody

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

    from payments.sandbox.server import Running

pytestmark = pytest.mark.usefixtures("_heard_by_a_test")

S = Payment.State
CHARGED = datetime(2030, 1, 1, 12, 4, 59, tzinfo=UTC)
LATER = NOON + timedelta(minutes=10)


@pytest.fixture
def _heard_by_a_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(events._listeners, events.PaymentSettled, ("tests.hear_settled",))  # noqa: SLF001
    monkeypatch.setitem(events._listeners, events.PaymentFailed, ("tests.hear_failed",))  # noqa: SLF001
    monkeypatch.setitem(events._listeners, events.PaymentDiffers, ("tests.hear_differs",))  # noqa: SLF001


def opened(*, reference: str = "gift-1", amount_minor: int = 100_00) -> Payment:
    """Return a payment whose page is open, without any provider."""
    payment = make_payments.payment(reference=reference, amount_minor=amount_minor)
    payment.page_key = f"cs_{payment.pk}"
    payment.page_url = "http://provider.example/"
    payment.opened_at = NOON
    payment.due_at = NOON + timedelta(minutes=3)
    moves.move(payment, S.OPEN, cause="page", now=NOON)
    return payment


def paid(
    payment: Payment,
    *,
    key: str = "ch_1",
    amount: Money | None = None,
    fee: Money | None = None,
) -> ProviderCharge:
    return ProviderCharge(
        payment_key=str(payment.pk),
        page_key=payment.page_key or f"cs_{payment.pk}",
        status=ChargeStatus.PAID,
        charge=Charge(
            key=key,
            amount=amount or payment.amount,
            fee=Money(175, "EUR") if fee is None else fee,
            charged_at=CHARGED,
        ),
    )


def unpaid(payment: Payment, status: ChargeStatus) -> ProviderCharge:
    return ProviderCharge(str(payment.pk), payment.page_key, status)


def rows() -> list[tuple[str, str, int]]:
    return [(row.account, row.currency, row.posted_minor) for row in ledger.fingerprint_rows()]


def announced() -> list[tuple[str, dict[str, object]]]:
    return list(EventDelivery.objects.order_by("id").values_list("event", "payload"))


BOOKS = [
    ("donor_clearing/gift-1", "EUR", -100_00),
    ("processor_fee/stripe", "EUR", 1_75),
    ("provider_clearing/stripe", "EUR", 98_25),
]


@pytest.mark.django_db
def test_money_that_arrived_is_booked_and_announced() -> None:
    payment = opened()

    settlement.settle(payment_id=payment.pk, charge=paid(payment), now=LATER)

    payment.refresh_from_db()
    assert (payment.state, payment.settled_at, payment.due_at) == (S.SETTLED, CHARGED, None)
    assert rows() == BOOKS
    assert list(Entry.objects.order_by("kind").values_list("kind", "idempotency_key")) == [
        ("charge", "ch_1:charge"),
        ("processor_fee", "ch_1:processor_fee"),
    ]
    assert announced() == [
        (
            "PaymentSettled",
            {
                "payment_id": str(payment.pk),
                "reference": "gift-1",
                "amount_minor": 100_00,
                "currency": "EUR",
                "fee_minor": 1_75,
                "settled_at": "2030-01-01T12:04:59+00:00",
            },
        )
    ]
    assert ledger.verify() == []


@pytest.mark.django_db
@pytest.mark.promise("M3")
def test_settling_again_changes_nothing() -> None:
    payment = opened()

    for _ in range(4):
        settlement.settle(payment_id=payment.pk, charge=paid(payment), now=LATER)

    assert rows() == BOOKS
    assert len(announced()) == 1
    assert list(payment.moves.values_list("to_state", flat=True)) == [S.CREATED, S.OPEN, S.SETTLED]


@pytest.mark.django_db
def test_a_charge_without_a_fee_has_one_entry() -> None:
    payment = opened()

    settlement.settle(payment_id=payment.pk, charge=paid(payment, fee=Money(0, "EUR")), now=LATER)

    assert Entry.objects.get().kind == "charge"
    assert EventDelivery.objects.get().payload["fee_minor"] == 0


@pytest.mark.django_db
@pytest.mark.promise("M3")
@pytest.mark.parametrize(
    "order",
    [
        [ChargeStatus.PROCESSING, ChargeStatus.PAID],
        [ChargeStatus.PAID, ChargeStatus.PROCESSING],
        [ChargeStatus.PAID, ChargeStatus.OPEN, ChargeStatus.EXPIRED],
        [ChargeStatus.FAILED, ChargeStatus.PAID, ChargeStatus.FAILED],
        [ChargeStatus.EXPIRED, ChargeStatus.PROCESSING, ChargeStatus.PAID],
    ],
)
def test_in_any_order_the_books_are_the_same(order: list[ChargeStatus]) -> None:
    payment = opened()

    for status in order:
        said = paid(payment) if status is ChargeStatus.PAID else unpaid(payment, status)
        settlement.settle(payment_id=payment.pk, charge=said, now=LATER)

    payment.refresh_from_db()
    assert payment.state == S.SETTLED
    assert rows() == BOOKS
    assert [name for name, _ in announced()].count("PaymentSettled") == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "state"), [(ChargeStatus.FAILED, S.FAILED), (ChargeStatus.EXPIRED, S.EXPIRED)]
)
def test_a_payment_that_came_to_nothing_is_announced_once(status: ChargeStatus, state: str) -> None:
    payment = opened()

    for _ in range(2):
        settlement.settle(payment_id=payment.pk, charge=unpaid(payment, status), now=LATER)

    payment.refresh_from_db()
    assert (payment.state, payment.due_at) == (state, None)
    assert announced() == [
        (
            "PaymentFailed",
            {"payment_id": str(payment.pk), "reference": "gift-1", "reason": state},
        )
    ]
    assert rows() == []


@pytest.mark.django_db
def test_an_open_page_says_nothing_yet() -> None:
    payment = opened()

    settlement.settle(payment_id=payment.pk, charge=unpaid(payment, ChargeStatus.OPEN), now=LATER)

    payment.refresh_from_db()
    assert payment.state == S.OPEN
    assert announced() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("difference", "amount", "fee"),
    [
        ("amount", Money(99_99, "EUR"), Money(1_75, "EUR")),
        ("amount", Money(100_01, "EUR"), Money(1_75, "EUR")),
        ("currency", Money(100_00, "USD"), Money(1_75, "USD")),
        ("amount", Money(99_99, "EUR"), Money(1_60, "GBP")),
    ],
)
def test_other_money_than_asked_for_is_booked_as_it_came_and_kept_for_a_person(
    difference: str, amount: Money, fee: Money
) -> None:
    payment = opened()

    for _ in range(2):
        settlement.settle(
            payment_id=payment.pk, charge=paid(payment, amount=amount, fee=fee), now=LATER
        )

    payment.refresh_from_db()
    assert (payment.state, payment.difference) == (S.DIFFERS, difference)
    assert payment.amount == Money(100_00, "EUR")
    assert (payment.received_minor, payment.received_currency) == (amount.minor, amount.currency)
    donor = ledger.balance(AccountKey("donor_clearing", "gift-1", amount.currency))
    assert donor.credits_posted == amount.minor
    assert Entry.objects.count() == 2
    assert announced() == [
        (
            "PaymentDiffers",
            {"payment_id": str(payment.pk), "reference": "gift-1", "difference": difference},
        )
    ]
    assert ledger.verify() == []


@pytest.mark.django_db
def test_a_fee_in_another_currency_does_not_hold_up_the_givers_money() -> None:
    payment = opened()

    for _ in range(2):
        settlement.settle(
            payment_id=payment.pk, charge=paid(payment, fee=Money(1_60, "GBP")), now=LATER
        )

    payment.refresh_from_db()
    assert (payment.state, payment.difference) == (S.SETTLED, "fee_currency")
    assert (payment.fee_minor, payment.fee_currency) == (1_60, "GBP")
    assert rows() == [
        ("donor_clearing/gift-1", "EUR", -100_00),
        ("processor_fee/stripe", "GBP", 1_60),
        ("provider_clearing/stripe", "EUR", 100_00),
        ("provider_clearing/stripe", "GBP", -1_60),
    ]
    ((name, payload),) = announced()
    assert (name, payload["amount_minor"], payload["fee_minor"]) == ("PaymentSettled", 100_00, 0)
    assert ledger.verify() == []


@pytest.mark.django_db
def test_a_second_charge_with_a_fee_in_another_currency_is_surplus() -> None:
    first = opened()
    settlement.settle(payment_id=first.pk, charge=unpaid(first, ChargeStatus.EXPIRED), now=LATER)
    second = opened()
    settlement.settle(payment_id=second.pk, charge=paid(second), now=LATER)

    late = paid(first, key="ch_2", fee=Money(1_60, "GBP"))
    settlement.settle(payment_id=first.pk, charge=late, now=LATER)

    first.refresh_from_db()
    assert (first.state, first.difference) == (S.DIFFERS, "surplus")


@pytest.mark.django_db
@pytest.mark.promise("M5")
def test_a_second_charge_for_one_reference_is_surplus() -> None:
    first = opened()
    settlement.settle(payment_id=first.pk, charge=unpaid(first, ChargeStatus.EXPIRED), now=LATER)
    second = opened()
    settlement.settle(payment_id=second.pk, charge=paid(second), now=LATER)

    settlement.settle(payment_id=first.pk, charge=paid(first, key="ch_2"), now=LATER)

    first.refresh_from_db()
    assert (first.state, first.difference) == (S.DIFFERS, "surplus")
    assert ledger.balance(AccountKey("donor_clearing", "gift-1", "EUR")).credits_posted == 200_00
    assert [name for name, _ in announced()] == [
        "PaymentFailed",
        "PaymentSettled",
        "PaymentDiffers",
    ]
    with pytest.raises(checkout.AlreadyPaid):
        make_payments.payment(reference="gift-1")


@pytest.mark.django_db
def test_late_money_has_the_other_page_of_its_reference_looked_at() -> None:
    first = opened()
    settlement.settle(payment_id=first.pk, charge=unpaid(first, ChargeStatus.EXPIRED), now=LATER)
    second = opened()

    settlement.settle(payment_id=first.pk, charge=paid(first), now=LATER)

    second.refresh_from_db()
    assert (second.state, second.due_at) == (S.OPEN, LATER)
    with pytest.raises(checkout.AlreadyPaid):
        checkout.open_page(payment_id=second.pk, now=LATER)


@pytest.mark.django_db
def test_the_charge_of_another_payment_settles_nothing() -> None:
    payment, other = opened(), opened(reference="gift-2")

    with pytest.raises(settlement.ChargeBelongsElsewhere):
        settlement.settle(payment_id=payment.pk, charge=paid(other), now=LATER)

    assert rows() == []
    assert announced() == []


@pytest.mark.django_db
def test_if_the_books_refuse_the_payment_stays_open() -> None:
    payment = opened()

    with (
        mock.patch("payments.ledger.services.post", side_effect=DatabaseError),
        pytest.raises(DatabaseError),
        transaction.atomic(),
    ):
        settlement.settle(payment_id=payment.pk, charge=paid(payment), now=LATER)

    payment.refresh_from_db()
    assert payment.state == S.OPEN
    assert announced() == []


@pytest.mark.django_db
def test_the_database_keeps_a_settled_payment_settled() -> None:
    payment = opened()
    settlement.settle(payment_id=payment.pk, charge=paid(payment), now=LATER)

    for statement in (
        "UPDATE payments_payment SET state = 'open'",
        "DELETE FROM payments_payment",
    ):
        with (
            pytest.raises(DatabaseError, match="stays settled"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)

    payment.refresh_from_db()
    assert payment.state == S.SETTLED


NO_WAY = [(start, end) for start in S for end in S if end not in moves.ALLOWED[start]]


@pytest.mark.django_db
def test_a_payment_moves_only_where_a_way_leads() -> None:
    payment = make_payments.payment()

    for start, end in NO_WAY:
        payment.state = start
        with pytest.raises(moves.MoveRefused):
            moves.move(payment, end, cause="test", now=NOON)

    payment.refresh_from_db()
    assert len(NO_WAY) == 31
    assert payment.state == S.CREATED
    assert payment.moves.count() == 1


def settle_at_once(payment: Payment) -> None:
    """Settle one payment in two threads that start together."""
    together = Barrier(2)

    def work() -> None:
        together.wait(timeout=10)
        try:
            settlement.settle(payment_id=payment.pk, charge=paid(payment), now=LATER)
        finally:
            connection.close()

    workers = [Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=30)


def both_read_before_either_writes(after: Callable[..., Payment]) -> Callable[..., Payment]:
    """Return the reading of a payment with a wait, so that two threads have both read."""
    together = Barrier(2)

    def read(payment_id: object) -> Payment:
        payment = after(payment_id)
        together.wait(timeout=10)
        return payment

    return read


@pytest.mark.django_db(transaction=True)
@pytest.mark.promise("M3")
def test_two_workers_at_once_settle_once() -> None:
    settle_at_once(opened())

    assert rows() == BOOKS
    assert [name for name, _ in announced()] == ["PaymentSettled"]


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_two_workers_announce_twice() -> None:
    payment = opened()
    unlocked = both_read_before_either_writes(lambda key: Payment.objects.get(pk=key))

    with mock.patch.object(moves, "lock", unlocked):
        settle_at_once(payment)

    assert len(announced()) == 2


# --- Asking the provider when no event came -------------------------------------------------------


def opened_at(provider: Running, *, now: datetime, reference: str = "gift-1") -> Payment:
    """Return a payment with a page at the sandbox."""
    payment = make_payments.payment(reference=reference, now=now)
    checkout.open_page(payment_id=payment.pk, now=now)
    payment.refresh_from_db()
    assert payment.page_url.startswith(provider.url)
    return payment


@pytest.mark.django_db
def test_the_sweeper_wakes_for_payments_whose_event_is_overdue(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    payment = opened()

    with mock.patch.object(current_app, "send_task") as send:
        with django_capture_on_commit_callbacks(execute=True):
            early = settlement.ask_provider(now=NOON + timedelta(minutes=2))
        send.assert_not_called()
        with django_capture_on_commit_callbacks(execute=True):
            late = settlement.ask_provider(now=NOON + timedelta(minutes=4))
            again = settlement.ask_provider(now=NOON + timedelta(minutes=4))

    assert (early, late, again) == (0, 1, 0)
    send.assert_called_once_with(
        "payments.ask_about_payment", kwargs={"payment_id": str(payment.pk)}
    )


@pytest.mark.django_db
@pytest.mark.promise("M4")
def test_when_all_events_are_lost_asking_gives_the_same_books(provider: Running) -> None:
    now = timezone.now()
    payment = opened_at(provider, now=now)
    pay(payment.page_url)

    settlement.ask_about_payment(payment_id=payment.pk, now=now + timedelta(minutes=4))

    payment.refresh_from_db()
    assert payment.state == S.SETTLED
    assert rows() == BOOKS
    assert [name for name, _ in announced()] == ["PaymentSettled"]


@pytest.mark.django_db
def test_a_page_left_open_is_closed_at_the_provider_after_half_an_hour(provider: Running) -> None:
    now = timezone.now()
    payment = opened_at(provider, now=now)
    pay(payment.page_url, card=DECLINED)

    settlement.ask_about_payment(payment_id=payment.pk, now=now + timedelta(minutes=30))
    payment.refresh_from_db()
    assert payment.state == S.OPEN

    settlement.ask_about_payment(payment_id=payment.pk, now=now + timedelta(minutes=31))
    payment.refresh_from_db()
    assert payment.state == S.EXPIRED
    (session,) = provider.world.store.every("checkout.session")
    assert session.document["status"] == "expired"
    assert [name for name, _ in announced()] == ["PaymentFailed"]


@pytest.mark.django_db
def test_who_pays_while_we_close_the_page_has_paid(provider: Running) -> None:
    now = timezone.now()
    payment = opened_at(provider, now=now)
    asking = gateway.provider()

    class PaidMeanwhile:
        def fetch_charge(self, page_key: str) -> ProviderCharge:
            return asking.fetch_charge(page_key)

        def close_page(self, page_key: str) -> None:
            pay(payment.page_url)
            asking.close_page(page_key)

    with mock.patch.object(gateway, "provider", return_value=PaidMeanwhile()):
        settlement.ask_about_payment(payment_id=payment.pk, now=now + timedelta(hours=1))

    payment.refresh_from_db()
    assert payment.state == S.SETTLED
    assert rows() == BOOKS


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("card", "state"), [("4000000000001000", S.SETTLED), ("4000000000001018", S.FAILED)]
)
def test_a_bank_that_takes_its_time_is_waited_for(
    settings: Settings, card: str, state: str
) -> None:
    hours = [0]
    with serve(clock=lambda: NOON.timestamp() + hours[0] * 3600) as sandbox:
        settings.STRIPE_API_BASE = sandbox.url
        payment = opened_at(sandbox, now=NOON)
        pay(payment.page_url, card=card)
        settlement.ask_about_payment(payment_id=payment.pk, now=LATER)
        payment.refresh_from_db()
        assert payment.state == S.PROCESSING

        hours[0] = 2
        do_due(sandbox.world)
        settlement.ask_about_payment(payment_id=payment.pk, now=NOON + timedelta(hours=2))

    payment.refresh_from_db()
    assert payment.state == state


@pytest.mark.django_db
@pytest.mark.promise("D3")
def test_while_the_provider_is_down_a_payment_stays_as_it_is(settings: Settings) -> None:
    payment = opened()
    settings.STRIPE_API_BASE = nobody()

    with pytest.raises(checkout.ProviderUnavailable):
        settlement.ask_about_payment(payment_id=payment.pk, now=LATER)

    payment.refresh_from_db()
    assert payment.state == S.OPEN
    assert announced() == []
