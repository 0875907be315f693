"""Stripe's refunds and disputes in our words, from the sandbox and from a broken line."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import requests

from payments.gateway.base import ProviderRefused, ProviderUnavailable
from payments.gateway.disputes import DisputeStatus
from payments.gateway.refunds import ProviderRefund, RefundRequest, RefundStatus
from payments.gateway.stripe.client import client
from payments.gateway.stripe.disputes import StripeDisputes
from payments.gateway.stripe.refunds import StripeRefunds
from payments.money import Money
from tests.payments.browser import SUCCEEDS, pay
from tests.payments.gateway.test_stripe import PAYMENT, request
from tests.payments.gateway.test_stripe import at as pages_at
from tests.payments.line import line_to, nobody

if TYPE_CHECKING:
    from payments.sandbox.server import Running

REFUND = "0192d0c0-0000-7000-8000-00000000000f"
PENDS = "4000000000007726"
KEY = "sk_test_sandbox"


def refunds_at(url: str, *, seconds: float = 10) -> StripeRefunds:
    patience = (seconds, seconds)
    return StripeRefunds(client(api_key=KEY, api_base=url, timeout_seconds=patience, retries=0))


def disputes_at(url: str) -> StripeDisputes:
    return StripeDisputes(client(api_key=KEY, api_base=url, retries=0))


def charged(sandbox: Running, *, card: str = SUCCEEDS, amount: Money | None = None) -> str:
    """Return the key of a charge that was paid on a page of ours."""
    gateway = pages_at(sandbox.url)
    page = gateway.open_page(request(amount=amount or Money(100_00, "EUR")))
    pay(page.url or "", card=card)
    charge = gateway.fetch_charge(page.key).charge
    assert charge is not None
    return charge.key


def asked(charge: str, minor: int = 30_00, *, key: str = "refund", currency: str = "EUR") -> Any:  # noqa: ANN401
    return RefundRequest(
        refund_key=REFUND, idempotency_key=key, charge_key=charge, amount=Money(minor, currency)
    )


def control(sandbox: Running, what: str, **body: Any) -> str:  # noqa: ANN401
    answer = requests.post(f"{sandbox.url}/_sandbox/{what}", json=body, auth=(KEY, ""), timeout=10)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def test_a_refund_carries_our_key_and_that_of_its_payment(sandbox: Running) -> None:
    charge, before = charged(sandbox), now()

    refund = refunds_at(sandbox.url).refund(asked(charge))

    assert before <= refund.made_at <= datetime.now(UTC)
    assert refund == ProviderRefund(
        key=refund.key,
        refund_key=REFUND,
        charge_key=charge,
        payment_key=PAYMENT,
        amount=Money(30_00, "EUR"),
        status=RefundStatus.SUCCEEDED,
        made_at=refund.made_at,
    )
    assert refunds_at(sandbox.url).fetch(refund.key) == refund
    assert refunds_at(sandbox.url).refunds_of(charge) == [refund]


@pytest.mark.promise("M6")
def test_the_same_key_and_request_make_one_refund(sandbox: Running) -> None:
    charge, gateway = charged(sandbox), refunds_at(sandbox.url)

    assert gateway.refund(asked(charge)) == gateway.refund(asked(charge))
    with pytest.raises(ProviderRefused):
        gateway.refund(asked(charge, 30_01))

    assert len(sandbox.world.store.every("refund")) == 1


@pytest.mark.promise("M11")
@pytest.mark.parametrize(
    ("currency", "paid", "minor"),
    [("JPY", 5_000, 1), ("TND", 50_000, 10), ("UGX", 5_000, 1), ("KES", 500_00, 1)],
)
def test_amounts_are_converted_by_the_exponent_of_the_provider(
    sandbox: Running, currency: str, paid: int, minor: int
) -> None:
    charge = charged(sandbox, amount=Money(paid, currency))

    refund = refunds_at(sandbox.url).refund(asked(charge, minor, currency=currency))

    assert refund.amount == Money(minor, currency)


def test_a_refund_pends_succeeds_and_fails_with_a_reason(sandbox: Running) -> None:
    gateway = refunds_at(sandbox.url)
    refund = gateway.refund(asked(charged(sandbox, card=PENDS)))
    assert (refund.status, refund.failed_at) == (RefundStatus.PENDING, None)

    control(sandbox, "refunds", refund=refund.key, outcome="succeeded")
    assert gateway.fetch(refund.key).status is RefundStatus.SUCCEEDED
    control(sandbox, "refunds", refund=refund.key, outcome="failed")

    failed = gateway.fetch(refund.key)
    assert (failed.status, failed.failure_reason) == (RefundStatus.FAILED, "unknown")
    assert failed.failed_at is not None
    assert failed.failed_at >= failed.made_at


def test_more_than_a_page_of_refunds_is_read_whole(sandbox: Running) -> None:
    charge, gateway = charged(sandbox), refunds_at(sandbox.url)
    for number in range(101):
        gateway.refund(asked(charge, 1, key=f"part-{number}"))

    assert len({refund.key for refund in gateway.refunds_of(charge)}) == 101


def test_what_the_provider_does_not_know_or_want_is_refused(sandbox: Running) -> None:
    charge, gateway = charged(sandbox), refunds_at(sandbox.url)

    with pytest.raises(ProviderRefused):
        gateway.fetch("re_none")
    with pytest.raises(ProviderRefused):
        gateway.refund(asked(charge, 100_01))
    assert gateway.refunds_of("ch_none") == []


@pytest.mark.promise("D6")
@pytest.mark.parametrize("reply_bytes", [0, 1, 100])
def test_an_answer_that_is_cut_is_no_answer(sandbox: Running, reply_bytes: int) -> None:
    charge = charged(sandbox)
    with line_to(sandbox.url) as line:
        line.reply_bytes = reply_bytes
        with pytest.raises(ProviderUnavailable):
            refunds_at(line.url).refund(asked(charge))

    assert len(sandbox.world.store.every("refund")) == 1


@pytest.mark.promise("D6")
def test_nobody_and_a_black_hole_are_no_answer(sandbox: Running) -> None:
    with pytest.raises(ProviderUnavailable):
        refunds_at(nobody()).refund(asked("ch_1"))
    with pytest.raises(ProviderUnavailable):
        disputes_at(nobody()).fetch("dp_1")
    with line_to(sandbox.url) as line:
        line.answers = False
        with pytest.raises(ProviderUnavailable):
            refunds_at(line.url, seconds=0.3).refunds_of("ch_1")


def test_a_dispute_tells_what_was_taken_and_what_it_costs(sandbox: Running) -> None:
    charge, before = charged(sandbox), now()
    key = control(sandbox, "disputes", charge=charge, reason="duplicate", amount=40_00)

    dispute = disputes_at(sandbox.url).fetch(key)

    assert (dispute.key, dispute.charge_key, dispute.payment_key) == (key, charge, PAYMENT)
    assert (dispute.status, dispute.reason) == (DisputeStatus.OPEN, "duplicate")
    assert dispute.amount == Money(40_00, "EUR")
    assert dispute.withdrawn is not None
    assert dispute.withdrawn.amount == Money(40_00, "EUR")
    assert dispute.withdrawn.fee == Money(20_00, "EUR")
    assert before <= dispute.withdrawn.at <= datetime.now(UTC)
    assert dispute.reinstated is None
    assert dispute.evidence_due_at is not None


@pytest.mark.parametrize(
    ("outcome", "status"), [("won", DisputeStatus.WON), ("lost", DisputeStatus.LOST)]
)
def test_a_dispute_ends(sandbox: Running, outcome: str, status: DisputeStatus) -> None:
    key = control(sandbox, "disputes", charge=charged(sandbox))
    control(sandbox, "disputes", dispute=key, outcome=outcome)

    dispute = disputes_at(sandbox.url).fetch(key)

    assert dispute.status is status
    back = dispute.reinstated.amount if dispute.reinstated else None
    assert back == (Money(100_00, "EUR") if outcome == "won" else None)


def test_an_inquiry_takes_nothing(sandbox: Running) -> None:
    key = control(sandbox, "disputes", charge=charged(sandbox), inquiry=True)

    dispute = disputes_at(sandbox.url).fetch(key)

    assert (dispute.status, dispute.withdrawn) == (DisputeStatus.INQUIRY, None)


def test_a_state_that_nobody_knows_is_not_guessed_at(sandbox: Running) -> None:
    key = control(sandbox, "disputes", charge=charged(sandbox))
    record = sandbox.world.store.get("dispute", key)
    record.document["status"] = "arbitration"
    sandbox.world.store.save(record)

    with pytest.raises(ProviderRefused, match="arbitration"):
        disputes_at(sandbox.url).fetch(key)
