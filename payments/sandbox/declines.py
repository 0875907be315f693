"""Why a card is refused: Stripe's codes and its English message for each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    code: str
    message: str
    decline_code: str | None = None

    @property
    def advice_code(self) -> str | None:
        """Return what Stripe advises after a decline."""
        return "do_not_try_again" if self.decline_code in _FINAL else None


_FINAL = frozenset({"lost_card", "stolen_card"})
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
    "authentication_required": Reason(
        "authentication_required",
        "Your card was declined. This transaction requires authentication.",
        "authentication_required",
    ),
    "setup_authentication_failed": Reason(
        "setup_intent_authentication_failure",
        "The latest attempt to set up the payment method has failed because authentication failed.",
    ),
    "authentication_failed": Reason(
        "payment_intent_authentication_failure",
        "The provided payment method has failed authentication.",
    ),
}


def error_of(reason: Reason) -> dict[str, str]:
    """Return a refusal as the API shows it on what was tried."""
    error = {
        "code": reason.code,
        "doc_url": f"https://docs.stripe.com/error-codes#{reason.code}",
        "message": reason.message,
        "type": "card_error",
    }
    if reason.decline_code:
        error["decline_code"] = reason.decline_code
    if reason.advice_code:
        error["advice_code"] = reason.advice_code
    return error
