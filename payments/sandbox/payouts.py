"""Payouts: money sent from a balance to a bank, which arrives, fails, or comes back later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.sandbox import account_banks, accounts, balance, events, jobs, rules
from payments.sandbox.errors import InvalidRequest, NotFound
from payments.sandbox.store import Record
from payments.sandbox.transfers import check_amount, check_balance

if TYPE_CHECKING:
    from payments.sandbox.store import Document
    from payments.sandbox.world import World

KIND = "payout"
_SECONDS = 5  # From each state to the next; a real bank takes days.
_DAY = 86_400
_OFFERED = frozenset(
    {
        "amount",
        "currency",
        "description",
        "expand",
        "metadata",
        "method",
        "source_type",
        "statement_descriptor",
    }
)


def create(world: World, params: Document) -> Record:
    """Send an amount that the account which asks has available to its bank.

    Raises:
        InvalidRequest: not enough there, or no bank account that takes payouts.
    """
    rules.check_offered(params, _OFFERED)
    amount, currency = params["amount"], params["currency"].lower()
    check_amount(amount, currency)
    destination, fails = _destination(world, currency)
    check_balance(world, world.account, amount, currency)
    payout: Document = {
        "id": world.name("po"),
        "object": KIND,
        "amount": amount,
        "application_fee": None,
        "application_fee_amount": None,
        "arrival_date": world.now() + _DAY,
        "automatic": False,
        "balance_transaction": None,
        "created": world.now(),
        "currency": currency,
        "description": params.get("description"),
        "destination": destination,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": rules.metadata(params.get("metadata")),
        "method": params.get("method", "standard"),
        "original_payout": None,
        "reconciliation_status": "not_applicable",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": params.get("statement_descriptor"),
        "status": "pending",
        "trace_id": None,
        "type": "bank_account",
    }
    payout["balance_transaction"] = balance.for_payout(world, payout, account=world.account)
    record = Record(payout, {"account": world.account, "fails": fails})
    world.store.save(record)
    events.emit(world, "payout.created", payout)
    jobs.plan(world, jobs.MOVE_PAYOUT, record.id, world.now() + _SECONDS)
    return record


def cancel(world: World, identifier: str) -> Record:
    """Take back a payout that has not gone to the bank.

    Raises:
        InvalidRequest: it has.
        NotFound: the account that asks has no such payout.
    """
    record = _own(world, identifier)
    if record.document["status"] != "pending":
        raise InvalidRequest(f"Payout {identifier} can no longer be canceled.", param="payout")
    jobs.drop(world, record.id)
    _undo(world, record, kind="payout_cancel")
    _store(world, record, "payout.canceled", status="canceled")
    return record


def move_on(world: World, record: Record) -> None:
    """Let a payout reach its next state: to the bank, and then there or refused."""
    owner = world.seen_by(record.notes["account"])
    if record.document["status"] == "pending":
        _store(owner, record, "payout.updated", status="in_transit")
        jobs.plan(world, jobs.MOVE_PAYOUT, record.id, world.now() + _SECONDS)
    elif record.document["status"] == "in_transit" and record.notes["fails"]:
        fail(owner, record, record.notes["fails"])
    elif record.document["status"] == "in_transit":
        record.document["arrival_date"] = world.now()
        _store(owner, record, "payout.paid", status="paid")


def fail(world: World, record: Record, code: str) -> None:
    """Let the bank send a payout back, also one that was paid."""
    record.document |= {"failure_code": code, "failure_message": account_banks.MESSAGES[code]}
    record.document["failure_balance_transaction"] = _undo(world, record)
    _store(world, record, "payout.failed", status="failed")
    if record.notes["account"]:
        accounts.refuse_bank(world, record.notes["account"])


def control(world: World, body: Document) -> Document:
    """Let a bank send a payout back that was under way or paid."""
    record = world.store.get(KIND, str(body.get("payout")))
    code = body.get("failure_code", "could_not_process")
    if code not in account_banks.MESSAGES:
        raise InvalidRequest(f"Unknown failure code: {code}.", param="failure_code")
    if record.document["status"] not in {"in_transit", "paid"}:
        raise InvalidRequest(f"Payout {record.id} is not with a bank.", param="payout")
    jobs.drop(world, record.id)
    fail(world.seen_by(record.notes["account"]), record, code)
    return record.document


def top_up(world: World, body: Document) -> Document:
    """Put money into our own balance, to be used at once."""
    amount, currency = body.get("amount"), str(body.get("currency", "")).lower()
    if type(amount) is not int:
        raise InvalidRequest(message="amount must be a whole number.", param="amount")
    check_amount(amount, currency)
    topup: Document = {"id": world.name("tu"), "amount": amount, "currency": currency}
    balance.for_topup(world, topup)
    return topup


def _destination(world: World, currency: str) -> tuple[str | None, str | None]:
    """Return the bank account that a payout goes to, and the code with which it will fail."""
    if world.account is None:
        return None, None
    account = world.store.get(accounts.KIND, world.account)
    bank = accounts.bank_of(account, currency)
    if bank is None:
        raise InvalidRequest(
            f"Sorry, you don't have any external accounts in that currency ({currency}).",
            code="payouts_not_allowed",
        )
    if not account.document["payouts_enabled"] or bank["status"] == "errored":
        raise InvalidRequest(
            message="Payouts are not enabled for this account.", code="payouts_not_allowed"
        )
    return bank["id"], account.notes["fails"]


def _own(world: World, identifier: str) -> Record:
    record = world.store.get(KIND, identifier, param="payout")
    if record.notes["account"] != world.account:
        raise NotFound(KIND, identifier, param="payout")
    return record


def _undo(world: World, record: Record, *, kind: str = "payout_failure") -> str:
    return balance.for_undone_payout(
        world, record.document, account=record.notes["account"], kind=kind
    )


def _store(world: World, record: Record, event: str, *, status: str) -> None:
    previous = {"status": record.document["status"]}
    record.document["status"] = status
    world.store.save(record)
    events.emit(world, event, record.document, previous=previous)
