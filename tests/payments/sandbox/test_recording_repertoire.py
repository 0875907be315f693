"""What the product asks of the provider is in the provider's own contract: all of it, again."""

from __future__ import annotations

import inspect
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any

import pytest
import requests

from payments import gateway
from payments.gateway.base import PageRequest
from payments.gateway.cards import ChargeRequest, SetupRequest
from payments.gateway.payouts import AccountRequest, PayoutOrder, PayoutStatus
from payments.gateway.records import RecordKind
from payments.gateway.refunds import RefundRequest
from payments.gateway.stripe.cards import StripeCards
from payments.gateway.stripe.disputes import StripeDisputes
from payments.gateway.stripe.pages import StripePages
from payments.gateway.stripe.payouts import StripePayouts
from payments.gateway.stripe.records import StripeRecords
from payments.gateway.stripe.refunds import StripeRefunds
from payments.money import Money
from payments.sandbox import contract, forms
from payments.sandbox.background import do_due
from payments.sandbox.errors import InvalidRequest
from tests.make import payouts as make_payouts
from tests.payments.browser import pay
from tests.payments.giver import way_to_pay
from tests.payments.sandbox import make
from tests.payments.sandbox.conftest import NOON
from tests.payments.sandbox.hosted import post

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import Settings

    from payments.sandbox.server import Running
    from tests.stack import Stack

AT = datetime.fromtimestamp(NOON, UTC)
EUROS = Money(50_00, "EUR")
PAGE = {
    "email": "amina@example.org",
    "language": "en",
    "success_url": "http://testserver/done/",
    "cancel_url": "http://testserver/back/",
    "expires_at": AT + timedelta(minutes=31),
}
STRIPE = (StripePages, StripeCards, StripeRefunds, StripeDisputes, StripePayouts, StripeRecords)
AUTHENTICATES = "4000002760003184"


def recorded(url: str) -> list[dict[str, Any]]:
    answer = requests.get(f"{url}/_sandbox/requests", auth=(make.KEY, ""), timeout=10)
    calls: list[dict[str, Any]] = answer.json()["requests"]
    return calls


def not_in_the_contract(calls: list[dict[str, Any]]) -> list[str]:
    """Return the calls that the contract does not have, or not in this form, and why."""
    return [problem for call in calls if (problem := _problem(call))]


def _problem(call: dict[str, Any]) -> str:
    try:
        contract.read(call["verb"], call["path"], forms.decode(call["form"]))
    except (InvalidRequest, forms.FormNotUnderstood) as problem:
        return f"{call['verb']} {call['path']} {call['form']}: {problem}"
    return ""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, sandbox: Running, settings: Settings) -> set[str]:
    """Return what of the gateway is used from now on, by its name."""
    settings.STRIPE_API_BASE = sandbox.url
    used: set[str] = set()
    for room in STRIPE:
        for name, method in _public(room):
            monkeypatch.setattr(room, name, _noted(f"{room.__name__}.{name}", method, used))
    return used


def test_the_whole_repertoire_of_the_gateway_follows_the_contract(
    asked: set[str], sandbox: Running
) -> None:
    charge = use_pages()
    use_refunds(charge)
    use_disputes(sandbox, charge)
    use_saved_cards()
    use_holds()
    use_payouts(sandbox)
    use_records(charge)

    assert asked == {f"{room.__name__}.{name}" for room in STRIPE for name, _ in _public(room)}
    calls = recorded(sandbox.url)
    assert len({(call["verb"], shape(call["path"])) for call in calls}) >= 30
    assert not_in_the_contract(calls) == []
    assert {call["status"] for call in calls} == {200, 402, 404}


def test_a_call_that_the_contract_lacks_is_found() -> None:
    """The control: the check does find what is wrong."""
    wrong = [
        {"verb": "GET", "path": "/v1/gifts", "form": ""},
        {"verb": "POST", "path": "/v1/refunds", "form": "charge=ch_1&colour=red"},
        {"verb": "POST", "path": "/v1/refunds", "form": "amount=much"},
        {"verb": "POST", "path": "/v1/refunds", "form": "charge[=ch_1"},
    ]
    right = {"verb": "POST", "path": "/v1/refunds", "form": "charge=ch_1&amount=5"}

    assert len(not_in_the_contract([*wrong, right])) == 4


@pytest.mark.stack
def test_what_a_running_site_asks_follows_the_contract(stack: Stack) -> None:
    address = way_to_pay(stack.url(""), "solar-mango-dryers-makueni", email="r@example.org")
    pay(address)
    sandbox = f"http://127.0.0.1:{stack.sandbox_port}"
    page = address.rpartition("/")[2]
    stack.wait_for(
        lambda: any(call["path"].endswith(page) for call in recorded(sandbox)), seconds=20
    )

    calls = recorded(sandbox)

    assert {"POST", "GET"} <= {call["verb"] for call in calls}
    assert not_in_the_contract(calls) == []
    assert [call for call in calls if call["status"] == 400] == []


def use_pages() -> str:
    """Let somebody pay, and close another page; return the key of the charge."""
    pages = gateway.provider()
    request = PageRequest("pay-1", "k-1", EUROS, "Gift", **PAGE)  # type: ignore[arg-type]
    page = pages.open_page(request)
    assert pages.find_page("pay-1", since=AT) == page
    pay(str(page.url))
    other = pages.open_page(
        PageRequest("pay-2", "k-2", EUROS, "Gift", **PAGE)  # type: ignore[arg-type]
    )
    pages.close_page(other.key)
    charge = pages.fetch_charge(page.key).charge
    assert charge is not None
    return charge.key


