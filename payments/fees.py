"""Who bears which fee, and how much of it a refund loses. Pure: amounts in, amounts out.

A policy is shown before anybody pays and stands on the receipt. What the card processor keeps is
only estimated beforehand; the exact fee is what the provider reports, and that is what is booked.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from payments.money import Money

BASIS_POINTS = 10_000
_PUBLISHED = {"EUR": (15, 25), "GBP": (15, 20), "USD": (29, 30)}
"""The provider's price for an ordinary card: per mille of the amount, and minor units each time."""


class Bearer(StrEnum):
    """Whose money a fee is taken from."""

    PROJECT = "project"
    PLATFORM = "platform"


@dataclass(frozen=True, slots=True)
class Preview:
    """What will be kept of an amount, as far as it is known before paying."""

    amount: Money
    processor: Money | None  # None where the provider publishes no one price.
    platform: Money
    is_project_bearing: bool = True  # The processor's fee; otherwise the platform does.


@dataclass(frozen=True, slots=True)
class FeePolicy:
    """Who bears the processor's fee, what the platform takes, and who bears a refund's lost fee.

    The giver pays exactly the amount on the button, whatever the policy.
    """

    processor: Bearer = Bearer.PROJECT
    platform_bps: int = 0  # Of the amount, in basis points, borne by the project.
    lost: Bearer = Bearer.PLATFORM  # The processor keeps its fee when money goes back.

    def platform_fee(self, amount: Money) -> Money:
        """Return what the platform takes of an amount, rounded down."""
        return Money(amount.minor * self.platform_bps // BASIS_POINTS, amount.currency)

    def preview(self, amount: Money) -> Preview:
        """Return what is to be said of fees before anybody pays."""
        is_project_bearing = self.processor is Bearer.PROJECT
        return Preview(amount, usual_fee(amount), self.platform_fee(amount), is_project_bearing)


DEFAULT = FeePolicy()


def usual_fee(amount: Money) -> Money | None:
    """Return about what the processor keeps, or None where no one price is published."""
    price = _PUBLISHED.get(amount.currency)
    if price is None:
        return None
    permille, fixed_minor = price
    return Money((amount.minor * permille + 500) // 1000 + fixed_minor, amount.currency)


def share(fee: Money, *, gone: Money, amount: Money) -> Money:
    """Return the share of a fee that falls on what has gone back of an amount so far, floored.

    Taken over all that has gone back, so that the parts of several refunds add up: each bears what
    the share grows by, and the last one makes it the whole fee.

    Raises:
        ValueError: more has gone back than there was, or there was nothing.
    """
    if not 0 <= gone.minor <= amount.minor or not amount:
        raise ValueError(f"{gone} cannot have gone back of {amount}.")
    return Money(fee.minor * gone.minor // amount.minor, fee.currency)
