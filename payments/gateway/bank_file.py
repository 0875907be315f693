"""Paying owners from an own treasury: a file that a person takes to a bank.

Euro to an IBAN is ISO 20022's `pain.001.001.09`, written and checked against its schema by sepaxml.
Where no standard exists (other currencies, mobile money) it is a table in which nothing is
calculated when it is opened. No bank answers: a person says what became of each line.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sepaxml import SepaTransfer
from sepaxml.validation import ValidationError

from payments.gateway.base import ProviderRefused
from payments.gateway.payouts import (
    BankDetails,
    Movement,
    Payee,
    PayoutOrder,
    PayoutStatus,
    SentPayout,
)
from payments.sheets import csv_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from payments.money import Money

SCHEMA = "pain.001.001.09"
STANDARD_CURRENCY = "EUR"
COLUMNS = ("line", "end_to_end_id", "name", "number", "amount", "currency", "reference")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_NUMBER = re.compile(r"\+?[A-Z0-9]{5,34}")
_CHECK = 97  # ISO 7064 MOD 97-10, as ISO 13616 asks of an IBAN.


@dataclass(frozen=True, slots=True)
class Debtor:
    """Who pays: the holder and the IBAN of the treasury's account."""

    name: str
    iban: str


@dataclass(frozen=True, slots=True)
class Line:
    """One payment of a file."""

    end_to_end_id: str  # At most 35 characters. Banks carry it all the way.
    payee: BankDetails
    amount: Money
    reference: str


@dataclass(frozen=True, slots=True)
class PaymentFile:
    """A file to be taken to a bank."""

    name: str
    media_type: str
    content: bytes


class BankFile:
    """A treasury's bank as a PayoutGateway: it takes everything and tells nothing."""

    def fetch_payee(self, key: str, details: BankDetails | None = None) -> Payee:
        """Return an account by the details that we keep; payable if they can be right."""
        known = details is not None and is_valid(details)
        return Payee(
            key=key,
            account_key="",
            is_payable=known,
            requirements=() if known else ("external_account",),
            details_digest=digest(details) if details else "",
            details_label=label(details) if details else "",
        )

    def send(self, order: PayoutOrder) -> SentPayout:
        """Give an order its name on the file. Money moves when the bank has the file."""
        return _waiting(order)

    def find(self, order: PayoutOrder) -> SentPayout | None:
        """Return the same as `send`: the name of an order is made from its key."""
        return _waiting(order)

    def fetch(self, order: PayoutOrder) -> SentPayout:
        """Return that the order waits: only a person knows more."""
        return _waiting(order)

    def take_back(self, order: PayoutOrder) -> Movement:
        """Refuse: what a bank sends back arrives by itself, and a person says so."""
        raise ProviderRefused(f"{order.reference} was paid by a bank: nothing can be taken back.")


def end_to_end_id(payout_key: str) -> str:
    """Return the name of a payout at banks: its key without the dashes, 32 characters."""
    return payout_key.replace("-", "")


def is_iban(number: str) -> bool:
    """Say whether a number is an IBAN whose check digits fit."""
    if not _IBAN.fullmatch(number):
        return False
    turned = number[4:] + number[:4]
    return int("".join(str(int(sign, 36)) for sign in turned)) % _CHECK == 1


def is_valid(details: BankDetails) -> bool:
    """Say whether details can be somebody's: a name, and an IBAN or a plain number."""
    number = details.number
    looks_like_iban = bool(re.match("[A-Z]{2}[0-9]{2}", number))
    fits = is_iban(number) if looks_like_iban else bool(_NUMBER.fullmatch(number))
    return bool(details.holder.strip()) and fits


def digest(details: BankDetails) -> str:
    """Return one sum over everything that says where money goes."""
    return hashlib.sha256(f"{details.number}|{details.holder}".encode()).hexdigest()


def label(details: BankDetails) -> str:
    """Return enough of the details to recognise them by."""
    shown = f"…{details.number[-4:]}"
    return f"{details.number[:2]} {shown}" if is_iban(details.number) else shown


def render(
    lines: Sequence[Line], *, debtor: Debtor, batch_key: str, day: date, made_at: datetime
) -> PaymentFile:
    """Return the file of a batch of one currency, to be executed on a day.

    Raises:
        ProviderRefused: No line, or a line that the standard does not allow.
    """
    if not lines or len({line.amount.currency for line in lines}) != 1:
        raise ProviderRefused(f"Batch {batch_key} is not of one currency.")
    name = f"payouts-{day.isoformat()}-{batch_key[-12:]}"
    if lines[0].amount.currency == STANDARD_CURRENCY and all(
        is_iban(line.payee.number) for line in lines
    ):
        content = _credit_transfers(lines, debtor, batch_key, day, made_at)
        return PaymentFile(f"{name}.xml", "application/xml", content)
    return PaymentFile(f"{name}.csv", "text/csv", _table(lines).encode())


class _CreditTransfers(SepaTransfer):  # type: ignore[misc]  # sepaxml has no types.
    """A message whose name and time are ours, so that the same batch is the same file."""

    def __init__(self, config: dict[str, object], *, message_id: str, made_at: datetime) -> None:
        self._message_id = message_id
        self._made_at = made_at
        super().__init__(config, schema=SCHEMA, clean=True)

    def _create_header(self) -> None:
        super()._create_header()
        header = self._xml.find("CstmrCdtTrfInitn/GrpHdr")
        header.find("MsgId").text = self._message_id
        header.find("CreDtTm").text = self._made_at.strftime("%Y-%m-%dT%H:%M:%S")

    def _finalize_batch(self) -> None:
        super()._finalize_batch()
        for place, name in enumerate(self._xml.iter("PmtInfId"), start=1):
            name.text = f"{self._message_id[:30]}-{place}"


def _credit_transfers(
    lines: Sequence[Line], debtor: Debtor, batch_key: str, day: date, made_at: datetime
) -> bytes:
    config: dict[str, object] = {
        "name": debtor.name,
        "IBAN": debtor.iban,
        "batch": True,
        "currency": STANDARD_CURRENCY,
    }
    message = _CreditTransfers(config, message_id=end_to_end_id(batch_key), made_at=made_at)
    for line in lines:
        message.add_payment(
            {
                "name": line.payee.holder,
                "IBAN": line.payee.number,
                "amount": line.amount.minor,
                "execution_date": day,
                "description": line.reference,
                "endtoend_id": line.end_to_end_id,
            }
        )
    try:
        return bytes(message.export(validate=True))
    except ValidationError as error:
        raise ProviderRefused(f"Batch {batch_key} does not fit {SCHEMA}.") from error


def _table(lines: Sequence[Line]) -> str:
    return csv_text(
        COLUMNS,
        [
            {
                "line": place,
                "end_to_end_id": line.end_to_end_id,
                "name": line.payee.holder,
                "number": line.payee.number,
                "amount": line.amount.decimal,
                "currency": line.amount.currency,
                "reference": line.reference,
            }
            for place, line in enumerate(lines, start=1)
        ],
    )


def _waiting(order: PayoutOrder) -> SentPayout:
    return SentPayout(
        payout_key=order.payout_key,
        status=PayoutStatus.WAITING,
        provider_key=end_to_end_id(order.payout_key),
    )
