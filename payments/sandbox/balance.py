"""Balance transactions: what each movement does to our account or a connected one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.sandbox import amounts
from payments.sandbox.store import Record

if TYPE_CHECKING:
    from payments.sandbox.store import Document
    from payments.sandbox.world import World

KIND = "balance_transaction"
_DAYS_UNTIL_AVAILABLE = 2
_DAY = 86_400


def for_charge(world: World, charge: Document) -> str:
    """Book the captured amount of a charge less the fee; return the id."""
    amount = charge["amount_captured"]
    fee = amounts.fee(amount, charge["currency"])
    return _book(world, charge, amount, kind="charge", fee=fee)


def for_refund(world: World, refund: Document) -> str:
    """Book a refund. The fee of the charge is not given back."""
    return _book(world, refund, -refund["amount"], kind="refund")


def for_failed_refund(world: World, refund: Document) -> str:
    """Book that a refund came back."""
    return _book(world, refund, refund["amount"], kind="refund_failure")


def for_dispute(world: World, dispute: Document) -> str:
    """Book what a bank took back, and what the provider wants for it."""
    amount, fee = -dispute["amount"], amounts.dispute_fee(dispute["currency"])
    return _book(world, dispute, amount, kind="adjustment", category="dispute", fee=fee, days=0)


def for_won_dispute(world: World, dispute: Document) -> str:
    """Book that the bank gave it back. The fee stays where it is."""
    amount, category = dispute["amount"], "dispute_reversal"
    return _book(world, dispute, amount, kind="adjustment", category=category, days=0)


def for_topup(world: World, topup: Document) -> str:
    """Book money that was put in, to be used at once."""
    return _book(world, topup, topup["amount"], kind="topup", days=0)


def for_transfer(world: World, transfer: Document) -> str:
    """Book a transfer out of our account, and into the connected one that it goes to."""
    sent_to = transfer["destination"]
    _book(world, transfer, transfer["amount"], kind="payment", days=0, account=sent_to)
    return _book(world, transfer, -transfer["amount"], kind="transfer", days=0)


def for_reversal(world: World, reversal: Document, *, taken_from: str) -> str:
    """Book that a transfer, or a part of it, came back from a connected account."""
    amount = reversal["amount"]
    _book(world, reversal, -amount, kind="payment_refund", days=0, account=taken_from)
    return _book(world, reversal, amount, kind="transfer_refund", days=0)


def for_payout(world: World, payout: Document, *, account: str | None) -> str:
    """Book a payout to the bank, out of our account or a connected one."""
    return _book(world, payout, -payout["amount"], kind="payout", days=0, account=account)


def for_undone_payout(
    world: World, payout: Document, *, account: str | None, kind: str = "payout_failure"
) -> str:
    """Book that a payout came back: `payout_failure` or `payout_cancel`."""
    return _book(world, payout, payout["amount"], kind=kind, days=0, account=account)


def of(world: World, account: str | None, *, available_only: bool = True) -> dict[str, int]:
    """Return what an account holds by currency; None is our own account."""
    held: dict[str, int] = {}
    for record in world.store.every(KIND):
        if record.notes.get("account") != account:
            continue
        line = aged(world, record.document)
        if line["status"] == "available" or not available_only:
            held[line["currency"]] = held.get(line["currency"], 0) + line["net"]
    return held


def _book(  # noqa: PLR0913  What a line of an account says.
    world: World,
    source: Document,
    amount: int,
    *,
    kind: str,
    category: str = "",
    fee: int = 0,
    days: int = _DAYS_UNTIL_AVAILABLE,
    account: str | None = None,
) -> str:
    now = world.now()
    record = Record(
        {
            "id": world.name("txn"),
            "object": KIND,
            "amount": amount,
            "available_on": now + days * _DAY,
            "balance_type": "payments",
            "created": now,
            "currency": source["currency"],
            "description": source.get("description"),
            "exchange_rate": None,
            "fee": fee,
            "fee_details": _fee_details(fee, source["currency"]) if fee else [],
            "net": amount - fee,
            "reporting_category": category or kind,
            "source": source["id"],
            "status": "pending",
            "type": kind,
        },
        {"account": account} if account else {},
    )
    world.store.save(record)
    return record.id


def _fee_details(fee: int, currency: str) -> list[Document]:
    details = {
        "amount": fee,
        "application": None,
        "currency": currency,
        "description": "Stripe processing fees",
        "type": "stripe_fee",
    }
    return [details]


def aged(world: World, transaction: Document) -> Document:
    """Return the transaction with the status it has by now."""
    available = transaction["available_on"] <= world.now()
    return transaction | {"status": "available" if available else "pending"}


def shown(world: World) -> Document:
    """Return the Balance of the account that asks."""
    available = of(world, world.account)
    held = of(world, world.account, available_only=False)
    pending = {currency: held[currency] - available.get(currency, 0) for currency in held}
    return {
        "object": "balance",
        "available": _amounts(available),
        "livemode": False,
        "pending": _amounts(pending),
    }


def _amounts(by_currency: dict[str, int]) -> list[Document]:
    return [
        {"amount": amount, "currency": currency, "source_types": {"card": amount}}
        for currency, amount in sorted(by_currency.items())
    ]
