"""What is wrong at the provider or in the books is found in one run, and nothing is put right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests
from django.utils import timezone

from payments import moves
from payments.gateway.base import ProviderUnavailable
from payments.ledger import selectors as ledger
from payments.ledger import services as booking
from payments.ledger.services import AccountKey, AccountKind, Posting
from payments.models import Payment
from payments.money import Money
from payments.reconciliation import selectors, services
from payments.reconciliation.comparing import Difference
from payments.reconciliation.kinds import Kind
from payments.reconciliation.models import QueuedException, Reconciliation
from tests.make import reconciliation as make
from tests.payments.browser import pay
from tests.payments.line import nobody
from tests.payments.reconciliation.books import paid, queued, reconciled, sent
from tests.payments.webhooks.books import BOOKS, books, opened

if TYPE_CHECKING:
    from pytest_django import Settings

    from payments.sandbox.server import Running

pytestmark = pytest.mark.django_db


@pytest.mark.promise("M9")
def test_an_unknown_charge_is_found(provider: Running) -> None:
    paid()
    stranger = make.plant(provider, "unknown_charge")

    assert reconciled() == [
        Difference(Kind.UNKNOWN_CHARGE, stranger, "", None, Money(42_00, "EUR"))
    ]
    assert queued() == [("unknown_charge", stranger)]
    assert books() == BOOKS


@pytest.mark.promise("M9")
def test_a_charge_that_is_gone_at_the_provider_is_found(provider: Running) -> None:
    paid()
    gone = make.plant(provider, "missing_charge")

    assert reconciled() == [
        Difference(Kind.MISSING_CHARGE, gone, "gift-1", Money(100_00, "EUR"), None)
    ]
    assert queued() == [("missing_charge", gone)]
    assert books() == BOOKS


@pytest.mark.promise("M9")
def test_a_fee_that_is_off_by_one_is_found(provider: Running) -> None:
    paid()
    charge = make.plant(provider, "fee_off_by_one")

    assert reconciled() == [
        Difference(Kind.FEE, charge, "gift-1", Money(1_75, "EUR"), Money(1_76, "EUR"))
    ]
    assert queued() == [("fee", charge)]
    assert books() == BOOKS


@pytest.mark.promise("M9")
def test_a_swapped_currency_is_found_once(provider: Running) -> None:
    paid()
    charge = make.plant(provider, "currency_swapped")

    assert reconciled() == [
        Difference(Kind.CURRENCY, charge, "gift-1", Money(100_00, "EUR"), Money(100_00, "USD"))
    ]
    assert queued() == [("currency", charge)]
    assert books() == BOOKS


@pytest.mark.promise("M9")
def test_a_currency_swapped_before_it_was_booked_is_found(provider: Running) -> None:
    payment = opened()
    pay(payment.page_url)
    charge = make.plant(provider, "currency_swapped")

    assert reconciled() == [
        Difference(Kind.CURRENCY, charge, "gift-1", Money(100_00, "EUR"), Money(100_00, "USD"))
    ]
    payment.refresh_from_db()
    assert (payment.state, payment.difference) == ("differs", "currency")


@pytest.mark.promise("M9")
def test_a_payout_that_left_twice_is_found(provider: Running) -> None:
    make.control(provider, "topups", amount=10_000_00, currency="eur")
    payout = sent()
    (topped_up,) = reconciled()
    assert topped_up.kind == Kind.UNKNOWN_MOVEMENT  # Money that a person put in and did not book.
    before = ledger.fingerprint_rows()
    second = make.plant(provider, "payout_twice")

    found = reconciled()

    twice = Difference(Kind.DUPLICATE_PAYOUT, second, str(payout.pk), None, Money(600_00, "EUR"))
    assert found == [twice, topped_up]
    assert second != payout.transfer_key
    assert ("duplicate_payout", second) in queued()
    assert ledger.fingerprint_rows() == before


@pytest.mark.promise("M9")
def test_a_payout_to_our_own_bank_that_nobody_booked_is_found(provider: Running) -> None:
    paid()
    line = provider.world.store.every("balance_transaction")[0]
    line.document["available_on"] = 0
    provider.world.store.save(line)
    answer = requests.post(
        f"{provider.url}/v1/payouts",
        data={"amount": 50_00, "currency": "eur"},
        auth=("sk_test_1", ""),
        timeout=10,
    )

    (found,) = reconciled()

    key = answer.json()["id"]
    assert found == Difference(Kind.UNKNOWN_PAYOUT, key, "", None, Money(50_00, "EUR"))
    assert books() == BOOKS


@pytest.mark.promise("M9")
def test_all_faults_of_a_day_are_found_in_one_run_and_once(provider: Running) -> None:
    charges = [paid(f"gift-{number}").charge_key for number in range(4)]
    stranger = make.plant(provider, "unknown_charge")
    make.plant(provider, "missing_charge", object=charges[0])
    make.plant(provider, "fee_off_by_one", object=charges[1])
    make.plant(provider, "currency_swapped", object=charges[2])
    before = ledger.fingerprint_rows()
    expected = sorted(
        [
            ("unknown_charge", stranger),
            ("missing_charge", charges[0]),
            ("fee", charges[1]),
            ("currency", charges[2]),
        ]
    )

    first, again = reconciled(), reconciled()

    assert sorted((str(one.kind), one.provider_key) for one in first) == expected
    assert sorted(first, key=str) == sorted(again, key=str)
    assert queued() == expected
    assert ledger.fingerprint_rows() == before
    run = selectors.latest()
    assert run is not None
    assert (run.checked, run.found, run.accepted, run.made_up) == (5, 4, 0, 0)
    assert ledger.verify() == []


@pytest.mark.promise("M9")
def test_what_a_person_closed_as_it_stands_is_not_found_again(provider: Running) -> None:
    paid()
    make.plant(provider, "fee_off_by_one")
    reconciled()
    services.close_exception(
        exception_id=QueuedException.objects.get().pk,
        by=make.worker().pk,
        reason="A cent. The provider was asked, ticket 9.",
        now=timezone.now(),
    )

    assert reconciled() == []
    run = selectors.latest()
    assert run is not None
    assert (run.found, run.accepted) == (0, 1)

    make.plant(provider, "fee_off_by_one")

    (found,) = reconciled()
    assert (found.kind, found.theirs) == (Kind.FEE, Money(1_77, "EUR"))


@pytest.mark.promise("M9")
def test_an_entry_that_corrects_the_wrong_one_ends_the_difference(provider: Running) -> None:
    charge = paid().charge_key
    make.plant(provider, "fee_off_by_one")
    assert len(reconciled()) == 1

    fee = AccountKey(AccountKind.PROCESSOR_FEE, "stripe", "EUR")
    clearing = AccountKey(AccountKind.PROVIDER_CLEARING, "stripe", "EUR")
    booking.correct(
        key=f"{charge}:processor_fee",
        idempotency_key="correction-1",
        occurred_at=timezone.now(),
        kind="correction",
        postings=[Posting(fee, 1), Posting(clearing, -1)],
    )

    assert reconciled() == []
    assert len(queued()) == 1  # It is still for a person to close.


@pytest.mark.promise("M9")
def test_what_a_person_booked_under_the_provider_s_key_fits(provider: Running) -> None:
    key = make.control(provider, "topups", amount=10_000_00, currency="eur")["id"]
    assert [one.kind for one in reconciled()] == [Kind.UNKNOWN_MOVEMENT]

    clearing = AccountKey(AccountKind.PROVIDER_CLEARING, "stripe", "EUR")
    bank = AccountKey(AccountKind.SUSPENSE, "bank", "EUR")
    booking.post(
        [
            booking.Entry(
                kind="topup",
                reference="transfer of 24 November",
                idempotency_key=f"{key}:topup",
                occurred_at=timezone.now(),
                postings=[Posting(clearing, 10_000_00), Posting(bank, -10_000_00)],
            )
        ]
    )
    sent()

    assert reconciled() == []
    run = selectors.latest()
    assert run is not None
    assert run.balances == {"EUR": {"ours": 9_400_00, "theirs": 9_400_00}}
    assert len(queued()) == 1  # It is still for a person to close.


@pytest.mark.promise("M9")
def test_a_second_payment_of_one_gift_is_queued(provider: Running) -> None:
    first = opened()
    moves.move(first, Payment.State.EXPIRED, cause="test", now=timezone.now())
    second = opened()
    for payment in (first, second):
        pay(payment.page_url)

    (found,) = reconciled()

    surplus = Payment.objects.get(difference="surplus")
    expected = Difference(Kind.SURPLUS, surplus.charge_key, "gift-1", None, Money(100_00, "EUR"))
    assert found == expected
    assert Payment.objects.filter(state="settled").count() == 1
    assert len(provider.world.store.every("charge")) == 2


@pytest.mark.promise("M9")
def test_a_fee_in_another_currency_than_the_gift_is_queued(provider: Running) -> None:
    payment = opened()
    pay(payment.page_url)
    (line,) = provider.world.store.every("balance_transaction")
    line.document["currency"] = "usd"
    provider.world.store.save(line)

    (found,) = reconciled()

    payment.refresh_from_db()
    expected = Difference(Kind.FEE_CURRENCY, payment.charge_key, "gift-1", None, Money(1_75, "USD"))
    assert found == expected


@pytest.mark.promise("M15")
def test_one_charge_that_cannot_be_read_does_not_hide_the_others(provider: Running) -> None:
    store = provider.world.store
    strange = make.plant(provider, "unknown_charge")
    record = store.get("charge", strange)
    record.document["currency"] = "xau"
    store.save(record)
    payment = opened()
    pay(payment.page_url)

    assert reconciled() == [Difference(Kind.UNREADABLE, strange, "", None, None)]
    assert books() == BOOKS


@pytest.mark.promise("M15")
def test_one_payment_that_cannot_be_settled_does_not_stop_the_others(provider: Running) -> None:
    broken, sound = opened("gift-0"), opened()
    pay(broken.page_url)
    make.plant(provider, "missing_charge")
    pay(sound.page_url)

    assert reconciled() == [Difference(Kind.UNREADABLE, broken.page_key, "gift-0", None, None)]
    assert books() == BOOKS
    broken.refresh_from_db()
    assert broken.state == "open"


def test_without_an_answer_there_is_no_run(provider: Running, settings: Settings) -> None:
    payment = opened()
    pay(payment.page_url)
    settings.STRIPE_API_BASE = nobody()

    with pytest.raises(ProviderUnavailable):
        reconciled()

    assert (Reconciliation.objects.count(), QueuedException.objects.count()) == (0, 0)
    assert books() == []
    assert len(provider.world.store.every("charge")) == 1


def test_both_balances_are_kept_with_the_run(provider: Running) -> None:
    paid()
    make.control(provider, "topups", amount=5_00, currency="eur")

    (found,) = reconciled()

    assert (found.kind, found.theirs) == (Kind.UNKNOWN_MOVEMENT, Money(5_00, "EUR"))
    run = selectors.latest()
    assert run is not None
    assert run.balances == {"EUR": {"ours": 98_25, "theirs": 103_25}}
