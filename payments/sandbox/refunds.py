"""Refunds: money given back, as often as wished and never more than was taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.sandbox import amounts, balance, charges, disputes, events, jobs, rules
from payments.sandbox.errors import InvalidRequest
from payments.sandbox.store import Record

if TYPE_CHECKING:
    from payments.sandbox.calls import Call
    from payments.sandbox.store import Document
    from payments.sandbox.world import World

KIND = "refund"
_SECONDS = 5
_OFFERED = frozenset({"amount", "charge", "payment_intent", "reason", "metadata", "expand"})


def create(world: World, params: Document) -> Record:
    """Refund all or part of a charge, in the provider's minor units.

    Raises:
        InvalidRequest: nothing to refund, less than asked, or the bank has taken it back.
        NotFound: no such charge or intent.
    """
    rules.check_offered(params, _OFFERED)
    charge = _charge(world, params)
    if disputes.is_charged_back(world, charge.id):
        raise InvalidRequest(
            f"Charge {charge.id} has been charged back; cannot issue a refund.",
            code="charge_disputed",
        )
    amount = _amount(charge.document, params.get("amount"))
    pending = charge.notes["refunding"] == "pends"
    refund: Document = {
        "id": world.name("re"),
        "object": KIND,
        "amount": amount,
        "balance_transaction": None,
        "charge": charge.id,
        "created": world.now(),
        "currency": charge.document["currency"],
        "destination_details": {"card": {"type": "refund"}, "type": "card"},
        "failure_balance_transaction": None,
        "metadata": rules.metadata(params.get("metadata")),
        "payment_intent": charge.document["payment_intent"],
        "reason": params.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "pending" if pending else "succeeded",
        "transfer_reversal": None,
    }
    refund["balance_transaction"] = balance.for_refund(world, refund)
    record = Record(refund)
    world.store.save(record)
    _count(charge, amount)
    world.store.save(charge)
    events.emit(world, "refund.created", record.document)
    events.emit(world, "charge.refunded", charge.document)
    _plan(world, record, charge.notes["refunding"])
    return record


def update(world: World, call: Call) -> Document:
    """Change the metadata of a refund, which is all that may be changed."""
    rules.check_offered(call.params, {"metadata", "expand"})
    record = world.store.get(KIND, call.arguments[0])
    previous = {"metadata": record.document["metadata"]}
    given = call.params.get("metadata")
    kept = {} if given == "" else previous["metadata"]
    changed = given if isinstance(given, dict) else {}
    record.document["metadata"] = rules.metadata(kept | changed)
    world.store.save(record)
    events.emit(world, "refund.updated", record.document, previous=previous)
    return record.document


def cancel(world: World, call: Call) -> Document:
    """Refuse: only a refund that waits for the customer to act can be cancelled, never a card's.

    Raises:
        InvalidRequest: always, as the sandbox offers cards only.
    """
    record = world.store.get(KIND, call.arguments[0])
    raise InvalidRequest(
        f"Refund {record.id} has a status of {record.document['status']}. Only refunds with a"
        " status of requires_action can be canceled."
    )


def control(world: World, body: Document) -> Document:
    """End `refund` with the `outcome` succeeded or failed, at once.

    Raises:
        InvalidRequest: another outcome, or a refund that has failed already.
    """
    record = world.store.get(KIND, str(body.get("refund")), param="refund")
    status, outcome = record.document["status"], body.get("outcome")
    ends = {("pending", "succeeded"): finish, ("pending", "failed"): fail}
    end = ({("succeeded", "failed"): fail} | ends).get((status, str(outcome)))
    if end is None:
        raise InvalidRequest(f"A refund that is {status} cannot end so.", param="outcome")
    jobs.drop(world, record.id)
    end(world, record)
    return record.document


def finish(world: World, record: Record) -> None:
    """End a pending refund well."""
    record.document["status"] = "succeeded"
    world.store.save(record)
    events.emit(world, "refund.updated", record.document, previous={"status": "pending"})


def fail(world: World, record: Record) -> None:
    """Take a refund back, because the bank would not have it."""
    previous = {"status": record.document["status"]}
    charge = world.store.get(charges.KIND, record.document["charge"])
    _count(charge, -record.document["amount"])
    world.store.save(charge)
    record.document |= {
        "status": "failed",
        "failure_reason": "unknown",
        "failure_balance_transaction": balance.for_failed_refund(world, record.document),
    }
    world.store.save(record)
    for name in ("refund.updated", "refund.failed", "charge.refund.updated"):
        events.emit(world, name, record.document, previous=previous)


def _charge(world: World, params: Document) -> Record:
    if ("charge" in params) == ("payment_intent" in params):
        raise InvalidRequest(
            message="One of the following params should be provided for this request:"
            " payment_intent or charge."
        )
    if "charge" in params:
        return world.store.get(charges.KIND, params["charge"], param="charge")
    intent = world.store.get("payment_intent", params["payment_intent"], param="payment_intent")
    if not intent.document["latest_charge"]:
        raise InvalidRequest(
            f"This PaymentIntent ({intent.id}) does not have a successful charge to refund.",
            param="payment_intent",
        )
    return world.store.get(charges.KIND, intent.document["latest_charge"])


def _amount(charge: Document, asked: int | None) -> int:
    if not charge["captured"]:
        raise InvalidRequest(f"Charge {charge['id']} has not been captured.", param="charge")
    left, currency = charges.refundable(charge), charge["currency"]
    if not left:
        raise InvalidRequest(
            f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded"
        )
    amount = left if asked is None else asked
    if amount < 1:
        raise InvalidRequest(
            message="This value must be greater than or equal to 1.",
            code="parameter_invalid_integer",
            param="amount",
        )
    amounts.check_step(amount, amounts.check_currency(currency), param="amount")
    if amount > left:
        raise InvalidRequest(
            f"Refund amount ({amounts.shown(amount, currency)}) is greater than unrefunded amount"
            f" on charge ({amounts.shown(left, currency)})",
            code="amount_too_large",
            param="amount",
        )
    return amount


def _count(charge: Record, amount: int) -> None:
    refunded = charge.document["amount_refunded"] + amount
    charge.document |= {
        "amount_refunded": refunded,
        "refunded": refunded == charge.document["amount"],
    }


def _plan(world: World, record: Record, refunding: str) -> None:
    kind = {"pends": jobs.FINISH_REFUND, "fails": jobs.FAIL_REFUND}.get(refunding)
    if kind:
        jobs.plan(world, kind, record.id, world.now() + _SECONDS)
