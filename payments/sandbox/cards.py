"""Test cards: what each number does, and reading what somebody typed.

The numbers are those that Stripe documents for its test mode. Two are ours, because Stripe knows
bank debits by account number and not by card: 4000 0000 0000 1000 is processed for a few seconds
and then succeeds, 4000 0000 0000 1018 is processed and then fails. A number that is nobody's test
card is declined, as in Stripe's test mode: a real card has no business here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

Outcome = Literal["succeeds", "declined", "authenticates", "processes", "processes_then_fails"]
Refunding = Literal["succeeds", "pends", "fails"]
Asking = Literal["always", "until_set_up", "on_session"]


@dataclass(frozen=True, slots=True)
class Card:
    """What happens with one number. `code` and `decline_code` are Stripe's words for a refusal."""

    number: str
    outcome: Outcome = "succeeds"
    code: str = "card_declined"
    decline_code: str | None = None
    refunding: Refunding = "succeeds"
    disputing: str = ""  # The bank's reason for taking the money back, or "inquiry".
    after_approval: Outcome = "succeeds"
    asking: Asking = "always"  # When a card that authenticates wants its owner to be there.
    saving: Outcome | None = None  # What saving it does, where that is not what paying does.

    @property
    def last4(self) -> str:
        return self.number[-4:]

    @property
    def brand(self) -> str:
        return next(
            (brand for pattern, brand in _BRANDS if re.match(pattern, self.number)), "unknown"
        )

    @property
    def when_saved(self) -> Outcome:
        """Return what happens when the card is to be kept and nothing is charged."""
        if self.saving:
            return self.saving
        return "succeeds" if self.outcome.startswith("processes") else self.outcome

    def when_away(self, *, is_set_up: bool) -> Outcome:
        """Return what happens when a kept card is charged without its owner."""
        asks = self.asking == "always" or (self.asking == "until_set_up" and not is_set_up)
        return self.after_approval if self.outcome == "authenticates" and not asks else self.outcome


@dataclass(frozen=True, slots=True)
class Entry:
    """A card as somebody typed it, understood."""

    card: Card
    exp_month: int
    exp_year: int


