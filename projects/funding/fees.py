"""What the card processor usually keeps of a gift, to be said before anybody pays.

The project bears it; the exact fee is what the provider reports afterwards, and that is booked.
"""

from __future__ import annotations

from payments.money import Money

_PERMILLE = 15
_HUNDREDTHS_OF_A_UNIT = 25


def usual_fee(amount: Money) -> Money:
    """Return about what the processor keeps: 1.5 % and a quarter of a unit."""
    fixed = (_HUNDREDTHS_OF_A_UNIT * 10**amount.exponent + 50) // 100
    return Money((amount.minor * _PERMILLE + 500) // 1000 + fixed, amount.currency)
