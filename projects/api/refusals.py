"""What the API refuses. The message is one English sentence; the code is stable."""

from __future__ import annotations

from payments.amounts import Refusal

AMOUNT_MESSAGES = {
    Refusal.EMPTY: "Give an amount.",
    Refusal.UNREADABLE: "Write the amount as a string of ASCII digits with at most one point.",
    Refusal.SIGNED: "Write the amount without a sign.",
    Refusal.GROUPING: "Write the amount without separators.",
    Refusal.AMBIGUOUS: "Write the amount without separators.",
    Refusal.TOO_LONG: "The amount has too many digits.",
    Refusal.TOO_MANY_DECIMALS: "The amount has more decimals than the currency.",
    Refusal.ZERO: "The amount must be above zero.",
    Refusal.CHARGE_STEP: "The amount is finer than what can be charged in this currency.",
    Refusal.BELOW_MINIMUM: "The amount is smaller than what can be charged in this currency.",
}


class ApiRefused(ValueError):
    """A request that cannot be answered as it was put."""

    def __init__(self, *, code: str, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field


def invalid(*, field: str, message: str) -> ApiRefused:
    """Return the refusal of one parameter."""
    return ApiRefused(code=f"invalid_{field}", message=message, field=field)