class CardNotUnderstood(Exception):
    """Some fields cannot be right. `problems` names a code for each."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(", ".join(problems.values()))
        self.problems = problems


_BRANDS = (
    ("4", "visa"),
    ("5[1-5]|2[2-7]", "mastercard"),
    ("3[47]", "amex"),
    ("6011|65", "discover"),
    ("3[068]", "diners"),
    ("35", "jcb"),
    ("62", "unionpay"),
)
_DECLINED: Outcome = "declined"
_SPECIAL = (
    Card("4000000000000002", _DECLINED, decline_code="generic_decline"),
    Card("4000000000009995", _DECLINED, decline_code="insufficient_funds"),
    Card("4000000000009987", _DECLINED, decline_code="lost_card"),
    Card("4000000000009979", _DECLINED, decline_code="stolen_card"),
    Card("4000000000000069", _DECLINED, code="expired_card"),
    Card("4000000000000127", _DECLINED, code="incorrect_cvc"),
    Card("4000000000000119", _DECLINED, code="processing_error"),
    Card("4000000000000341", _DECLINED, decline_code="generic_decline", saving="succeeds"),
    Card("4000002500003155", "authenticates", asking="until_set_up"),
    Card("4000002760003184", "authenticates"),
    Card("4000003800000446", "authenticates", asking="on_session"),
    Card(
        "4000008260003178",
        "authenticates",
        decline_code="insufficient_funds",
        after_approval=_DECLINED,
        asking="until_set_up",
    ),
    Card(
        "4000008400001629",
        "authenticates",
        decline_code="generic_decline",
        after_approval=_DECLINED,
    ),
    Card("4000000000007726", refunding="pends"),
    Card("4000000000005126", refunding="fails"),
    Card("4000000000000259", disputing="fraudulent"),
    Card("4000000000002685", disputing="product_not_received"),
    Card("4000000000001976", disputing="inquiry"),
    Card("4000000000001000", "processes"),
    Card("4000000000001018", "processes_then_fails", decline_code="generic_decline"),
)
_ACCEPTED = (
    "4242424242424242", "4000056655665556", "5555555555554444", "2223003122003222",
    "5200828282828210", "5105105105105100", "378282246310005", "371449635398431",
    "6011111111111117", "6011000990139424", "3056930009020004", "36227206271667",
    "3566002020360505", "6200000000000005",
)  # fmt: skip
_BY_NUMBER = {card.number: card for card in (*_SPECIAL, *map(Card, _ACCEPTED))}
_TOKENS = {
    "pm_card_visa": "4242424242424242",
    "pm_card_mastercard": "5555555555554444",
    "pm_card_amex": "378282246310005",
    "pm_card_chargeDeclined": "4000000000000002",
    "pm_card_visa_chargeDeclined": "4000000000000002",
    "pm_card_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_visa_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_authenticationRequired": "4000002760003184",
    "pm_card_chargeCustomerFail": "4000000000000341",
    "pm_card_authenticationRequiredOnSetup": "4000002500003155",
    "pm_card_authenticationRequiredSetupForOffSession": "4000003800000446",
    "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds": "4000008260003178",
    "pm_card_pendingRefund": "4000000000007726",
    "pm_card_refundFail": "4000000000005126",
    "pm_card_createDispute": "4000000000000259",
    "pm_card_createDisputeProductNotReceived": "4000000000002685",
    "pm_card_createDisputeInquiry": "4000000000001976",
}


def by_number(number: str) -> Card:
    """Return what a card number does."""
    unknown = Card(number, _DECLINED, decline_code="test_mode_live_card")
    return _BY_NUMBER.get(number, unknown)


def by_token(token: str) -> Card | None:
    """Return the card behind one of Stripe's test payment methods, `pm_card_…`."""
    number = _TOKENS.get(token)
    return by_number(number) if number else None


def read(form: Mapping[str, str], *, today: date) -> Entry:
    """Return the card that a person typed into `number`, `expiry` and `cvc`.

    Raises:
        CardNotUnderstood: with a code for each field that cannot be right.
    """
    number = re.sub(r"[\s-]", "", form.get("number", ""))
    expiry = _expiry(form.get("expiry", ""))
    problems = {
        "number": _number_problem(number),
        "expiry": _expiry_problem(expiry, today),
        "cvc": "" if re.fullmatch("[0-9]{3,4}", form.get("cvc", "").strip()) else "invalid_cvc",
    }
    found = {name: code for name, code in problems.items() if code}
    if found or expiry is None:
        raise CardNotUnderstood(found)
    return Entry(by_number(number), *expiry)


def passes_luhn(number: str) -> bool:
    """Say whether the last digit of a card number fits the others."""
    digits = [int(digit) for digit in reversed(number)]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _number_problem(number: str) -> str:
    if not re.fullmatch("[0-9]{12,19}", number):
        return "incomplete_number" if re.fullmatch("[0-9]{0,11}", number) else "invalid_number"
    return "" if passes_luhn(number) else "incorrect_number"


def _expiry(text: str) -> tuple[int, int] | None:
    """Return month and year of MM/YY or MM/YYYY; blanks and the slash may be left out."""
    found = re.fullmatch(
        r"(0[1-9]|1[0-2]|[1-9](?=\s*/))\s*/?\s*(20[0-9]{2}|[0-9]{2})", text.strip()
    )
    if not found:
        return None
    month, year = int(found[1]), int(found[2])
    return month, year if len(found[2]) == len("2030") else 2000 + year


def _expiry_problem(expiry: tuple[int, int] | None, today: date) -> str:
    if expiry is None:
        return "invalid_expiry"
    month, year = expiry
    return "expired_card" if (year, month) < (today.year, today.month) else ""
