from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from threading import Barrier, Event, Thread
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from celery import current_app
from django.db import DatabaseError, connection, transaction

from marketplace import database
from payments import checkout, gateway, moves, settlement
from payments.gateway import stripe
from payments.models import EventDelivery, Payment, PaymentMove
from payments.money import Money
from payments.sandbox.server import serve
from tests.make import payments as make_payments
from tests.make.payments import NOON
from tests.payments.browser import pay
from tests.payments.line import line_to, nobody

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

    from payments.gateway.base import HostedPage, PageRequest
    from payments.sandbox.server import Running
    from tests.payments.line import Line

S = Payment.State
MINUTE = timedelta(minutes=1)


class Clock:
    """The provider's clock, which stands still until it is put forward."""

    now = NOON

    def __call__(self) -> float:
        return self.now.timestamp()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock: Clock) -> Iterator[Running]:
    """Run a sandbox in which it is noon."""
    with serve(clock=clock) as running:
        yield running


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Let the product wait so long for the provider, and ask it once."""
    limits = {"timeout_seconds": (seconds, seconds), "retries": 0}
    gateway._connected.cache_clear()  # noqa: SLF001
    with mock.patch.object(stripe.StripeGateway.__init__, "__kwdefaults__", limits):
        yield
    gateway._connected.cache_clear()  # noqa: SLF001


@pytest.fixture
def line(sandbox: Running, settings: Settings) -> Iterator[Line]:
    """Let the product ask the sandbox over a line that can be broken."""
    with line_to(sandbox.url) as opened, patience(10):
        settings.STRIPE_API_BASE = opened.url
        yield opened


def pages(sandbox: Running) -> int:
    return len(sandbox.world.store.every("checkout.session"))


def states(payment: Payment) -> list[str]:
    return list(payment.moves.values_list("to_state", flat=True))


@pytest.mark.django_db
def test_a_payment_waits_for_its_page_and_asks_nobody() -> None:
    with mock.patch.object(gateway, "provider") as asked:
        payment = make_payments.payment(reference="gift-1")

    payment.refresh_from_db()
    asked.assert_not_called()
    assert payment.state == S.CREATED
    assert payment.amount == Money(100_00, "EUR")
    assert states(payment) == [S.CREATED]


@pytest.mark.django_db
@pytest.mark.promise("M5")
def test_beginning_again_returns_the_payment_under_way() -> None:
    first = make_payments.payment(reference="gift-1")

    again = make_payments.payment(reference="gift-1", now=NOON + timedelta(minutes=5))

    assert again == first
    assert Payment.objects.count() == 1
    assert PaymentMove.objects.count() == 1


@pytest.mark.django_db
def test_another_amount_waits_until_the_first_is_over() -> None:
    first = make_payments.payment(reference="gift-1")

    with pytest.raises(checkout.OtherPaymentUnderWay):
        make_payments.payment(reference="gift-1", amount_minor=200_00)
    with pytest.raises(checkout.OtherPaymentUnderWay):
        make_payments.payment(reference="gift-1", currency="USD")

    assert Payment.objects.get() == first


@pytest.mark.django_db
def test_after_a_failed_payment_another_may_begin() -> None:
    first = make_payments.payment(reference="gift-1")
    Payment.objects.update(state=S.FAILED)

    second = make_payments.payment(reference="gift-1", amount_minor=200_00)

    assert second != first
    assert second.amount == Money(200_00, "EUR")


@pytest.mark.django_db
@pytest.mark.promise("M11")
@pytest.mark.parametrize(
    ("amount_minor", "currency"),
    [(49, "EUR"), (0, "EUR"), (-100, "EUR"), (49, "JPY"), (1_001, "KWD"), (100_00, "IRR")],
)
def test_an_amount_that_cannot_be_charged_is_refused(amount_minor: int, currency: str) -> None:
    with pytest.raises((checkout.AmountNotChargeable, ValueError)):
        make_payments.payment(amount_minor=amount_minor, currency=currency)

    assert not Payment.objects.exists()


def press_in_tabs(count: int) -> list[Payment]:
    """Press the button of one gift in so many tabs at once; return what each was given."""
    together = Barrier(count)
    begun: list[Payment] = []

    def press() -> None:
        together.wait(timeout=30)
        try:
            begun.append(make_payments.payment(reference="gift-1"))
        finally:
            connection.close()

    tabs = [Thread(target=press) for _ in range(count)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join(timeout=60)
    return begun


@pytest.mark.django_db(transaction=True)
@pytest.mark.promise("M5")
def test_twenty_tabs_at_once_begin_one_payment() -> None:
    begun = press_in_tabs(20)

    assert len(begun) == 20
    assert {payment.pk for payment in begun} == {Payment.objects.get().pk}


@pytest.mark.django_db(transaction=True)
def test_control_without_the_constraint_tabs_begin_payments_of_their_own() -> None:
    with database.as_owner(), connection.cursor() as cursor:
        cursor.execute("DROP INDEX payment_one_live_per_reference")
    both_wrote, both_read = Barrier(2), Barrier(2)
    note = PaymentMove.save

    def note_when_both_have_read(move: PaymentMove, *, force_insert: bool, using: str) -> None:
        both_read.wait(timeout=30)
        note(move, force_insert=force_insert, using=using)

    with (
        mock.patch.object(
            checkout, "_check_unpaid", side_effect=lambda _: both_wrote.wait(timeout=30)
        ),
        mock.patch.object(PaymentMove, "save", note_when_both_have_read),
    ):
        begun = press_in_tabs(2)

    assert len({payment.pk for payment in begun}) == 2
    assert Payment.objects.count() == 2


@contextmanager
def while_others_end(*, times: int = 1) -> Iterator[None]:
    """Let what stands in the way of a payment end after the insert that found it in the way."""
    lock_all, left = moves.lock_all, [times]

    def ended_meanwhile(reference: str) -> list[Payment]:
        in_the_way = Payment.objects.live().filter(reference=reference).get()
        if left[0]:
            left[0] -= 1
            in_the_way.due_at = None
            moves.move(in_the_way, S.FAILED, cause="provider", now=NOON)
        return lock_all(reference)

    with mock.patch.object(moves, "lock_all", ended_meanwhile):
        yield


@pytest.mark.django_db
@pytest.mark.promise("M5")
def test_when_the_other_payment_ends_just_then_a_new_one_begins() -> None:
    first = make_payments.payment(reference="gift-1")

    with while_others_end():
        second = make_payments.payment(reference="gift-1")

    assert second != first
    assert list(Payment.objects.live()) == [second]
    assert states(second) == [S.CREATED]


@pytest.mark.django_db
def test_when_one_payment_after_another_ends_just_then_the_person_is_told_to_wait() -> None:
    make_payments.payment(reference="gift-1")

    with while_others_end(times=2), pytest.raises(checkout.OtherPaymentUnderWay):
        make_payments.payment(reference="gift-1")


@pytest.mark.django_db(transaction=True)
def test_nobody_can_end_the_payment_that_a_repeat_is_given() -> None:
    first = make_payments.payment(reference="gift-1")
    ended = Event()

    def end() -> None:
        with transaction.atomic():
            payment = moves.lock(first.pk)
            payment.due_at = None
            moves.move(payment, S.FAILED, cause="provider", now=NOON)
        ended.set()
        connection.close()

    ending = Thread(target=end)
    with transaction.atomic():
        again = make_payments.payment(reference="gift-1")
        ending.start()
        assert not ended.wait(timeout=0.5)
    ending.join(timeout=30)

    assert again == first
    assert ended.is_set()


@pytest.mark.django_db
def test_the_page_s_address_is_kept_and_the_e_mail_address_forgotten(provider: Running) -> None:
    payment = make_payments.payment()

    url = checkout.open_page(payment_id=payment.pk, now=NOON)

    payment.refresh_from_db()
    assert url == payment.page_url == f"{provider.url}/c/pay/{payment.page_key}"
    assert payment.state == S.OPEN
    assert payment.email == ""
    assert payment.opened_at == NOON
    assert states(payment) == [S.CREATED, S.OPEN]


@pytest.mark.django_db
@pytest.mark.promise("M5")
def test_opening_again_returns_the_same_page(provider: Running) -> None:
    payment = make_payments.payment()

    urls = {checkout.open_page(payment_id=payment.pk, now=NOON) for _ in range(3)}

    assert len(urls) == 1
    assert pages(provider) == 1


@pytest.mark.django_db(transaction=True)
def test_the_provider_is_asked_outside_any_transaction(provider: Running) -> None:
    payment = make_payments.payment()
    asked = []

    class Watching(stripe.StripeGateway):
        def open_page(self, request: PageRequest) -> HostedPage:
            asked.append(connection.in_atomic_block)
            return super().open_page(request)

    watching = Watching(api_key="sk_test_1", api_base=provider.url)
    with mock.patch.object(gateway, "provider", return_value=watching):
        checkout.open_page(payment_id=payment.pk, now=NOON)

    assert asked == [False]


@pytest.mark.django_db
@pytest.mark.promise("D3")
def test_with_the_provider_down_nothing_is_taken_and_the_row_stays(
    settings: Settings,
) -> None:
    settings.STRIPE_API_BASE = nobody()
    payment = make_payments.payment()

    with pytest.raises(checkout.ProviderUnavailable):
        checkout.open_page(payment_id=payment.pk, now=NOON)

    payment.refresh_from_db()
    assert (payment.state, payment.asked_at, payment.page_url) == (S.CREATED, NOON, "")
    assert not EventDelivery.objects.exists()


@pytest.mark.django_db
@pytest.mark.promise("D6")
def test_a_black_hole_leaves_the_row_and_a_repeat_opens_the_page(
    line: Line, sandbox: Running
) -> None:
    payment = make_payments.payment()
    line.answers = False
    with patience(0.3), pytest.raises(checkout.ProviderUnavailable):
        checkout.open_page(payment_id=payment.pk, now=NOON)
    assert pages(sandbox) == 0

    line.answers = True
    assert checkout.open_page(payment_id=payment.pk, now=NOON).startswith(sandbox.url)
    assert pages(sandbox) == 1


@pytest.mark.django_db
@pytest.mark.promise("M6")
@pytest.mark.parametrize("reply_bytes", [0, 1, 100])
def test_a_lost_answer_and_a_repeat_give_one_page(
    line: Line, sandbox: Running, reply_bytes: int
) -> None:
    payment = make_payments.payment()
    line.reply_bytes = reply_bytes
    with pytest.raises(checkout.ProviderUnavailable):
        checkout.open_page(payment_id=payment.pk, now=NOON)
    assert pages(sandbox) == 1

    line.reply_bytes = None
    url = checkout.open_page(payment_id=payment.pk, now=NOON + timedelta(minutes=1))

    (session,) = sandbox.world.store.every("checkout.session")
    assert url.endswith(session.id)


@pytest.mark.django_db
@pytest.mark.promise("M6")
def test_after_half_a_minute_the_provider_is_asked_before_the_call_is_repeated(
    line: Line, sandbox: Running
) -> None:
    now = NOON
    payment = make_payments.payment(now=now)
    line.reply_bytes = 0
    with pytest.raises(checkout.ProviderUnavailable):
        checkout.open_page(payment_id=payment.pk, now=now)
    line.reply_bytes = None

    with mock.patch.object(stripe.StripeGateway, "open_page") as repeated:
        url = checkout.open_page(payment_id=payment.pk, now=now + timedelta(seconds=30))

    repeated.assert_not_called()
    (session,) = sandbox.world.store.every("checkout.session")
    assert url.endswith(session.id)


@pytest.mark.django_db
def test_a_payment_that_the_provider_refuses_has_failed(provider: Running) -> None:
    payment = make_payments.payment()
    Payment.objects.update(success_url="not an address")

    with pytest.raises(checkout.ProviderRefused):
        checkout.open_page(payment_id=payment.pk, now=NOON)

    payment.refresh_from_db()
    assert payment.state == S.FAILED
    assert pages(provider) == 0


@pytest.mark.django_db
@pytest.mark.parametrize("state", [S.FAILED, S.EXPIRED])
def test_a_payment_that_is_over_has_no_page(provider: Running, state: str) -> None:
    payment = make_payments.payment()
    Payment.objects.update(state=state)

    with pytest.raises(checkout.PageOver):
        checkout.open_page(payment_id=payment.pk, now=NOON)

    assert pages(provider) == 0


# --- How long a page can be paid on ---------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("seconds", [0, 29, 30, 600])
def test_the_provider_ends_the_page_when_we_do(
    provider: Running, clock: Clock, seconds: int
) -> None:
    asked_at = clock.now = NOON + timedelta(seconds=seconds)
    payment = make_payments.payment()

    checkout.open_page(payment_id=payment.pk, now=asked_at)

    payment.refresh_from_db()
    (session,) = provider.world.store.every("checkout.session")
    ends_at = asked_at + timedelta(minutes=31)
    assert session.document["expires_at"] == ends_at.timestamp()
    assert checkout.payable_until(payment) == ends_at


@pytest.mark.django_db
@pytest.mark.promise("D6")
@pytest.mark.parametrize("seconds", [1, 29, 30, 31, 120, 1_800])
def test_a_call_that_never_arrived_is_made_again_whenever_the_person_comes_back(
    line: Line, sandbox: Running, clock: Clock, seconds: int
) -> None:
    payment = make_payments.payment()
    line.answers = False
    with patience(0.3), pytest.raises(checkout.ProviderUnavailable):
        checkout.open_page(payment_id=payment.pk, now=NOON)
    line.answers = True

    clock.now = NOON + timedelta(seconds=seconds)
    url = checkout.open_page(payment_id=payment.pk, now=clock.now)

    payment.refresh_from_db()
    (session,) = sandbox.world.store.every("checkout.session")
    assert url.endswith(session.id)
    assert session.document["expires_at"] == checkout.payable_until(payment).timestamp()


@pytest.mark.django_db
@pytest.mark.promise("M6")
def test_who_asks_anew_beside_somebody_else_gets_the_same_page(
    provider: Running, clock: Clock
) -> None:
    payment = make_payments.payment()
    Payment.objects.update(asked_at=NOON, tried_at=NOON)
    clock.now = NOON + 2 * MINUTE
    look = checkout.find_page
    urls: list[str] = []

    def look_while_another_asks(asked: Payment) -> HostedPage | None:
        found = look(asked)
        if not urls:
            urls.append("")
            urls[0] = checkout.open_page(payment_id=payment.pk, now=clock.now)
        return found

    with mock.patch.object(checkout, "find_page", look_while_another_asks):
        urls.append(checkout.open_page(payment_id=payment.pk, now=clock.now))

    assert len(set(urls)) == 1
    assert pages(provider) == 1


# --- A page that nobody was told of ---------------------------------------------------------------


def lose_the_answer(payment: Payment, line: Line) -> None:
    """Let the provider make the page and the answer be lost."""
    line.reply_bytes = 0
    with pytest.raises(checkout.ProviderUnavailable):
        checkout.open_page(payment_id=payment.pk, now=NOON)
    line.reply_bytes = None


@pytest.mark.django_db
@pytest.mark.promise("M6")
def test_a_refusal_after_a_lost_answer_does_not_hide_the_page(line: Line, sandbox: Running) -> None:
    payment = make_payments.payment()
    lose_the_answer(payment, line)

    refusing = mock.patch.object(
        stripe.StripeGateway, "open_page", side_effect=checkout.ProviderRefused("Not again.")
    )
    with refusing:
        url = checkout.open_page(payment_id=payment.pk, now=NOON + timedelta(seconds=5))

    payment.refresh_from_db()
    (session,) = sandbox.world.store.every("checkout.session")
    assert url.endswith(session.id)
    assert (payment.state, payment.page_key) == (S.OPEN, session.id)


def given_up(payment: Payment) -> Payment:
    """Return the payment after the provider refused it and had no page to be seen."""
    refusing = mock.patch.object(
        stripe.StripeGateway, "open_page", side_effect=checkout.ProviderRefused("Not again.")
    )
    blind = mock.patch.object(stripe.StripeGateway, "find_page", return_value=None)
    with refusing, blind, pytest.raises(checkout.ProviderRefused):
        checkout.open_page(payment_id=payment.pk, now=NOON + timedelta(seconds=5))
    payment.refresh_from_db()
    assert payment.state == S.FAILED
    return payment


@pytest.mark.django_db
def test_a_page_that_shows_up_after_its_payment_was_given_up_is_closed(
    line: Line, sandbox: Running, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    payment = make_payments.payment()
    lose_the_answer(payment, line)
    given_up(payment)

    with (
        mock.patch.object(current_app, "send_task") as send,
        django_capture_on_commit_callbacks(execute=True),
    ):
        assert settlement.ask_provider(now=NOON + 4 * MINUTE) == 1
    settlement.ask_about_payment(payment_id=payment.pk, now=NOON + 4 * MINUTE)

    send.assert_called_once_with(
        "payments.ask_about_payment", kwargs={"payment_id": str(payment.pk)}
    )
    payment.refresh_from_db()
    (session,) = sandbox.world.store.every("checkout.session")
    assert session.document["status"] == "expired"
    assert (payment.state, payment.page_key, payment.due_at) == (S.FAILED, session.id, None)


@pytest.mark.django_db
@pytest.mark.promise("M4")
def test_money_paid_on_such_a_page_is_not_lost(line: Line, sandbox: Running) -> None:
    payment = make_payments.payment()
    lose_the_answer(payment, line)
    given_up(payment)
    (session,) = sandbox.world.store.every("checkout.session")
    pay(f"{sandbox.url}/c/pay/{session.id}")

    settlement.ask_about_payment(payment_id=payment.pk, now=NOON + 4 * MINUTE)

    payment.refresh_from_db()
    assert (payment.state, payment.page_key) == (S.SETTLED, session.id)


@pytest.mark.django_db
def test_a_payment_given_up_is_asked_about_until_its_page_would_be_over(provider: Running) -> None:
    payment = given_up(make_payments.payment())

    settlement.ask_about_payment(payment_id=payment.pk, now=NOON + 35 * MINUTE)
    payment.refresh_from_db()
    assert payment.due_at is not None

    settlement.ask_about_payment(payment_id=payment.pk, now=NOON + 37 * MINUTE)
    assert Payment.objects.get().due_at is None
    assert pages(provider) == 0


# --- What the sweeper does ------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.promise("D2")
def test_the_sweeper_wakes_for_payments_without_an_answer(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    payment = make_payments.payment()

    with mock.patch.object(current_app, "send_task") as send:
        with django_capture_on_commit_callbacks(execute=True):
            early = checkout.resolve_unanswered(now=NOON + timedelta(seconds=59))
        send.assert_not_called()
        with django_capture_on_commit_callbacks(execute=True):
            late = checkout.resolve_unanswered(now=NOON + timedelta(seconds=61))

    assert (early, late) == (0, 1)
    send.assert_called_once_with(
        "payments.finish_unanswered", kwargs={"payment_id": str(payment.pk)}
    )


@pytest.mark.django_db
@pytest.mark.promise("M6")
def test_a_lost_answer_is_fetched_without_the_person(line: Line, sandbox: Running) -> None:
    payment = make_payments.payment()
    line.reply_bytes = 0
    with pytest.raises(checkout.ProviderUnavailable):
        checkout.open_page(payment_id=payment.pk, now=NOON)
    line.reply_bytes = None

    checkout.finish_unanswered(payment_id=payment.pk, now=NOON + timedelta(minutes=2))

    payment.refresh_from_db()
    assert payment.state == S.OPEN
    assert pages(sandbox) == 1


@pytest.mark.django_db
def test_a_payment_that_was_never_asked_for_expires_after_half_an_hour(provider: Running) -> None:
    payment = make_payments.payment()

    checkout.finish_unanswered(payment_id=payment.pk, now=NOON + timedelta(minutes=30))
    payment.refresh_from_db()
    assert payment.state == S.CREATED

    checkout.finish_unanswered(payment_id=payment.pk, now=NOON + timedelta(minutes=31))
    payment.refresh_from_db()
    assert (payment.state, payment.email, payment.due_at) == (S.EXPIRED, "", None)
    assert pages(provider) == 0


@pytest.mark.django_db
def test_a_page_that_nobody_was_told_of_is_found_and_not_made_again(
    line: Line, sandbox: Running
) -> None:
    now = NOON
    payment = make_payments.payment(now=now)
    line.reply_bytes = 0
    with pytest.raises(checkout.ProviderUnavailable):
        checkout.open_page(payment_id=payment.pk, now=now)
    line.reply_bytes = None

    checkout.finish_unanswered(payment_id=payment.pk, now=now + timedelta(minutes=31))

    payment.refresh_from_db()
    assert payment.state == S.OPEN
    assert pages(sandbox) == 1


@pytest.mark.django_db
def test_while_the_provider_is_being_asked_nobody_gives_up(provider: Running) -> None:
    late = NOON + timedelta(minutes=31)
    payment = make_payments.payment()
    Payment.objects.update(asked_at=late, tried_at=late)

    checkout.finish_unanswered(payment_id=payment.pk, now=late + timedelta(seconds=59))

    payment.refresh_from_db()
    assert payment.state == S.CREATED
    assert pages(provider) == 0


@pytest.mark.django_db
def test_a_payment_that_somebody_asked_for_meanwhile_is_not_given_up(provider: Running) -> None:
    payment = make_payments.payment()
    late = NOON + timedelta(minutes=31)

    def ask_meanwhile(_: Payment) -> None:
        Payment.objects.update(asked_at=late, tried_at=late)

    with mock.patch.object(checkout, "find_page", ask_meanwhile):
        checkout.finish_unanswered(payment_id=payment.pk, now=late)

    payment.refresh_from_db()
    assert payment.state == S.CREATED
    assert pages(provider) == 0


@pytest.mark.django_db
def test_the_sweeper_makes_no_page_for_somebody_who_is_not_there(provider: Running) -> None:
    payment = make_payments.payment()
    Payment.objects.update(asked_at=NOON, tried_at=NOON)

    checkout.finish_unanswered(payment_id=payment.pk, now=NOON + 5 * MINUTE)

    payment.refresh_from_db()
    assert payment.state == S.CREATED
    assert pages(provider) == 0


def _paid_beside(payment: Payment) -> None:
    """Let another payment of the same reference bring its money."""
    Payment.objects.create(
        reference=payment.reference,
        state=S.SETTLED,
        amount_minor=100_00,
        currency="EUR",
        received_minor=100_00,
        received_currency="EUR",
        fee_minor=0,
        fee_currency="EUR",
        charge_key="ch_beside",
        created_at=NOON,
        settled_at=NOON,
    )


@pytest.mark.django_db
@pytest.mark.parametrize("state", [S.SETTLED, S.OPEN, S.FAILED, S.EXPIRED])
def test_what_happens_while_the_sweeper_looks_is_no_error(line: Line, state: str) -> None:
    """The reference is paid, or the payment moves, between the sweeper's look and its act."""
    payment = make_payments.payment(reference="gift-1")
    lose_the_answer(payment, line)
    look = checkout.find_page

    def look_while_it_happens(asked: Payment) -> HostedPage | None:
        found = look(asked)
        if state == S.SETTLED:
            _paid_beside(payment)
        else:
            Payment.objects.update(state=state, page_key="cs_meanwhile")
        return found

    with mock.patch.object(checkout, "find_page", look_while_it_happens):
        checkout.finish_unanswered(payment_id=payment.pk, now=NOON + 2 * MINUTE)

    payment.refresh_from_db()
    assert payment.state == (S.OPEN if state == S.SETTLED else state)


# --- What the database refuses --------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"state": "paid"}, "payment_state_known"),
        ({"amount_minor": 0}, "payment_amount_positive"),
        ({"state": "open"}, "payment_open_has_page"),
        ({"state": "differs"}, "payment_differs_says_why|payment_received_has_charge"),
        ({"state": "settled"}, "payment_settled_as_asked|payment_received_has_charge"),
        ({"received_minor": 5}, "payment_received_has_charge"),
        ({"difference": "amount"}, "payment_differs_says_why"),
    ],
)
def test_the_database_refuses_a_payment_that_makes_no_sense(
    changes: dict[str, object], constraint: str
) -> None:
    make_payments.payment()

    with pytest.raises(DatabaseError, match=constraint), transaction.atomic():
        Payment.objects.update(**changes)

    assert Payment.objects.get().state == S.CREATED


@pytest.mark.django_db
def test_the_moves_of_a_payment_are_never_changed() -> None:
    make_payments.payment()

    for change in (
        lambda: PaymentMove.objects.update(cause="nothing"),
        lambda: PaymentMove.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            change()

    assert PaymentMove.objects.get().cause == "begin"
