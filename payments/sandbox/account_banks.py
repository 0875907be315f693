"""Bank accounts of connected accounts, and how payouts to each test number end.

The numbers and their endings are those of https://docs.stripe.com/connect/testing#payouts, read in
November 2026: they work for every IBAN of the shape shown there and for account numbers of the
American shape.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from payments.sandbox.errors import InvalidRequest

if TYPE_CHECKING:
    from payments.sandbox.store import Document
    from payments.sandbox.world import World

KIND = "bank_account"
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_LOCAL = re.compile(r"[0-9]{6,17}")
_ENDINGS = {
    "000111111116": "no_account",
    "000111111113": "account_closed",
    "000222222227": "insufficient_funds",
    "000333333335": "debit_not_authorized",
    "000444444440": "invalid_currency",
    "370400440532013001": "no_account",
    "370400440532013002": "account_closed",
    "370400440532013003": "insufficient_funds",
    "370400440532013004": "debit_not_authorized",
    "370400440532013005": "invalid_currency",
}
MESSAGES = {
    "account_closed": "The bank account has been closed.",
    "could_not_process": "The bank could not process this payout.",
    "debit_not_authorized": "Debit transactions are not approved on your bank account.",
    "insufficient_funds": "Your Stripe account has insufficient funds to cover the payout.",
    "invalid_currency": "The bank was unable to process this payout because of its currency.",
    "no_account": "The bank account details on file are probably incorrect.",
}


@dataclass(frozen=True, slots=True)
class BankDetails:
    """What a person types: whose account, where, which number, in which currency."""

    holder: str
    number: str
    country: str
    currency: str


def is_valid(number: str) -> bool:
    """Say whether a number is an IBAN whose check digits fit, or has digits only."""
    if _LOCAL.fullmatch(number):
        return True
    if not _IBAN.fullmatch(number):
        return False
    turned = number[4:] + number[:4]
    return int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1


def make(world: World, account: str, details: BankDetails) -> tuple[Document, str | None]:
    """Return a bank account, and the code with which payouts to it fail, if they do.

    Raises:
        InvalidRequest: no such number can exist.
    """
    number = details.number.replace(" ", "").upper()
    if not is_valid(number):
        raise InvalidRequest(
            message="You must use a test bank account number in test mode.",
            code="account_number_invalid",
            param="external_account[account_number]",
        )
    bank: Document = {
        "id": world.name("ba"),
        "object": KIND,
        "account": account,
        "account_holder_name": details.holder or None,
        "account_holder_type": None,
        "account_type": None,
        "available_payout_methods": ["standard"],
        "bank_name": "STRIPE TEST BANK",
        "country": details.country,
        "currency": details.currency,
        "default_for_currency": True,
        "fingerprint": hashlib.sha256(f"{details.country}:{number}".encode()).hexdigest()[:16],
        "last4": number[-4:],
        "metadata": {},
        "routing_number": None,
        "status": "new",
    }
    return bank, ending(number)


def ending(number: str) -> str | None:
    """Return the code with which payouts to a number fail, or None when they succeed."""
    return _ENDINGS.get(number if number.isdigit() else number[4:])
