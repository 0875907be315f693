"""Saved cards and held money through the official package, in our words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from payments.gateway.base import ChargeStatus, PageRequest, ProviderRefused, ProviderUnavailable
from payments.gateway.cards import CardGateway, ChargeRequest, SavedCard, SetupRequest, SetupStatus
from payments.gateway.stripe.cards import StripeCards
from payments.gateway.stripe.client import client
from payments.gateway.stripe.pages import StripePages
from payments.money import Money
from payments.sandbox.server import serve
from tests.payments.browser import DECLINED, SUCCEEDS, pay
from tests.payments.checkout.provider import Clock
from tests.payments.line import nobody
from tests.payments.mandates.caller import ALWAYS_ASKS, DECLINED_LATER, HUNDRED, answer_bank

if TYPE_CHECKING:
    from collections.abc import Iterator

    import stripe

    from payments.sandbox.server import Running

MANDATE = "0192d0c0-0000-7000-8000-00000000000a"
PAYMENT = "0192d0c0-0000-7000-8000-000000000001"
NOON = Clock.now


@pytest.fixture
def sandbox() -> Iterator[Running]:
    with serve(clock=Clock()) as running:
        yield running


@pytest.fixture
def stripe_client(sandbox: Running) -> stripe.StripeClient:
    return client(api_key="sk_test_sandbox", api_base=sandbox.url, retries=0)


@pytest.fixture
def cards(stripe_client: stripe.StripeClient) -> CardGateway:
    return StripeCards(stripe_client)


def setup(key: str = "first") -> SetupRequest:
    return SetupRequest(
        mandate_key=MANDATE,
        idempotency_key=key,
        currency="EUR",
        terms="Your card is charged if the campaign reaches its goal.",
        email="amina@example.org",
        language="ar",
        success_url="http://testserver/saved/",
        cancel_url="http://testserver/give/",
        expires_at=NOON + timedelta(hours=1),
    )


def saved(cards: CardGateway, card: str = SUCCEEDS) -> SavedCard:
    """Save a card on the provider's page and return it as the provider names it."""
    page = cards.open_page(setup())
    assert page.url is not None
    answer = pay(page.url, card=card)
    if "/c/approve/" in answer.headers["Location"]:
        answer_bank(answer.headers["Location"], "approve")
    became = cards.fetch_setup(page.key)
    assert became.card is not None
    return became.card


def request(card: SavedCard, *, key: str = "try", amount: Money = HUNDRED) -> ChargeRequest:
    return ChargeRequest(
        payment_key=PAYMENT,
        idempotency_key=key,
        amount=amount,
        description="Gift to Solar dryers for Kitui",
        card=card,
        return_url="http://testserver/back/",
    )


def charges(sandbox: Running) -> int:
    return len(sandbox.world.store.every("charge"))


def test_a_page_leads_to_a_saved_card(cards: CardGateway, sandbox: Running) -> None:
    page = cards.open_page(setup())
    assert page.url is not None
    assert cards.fetch_setup(page.key).status is SetupStatus.OPEN
    assert cards.open_page(setup()) == page

    pay(page.url, card=DECLINED)
    assert cards.fetch_setup(page.key).status is SetupStatus.OPEN
    pay(page.url)

    became = cards.fetch_setup(page.key)
    assert (became.status, became.mandate_key, became.page_key) == (
        SetupStatus.SAVED,
        MANDATE,
        page.key,
    )
    assert became.card is not None
    assert became.card.label == "Visa 4242"
    (made,) = sandbox.world.store.every("setup_intent")
    assert cards.fetch_setup(made.id) == replace(became, page_key="")
    assert charges(sandbox) == 0


def test_a_page_that_is_closed_saved_nothing(
    cards: CardGateway, stripe_client: stripe.StripeClient
) -> None:
    page = cards.open_page(setup())

    StripePages(stripe_client).close_page(page.key)

    became = cards.fetch_setup(page.key)
    assert (became.status, became.card) == (SetupStatus.EXPIRED, None)


def test_a_saved_card_is_charged_and_the_same_key_charges_nothing_more(
    cards: CardGateway, sandbox: Running
) -> None:
    card = saved(cards)

    outcomes = [cards.charge(request(card)) for _ in range(2)]

    assert outcomes[0] == outcomes[1]
    assert (outcomes[0].status, outcomes[0].payment_key) == (ChargeStatus.PAID, PAYMENT)
    assert outcomes[0].charge is not None
    assert (outcomes[0].charge.amount, outcomes[0].charge.fee) == (HUNDRED, Money(1_75, "EUR"))
    assert outcomes[0].charge.charged_at == NOON
    assert charges(sandbox) == 1
    assert cards.fetch_charge(outcomes[0].intent_key) == outcomes[0]


