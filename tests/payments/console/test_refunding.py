"""A person gives money back: asked how much and why, asked once more, done once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from django.urls import reverse

from payments import settlement
from payments.console import hooks
from payments.ledger.models import Entry
from payments.money import Money
from payments.refunds import services as refunds
from payments.refunds.models import Refund
from tests.make import accounts
from tests.payments.console import world
from tests.payments.settlement.charges import LATER, opened, paid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http.response import HttpResponseBase
    from django.test import Client

    from marketplace.accounts.models import User
    from payments.models import Payment

pytestmark = pytest.mark.django_db
REASON = "Less came than was asked for."


@pytest.fixture
def person() -> User:
    return world.worker()


@pytest.fixture
def desk(client: Client, person: User) -> Client:
    return accounts.sign_in(client, person)


def address(payment: Payment) -> str:
    return reverse("finance:refund", args=[payment.pk])


def answers(amount: str = "40.00", **more: str) -> dict[str, str]:
    return {"amount": amount, "reason": REASON, "key": str(uuid4())} | more


def settled() -> Payment:
    payment = opened()
    settlement.settle(payment_id=payment.pk, charge=paid(payment), now=LATER)
    payment.refresh_from_db()
    return payment


def text(response: HttpResponseBase) -> str:
    return re.sub(r"<[^>]+>", "", world.body(response))


def test_the_form_is_filled_in_with_what_can_be_given_back(desk: Client) -> None:
    page = world.read(desk, address(world.differing()))

    assert 'value="99.99"' in page
    assert re.search(r'name="key" value="[0-9a-f-]{36}"', page)


def test_it_is_asked_once_more_before_anything_is_written(desk: Client) -> None:
    payment = world.differing()

    response = desk.post(address(payment), answers())

    assert response.status_code == 200
    assert "Give back €40.00?" in text(response)
    assert "Refund now" in text(response)
    assert not Refund.objects.exists()


def test_changing_ones_mind_leads_back_to_the_form_as_it_was(desk: Client) -> None:
    payment = world.differing()

    page = world.body(desk.post(address(payment), answers(amount="12.34", change="1")))

    assert 'value="12.34"' in page
    assert REASON in page
    assert not Refund.objects.exists()


def test_a_confirmed_refund_is_asked_for_in_the_persons_name(desk: Client, person: User) -> None:
    payment = world.differing()

    response = desk.post(address(payment), answers(confirmed="1"))

    assert response.status_code == 303
    assert response.headers["Location"] == f"/en/finance/payments/{payment.pk}/"
    refund = Refund.objects.get()
    assert refund.payment == payment
    assert refund.amount == Money(40_00, "EUR")
    assert (refund.reason, refund.requested_by) == (REASON, str(person.pk))
    page = world.read(desk, response.headers["Location"])
    assert "The refund is asked for. The provider is told at once." in page
    assert person.get_full_name() in page
    assert "€59.99" in page


@pytest.mark.promise("M10")
def test_a_form_that_is_sent_twice_asks_for_one_refund(desk: Client) -> None:
    payment = world.differing()
    form = answers(amount="99.99", confirmed="1")

    sent = [desk.post(address(payment), form) for _ in range(3)]

    assert [response.status_code for response in sent] == [303, 303, 303]
    assert Refund.objects.get().amount == Money(99_99, "EUR")
    page = world.read(desk, sent[-1].headers["Location"])
    assert "This refund was asked for already." in page


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"amount": "100.00"}, "This is more than is left of this payment: \u2068€99.99\u2069."),
        ({"amount": "0"}, "Enter an amount above zero."),
        ({"amount": "-5"}, "Enter the amount without a plus or minus sign."),
        ({"amount": "twenty"}, "Enter the amount in digits, for example 100."),
        ({"amount": ""}, "Enter an amount."),
        ({"reason": "  "}, "Say why."),
    ],
)
def test_what_cannot_be_is_said_at_the_field_and_asks_for_nothing(
    desk: Client, given: dict[str, str], sentence: str
) -> None:
    payment = world.differing()

    response = desk.post(address(payment), answers(confirmed="1") | given)

    assert response.status_code == 200
    assert sentence in text(response)
    assert not Refund.objects.exists()


@pytest.mark.parametrize("key", ["", "not-a-key", "\x00"])
def test_a_form_without_its_key_asks_for_nothing(desk: Client, key: str) -> None:
    payment = world.differing()

    response = desk.post(address(payment), answers(confirmed="1") | {"key": key})

    assert response.status_code == 200
    assert not Refund.objects.exists()


def test_a_payment_without_money_has_no_button_and_says_why(desk: Client) -> None:
    payment = opened()
    sentence = "This payment has brought no money, so there is nothing to give back."

    page = world.read(desk, reverse("finance:payment", args=[payment.pk]))
    refused = desk.post(address(payment), answers(confirmed="1"))

    assert sentence in page
    assert address(payment) not in page
    assert refused.status_code == 303
    assert sentence in world.read(desk, refused.headers["Location"])
    assert not Refund.objects.exists()


def test_a_payment_that_is_given_back_wholly_says_so(desk: Client) -> None:
    payment = world.differing()
    desk.post(address(payment), answers(amount="99.99", confirmed="1"))

    response = desk.get(address(payment))

    assert response.status_code == 303
    page = world.read(desk, response.headers["Location"])
    assert "There is nothing left of this payment to give back." in page


@pytest.fixture
def _nobodys_payments() -> Iterator[None]:
    """Let no room say how its payments are refunded."""
    rooms = dict(hooks._rooms)  # noqa: SLF001  Put back afterwards.
    hooks._rooms.clear()  # noqa: SLF001
    yield
    hooks._rooms.update(rooms)  # noqa: SLF001


@pytest.mark.usefixtures("_nobodys_payments")
def test_what_a_room_asked_for_is_not_refunded_behind_its_back(desk: Client) -> None:
    payment = settled()

    response = desk.post(address(payment), answers(confirmed="1"))

    assert response.status_code == 303
    page = world.read(desk, response.headers["Location"])
    assert "The part of the site that asked for this payment has to refund it." in page
    assert not Refund.objects.exists()


class Gifts:
    """A room that keeps payments, and what was asked of it."""

    class Refused(Exception):
        """No, and why."""

    def __init__(self, payment: Payment) -> None:
        self.payment, self.key = payment, uuid4()
        self.asked: list[tuple[UUID, Money, str, str]] = []
        self.refuses = ""

    def find(self, payment: Payment) -> UUID | None:
        return self.key if payment == self.payment else None

    def refund(
        self, kept: UUID, *, amount: Money, reason: str, requested_by: str, **_: object
    ) -> None:
        if self.refuses:
            raise self.Refused(self.refuses)
        self.asked.append((kept, amount, reason, requested_by))


@pytest.fixture
def gifts() -> Iterator[Gifts]:
    room = Gifts(settled())
    hooks.refund_through("tests", hooks.Room(room.find, room.refund, (Gifts.Refused,)))
    yield room
    hooks.forget("tests")


@pytest.mark.usefixtures("_nobodys_payments")
def test_a_room_refunds_its_own_payment(desk: Client, person: User, gifts: Gifts) -> None:
    response = desk.post(address(gifts.payment), answers(confirmed="1"))

    assert response.status_code == 303
    assert gifts.asked == [(gifts.key, Money(40_00, "EUR"), REASON, str(person.pk))]
    assert not Refund.objects.exists()  # The room asks, not the console.


@pytest.mark.usefixtures("_nobodys_payments")
def test_money_that_differs_is_refunded_by_its_room_and_else_as_it_came(
    desk: Client, gifts: Gifts
) -> None:
    nobodys = world.differing(reference="gift-3", key="ch_3")
    gifts.payment = world.differing(reference="gift-2", key="ch_2")

    for payment in (gifts.payment, nobodys):
        assert desk.post(address(payment), answers(confirmed="1")).status_code == 303

    assert [amount for _, amount, *_ in gifts.asked] == [Money(40_00, "EUR")]
    assert Refund.objects.get().payment == nobodys


def test_a_payment_with_very_much_about_it_says_what_is_left_out(desk: Client) -> None:
    payment = world.differing()
    for number in range(51):
        world.event(key=f"evt_{number}", payment_key=str(payment.pk))

    page = world.read(desk, reverse("finance:payment", args=[payment.pk]))

    assert "Of postings and events only the first 50 are shown." in page


@pytest.mark.usefixtures("_nobodys_payments")
def test_what_a_room_refuses_is_said_on_the_form(desk: Client, gifts: Gifts) -> None:
    gifts.refuses = "This gift is being counted just now."

    response = desk.post(address(gifts.payment), answers(confirmed="1"))

    assert response.status_code == 200
    assert "This gift is being counted just now." in text(response)


def test_the_page_of_a_payment_shows_refunds_entries_and_events(desk: Client) -> None:
    payment = world.differing()
    world.event(payment_key=str(payment.pk), kind="charge.succeeded")
    refunds.request(
        payment_id=payment.pk,
        amount=Money(10_00, "EUR"),
        reason="A first part",
        requested_by="officer",
        idempotency_key="one",
        now=LATER,
    )

    page = text(desk.get(reverse("finance:payment", args=[payment.pk])))

    assert Entry.objects.filter(reference="gift-1").count() == 2
    for words in (
        "Another amount came than was asked for.",
        "A first part",
        "officer",
        "Fee of the provider",
        "charge.succeeded",
        "€89.99",
    ):
        assert words in page, words
