"""What this room refuses, as plain facts, in the language of whoever reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from payments.money import Money


class FundingRefused(Exception):
    """Something the rules do not allow. Its text is safe to show to anybody."""

    message: ClassVar[Promise | str]

    def __str__(self) -> str:
        return str(self.message)


class Busy(FundingRefused):
    """Others hold what is needed, for longer than anybody should wait. Nothing was written."""

    message = _("Many people are giving at this moment. Nothing was taken; try again.")


class CampaignClosed(FundingRefused):
    """The campaign takes no new money now."""

    message = _("This project takes no contributions now. Nothing was taken.")


class CampaignNotReady(FundingRefused):
    """The campaign may not open: the project is not published, or its days are not right."""

    message = _(
        "A campaign opens when the project is published, has not been open before, lasts between "
        "1 and 60 days, and its last day is still ahead."
    )


class AmountOutOfRange(FundingRefused):
    """The amount is outside what the campaign takes from one person at a time."""

    message = _("This project does not take that amount at once.")

    def __init__(self, *, minimum: Money, maximum: Money) -> None:
        super().__init__()
        self.minimum = minimum
        self.maximum = maximum


class NotChangeable(FundingRefused):
    """The person has gone to pay, or stopped: amount and details stand."""

    message = _("You have gone on to pay, so the amount and your details stay as they are.")


class Stopped(FundingRefused):
    """The person chose to stop, and the match went back."""

    message = _("You stopped this contribution. Nothing was taken.")


class ContributorUnknown(FundingRefused):
    """Nobody pays before saying who they are and where the receipt goes."""

    message = _("Say first who gives and where the receipt goes.")


class AlreadyPaid(FundingRefused):
    """The money has arrived: there is a receipt and nothing left to pay."""

    message = _("This contribution is paid. You pay nothing more.")


class NeedsPerson(FundingRefused):
    """Money has arrived, but not the money that was asked for."""

    message = _("A person is looking at your payment. You pay nothing more.")


class NotRefundable(FundingRefused):
    """There is nothing to give back, or less than was asked for."""

    message = _("There is nothing of this contribution to give back.")

    def __init__(self, why: str = "") -> None:
        super().__init__()
        self.why = why

    def __str__(self) -> str:
        return self.why or str(self.message)


class MatchChanged(FundingRefused):
    """Less would be matched now than the person was shown. They decide again."""

    message = _("The match is smaller now than it was.")

    def __init__(self, *, old: Money, new: Money) -> None:
        super().__init__()
        self.old = old
        self.new = new