@pytest.mark.parametrize(
    ("amount", "provider_amount"),
    [(Money(5_000, "UGX"), 500_000), (Money(5_000, "JPY"), 5_000), (Money(5_000, "KWD"), 5_000)],
)
def test_the_provider_counts_a_charge_by_its_own_exponent(
    cards: CardGateway, sandbox: Running, amount: Money, provider_amount: int
) -> None:
    outcome = cards.charge(request(saved(cards), amount=amount))

    (charge,) = sandbox.world.store.every("charge")
    assert charge.document["amount"] == provider_amount
    assert outcome.charge is not None
    assert outcome.charge.amount == amount


def test_a_declined_card_is_an_outcome_and_the_next_try_goes_on_with_it(
    cards: CardGateway, sandbox: Running
) -> None:
    card = saved(cards, DECLINED_LATER)

    first = cards.charge(request(card))
    again = cards.charge(replace(request(card, key="again"), intent_key=first.intent_key))

    assert (first.status, first.reason, first.is_hopeless) == (
        ChargeStatus.DECLINED,
        "generic_decline",
        False,
    )
    assert again == first
    assert (charges(sandbox), len(sandbox.world.store.every("payment_intent"))) == (2, 1)


def test_the_owner_is_asked_on_a_page(cards: CardGateway) -> None:
    card = saved(cards, ALWAYS_ASKS)
    refused = cards.charge(request(card))
    assert refused.reason == "authentication_required"

    asked = [
        cards.ask_owner(replace(request(card, key="owner"), intent_key=refused.intent_key))
        for _ in range(2)
    ]

    assert asked[0] == asked[1]
    assert (asked[0].status, asked[0].charge) == (ChargeStatus.ASKS_OWNER, None)
    answer_bank(asked[0].owner_url, "approve")
    assert cards.fetch_charge(refused.intent_key).status is ChargeStatus.PAID


def test_a_charge_is_found_by_our_key(cards: CardGateway) -> None:
    card = saved(cards)
    outcome = cards.charge(request(card))

    assert cards.find_charge(PAYMENT, card.customer_key, since=NOON) == outcome
    assert cards.find_charge(MANDATE, card.customer_key, since=NOON) is None
    later = NOON + timedelta(seconds=1)
    assert cards.find_charge(PAYMENT, card.customer_key, since=later) is None


def test_a_card_that_was_given_up_is_refused(cards: CardGateway, sandbox: Running) -> None:
    card = saved(cards)

    for _ in range(2):
        cards.forget(card.method_key)

    with pytest.raises(ProviderRefused):
        cards.charge(request(card))
    assert charges(sandbox) == 0


def test_a_call_that_is_being_answered_is_no_refusal(cards: CardGateway, sandbox: Running) -> None:
    """Two workers with one key: the second is told to wait, and must not take that for a no."""
    card = saved(cards)
    cards.charge(request(card))
    with sandbox.world.store.transaction() as connection:
        connection.execute("UPDATE keys SET status = NULL, body = NULL WHERE key = 'try'")

    with pytest.raises(ProviderUnavailable):
        cards.charge(request(card))
    assert charges(sandbox) == 1


def test_a_provider_that_is_away_is_unavailable() -> None:
    away = StripeCards(client(api_key="sk_test_sandbox", api_base=nobody(), retries=0))

    with pytest.raises(ProviderUnavailable):
        away.fetch_charge("pi_1")


def held(stripe_client: stripe.StripeClient) -> str:
    """Authorise a payment on a page and return what the provider collects with."""
    pages = StripePages(stripe_client)
    page = pages.open_page(
        PageRequest(
            payment_key=PAYMENT,
            idempotency_key="page",
            amount=HUNDRED,
            description="Gift",
            email="amina@example.org",
            language="en",
            success_url="http://testserver/done/",
            cancel_url="http://testserver/pay/",
            expires_at=NOON + timedelta(hours=1),
            hold=True,
        )
    )
    assert page.url is not None
    pay(page.url)
    became = pages.fetch_charge(page.key)
    assert (became.status, became.charge) == (ChargeStatus.HELD, None)
    assert became.held_until == NOON + timedelta(days=7)
    return became.intent_key


def test_a_hold_is_captured_in_part_and_once(
    cards: CardGateway, stripe_client: stripe.StripeClient
) -> None:
    intent = held(stripe_client)
    part = Money(40_00, "EUR")
    with pytest.raises(ProviderRefused):
        cards.capture(intent, Money(100_01, "EUR"), idempotency_key="more")

    outcomes = [cards.capture(intent, part, idempotency_key="capture") for _ in range(2)]

    assert outcomes[0] == outcomes[1]
    assert outcomes[0].charge is not None
    assert outcomes[0].charge.amount == part
    with pytest.raises(ProviderRefused):
        cards.capture(intent, part, idempotency_key="another")
    with pytest.raises(ProviderRefused):
        cards.release(intent, idempotency_key="release")


def test_a_hold_that_is_released_takes_nothing(
    cards: CardGateway, stripe_client: stripe.StripeClient
) -> None:
    intent = held(stripe_client)

    outcome = cards.release(intent, idempotency_key="release")

    assert (outcome.status, outcome.charge) == (ChargeStatus.EXPIRED, None)
    with pytest.raises(ProviderRefused):
        cards.capture(intent, HUNDRED, idempotency_key="capture")