def use_refunds(charge: str) -> None:
    made = gateway.refunds().refund(RefundRequest("back-1", "k-3", charge, Money(10_00, "EUR")))
    assert gateway.refunds().fetch(made.key) == made
    assert gateway.refunds().refunds_of(charge) == [made]


def use_disputes(sandbox: Running, charge: str) -> None:
    dispute = make_payouts.control(sandbox, "disputes", {"charge": charge})
    assert gateway.disputes().fetch(str(dispute["id"])).charge_key == charge


def use_saved_cards() -> None:
    cards = gateway.cards()
    for number, card in enumerate(["4242424242424242", AUTHENTICATES]):
        request = SetupRequest(f"m-{number}", f"k-m-{number}", "EUR", "Later.", **PAGE)  # type: ignore[arg-type]
        page = cards.open_page(request)
        answer = pay(str(page.url), card=card)
        if "/c/approve/" in answer.headers["Location"]:
            post(answer.headers["Location"], action="approve")
        saved = cards.fetch_setup(page.key).card
        assert saved is not None
        ask = ChargeRequest(
            f"card-{number}", f"k-c-{number}", EUROS, "Gift", saved, "http://testserver/done/"
        )
        charged = cards.charge(ask)
        found = cards.find_charge(f"card-{number}", saved.customer_key, since=AT)
        assert found is not None
        assert cards.fetch_charge(charged.intent_key).intent_key == found.intent_key
        if card == AUTHENTICATES:
            there = replace(ask, idempotency_key="k-owner", intent_key=charged.intent_key)
            cards.ask_owner(there)
        cards.forget(saved.method_key)


def use_holds() -> None:
    pages, cards = gateway.provider(), gateway.cards()
    for number in range(2):
        page = pages.open_page(
            PageRequest(f"h-{number}", f"k-h-{number}", EUROS, "Gift", hold=True, **PAGE)  # type: ignore[arg-type]
        )
        pay(str(page.url))
        intent = pages.fetch_charge(page.key).intent_key
        if number == 0:
            cards.capture(intent, Money(20_00, "EUR"), idempotency_key="k-capture")
        else:
            cards.release(intent, idempotency_key="k-release")


def use_payouts(sandbox: Running) -> None:
    make_payouts.top_up(sandbox)
    payouts = gateway.onboarding()
    account = payouts.open_account(AccountRequest("acc-1", "k-4", "DE", "EUR"))
    assert payouts.find_account("acc-1", since=AT) == account
    link = payouts.onboarding_page(
        account, return_url="http://testserver/back/", refresh_url="http://testserver/again/"
    )
    make_payouts.give_details(str(link.url))
    assert payouts.fetch_payee(account).is_payable
    order = PayoutOrder("out-1", "k-5", account, EUROS, "Stage 1")
    sent = payouts.send(order)
    assert sent.moved is not None
    known = replace(order, transfer_key=sent.moved.key, provider_key=sent.provider_key)
    assert payouts.find(order) is not None
    assert payouts.fetch(known).provider_key == sent.provider_key
    assert payouts.owner_of_transfer(sent.moved.key) == "out-1"
    assert payouts.owner_of_payout(sent.provider_key, account) == "out-1"
    use_payout_that_fails(sandbox)


def use_payout_that_fails(sandbox: Running) -> None:
    """Pay to a bank account that there is not, and take the money back."""
    payouts = gateway.onboarding()
    account = payouts.open_account(AccountRequest("acc-2", "k-6", "DE", "EUR"))
    link = payouts.onboarding_page(
        account, return_url="http://testserver/back/", refresh_url="http://testserver/again/"
    )
    make_payouts.give_details(str(link.url), number=make_payouts.CLOSED)
    order = PayoutOrder("out-2", "k-7", account, EUROS, "Stage 2")
    sent = payouts.send(order)
    assert sent.moved is not None
    for _step in ("on its way", "sent back"):
        make_payouts.control(sandbox, "clock", {"forward": 7 * 24 * 3600})
        do_due(sandbox.world)
    known = replace(order, transfer_key=sent.moved.key, provider_key=sent.provider_key)
    assert payouts.fetch(known).status is PayoutStatus.FAILED
    assert payouts.take_back(known).amount == EUROS


def use_records(charge: str) -> None:
    records = gateway.records()
    kinds = {record.kind for record in records.since(AT - timedelta(days=1))}
    assert {RecordKind.CHARGE, RecordKind.REFUND, RecordKind.DISPUTE, RecordKind.TRANSFER} <= kinds
    for kind in RecordKind:
        key = charge if kind is RecordKind.CHARGE else f"{PREFIX[kind]}_nobody"
        assert (records.find(kind, key) is None) == (kind is not RecordKind.CHARGE)
    assert set(records.balances()) == {"EUR"}


PREFIX = {
    RecordKind.CHARGE: "ch",
    RecordKind.REFUND: "re",
    RecordKind.DISPUTE: "dp",
    RecordKind.TRANSFER: "tr",
    RecordKind.PAYOUT: "po",
    RecordKind.MOVEMENT: "txn",
}


def shape(path: str) -> str:
    """Return a path without the ids in it."""
    return "/".join(
        "{}" if "_" in part and any(map(str.isdigit, part)) else part for part in path.split("/")
    )


def _public(room: type) -> Iterator[tuple[str, Any]]:
    for name, method in inspect.getmembers(room, inspect.isfunction):
        if not name.startswith("_"):
            yield name, method


def _noted(name: str, method: Any, used: set[str]) -> Any:  # noqa: ANN401
    @wraps(method)
    def call(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        used.add(name)
        return method(*args, **kwargs)

    return call
