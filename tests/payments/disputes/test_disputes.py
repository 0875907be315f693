"""What banks take back, for now and for good, whatever is heard of it first."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from celery import current_app
from django.utils import timezone

from payments.disputes import services
from payments.disputes.models import Dispute
from payments.models import Payment
from payments.money import Money
from payments.refunds.selectors import refundable
from tests.payments.browser import pay
from tests.payments.refunds import books

if TYPE_CHECKING:
    from pytest_django import DjangoCaptureOnCommitCallbacks

    from payments.sandbox.server import Running

S = Dispute.State
pytestmark = pytest.mark.django_db
OPENED = books.PAID | {
    "provider_clearing/stripe": -21_75,  # 98.25 that was there, less 100.00, less the fee.
    "loss/dispute_fees": 20_00,
}
WON = books.PAID | {"provider_clearing/stripe": 78_25, "loss/dispute_fees": 20_00}
LOST = {
    "processor_fee/stripe": 1_75,
    "provider_clearing/stripe": -21_75,
    "loss/dispute_fees": 20_00,
}


def disputed(sandbox: Running, payment: Payment, **more: Any) -> str:  # noqa: ANN401
    return str(books.control(sandbox, "disputes", charge=payment.charge_key, **more)["id"])


def end(sandbox: Running, key: str, outcome: str) -> None:
    books.control(sandbox, "disputes", dispute=key, outcome=outcome)


def look(key: str) -> bool:
    return services.look_at(object_key=key, now=timezone.now())


def blocked(key: str, minor: int = 100_00) -> dict[str, int]:
    return OPENED | {f"dispute_block/{key}": minor}


def test_a_dispute_sets_the_amount_aside_and_costs_a_fee(provider: Running) -> None:
    payment = books.settled()
    key = disputed(provider, payment)

    assert [look(key) for _ in range(3)] == [True] * 3

    dispute = Dispute.objects.get()
    assert (dispute.state, dispute.amount, dispute.fee_minor) == (S.OPEN, payment.amount, 20_00)
    assert dispute.reason == "fraudulent"
    assert dispute.evidence_due_at is not None
    assert books.books() == blocked(key)
    assert books.told("DisputeOpened") == [
        (
            "DisputeOpened",
            {
                "dispute_id": str(dispute.pk),
                "payment_id": str(payment.pk),
                "reference": "gift-1",
                "amount_minor": 100_00,
                "currency": "EUR",
                "at": dispute.opened_at.isoformat(),
            },
        )
    ]
    assert books.heard() == ["DisputeOpened"]
    assert refundable(payment) == Money(0, "EUR")


def test_a_dispute_that_is_won_gives_the_amount_back(provider: Running) -> None:
    payment = books.settled()
    key = disputed(provider, payment)
    look(key)

    end(provider, key, "won")
    look(key)
    look(key)

    dispute = Dispute.objects.get()
    assert (dispute.state, dispute.due_at) == (S.WON, None)
    assert books.books() == WON
    assert books.heard() == ["DisputeOpened", "DisputeWon"]
    assert refundable(payment) == Money(100_00, "EUR")


def test_a_dispute_that_is_lost_takes_the_gift(provider: Running) -> None:
    payment = books.settled()
    key = disputed(provider, payment)
    look(key)

    end(provider, key, "lost")
    look(key)
    look(key)

    assert (Dispute.objects.get().state, books.books()) == (S.LOST, LOST)
    assert books.heard() == ["DisputeOpened", "DisputeLost"]
    assert refundable(payment) == Money(0, "EUR")


@pytest.mark.promise("M3")
@pytest.mark.parametrize(
    ("outcome", "rows", "name"), [("won", WON, "DisputeWon"), ("lost", LOST, "DisputeLost")]
)
def test_the_end_may_be_heard_of_before_the_beginning_and_the_money(
    provider: Running, outcome: str, rows: dict[str, int], name: str
) -> None:
    payment = books.opened()
    pay(payment.page_url)
    (charge,) = books.at_provider(provider, "charge")
    key = str(books.control(provider, "disputes", charge=charge["id"])["id"])
    end(provider, key, outcome)

    assert look(key) is True

    payment.refresh_from_db()
    assert payment.state == Payment.State.SETTLED
    assert books.books() == rows
    assert books.heard() == ["DisputeOpened", name]


def test_a_part_may_be_disputed_and_the_rest_given_back_after_it_is_won(provider: Running) -> None:
    payment = books.settled()
    key = disputed(provider, payment, amount=40_00)
    look(key)
    assert refundable(payment) == Money(60_00, "EUR")
    end(provider, key, "won")
    look(key)

    books.refunded(payment, 100_00)

    assert books.books() == {
        "processor_fee/stripe": 1_75,
        "provider_clearing/stripe": -21_75,
        "loss/dispute_fees": 20_00,
    }


@pytest.mark.promise("M9")
def test_what_a_bank_takes_above_what_is_left_is_the_givers_debt_and_a_persons_matter(
    provider: Running,
) -> None:
    payment = books.settled()
    books.refunded(payment, 60_00)
    key = disputed(provider, payment)
    look(key)
    end(provider, key, "lost")
    look(key)

    assert books.books() == LOST | {
        "donor_clearing/gift-1": 60_00,
        "provider_clearing/stripe": -81_75,
    }
    ((_, told),) = books.told("ExceptionFound")
    assert (told["kind"], told["provider_key"]) == ("amount", key)
    assert (told["ours_minor"], told["theirs_minor"]) == (40_00, 100_00)
    assert refundable(payment) == Money(0, "EUR")


@pytest.mark.promise("M9")
def test_a_wholly_refunded_charge_that_is_disputed_is_told_with_nothing_left(
    provider: Running,
) -> None:
    payment = books.settled()
    books.refunded(payment, 100_00)

    look(disputed(provider, payment))

    ((_, told),) = books.told("ExceptionFound")
    assert (told["ours_minor"], told["theirs_minor"]) == (0, 100_00)


@pytest.mark.promise("M9")
def test_a_dispute_of_an_unknown_charge_is_told_to_a_person(provider: Running) -> None:
    charge = books.charge_of_nobody(provider)
    key = str(books.control(provider, "disputes", charge=charge)["id"])

    assert look(key) is False

    assert books.books() == {}
    ((_, told),) = books.told("ExceptionFound")
    assert (told["kind"], told["provider_key"], told["theirs_minor"]) == (
        "unknown_dispute",
        key,
        50_00,
    )


def test_an_inquiry_is_nothing_for_the_books(provider: Running) -> None:
    payment = books.settled()
    key = disputed(provider, payment, inquiry=True)

    assert look(key) is True

    assert (books.books(), books.heard()) == (books.PAID, [])
    assert not Dispute.objects.exists()
    assert refundable(payment) == Money(100_00, "EUR")


def test_the_dispute_of_a_surplus_leaves_the_contribution_paid(provider: Running) -> None:
    paid, surplus = books.paid_twice()
    key = disputed(provider, surplus)
    look(key)
    end(provider, key, "lost")
    look(key)

    paid.refresh_from_db()
    assert paid.state == Payment.State.SETTLED
    assert books.books()["donor_clearing/gift-1"] == -100_00
    assert (refundable(paid).minor, refundable(surplus).minor) == (100_00, 0)


@pytest.mark.promise("M4")
def test_without_any_event_the_sweeper_hears_the_end(
    provider: Running, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    payment = books.settled()
    key = disputed(provider, payment)
    look(key)
    end(provider, key, "lost")
    now = timezone.now()

    with (
        mock.patch.object(current_app, "send_task") as send,
        django_capture_on_commit_callbacks(execute=True),
    ):
        swept = [services.ask_due(now=now + timedelta(hours=hours)) for hours in (5, 7, 7)]

    assert swept == [0, 1, 0]
    send.assert_called_once_with("disputes.look_at", kwargs={"object_key": key})


def test_a_dispute_waits_until_the_money_is_back_to_be_won(provider: Running) -> None:
    payment = books.settled()
    key = disputed(provider, payment)
    end(provider, key, "won")
    record = provider.world.store.get("dispute", key)
    withdrawn, reinstated = record.document["balance_transactions"]
    record.document["balance_transactions"] = [withdrawn]
    provider.world.store.save(record)
    look(key)
    assert (Dispute.objects.get().state, books.books()) == (S.OPEN, blocked(key))

    record.document["balance_transactions"] = [withdrawn, reinstated]
    provider.world.store.save(record)
    look(key)

    assert (Dispute.objects.get().state, books.books()) == (S.WON, WON)


def test_a_fee_that_is_given_back_is_booked_back(provider: Running) -> None:
    payment = books.settled()
    key = disputed(provider, payment)
    end(provider, key, "won")
    record = provider.world.store.get("dispute", key)
    record.document["balance_transactions"][1] |= {"fee": -20_00, "net": 120_00}
    provider.world.store.save(record)

    look(key)

    assert Dispute.objects.get().fee_minor == 0
    assert books.books() == books.PAID


@pytest.mark.promise("M9")
def test_a_dispute_that_gives_back_another_amount_stays_open_for_a_person(
    provider: Running,
) -> None:
    payment = books.settled()
    key = disputed(provider, payment)
    end(provider, key, "won")
    record = provider.world.store.get("dispute", key)
    record.document["balance_transactions"][1] |= {"amount": 90_00, "net": 90_00}
    provider.world.store.save(record)

    look(key)

    assert (Dispute.objects.get().state, books.books()) == (S.OPEN, blocked(key))
    ((_, told),) = books.told("ExceptionFound")
    assert (told["kind"], told["ours_minor"], told["theirs_minor"]) == ("amount", 100_00, 90_00)
