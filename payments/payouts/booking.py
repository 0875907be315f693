"""What payouts do to the books.

| entry | debit | credit |
|---|---|---|
| `payout_held` (pending) | escrow | payable |
| the money leaves: `payout_released` posts it, `transfer` | payable | provider_clearing |
| what the provider kept: `payout_fee` | processor_fee | provider_clearing |
| the money comes back: `transfer_reversal`, correcting `transfer` | provider_clearing | payable |
| and `payout_returned`, correcting `payout_released` | payable | escrow |

A transfer is booked when it leaves our balance at the provider, not when it arrives at a bank: the
books then say what the provider's records say. What an owner owes (a debit on `payable`, also one
that is pending) is kept of a payout: the escrow gives all of it, and less is transferred.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.ledger import selectors as books
from payments.ledger import services as ledger
from payments.ledger.entries import AccountKey, Entry, Posting
from payments.ledger.models import AccountKind
from payments.payouts.models import Payout

if TYPE_CHECKING:
    from datetime import datetime

    from payments.gateway.payouts import Movement
    from payments.ledger.entries import State
    from payments.payouts.models import PayoutAccount


def escrow(payout: Payout) -> AccountKey:
    return AccountKey(AccountKind.ESCROW, payout.source_ref, payout.currency)


def payable(account: PayoutAccount) -> AccountKey:
    return AccountKey(AccountKind.PAYABLE, account.owner_ref, account.currency)


def owed(account: PayoutAccount) -> int:
    """Return what a locked account's owner owes, less what payouts not gone will keep of it.

    What a refund or a dispute holds back counts before it is decided: afterwards the money is gone.
    """
    balance = books.balance(payable(account))
    kept = sum(
        account.payouts.filter(
            state__in=[Payout.State.SCHEDULED, *Payout.WITH_PROVIDER], transfer_key=""
        ).values_list("receivable_minor", flat=True)
    )
    debits = balance.debits_posted + balance.debits_pending
    return max(debits - balance.credits_posted - kept, 0)


def hold(payout: Payout, *, now: datetime) -> None:
    """Hold the amount back in the escrow.

    Raises:
        BalanceExceeded: The escrow has less.
        LedgerBusy: An account was locked by others for too long.
    """
    _post(
        Entry(
            kind="payout_held",
            reference=payout.reference,
            idempotency_key=_hold_key(payout),
            occurred_at=now,
            postings=(
                Posting(escrow(payout), payout.amount_minor),
                Posting(payable(payout.account), -payout.amount_minor),
            ),
            state="pending",
        )
    )


def give_up(payout: Payout, *, now: datetime) -> None:
    """Give back to the escrow what was held and never sent."""
    _finish(payout, "voided", f"{_hold_key(payout)}:void", now)


def release(payout: Payout, *, at: datetime) -> None:
    """Let the escrow give what it held: the money leaves, or settles what the owner owed."""
    _finish(payout, "posted", f"payout_released:{payout.pk}", at)


def send(payout: Payout, moved: Movement) -> None:
    """Book that the money left, and what the provider kept for it."""
    release(payout, at=moved.at)
    clearing, amount = _clearing(payout), moved.amount
    _post(
        Entry(
            kind="transfer",
            reference=payout.reference,
            idempotency_key=f"{moved.key}:transfer",
            occurred_at=moved.at,
            postings=(
                Posting(payable(payout.account), amount.minor),
                Posting(clearing, -amount.minor),
            ),
        )
    )
    if moved.fee:
        provider = payout.account.method
        fee_of = AccountKey(AccountKind.PROCESSOR_FEE, provider, moved.fee.currency)
        fee_from = AccountKey(AccountKind.PROVIDER_CLEARING, provider, moved.fee.currency)
        _post(
            Entry(
                kind="payout_fee",
                reference=payout.reference,
                idempotency_key=f"{moved.key}:payout_fee",
                occurred_at=moved.at,
                postings=(
                    Posting(fee_of, moved.fee.minor),
                    Posting(fee_from, -moved.fee.minor),
                ),
            )
        )


def take_back(payout: Payout, back: Movement) -> None:
    """Book that the money is with us again, and the escrow's. What the provider kept stays kept."""
    _post(
        Entry(
            kind="transfer_reversal",
            reference=payout.reference,
            idempotency_key=f"{back.key}:transfer_reversal",
            occurred_at=back.at,
            postings=(
                Posting(_clearing(payout), back.amount.minor),
                Posting(payable(payout.account), -back.amount.minor),
            ),
            corrects=f"{payout.transfer_key}:transfer",
        ),
        Entry(
            kind="payout_returned",
            reference=payout.reference,
            idempotency_key=f"payout_returned:{payout.pk}",
            occurred_at=back.at,
            postings=(
                Posting(payable(payout.account), back.amount.minor + payout.receivable_minor),
                Posting(escrow(payout), -back.amount.minor - payout.receivable_minor),
            ),
            corrects=f"payout_released:{payout.pk}",
        ),
    )


def _clearing(payout: Payout) -> AccountKey:
    return AccountKey(AccountKind.PROVIDER_CLEARING, payout.account.method, payout.currency)


def _hold_key(payout: Payout) -> str:
    return f"payout_held:{payout.pk}:{payout.holds}"


def _finish(payout: Payout, state: State, key: str, at: datetime) -> None:
    _post(
        Entry(
            kind="payout_released" if state == "posted" else "payout_held",
            reference=payout.reference,
            idempotency_key=key,
            occurred_at=at,
            state=state,
            finishes=_hold_key(payout),
        )
    )


def _post(*entries: Entry) -> None:
    ledger.post(entries)
