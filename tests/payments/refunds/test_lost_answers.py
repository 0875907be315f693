"""A call to the provider whose answer is lost, refused or never comes: there is one refund."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from celery import current_app
from django.utils import timezone

from payments.gateway.base import ProviderRefused, ProviderUnavailable
from payments.gateway.stripe.refunds import StripeRefunds
from payments.refunds import services
from payments.refunds.models import Refund
from payments.sandbox.server import serve
from tests.payments.checkout.provider import patience
from tests.payments.line import line_to, nobody
from tests.payments.refunds import books

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

    from payments.sandbox.server import Running
    from tests.payments.line import Line

S = Refund.State
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
pytestmark = pytest.mark.django_db


class Clock:
    """The provider's clock, which can be put forward."""

    ahead = timedelta()

    def __call__(self) -> float:
        return (timezone.now() + self.ahead).timestamp()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock: Clock) -> Iterator[Running]:
    """Run a sandbox whose clock can be put forward."""
    with serve(clock=clock) as running:
        yield running


@pytest.fixture
def line(sandbox: Running, settings: Settings) -> Iterator[Line]:
    """Let the product ask the sandbox over a line that can be broken."""
    with line_to(sandbox.url) as opened, patience(10):
        settings.STRIPE_API_BASE = opened.url
        yield opened


def lose_the_answer(refund: Refund, line: Line, *, reply_bytes: int = 0) -> None:
    """Let the provider make the refund and the answer be lost."""
    line.reply_bytes = reply_bytes
    with patience(9), pytest.raises(ProviderUnavailable):  # On a connection of its own.
        services.ask(refund_id=refund.pk, now=timezone.now())
    line.reply_bytes = None


@pytest.mark.promise("M6")
@pytest.mark.promise("D6")
@pytest.mark.parametrize("reply_bytes", [0, 1, 100])
def test_a_lost_answer_and_a_repeat_make_one_refund(
    line: Line, sandbox: Running, reply_bytes: int
) -> None:
    refund = books.request(books.settled(), 30_00)
    lose_the_answer(refund, line, reply_bytes=reply_bytes)
    (made,) = books.at_provider(sandbox)
    refund.refresh_from_db()
    assert (refund.state, refund.provider_key, books.heard()) == (S.CREATED, "", [])

    services.ask(refund_id=refund.pk, now=timezone.now() + 2 * MINUTE)

    refund.refresh_from_db()
    assert (refund.state, refund.provider_key) == (S.SUCCEEDED, made["id"])
    assert len(books.at_provider(sandbox)) == 1
    assert books.books() == books.after(30_00)
    assert books.heard() == ["PaymentRefunded"]


@pytest.mark.promise("M6")
@pytest.mark.parametrize("reply_bytes", [0, 1, 100])
def test_after_the_life_of_the_key_the_provider_is_asked_first(
    line: Line, sandbox: Running, clock: Clock, reply_bytes: int
) -> None:
    refund = books.request(books.settled(), 30_00)
    lose_the_answer(refund, line, reply_bytes=reply_bytes)
    clock.ahead = 25 * HOUR

    with mock.patch.object(StripeRefunds, "refund", side_effect=AssertionError("Asked anew.")):
        services.ask(refund_id=refund.pk, now=timezone.now() + 25 * HOUR)

    refund.refresh_from_db()
    (made,) = books.at_provider(sandbox)
    assert (refund.state, refund.provider_key) == (S.SUCCEEDED, made["id"])
    assert books.books() == books.after(30_00)


@pytest.mark.promise("M6")
def test_the_control_without_asking_first_there_are_two_refunds(
    line: Line, sandbox: Running, clock: Clock
) -> None:
    refund = books.request(books.settled(), 30_00)
    lose_the_answer(refund, line)
    clock.ahead = 25 * HOUR

    with mock.patch.object(services, "_find", return_value=False):
        services.ask(refund_id=refund.pk, now=timezone.now() + 25 * HOUR)

    assert len(books.at_provider(sandbox)) == 2


