from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from payments.gateway.base import (
    ChargeStatus,
    PageRequest,
    PaymentGateway,
    ProviderRefused,
    ProviderUnavailable,
)
from payments.gateway.stripe.client import client, is_signed
from payments.gateway.stripe.pages import StripePages
from payments.money import Money
from payments.sandbox.background import do_due
from payments.sandbox.server import serve
from tests.payments.browser import DECLINED, pay
from tests.payments.line import line_to, nobody

if TYPE_CHECKING:
    from payments.sandbox.server import Running

PROCESSED_FIRST, PROCESSED_THEN_FAILS = "4000000000001000", "4000000000001018"
PAYMENT = "0192d0c0-0000-7000-8000-000000000001"
HUNDRED = Money(100_00, "EUR")
ENDS_AT = datetime.now(UTC) + timedelta(hours=12)  # The same in every request of a run.


def request(
    *,
    key: str = "first",
    amount: Money = HUNDRED,
    payment: str = PAYMENT,
    ends_at: datetime = ENDS_AT,
) -> PageRequest:
    return PageRequest(
        payment_key=payment,
        idempotency_key=key,
        amount=amount,
        description="Gift to Solar dryers for Kitui",
        email="amina@example.org",
        language="ar",
        success_url="http://testserver/done/",
        cancel_url="http://testserver/pay/",
        expires_at=ends_at,
    )


def at(url: str, *, seconds: float = 10, retries: int = 0) -> PaymentGateway:
    patience = (seconds, seconds)
    return StripePages(
        client(api_key="sk_test_sandbox", api_base=url, timeout_seconds=patience, retries=retries)
    )


def pages(sandbox: Running) -> int:
    return len(sandbox.world.store.every("checkout.session"))


@pytest.fixture
def gateway(sandbox: Running) -> PaymentGateway:
    return StripePages(client(api_key="sk_test_sandbox", api_base=sandbox.url))


def test_a_page_leads_to_a_charge_with_its_fee(gateway: PaymentGateway) -> None:
    page = gateway.open_page(request())
    assert page.url is not None
    before = datetime.now(UTC).replace(microsecond=0)

    answer = pay(page.url)

    outcome = gateway.fetch_charge(page.key)
    assert (answer.status_code, answer.headers["Location"]) == (303, "http://testserver/done/")
    assert (outcome.status, outcome.payment_key) == (ChargeStatus.PAID, PAYMENT)
    assert outcome.page_key == page.key
    assert outcome.charge is not None
    assert outcome.charge.key.startswith("ch_")
    assert outcome.charge.amount == Money(100_00, "EUR")
    assert outcome.charge.fee == Money(175, "EUR")
    assert before <= outcome.charge.charged_at <= datetime.now(UTC)


def test_an_unpaid_page_is_open(gateway: PaymentGateway) -> None:
    outcome = gateway.fetch_charge(gateway.open_page(request()).key)

    assert (outcome.status, outcome.charge) == (ChargeStatus.OPEN, None)


def test_a_page_ends_at_the_provider_when_it_was_asked_to() -> None:
    start = datetime(2030, 1, 1, tzinfo=UTC)
    minutes = [0]
    with serve(clock=lambda: start.timestamp() + minutes[0] * 60) as sandbox:
        gateway = at(sandbox.url)
        page = gateway.open_page(request(ends_at=start + timedelta(minutes=31)))
        assert page.url is not None

        minutes[0] = 31
        do_due(sandbox.world)
        pay(page.url)

        assert gateway.fetch_charge(page.key).status is ChargeStatus.EXPIRED


def test_a_page_that_would_end_sooner_than_the_provider_likes_is_refused(
    gateway: PaymentGateway,
) -> None:
    with pytest.raises(ProviderRefused):
        gateway.open_page(request(ends_at=datetime.now(UTC) + timedelta(minutes=29)))


def test_a_declined_card_leaves_the_page_open(gateway: PaymentGateway) -> None:
    page = gateway.open_page(request())
    assert page.url is not None

    pay(page.url, card=DECLINED)

    assert gateway.fetch_charge(page.key).status is ChargeStatus.OPEN


@pytest.mark.parametrize(
    ("card", "later"),
    [(PROCESSED_FIRST, ChargeStatus.PAID), (PROCESSED_THEN_FAILS, ChargeStatus.FAILED)],
)
def test_a_payment_that_takes_its_time_ends_one_way_or_the_other(card: str, later: str) -> None:
    start = datetime(2030, 1, 1, tzinfo=UTC)
    hours = [0]
    with serve(clock=lambda: start.timestamp() + hours[0] * 3600) as sandbox:
        gateway = at(sandbox.url)
        page = gateway.open_page(request(ends_at=start + timedelta(minutes=31)))
        assert page.url is not None

        pay(page.url, card=card)
        assert gateway.fetch_charge(page.key).status is ChargeStatus.PROCESSING

        hours[0] = 1
        do_due(sandbox.world)
        assert gateway.fetch_charge(page.key).status == later


def test_money_whose_fee_is_not_counted_yet_is_still_processing(
    gateway: PaymentGateway, sandbox: Running
) -> None:
    page = gateway.open_page(request())
    assert page.url is not None
    pay(page.url)
    (charge,) = sandbox.world.store.every("charge")
    charge.document["balance_transaction"] = None
    sandbox.world.store.save(charge)

    outcome = gateway.fetch_charge(page.key)

    assert (outcome.status, outcome.charge) == (ChargeStatus.PROCESSING, None)


