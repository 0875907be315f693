"""The provider did it and its answer was lost: it is done once, and the books know it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import stripe

from payments import gateway
from payments.gateway.base import ProviderUnavailable
from payments.gateway.stripe.client import client
from payments.ledger import selectors as books
from payments.ledger.models import Entry
from payments.payouts import services
from payments.payouts.models import Payout, PayoutAccount
from tests.make import payouts as make
from tests.payments.line import line_to, nobody

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_django import Settings

    from payments.sandbox.server import Running
    from tests.payments.line import Line
    from tests.payments.payouts.conftest import Clock

pytestmark = [pytest.mark.django_db, pytest.mark.promise("M6"), pytest.mark.promise("D6")]

S = Payout.State
HOUR = timedelta(hours=1)
CUTS = [0, 1, 100]


@pytest.fixture
def line(provider: Running, settings: Settings) -> Iterator[Line]:
    """Lead the product to the provider over a line that can be broken."""
    with line_to(provider.url) as line:
        settings.STRIPE_API_BASE = line.url
        yield line


@dataclass
class Far:
    """The far side: what the provider has, and its clock."""

    provider: Running
    clock: Clock


@pytest.fixture
def at(provider: Running, clock: Clock) -> Far:
    return Far(provider, clock)


def submitted(*, number: str = make.IBAN) -> Payout:
    make.stripe_account(number=number)
    make.escrow(minor=1_000_00)
    payout = make.approved(minor=600_00)
    assert services.submit_due(now=make.FREE) == 1
    return make.again(payout)


def carry_on(payout: Payout, *, after: timedelta = timedelta(0)) -> Payout:
    services.carry_on(payout_id=payout.pk, now=make.FREE + after)
    return make.again(payout)


def count(provider: Running, kind: str) -> int:
    return len(provider.world.store.every(kind))


@dataclass
class Cut:
    """A line that loses the answers to requests for one path, so many bytes in."""

    line: Line
    path: str = ""
    after: int = 0

    @contextmanager
    def answers_to(self, path: str, after: int) -> Iterator[None]:
        self.path, self.after = path, after
        yield
        self.path, self.line.reply_bytes = "", None

    def request(self, client: stripe.RequestsClient, method: str, url: str) -> None:
        """Set the line up for one request. A line is cut as it is when it is opened."""
        is_lost = bool(self.path) and method == "post" and url.endswith(self.path)
        self.line.reply_bytes = self.after if is_lost else None
        if is_lost:
            client.close()  # type: ignore[no-untyped-call]


@pytest.fixture
def cut(line: Line, monkeypatch: pytest.MonkeyPatch) -> Cut:
    cut = Cut(line)
    plain = stripe.RequestsClient.request

    def request(
        self: stripe.RequestsClient,
        method: str,
        url: str,
        *rest: Any,  # noqa: ANN401  Passed on.
    ) -> object:
        cut.request(self, method, url)
        return plain(self, method, url, *rest)

    monkeypatch.setattr(stripe.RequestsClient, "request", request)
    return cut


@pytest.mark.parametrize("after", CUTS)
@pytest.mark.parametrize("path", ["/v1/transfers", "/v1/payouts"])
@pytest.mark.parametrize("wait", [HOUR, 25 * HOUR], ids=["same_key", "asks_first"])
def test_a_payout_whose_answer_was_lost_is_sent_once(
    cut: Cut, at: Far, path: str, after: int, wait: timedelta
) -> None:
    provider = at.provider
    payout = submitted()
    with cut.answers_to(path, after), pytest.raises(ProviderUnavailable):
        carry_on(payout)
    assert make.again(payout).state == S.SUBMITTED
    assert (count(provider, "transfer"), count(provider, "payout")) == (
        1,
        1 if path == "/v1/payouts" else 0,
    )

    at.clock.now += wait.total_seconds()
    payout = carry_on(payout, after=wait)

    assert payout.state == S.IN_TRANSIT
    assert (count(provider, "transfer"), count(provider, "payout")) == (1, 1)
    assert Entry.objects.filter(kind="transfer").count() == 1
    assert make.left() == 400_00
    assert books.verify() == []


@pytest.mark.parametrize("after", CUTS)
@pytest.mark.parametrize("wait", [HOUR, 25 * HOUR], ids=["same_key", "asks_first"])
def test_a_reversal_whose_answer_was_lost_is_made_once(
    cut: Cut, at: Far, later: Callable[[float], None], after: int, wait: timedelta
) -> None:
    provider = at.provider
    payout = carry_on(submitted(number=make.CLOSED))
    later(5)
    later(5)
    payout = carry_on(payout)
    assert payout.state == S.FAILED
    with cut.answers_to("/reversals", after), pytest.raises(ProviderUnavailable):
        carry_on(payout)
    assert count(provider, "transfer_reversal") == 1
    assert make.again(payout).money_back_at is None

    later(wait.total_seconds())
    payout = carry_on(payout, after=wait)

    assert payout.money_back_at == make.FREE + wait
    assert count(provider, "transfer_reversal") == 1
    assert Entry.objects.filter(kind="transfer_reversal").count() == 1
    assert make.left() == 1_000_00
    assert books.verify() == []


def test_a_transfer_told_of_by_an_event_before_its_answer_is_booked_once(
    provider: Running, cut: Cut
) -> None:
    payout = submitted()
    with cut.answers_to("/v1/transfers", 0), pytest.raises(ProviderUnavailable):
        carry_on(payout)
    (transfer,) = provider.world.store.every("transfer")

    assert services.look_at_transfer(object_key=transfer.id, now=make.FREE) is True

    assert make.again(payout).transfer_key == transfer.id
    assert carry_on(payout, after=HOUR).state == S.IN_TRANSIT
    assert (count(provider, "transfer"), count(provider, "payout")) == (1, 1)
    assert Entry.objects.filter(kind="transfer").count() == 1


@pytest.mark.parametrize("broken", ["refused", "black_hole"])
def test_a_provider_that_cannot_be_reached_delays_and_loses_nothing(
    at: Far, line: Line, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    payout = submitted()
    line.answers = broken != "black_hole"
    address = nobody() if broken == "refused" else line.url
    impatient = client(api_key="sk_test_x", api_base=address, timeout_seconds=(0.5, 0.5), retries=0)
    with monkeypatch.context() as cut_off:
        cut_off.setattr(gateway, "_client", lambda: impatient)
        with pytest.raises(ProviderUnavailable):
            carry_on(payout)
    line.answers = True

    assert make.again(payout).state == S.SUBMITTED
    assert make.left() == 400_00
    assert carry_on(payout, after=HOUR).state == S.IN_TRANSIT
    assert count(at.provider, "transfer") == 1


@pytest.mark.parametrize("after", CUTS)
def test_an_account_whose_answer_was_lost_is_made_once(
    provider: Running, line: Line, cut: Cut, after: int
) -> None:
    account = services.begin_onboarding(
        owner_ref=make.OWNER, contacts=["owner@example.org"], country="DE", now=make.NOON
    )
    with cut.answers_to("/v1/accounts", after), pytest.raises(ProviderUnavailable):
        _open(account)
    assert count(provider, "account") == 1

    services.ask_about_account(account_id=account.pk, now=make.NOON + HOUR)

    account = PayoutAccount.objects.get(pk=account.pk)
    assert account.state == PayoutAccount.State.OPEN
    assert _open(account).startswith(line.url.rpartition(":")[0])
    assert count(provider, "account") == 1


def _open(account: PayoutAccount) -> str:
    return services.open_onboarding(
        account_id=account.pk,
        now=make.NOON,
        return_url="http://testserver/back/",
        refresh_url="http://testserver/again/",
    )


def test_a_wake_up_that_was_lost_is_made_up_for(provider: Running) -> None:
    payout = submitted()

    assert services.carry_on_due(now=make.FREE) == 0
    assert services.carry_on_due(now=make.FREE + timedelta(minutes=2)) == 1
    assert count(provider, "transfer") == 0
    assert carry_on(payout, after=HOUR).state == S.IN_TRANSIT


def test_an_event_that_was_lost_is_made_up_for(
    provider: Running, later: Callable[[float], None]
) -> None:
    payout = carry_on(submitted())
    later(5)
    later(5)

    assert services.carry_on_due(now=make.FREE + timedelta(minutes=59)) == 0
    assert services.carry_on_due(now=make.FREE + HOUR) == 1
    assert carry_on(payout, after=HOUR).state == S.PAID
    assert count(provider, "payout") == 1