@pytest.mark.promise("M6")
def test_what_the_provider_never_heard_of_is_asked_anew_with_a_new_key(
    line: Line, sandbox: Running, clock: Clock
) -> None:
    payment = books.settled()
    refund = books.request(payment, 30_00)
    line.answers = False
    with patience(0.3), pytest.raises(ProviderUnavailable):
        services.ask(refund_id=refund.pk, now=timezone.now())
    line.answers = True
    assert books.at_provider(sandbox) == []
    refund.refresh_from_db()
    first, clock.ahead = refund.asked_at, 25 * HOUR
    assert first is not None

    services.ask(refund_id=refund.pk, now=first + 25 * HOUR)

    refund.refresh_from_db()
    assert (refund.state, refund.asked_at) == (S.SUCCEEDED, first + 25 * HOUR)
    assert len(books.at_provider(sandbox)) == 1


@pytest.mark.promise("M6")
def test_a_worker_that_slept_after_asking_first_gives_back_under_the_key_of_the_other(
    provider: Running, clock: Clock
) -> None:
    payment = books.settled()
    refund = books.request(payment, 40_00)
    born = timezone.now()
    assert services._intend(refund.pk, born) is not None  # noqa: SLF001  And is killed.
    clock.ahead = 25 * HOUR
    find, late = services._find, born + 25 * HOUR  # noqa: SLF001

    def find_then_sleep(asked: Refund, now: datetime) -> bool:
        found = find(asked, now)
        with mock.patch.object(services, "_find", find):
            services.ask(refund_id=refund.pk, now=now + 2 * MINUTE)
        return found

    with mock.patch.object(services, "_find", find_then_sleep):
        services.ask(refund_id=refund.pk, now=late)

    assert len(books.at_provider(provider)) == 1
    assert payment.refunds.get().state == S.SUCCEEDED
    assert books.books() == books.after(40_00)


@pytest.mark.promise("M6")
def test_a_refusal_after_a_lost_answer_does_not_hide_the_refund(
    line: Line, sandbox: Running
) -> None:
    refund = books.request(books.settled(), 30_00)
    lose_the_answer(refund, line)

    with mock.patch.object(StripeRefunds, "refund", side_effect=ProviderRefused("Not again.")):
        services.ask(refund_id=refund.pk, now=timezone.now() + 2 * MINUTE)

    refund.refresh_from_db()
    (made,) = books.at_provider(sandbox)
    assert (refund.state, refund.provider_key) == (S.SUCCEEDED, made["id"])
    assert books.heard() == ["PaymentRefunded"]


@pytest.mark.promise("M4")
def test_the_event_of_a_refund_whose_answer_was_lost_finds_its_row(
    line: Line, sandbox: Running
) -> None:
    refund = books.request(books.settled(), 30_00)
    lose_the_answer(refund, line)
    (made,) = books.at_provider(sandbox)

    assert services.look_at(object_key=made["id"], now=timezone.now()) is True
    services.ask(refund_id=refund.pk, now=timezone.now() + 2 * MINUTE)

    refund.refresh_from_db()
    assert (refund.state, refund.is_found) == (S.SUCCEEDED, False)
    assert len(books.at_provider(sandbox)) == 1
    assert books.heard() == ["PaymentRefunded"]


@pytest.mark.promise("D3")
@pytest.mark.usefixtures("provider")
def test_with_the_provider_down_a_refund_stays_as_it_is_and_is_swept(
    settings: Settings, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    payment = books.settled()
    refund = books.request(payment, 30_00)
    there, settings.STRIPE_API_BASE = settings.STRIPE_API_BASE, nobody()
    now = timezone.now()
    with pytest.raises(ProviderUnavailable):
        services.ask(refund_id=refund.pk, now=now)
    refund.refresh_from_db()
    assert (refund.state, refund.due_at) == (S.CREATED, now + MINUTE)

    with (
        mock.patch.object(current_app, "send_task") as send,
        django_capture_on_commit_callbacks(execute=True),
    ):
        assert services.ask_due(now=now + MINUTE / 2) == 0
        assert services.ask_due(now=now + MINUTE) == 1
        assert services.ask_due(now=now + MINUTE) == 0
    send.assert_called_once_with("refunds.ask", kwargs={"refund_id": str(refund.pk)})
    settings.STRIPE_API_BASE = there
    services.ask(refund_id=refund.pk, now=now + 2 * MINUTE)

    assert books.books() == books.after(30_00)


def test_nobody_asks_while_somebody_is_asking(provider: Running) -> None:
    refund = books.request(books.settled(), 30_00)
    Refund.objects.update(asked_at=timezone.now(), tried_at=timezone.now())

    services.ask(refund_id=refund.pk, now=timezone.now())

    refund.refresh_from_db()
    assert refund.state == S.CREATED
    assert books.at_provider(provider) == []
