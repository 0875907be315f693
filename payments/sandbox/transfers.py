"""Transfers: money moved from our balance to a connected account's, and back by reversals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.sandbox import accounts, amounts, balance, events, rules
from payments.sandbox.errors import InvalidRequest
from payments.sandbox.store import Record

if TYPE_CHECKING:
    from payments.sandbox.calls import Call
    from payments.sandbox.store import Document
    from payments.sandbox.world import World

KIND = "transfer"
REVERSAL = "transfer_reversal"
_OFFERED = frozenset(
    {"amount", "currency", "description", "destination", "expand", "metadata", "transfer_group"}
)
_SHORT, _LONGEST = 10, 100


def create(world: World, params: Document) -> Record:
    """Move an amount, in the provider's minor units, that our balance has available.

    Raises:
        InvalidRequest: not enough there, or an account that may not be sent to.
        NotFound: no such account.
    """
    rules.check_offered(params, _OFFERED)
    rules.check_required(params, "amount")
    amount, currency = params["amount"], params["currency"].lower()
    check_amount(amount, currency)
    account = world.store.get(accounts.KIND, params["destination"], param="destination")
    if account.document["capabilities"]["transfers"] != "active":
        raise InvalidRequest(
            message="Your destination account needs to have at least one of the following"
            " capabilities enabled: transfers.",
            code="insufficient_capabilities_for_transfer",
        )
    check_balance(world, None, amount, currency)
    transfer: Document = {
        "id": world.name("tr"),
        "object": KIND,
        "amount": amount,
        "amount_reversed": 0,
        "balance_transaction": None,
        "created": world.now(),
        "currency": currency,
        "description": params.get("description"),
        "destination": account.id,
        "destination_payment": None,
        "livemode": False,
        "metadata": rules.metadata(params.get("metadata")),
        "reversals": {"object": "list", "data": [], "has_more": False, "url": ""},
        "reversed": False,
        "source_transaction": None,
        "source_type": "card",
        "transfer_group": params.get("transfer_group"),
    }
    transfer["reversals"]["url"] = f"/v1/transfers/{transfer['id']}/reversals"
    transfer["balance_transaction"] = balance.for_transfer(world, transfer)
    record = Record(transfer)
    world.store.save(record)
    events.emit(world, "transfer.created", record.document)
    return record


def reverse(world: World, record: Record, params: Document) -> Record:
    """Take a transfer, or a part of it, back from the connected account's balance.

    Raises:
        InvalidRequest: more than is left of it, or than the account holds.
    """
    rules.check_offered(params, {"amount", "description", "expand", "metadata"})
    transfer = record.document
    left = transfer["amount"] - transfer["amount_reversed"]
    amount = params.get("amount", left)
    if not left:
        raise InvalidRequest(
            f"Transfer {record.id} is already fully reversed.", code="transfer_reversed"
        )
    if not 0 < amount <= left:
        raise InvalidRequest(
            f"Transfer reversal amount ({amounts.shown(amount, transfer['currency'])}) must be"
            f" between 1 and the unreversed amount"
            f" ({amounts.shown(left, transfer['currency'])}).",
            param="amount",
        )
    check_balance(world, transfer["destination"], amount, transfer["currency"])
    reversal = Record(
        {
            "id": world.name("trr"),
            "object": REVERSAL,
            "amount": amount,
            "balance_transaction": None,
            "created": world.now(),
            "currency": transfer["currency"],
            "destination_payment_refund": None,
            "metadata": rules.metadata(params.get("metadata")),
            "source_refund": None,
            "transfer": record.id,
        }
    )
    reversal.document["balance_transaction"] = balance.for_reversal(
        world, reversal.document, taken_from=transfer["destination"]
    )
    world.store.save(reversal)
    transfer["amount_reversed"] += amount
    transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
    transfer["reversals"]["data"] = [
        reversal.document,
        *transfer["reversals"]["data"],
    ][:_SHORT]
    world.store.save(record)
    events.emit(world, "transfer.reversed", transfer)
    return reversal


def list_reversals(world: World, call: Call) -> Document:
    """Return the newest reversals of a transfer."""
    rules.check_offered(call.params, {"limit", "expand"})
    limit = call.params.get("limit", _SHORT)
    if not 1 <= limit <= _LONGEST:
        raise InvalidRequest(f"Limit must be from 1 to {_LONGEST}.", param="limit")
    world.store.get(KIND, call.arguments[0], param="transfer")
    found = world.store.page(REVERSAL, [("transfer", "=", call.arguments[0])], limit=limit)
    return {
        "object": "list",
        "data": [record.document for record in found.records],
        "has_more": found.has_more,
        "url": call.path,
    }


def check_amount(amount: int, currency: str) -> None:
    """Check that an amount can be moved at all.

    Raises:
        InvalidRequest: nothing or less, or not in the currency's steps.
    """
    if amount < 1:
        raise InvalidRequest(
            message="This value must be greater than or equal to 1.",
            code="parameter_invalid_integer",
            param="amount",
        )
    amounts.check_step(amount, amounts.check_currency(currency), param="amount")


def check_balance(world: World, account: str | None, amount: int, currency: str) -> None:
    """Check that an account has an amount available.

    Raises:
        InvalidRequest: it has less.
    """
    if amount > balance.of(world, account).get(currency, 0):
        raise InvalidRequest(
            message="You have insufficient available funds in your Stripe account.",
            code="balance_insufficient",
        )
