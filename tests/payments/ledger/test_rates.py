"""Entries in two currencies: never without a rate, its source and its time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from payments.ledger import selectors, services
from payments.ledger.models import AccountKind, Entry
from payments.money import Money
from tests.make import ledger as make

if TYPE_CHECKING:
    from collections.abc import Sequence

    from payments.ledger.services import Posting

pytestmark = [pytest.mark.django_db, pytest.mark.promise("M13")]

RATE = services.Rate(10873, 10000, "stripe:txn_1", make.NOON)
CLEARING = (AccountKind.PROVIDER_CLEARING, "stripe")
CONVERTED = services.conversion(
    Money(100_00, "EUR"), Money(108_73, "USD"), giver=CLEARING, taker=CLEARING
)


def entry(
    postings: Sequence[Posting] = CONVERTED, *, rate: services.Rate | None = RATE, key: str = "k"
) -> services.Entry:
    return services.Entry(
        kind="conversion",
        reference="gift-1",
        idempotency_key=key,
        occurred_at=make.NOON,
        postings=postings,
        rate=rate,
    )


def test_a_conversion_is_two_balanced_legs_through_the_pairs_account_at_a_stored_rate() -> None:
    services.post([entry()])

    found = Entry.objects.get()
    assert found.rate == RATE
    assert {
        (line.account.kind, line.account.owner_ref, line.currency, line.amount_minor)
        for line in found.postings.select_related("account")
    } == {
        ("fx", "EUR-USD", "EUR", 100_00),
        ("provider_clearing", "stripe", "EUR", -100_00),
        ("provider_clearing", "stripe", "USD", 108_73),
        ("fx", "EUR-USD", "USD", -108_73),
    }
    assert selectors.verify() == []


def test_two_currencies_without_a_rate_are_refused() -> None:
    with pytest.raises(services.RateMissing):
        services.post([entry(rate=None)])

    assert not Entry.objects.exists()


@pytest.mark.parametrize("currency", ["EUR", "USD"])
def test_a_rate_does_not_stand_in_for_an_fx_account(currency: str) -> None:
    suspense = make.account(AccountKind.SUSPENSE, "x", currency)
    elsewhere = [
        replace(line, account=suspense)
        if (line.account.kind, line.account.currency) == ("fx", currency)
        else line
        for line in CONVERTED
    ]

    with pytest.raises(services.RateMissing):
        services.post([entry(elsewhere)])

    assert not Entry.objects.exists()


def test_one_wrong_conversion_refuses_its_whole_batch() -> None:
    with pytest.raises(services.RateMissing):
        services.post([entry(key="right"), make.entry(), entry(key="wrong", rate=None)])

    assert not Entry.objects.exists()


def test_another_rate_under_the_same_key_is_another_entry() -> None:
    services.post([entry()])

    assert not services.post([entry()])[0].created
    with pytest.raises(services.IdempotencyConflict):
        services.post([entry(rate=replace(RATE, numerator=10874))])


def test_a_finished_conversion_keeps_its_rate() -> None:
    services.post([replace(entry(key="hold"), state="pending")])

    services.finish("hold", how="post", idempotency_key="final", occurred_at=make.NOON)

    assert Entry.objects.get(idempotency_key="final").rate == RATE


def test_an_entry_in_one_currency_needs_no_rate() -> None:
    services.post([make.entry()])

    assert Entry.objects.get().rate is None
