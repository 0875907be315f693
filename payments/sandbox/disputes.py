"""Disputes: a cardholder's bank takes a charge back, until the dispute is won or for good.

Submitting `winning_evidence` or `losing_evidence` as `uncategorized_text` ends a dispute, as in
Stripe's test mode: https://docs.stripe.com/testing#disputes
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.sandbox import balance, charges, events, rules
from payments.sandbox.errors import InvalidRequest
from payments.sandbox.store import Record

if TYPE_CHECKING:
    from payments.sandbox.calls import Call
    from payments.sandbox.store import Document
    from payments.sandbox.world import World

KIND = "dispute"
CHARGED_BACK = frozenset({"needs_response", "under_review", "lost"})
_OPEN = frozenset({"needs_response", "under_review"})
_INQUIRIES = frozenset({"warning_needs_response", "warning_under_review"})
_DAYS_TO_ANSWER = 7
_DAY = 86_400
_EVIDENCE = 150_000  # Characters in all fields together.
_OUTCOMES = {"winning_evidence": True, "losing_evidence": False}


def open_dispute(
    world: World,
    charge: Record,
    *,
    reason: str = "fraudulent",
    amount: int | None = None,
    inquiry: bool = False,
) -> Record:
    """Dispute a charge, by default all that was captured, in the provider's minor units.

    An inquiry is a question of the bank: no money moves and the charge may still be refunded.

    Raises:
        InvalidRequest: nothing was captured, less than asked, or it is disputed already.
    """
    disputed = _amount(world, charge.document, amount)
    record = Record(_document(world, charge.document, disputed, reason, inquiry=inquiry))
    world.store.save(record)
    charge.document["disputed"] = True
    world.store.save(charge)
    if inquiry:
        events.emit(world, "charge.dispute.created", record.document)
        return record
    _move(world, record, balance.for_dispute(world, record.document))
    events.emit(world, "charge.dispute.created", record.document)
    events.emit(world, "charge.dispute.funds_withdrawn", record.document)
    return record


def open_for_card(world: World, charge: Record) -> None:
    """Dispute a charge whose card is one that does so."""
    reason = charge.notes["disputing"]
    is_inquiry = reason == "inquiry"
    open_dispute(world, charge, reason="general" if is_inquiry else reason, inquiry=is_inquiry)


def decide(world: World, record: Record, *, won: bool) -> None:
    """End a dispute: when won the money comes back; the fee never does.

    Raises:
        InvalidRequest: it has ended before.
    """
    status = _check_open(record.document)
    was_inquiry = status in _INQUIRIES
    record.document |= {
        "status": "warning_closed" if was_inquiry else "won" if won else "lost",
        "is_charge_refundable": was_inquiry,
    }
    if won and not was_inquiry:
        _move(world, record, balance.for_won_dispute(world, record.document))
    world.store.save(record)
    previous = {"status": status}
    events.emit(world, "charge.dispute.closed", record.document, previous=previous)
    if won and not was_inquiry:
        events.emit(world, "charge.dispute.funds_reinstated", record.document)


def update(world: World, call: Call) -> Document:
    """Stage evidence, or submit it.

    Raises:
        InvalidRequest: the dispute has ended, or the evidence is too long.
    """
    params = call.params
    rules.check_offered(params, {"evidence", "submit", "metadata", "expand"})
    record = world.store.get(KIND, call.arguments[0])
    previous = {"status": _check_open(record.document)}
    evidence: Document = dict(params.get("evidence") or {})
    if sum(len(str(text)) for text in evidence.values()) > _EVIDENCE:
        raise InvalidRequest(f"Evidence may have at most {_EVIDENCE} characters.", param="evidence")
    record.document["evidence"] |= evidence
    if "metadata" in params:
        record.document["metadata"] = rules.metadata(params["metadata"])
    record.document["evidence_details"]["has_evidence"] |= bool(evidence)
    is_submitted = bool(evidence) and params.get("submit", True)
    if is_submitted:
        _submit(record)
    world.store.save(record)
    events.emit(world, "charge.dispute.updated", record.document, previous=previous)
    outcome = _OUTCOMES.get(record.document["evidence"].get("uncategorized_text") or "")
    if is_submitted and outcome is not None:
        decide(world, record, won=outcome)
    return record.document


def close(world: World, call: Call) -> Document:
    """Give a dispute up, which loses it.

    Raises:
        InvalidRequest: it has ended before.
    """
    rules.check_offered(call.params, {"expand"})
    record = world.store.get(KIND, call.arguments[0])
    decide(world, record, won=False)
    return record.document


def control(world: World, body: Document) -> Document:
    """Open a dispute on `charge`, or end `dispute` with the `outcome` won or lost.

    Raises:
        InvalidRequest: neither, or what `open_dispute` and `decide` refuse.
    """
    if "dispute" in body:
        if body.get("outcome") not in {"won", "lost"}:
            raise InvalidRequest(message="outcome must be won or lost.", param="outcome")
        record = world.store.get(KIND, str(body["dispute"]), param="dispute")
        decide(world, record, won=body["outcome"] == "won")
        return record.document
    amount = body.get("amount")
    if amount is not None and type(amount) is not int:
        raise InvalidRequest(message="amount must be whole minor units.", param="amount")
    charge = world.store.get(charges.KIND, str(body.get("charge")), param="charge")
    return open_dispute(
        world,
        charge,
        reason=str(body.get("reason", "fraudulent")),
        amount=amount,
        inquiry=body.get("inquiry") is True,
    ).document


def is_charged_back(world: World, charge: str) -> bool:
    """Say whether a charge is, or was for good, taken back, so that nothing can be refunded."""
    found = world.store.every(KIND, charge=charge)
    return any(record.document["status"] in CHARGED_BACK for record in found)


def _amount(world: World, charge: Document, asked: int | None) -> int:
    captured = int(charge["amount_captured"])
    amount = captured if asked is None else asked
    if not charge["captured"] or not 0 < amount <= captured:
        raise InvalidRequest(
            f"Of charge {charge['id']} {captured} can be disputed.", param="charge"
        )
    if is_charged_back(world, charge["id"]):
        raise InvalidRequest(f"Charge {charge['id']} is disputed already.", param="charge")
    return amount


def _check_open(dispute: Document) -> str:
    status = str(dispute["status"])
    if status not in _OPEN | _INQUIRIES:
        raise InvalidRequest(f"This dispute is already closed: it is {status}.")
    return status


def _submit(record: Record) -> None:
    details = record.document["evidence_details"]
    details |= {"submission_count": details["submission_count"] + 1}
    is_inquiry = record.document["status"] in _INQUIRIES
    record.document["status"] = "warning_under_review" if is_inquiry else "under_review"


def _move(world: World, record: Record, transaction: str) -> None:
    """Show money that moved on the dispute, which embeds its balance transactions."""
    moved = world.store.get(balance.KIND, transaction).document
    record.document["balance_transactions"].append(moved)
    world.store.save(record)


def _document(
    world: World, charge: Document, amount: int, reason: str, *, inquiry: bool
) -> Document:
    now = world.now()
    return {
        "id": world.name("dp"),
        "object": KIND,
        "amount": amount,
        "balance_transactions": [],
        "charge": charge["id"],
        "created": now,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {},
        "evidence_details": {
            "due_by": now + _DAYS_TO_ANSWER * _DAY,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": inquiry,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {
            "card": {
                "brand": charge["payment_method_details"]["card"]["brand"],
                "case_type": "inquiry" if inquiry else "chargeback",
                "network_reason_code": "10.4",
            },
            "type": "card",
        },
        "reason": reason,
        "status": "warning_needs_response" if inquiry else "needs_response",
    }
