"""What may not fit between the provider and the books, in a sentence, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


class Kind(models.TextChoices):
    """In what something does not fit. The value is what the command and other rooms say."""

    UNKNOWN_CHARGE = "unknown_charge", _("Unknown charge")
    UNKNOWN_REFUND = "unknown_refund", _("Unknown refund")
    UNKNOWN_DISPUTE = "unknown_dispute", _("Unknown dispute")
    UNKNOWN_TRANSFER = "unknown_transfer", _("Unknown transfer")
    UNKNOWN_PAYOUT = "unknown_payout", _("Unknown payout")
    UNKNOWN_MOVEMENT = "unknown_movement", _("Unknown movement")
    MISSING_CHARGE = "missing_charge", _("Missing charge")
    MISSING_REFUND = "missing_refund", _("Missing refund")
    MISSING_DISPUTE = "missing_dispute", _("Missing dispute")
    MISSING_TRANSFER = "missing_transfer", _("Missing transfer")
    MISSING_PAYOUT = "missing_payout", _("Missing payout")
    MISSING_MOVEMENT = "missing_movement", _("Missing movement")
    DUPLICATE_PAYOUT = "duplicate_payout", _("Paid out twice")
    AMOUNT = "amount", _("Other amount in the books")
    FEE = "fee", _("Other fee in the books")
    CURRENCY = "currency", _("Other currency")
    AMOUNT_MISMATCH = "amount_mismatch", _("Other amount than asked for")
    FEE_CURRENCY = "fee_currency", _("Fee in another currency")
    SURPLUS = "surplus", _("Paid a second time")
    REFUND_FAILED = "refund_failed", _("Refund came to nothing")
    LATE = "late", _("Paid after the end")
    EARNED_MATCH = "earned_match", _("Match handed over")
    REFUND_BY_HAND = "refund_by_hand", _("Refunded at the provider")
    REVERSED_BY_HAND = "reversed_by_hand", _("Reversed at the provider")
    REFUSED = "refused", _("Refused by the provider")
    DEAD_EVENT = "dead_event", _("Event given up")
    UNREADABLE = "unreadable", _("Cannot be read")


@dataclass(frozen=True, slots=True)
class Explanation:
    """What has happened, and what a person should do."""

    sentence: StrPromise
    action: StrPromise


_CORRECT = _("Find out which side is right, then correct the books by a new entry.")
_UNKNOWN = _("Find out at the provider who made it. Book it by hand or have it reversed there.")
_MISSING = _("Ask the provider what became of it. If it never was, correct the books.")

EXPLANATIONS: dict[str, Explanation] = {
    Kind.UNKNOWN_CHARGE: Explanation(
        _("The provider took money that no payment of ours asked for."),
        _("Find out who paid and why. Refund it at the provider, or book it by hand."),
    ),
    Kind.UNKNOWN_REFUND: Explanation(
        _("The provider gave back money, and the books know nothing of it."), _UNKNOWN
    ),
    Kind.UNKNOWN_DISPUTE: Explanation(
        _("A bank took money back for a charge that is not in the books."),
        _("Answer the dispute at the provider before its last day, then book it by hand."),
    ),
    Kind.UNKNOWN_TRANSFER: Explanation(
        _("Money left for a connected account without a payout of ours."), _UNKNOWN
    ),
    Kind.UNKNOWN_PAYOUT: Explanation(
        _("The provider paid money out to a bank account without a payout of ours."),
        _("Compare it with the bank statement. Book it by hand, and stop automatic payouts."),
    ),
    Kind.UNKNOWN_MOVEMENT: Explanation(
        _("The balance at the provider moved, and nothing in the books says why."), _UNKNOWN
    ),
    Kind.MISSING_CHARGE: Explanation(
        _("The books hold a charge that the provider does not know."), _MISSING
    ),
    Kind.MISSING_REFUND: Explanation(
        _("The books hold a refund that the provider does not know."), _MISSING
    ),
    Kind.MISSING_DISPUTE: Explanation(
        _("The books hold a dispute that the provider does not know."), _MISSING
    ),
    Kind.MISSING_TRANSFER: Explanation(
        _("The books hold a transfer that the provider does not know."), _MISSING
    ),
    Kind.MISSING_PAYOUT: Explanation(
        _("The books hold a payout that the provider does not know."), _MISSING
    ),
    Kind.MISSING_MOVEMENT: Explanation(
        _("The books hold a movement that the provider does not know."), _MISSING
    ),
    Kind.DUPLICATE_PAYOUT: Explanation(
        _("One payout of ours left the provider more than once."),
        _("Have the second one reversed at the provider. Pay out nothing there until then."),
    ),
    Kind.AMOUNT: Explanation(
        _("The provider and the books hold different amounts for the same thing."), _CORRECT
    ),
    Kind.FEE: Explanation(_("The provider kept another fee than the books say."), _CORRECT),
    Kind.CURRENCY: Explanation(
        _("The money is in another currency at the provider than here."), _CORRECT
    ),
    Kind.AMOUNT_MISMATCH: Explanation(
        _("Another amount arrived than was asked for. It counts for nobody yet."),
        _("Refund it and ask the giver to pay again."),
    ),
    Kind.FEE_CURRENCY: Explanation(
        _("The fee was kept in another currency than the gift, so nobody bears it yet."),
        _("Decide who bears the fee, then book the exchange."),
    ),
    Kind.SURPLUS: Explanation(
        _("The same gift was paid a second time. The second payment counts for nobody."),
        _("Refund the second payment."),
    ),
    Kind.REFUND_FAILED: Explanation(
        _("A refund did not reach its giver, or the bank sent it back. The money is here."),
        _("Ask the giver where it should go, then refund it again or pay it another way."),
    ),
    Kind.LATE: Explanation(
        _("The money arrived after the campaign was over. It counts for nobody."),
        _("Refund it, all of it."),
    ),
    Kind.EARNED_MATCH: Explanation(
        _("Money of a gift went back, or is disputed, after its match was handed over."),
        _("Have the match paid back or netted from the next payout, then correct the books."),
    ),
    Kind.REFUND_BY_HAND: Explanation(
        _("Somebody refunded at the provider. The refund is booked."),
        _("Find out who asked for it and write down why."),
    ),
    Kind.REVERSED_BY_HAND: Explanation(
        _("Somebody took a transfer back at the provider. It is booked; the payout has failed."),
        _("Find out who asked for it, then pay again or leave it."),
    ),
    Kind.REFUSED: Explanation(
        _("The provider does not do what has to be done. It is asked again and again."),
        _("Read the reason in its log, and do it there by hand or remove what is in the way."),
    ),
    Kind.DEAD_EVENT: Explanation(
        _("An event of the provider was tried too often and given up."),
        _("Read its last error, mend the cause, then replay the event."),
    ),
    Kind.UNREADABLE: Explanation(
        _("What the provider says of this could not be taken into the books."),
        _("Read the log of the run. Mend the cause, then reconcile again."),
    ),
}
