"""Why an amount or a step was refused, in words that stand beside the field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payments.amounts import Refusal
from projects.matching import wording

if TYPE_CHECKING:
    from payments.amounts import AmountNotUnderstood
    from payments.money import Money
    from projects.funding.services import AmountOutOfRange

AMOUNT_REFUSALS = {
    Refusal.EMPTY: gettext_lazy("Enter an amount."),
    Refusal.UNREADABLE: gettext_lazy("Enter the amount in digits, for example 100."),
    Refusal.SIGNED: gettext_lazy("Enter the amount without a plus or minus sign."),
    Refusal.GROUPING: gettext_lazy(
        "We are not sure how to read this number. Write it without separators, for example 1000."
    ),
    Refusal.AMBIGUOUS: gettext_lazy(
        "This number can be read in two ways. Write it without separators, for example 1000."
    ),
    Refusal.TOO_LONG: gettext_lazy("This number is too long."),
    Refusal.TOO_MANY_DECIMALS: gettext_lazy("This has more decimals than the currency has."),
    Refusal.ZERO: gettext_lazy("Enter an amount above zero."),
    Refusal.CHARGE_STEP: gettext_lazy("Cards cannot pay an amount divided so finely."),
}


def amount_refusal(error: AmountNotUnderstood) -> str:
    """Return the sentence for an amount that was not understood."""
    if error.code == Refusal.BELOW_MINIMUM:
        return _("The smallest amount is %(amount)s.") % {"amount": written(error.minimum)}
    return str(AMOUNT_REFUSALS[error.code])


def range_refusal(error: AmountOutOfRange) -> str:
    """Return the sentence for an amount that this project does not take at once."""
    return _("Enter an amount from %(minimum)s to %(maximum)s.") % {
        "minimum": written(error.minimum),
        "maximum": written(error.maximum),
    }


def written(money: Money) -> str:
    """Return an amount in the reader's digits, kept together whatever the text's direction."""
    return wording.amount(money.minor, money.currency)