def test_a_closed_page_is_expired(gateway: PaymentGateway) -> None:
    page = gateway.open_page(request())

    gateway.close_page(page.key)

    assert gateway.fetch_charge(page.key).status is ChargeStatus.EXPIRED
    with pytest.raises(ProviderRefused):
        gateway.close_page(page.key)


def test_a_paid_page_cannot_be_closed(gateway: PaymentGateway) -> None:
    page = gateway.open_page(request())
    assert page.url is not None
    pay(page.url)

    with pytest.raises(ProviderRefused):
        gateway.close_page(page.key)

    assert gateway.fetch_charge(page.key).status is ChargeStatus.PAID


@pytest.mark.promise("M6")
def test_the_same_key_gives_the_same_page(gateway: PaymentGateway, sandbox: Running) -> None:
    assert gateway.open_page(request()) == gateway.open_page(request())
    assert pages(sandbox) == 1


def test_a_key_does_not_serve_for_another_amount(gateway: PaymentGateway) -> None:
    gateway.open_page(request())

    with pytest.raises(ProviderRefused):
        gateway.open_page(request(amount=Money(200_00, "EUR")))


def test_a_page_is_found_by_our_own_key(gateway: PaymentGateway) -> None:
    since = datetime.now(UTC) - timedelta(minutes=5)
    page = gateway.open_page(request(key="first"))
    gateway.open_page(request(key="second", payment="another"))

    assert gateway.find_page(PAYMENT, since=since) == page
    assert gateway.find_page("nobody's", since=since) is None
    assert gateway.find_page(PAYMENT, since=since + timedelta(hours=1)) is None


@pytest.mark.promise("M11")
@pytest.mark.parametrize(
    ("amount", "units"),
    [
        (Money(100_00, "EUR"), 100_00),
        (Money(1_000, "JPY"), 1_000),
        (Money(150_000, "UGX"), 150_000_00),
        (Money(12_340, "KWD"), 12_340),
        (Money(5_000, "XOF"), 5_000),
    ],
)
def test_amounts_reach_the_provider_in_its_units_and_come_back(
    gateway: PaymentGateway, sandbox: Running, amount: Money, units: int
) -> None:
    page = gateway.open_page(request(amount=amount))
    assert page.url is not None
    pay(page.url)

    outcome = gateway.fetch_charge(page.key)

    (session,) = sandbox.world.store.every("checkout.session")
    assert session.document["amount_total"] == units
    assert outcome.charge is not None
    assert outcome.charge.amount == amount


@pytest.mark.parametrize("amount", [Money(1, "EUR"), Money(1_001, "KWD")])
def test_an_amount_the_provider_cannot_take_is_refused(
    gateway: PaymentGateway, sandbox: Running, amount: Money
) -> None:
    with pytest.raises(ProviderRefused):
        gateway.open_page(request(amount=amount))

    assert pages(sandbox) == 0


def test_an_unknown_page_is_refused(gateway: PaymentGateway) -> None:
    with pytest.raises(ProviderRefused):
        gateway.fetch_charge("cs_nobody")


@pytest.mark.promise("D6")
def test_nobody_at_the_address_is_unavailable() -> None:
    with pytest.raises(ProviderUnavailable):
        at(nobody()).open_page(request())


@pytest.mark.promise("D6")
def test_a_black_hole_is_unavailable_and_takes_no_longer_than_the_limit(sandbox: Running) -> None:
    with line_to(sandbox.url) as line:
        line.answers = False

        with pytest.raises(ProviderUnavailable):
            at(line.url, seconds=0.3).open_page(request())

    assert pages(sandbox) == 0


@pytest.mark.promise("M6")
@pytest.mark.parametrize("reply_bytes", [0, 1, 100])
def test_a_lost_answer_is_unavailable_and_the_repeat_gets_the_same_page(
    sandbox: Running, reply_bytes: int
) -> None:
    with line_to(sandbox.url) as line:
        line.reply_bytes = reply_bytes
        with pytest.raises(ProviderUnavailable):
            at(line.url).open_page(request())
        assert pages(sandbox) == 1

        line.reply_bytes = None
        page = at(line.url).open_page(request())

    assert pages(sandbox) == 1
    assert page.key == sandbox.world.store.every("checkout.session")[0].id


@pytest.mark.promise("M6")
def test_the_package_itself_repeats_with_the_same_key(sandbox: Running) -> None:
    with line_to(sandbox.url) as line:
        line.reply_bytes = 0
        with pytest.raises(ProviderUnavailable):
            at(line.url, retries=2).open_page(request())

    assert pages(sandbox) == 1


def test_a_wrong_key_of_ours_is_not_the_giver_s_fault(sandbox: Running) -> None:
    gateway = StripePages(client(api_key="sk_live_wrong", api_base=sandbox.url))

    with pytest.raises(ProviderUnavailable):
        gateway.open_page(request())


def test_no_secret_signs_nothing() -> None:
    assert not is_signed(b"{}", "t=1,v1=00", secrets=[])
