"""What the tests ask of the sandbox, in one line each."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

import stripe

from tests.payments.browser import pay
from tests.payments.sandbox.hosted import post

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stripe.checkout import Session

Client: TypeAlias = stripe.StripeClient
KEY = "sk_test_of_the_tests"


@contextmanager
def client(url: str) -> Iterator[Client]:
    """Connect the official package to a sandbox."""
    transport = stripe.RequestsClient(timeout=10)
    yield Client(KEY, base_addresses={"api": url}, http_client=transport, max_network_retries=0)
    transport.close()  # type: ignore[no-untyped-call]


def params(*, amount: int = 100_00, currency: str = "eur", **more: Any) -> Any:  # noqa: ANN401
    """Return the parameters of a session; `amount` in the provider's minor units."""
    price = {
        "currency": currency,
        "unit_amount": amount,
        "product_data": {"name": "Gift to Solar dryers for Kitui"},
    }
    return {
        "mode": "payment",
        "success_url": "http://testserver/done/?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://testserver/pay/",
        "line_items": [{"quantity": 1, "price_data": price}],
        "payment_intent_data": {"capture_method": "automatic"},
    } | more


def session(client: Client, **given: Any) -> Session:  # noqa: ANN401
    """Create a session."""
    return client.v1.checkout.sessions.create(params(**given))


def setup(client: Client, **given: Any) -> Session:  # noqa: ANN401
    """Create a session on which a card is saved."""
    asked: Any = {
        "mode": "setup",
        "currency": "eur",
        "customer_creation": "always",
        "customer_email": "amina@example.org",
        "success_url": "http://testserver/saved/",
        "setup_intent_data": {"metadata": {"weft_payment": "mandate-7"}},
    }
    return client.v1.checkout.sessions.create(asked | given)


def saved(client: Client, *, card: str = "4242424242424242") -> stripe.SetupIntent:
    """Save a card on the hosted page, approving it at the bank if asked to."""
    created = setup(client)
    answer = pay(address(created), card=card)
    if "/c/approve/" in answer.headers["Location"]:
        post(answer.headers["Location"], action="approve")
    done = client.v1.checkout.sessions.retrieve(created.id, {"expand": ["setup_intent"]})
    assert isinstance(done.setup_intent, stripe.SetupIntent)
    return done.setup_intent


def charge_saved(client: Client, setup: stripe.SetupIntent, **given: Any) -> stripe.PaymentIntent:  # noqa: ANN401
    """Charge the card that was saved, its owner being away."""
    asked: Any = {
        "amount": 50_00,
        "currency": "eur",
        "customer": setup.customer,
        "payment_method": setup.payment_method,
        "confirm": True,
        "off_session": True,
        "capture_method": "automatic",
    }
    return client.v1.payment_intents.create(asked | given)


def address(session: Session) -> str:
    """Return the hosted page of an open session."""
    assert session.url is not None
    return session.url


def paid(client: Client, *, card: str = "4242424242424242", **given: Any) -> Session:  # noqa: ANN401
    """Create a session, pay it and return it with everything expanded."""
    created = session(client, **given)
    pay(address(created), card=card)
    return client.v1.checkout.sessions.retrieve(
        created.id, {"expand": ["payment_intent.latest_charge.balance_transaction"]}
    )
