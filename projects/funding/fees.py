"""What the card processor usually keeps of a gift, to be said before anybody pays.

The project bears it; the exact fee is what the provider reports afterwards, and that is booked.
"""

from __future__ import annotations

from payments.money import Money

_PUBLISHED = {"EUR": (15, 25), "GBP": (15, 20), "USD": (29, 30)}
"""The provider's price for an ordinary card: per mille of the amount, and minor units each time."""


def usual_fee(amount: Money) -> Money | None:
    """Return about what the processor keeps, or None where no one price is published."""
    price = _PUBLISHED.get(amount.currency)
    if price is None:
        return None
    permille, fixed_minor = price
    return Money((amount.minor * permille + 500) // 1000 + fixed_minor, amount.currency)
