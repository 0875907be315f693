"""Why a card is refused: Stripe's codes and its English message for each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    code: str
    message: str
    decline_code: str | None = None


REASONS = {
    "generic_decline": Reason("card_declined", "Your card was declined.", "generic_decline"),
    "insufficient_funds": Reason(
        "card_declined", "Your card has insufficient funds.", "insufficient_funds"
    ),
    "lost_card": Reason("card_declined", "Your card was declined.", "lost_card"),
    "stolen_card": Reason("card_declined", "Your card was declined.", "stolen_card"),
    "test_mode_live_card": Reason(
        "card_declined",
        "Your card was declined. Your request was in test mode, but used a non test card.",
        "test_mode_live_card",
    ),
    "expired_card": Reason("expired_card", "Your card has expired."),
    "incorrect_cvc": Reason("incorrect_cvc", "Your card's security code is incorrect."),
    "processing_error": Reason(
        "processing_error", "An error occurred while processing your card. Try again later."
    ),
    "authentication_failed": Reason(
        "payment_intent_authentication_failure",
        "The provided payment method has failed authentication.",
    ),
}
