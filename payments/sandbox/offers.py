"""The operations that the sandbox offers, one function each."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from payments.sandbox import (
    account_links,
    accounts,
    balance,
    charges,
    customers,
    disputes,
    endpoints,
    events,
    intent_calls,
    intents,
    methods,
    payouts,
    refunds,
    session_create,
    sessions,
    setup_calls,
    setups,
    transfers,
)
from payments.sandbox.errors import InvalidRequest, NotFound
from payments.sandbox.rules import check_offered
from payments.sandbox.showing import OF_ACCOUNTS, lines_of, listed, show

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from payments.sandbox.calls import Call
    from payments.sandbox.store import Document
    from payments.sandbox.world import World

    Handler: TypeAlias = Callable[[World, Call], Document]


def handler(call: Call, *, connected: bool = False) -> Handler:
    """Return what serves a call; `connected` says that it is made for a connected account.

    Raises:
        InvalidRequest: Stripe has the operation and the sandbox does not.
    """
    found = _OFFERED.get(call.operation)
    if connected and not call.template.startswith(_CONNECTED):
        raise InvalidRequest(
            f"The sandbox does not offer {call.verb} {call.template} for connected accounts."
        )
    if found is None:
        raise InvalidRequest(f"The sandbox does not offer {call.verb} {call.template}.")
    return found


def _retrieve(kind: str, param: str) -> Handler:
    def retrieve(world: World, call: Call) -> Document:
        check_offered(call.params, {"expand"})
        record = world.store.get(kind, call.arguments[0], param=param)
        if kind in OF_ACCOUNTS and record.notes.get("account") != world.account:
            raise NotFound(kind, record.id, param=param)
        return show(world, record)

    return retrieve


def _list(kind: str, *same: str, **special: tuple[str, str]) -> Handler:
    filters = {name: (name, "=") for name in same} | special

    def list_page(world: World, call: Call) -> Document:
        return listed(world, call, kind, filters=filters)

    return list_page


def _create_session(world: World, call: Call) -> Document:
    return show(world, session_create.create(world, call.params))


def _retrieve_session(world: World, call: Call) -> Document:
    check_offered(call.params, {"expand"})
    return show(world, sessions.current(world, call.arguments[0]))


def _list_session_lines(world: World, call: Call) -> Document:
    check_offered(call.params, {"expand", "limit"})
    return lines_of(world, sessions.current(world, call.arguments[0]).document)


def _expire_session(world: World, call: Call) -> Document:
    check_offered(call.params, {"expand"})
    record = sessions.current(world, call.arguments[0])
    sessions.expire(world, record)
    return show(world, record)


def _create_refund(world: World, call: Call) -> Document:
    return refunds.create(world, call.params).document


def _create_account(world: World, call: Call) -> Document:
    return accounts.create(world, call.params).document


def _update_account(world: World, call: Call) -> Document:
    record = world.store.get(accounts.KIND, call.arguments[0], param="account")
    return accounts.update(world, record, call.params).document


def _create_account_link(world: World, call: Call) -> Document:
    return account_links.create(world, call.params)


def _create_transfer(world: World, call: Call) -> Document:
    return transfers.create(world, call.params).document


def _create_reversal(world: World, call: Call) -> Document:
    transfer = world.store.get(transfers.KIND, call.arguments[0], param="transfer")
    return transfers.reverse(world, transfer, call.params).document


def _create_payout(world: World, call: Call) -> Document:
    return payouts.create(world, call.params).document


def _cancel_payout(world: World, call: Call) -> Document:
    check_offered(call.params, {"expand"})
    return payouts.cancel(world, call.arguments[0]).document


def _retrieve_balance(world: World, call: Call) -> Document:
    check_offered(call.params, {"expand"})
    return balance.shown(world)


def _create_endpoint(world: World, call: Call) -> Document:
    return endpoints.create(world, call.params)


def _delete_endpoint(world: World, call: Call) -> Document:
    return endpoints.delete(world, world.store.get(endpoints.KIND, call.arguments[0]))


_CONNECTED = ("/v1/payouts", "/v1/balance")
_OFFERED: dict[tuple[str, str], Handler] = {
    ("POST", "/v1/checkout/sessions"): _create_session,
    ("GET", "/v1/checkout/sessions"): _list(sessions.KIND, "payment_intent", "status"),
    ("GET", "/v1/checkout/sessions/{}"): _retrieve_session,
    ("GET", "/v1/checkout/sessions/{}/line_items"): _list_session_lines,
    ("POST", "/v1/checkout/sessions/{}/expire"): _expire_session,
    ("POST", "/v1/payment_intents"): intent_calls.create,
    ("GET", "/v1/payment_intents"): _list(intents.KIND, "customer"),
    ("GET", "/v1/payment_intents/{}"): _retrieve(intents.KIND, "intent"),
    ("POST", "/v1/payment_intents/{}/confirm"): intent_calls.confirm,
    ("POST", "/v1/payment_intents/{}/capture"): intent_calls.capture,
    ("POST", "/v1/payment_intents/{}/cancel"): intent_calls.cancel,
    ("POST", "/v1/setup_intents"): setup_calls.create,
    ("GET", "/v1/setup_intents"): _list(setups.KIND, "customer", "payment_method"),
    ("GET", "/v1/setup_intents/{}"): _retrieve(setups.KIND, "intent"),
    ("POST", "/v1/setup_intents/{}/confirm"): setup_calls.confirm,
    ("POST", "/v1/setup_intents/{}/cancel"): setup_calls.cancel,
    ("POST", "/v1/customers"): customers.create,
    ("GET", "/v1/customers"): _list(customers.KIND, "email"),
    ("GET", "/v1/customers/{}"): _retrieve(customers.KIND, "customer"),
    ("GET", "/v1/payment_methods"): _list(methods.KIND, "customer", "type"),
    ("GET", "/v1/payment_methods/{}"): _retrieve(methods.KIND, "payment_method"),
    ("POST", "/v1/payment_methods/{}/attach"): methods.attach_call,
    ("POST", "/v1/payment_methods/{}/detach"): methods.detach_call,
    ("GET", "/v1/charges"): _list(charges.KIND, "payment_intent", "customer"),
    ("GET", "/v1/charges/{}"): _retrieve(charges.KIND, "id"),
    ("POST", "/v1/refunds"): _create_refund,
    ("GET", "/v1/refunds"): _list(refunds.KIND, "payment_intent", "charge"),
    ("GET", "/v1/refunds/{}"): _retrieve(refunds.KIND, "id"),
    ("POST", "/v1/refunds/{}"): refunds.update,
    ("POST", "/v1/refunds/{}/cancel"): refunds.cancel,
    ("GET", "/v1/disputes"): _list(disputes.KIND, "payment_intent", "charge"),
    ("GET", "/v1/disputes/{}"): _retrieve(disputes.KIND, "dispute"),
    ("POST", "/v1/disputes/{}"): disputes.update,
    ("POST", "/v1/disputes/{}/close"): disputes.close,
    ("GET", "/v1/balance_transactions"): _list(balance.KIND, "source", "type", "currency"),
    ("GET", "/v1/balance_transactions/{}"): _retrieve(balance.KIND, "id"),
    ("GET", "/v1/balance"): _retrieve_balance,
    ("POST", "/v1/accounts"): _create_account,
    ("GET", "/v1/accounts"): _list(accounts.KIND),
    ("GET", "/v1/accounts/{}"): _retrieve(accounts.KIND, "account"),
    ("POST", "/v1/accounts/{}"): _update_account,
    ("POST", "/v1/account_links"): _create_account_link,
    ("POST", "/v1/transfers"): _create_transfer,
    ("GET", "/v1/transfers"): _list(transfers.KIND, "destination", "transfer_group"),
    ("GET", "/v1/transfers/{}"): _retrieve(transfers.KIND, "transfer"),
    ("POST", "/v1/transfers/{}/reversals"): _create_reversal,
    ("GET", "/v1/transfers/{}/reversals"): transfers.list_reversals,
    ("POST", "/v1/payouts"): _create_payout,
    ("GET", "/v1/payouts"): _list(payouts.KIND, "status", "destination"),
    ("GET", "/v1/payouts/{}"): _retrieve(payouts.KIND, "payout"),
    ("POST", "/v1/payouts/{}/cancel"): _cancel_payout,
    ("GET", "/v1/events"): _list(events.KIND, type=("type", "GLOB"), types=("type", "IN")),
    ("GET", "/v1/events/{}"): _retrieve(events.KIND, "id"),
    ("POST", "/v1/webhook_endpoints"): _create_endpoint,
    ("GET", "/v1/webhook_endpoints"): _list(endpoints.KIND),
    ("DELETE", "/v1/webhook_endpoints/{}"): _delete_endpoint,
}


def paths() -> Collection[tuple[str, str]]:
    """Return verb and template of everything offered."""
    return _OFFERED.keys()
