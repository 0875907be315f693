"""Why a payout failed, in words. The codes are those of Stripe's payout failures, and our own.

https://docs.stripe.com/api/payouts/failures, read in November 2026.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

REVERSED_AT_PROVIDER = "reversed_at_provider"
SAID_BY_A_PERSON = "said_by_bank"
DETAILS_CHANGED = "details_changed"
NOT_PAYABLE = "payouts_not_allowed"

_SENTENCES = {
    "account_closed": _("The bank account has been closed."),
    "account_frozen": _("The bank account is frozen."),
    "bank_account_restricted": _("The bank account does not take payouts."),
    "bank_ownership_changed": _("The bank account belongs to somebody else now."),
    "could_not_process": _("The bank could not process the payout."),
    DETAILS_CHANGED: _("The payout details changed before the money left."),
    "debit_not_authorized": _("The bank does not allow debits on this account."),
    "incorrect_account_holder_name": _("The name is not that of the account's holder."),
    "insufficient_capabilities_for_transfer": _("The account cannot receive money at present."),
    "insufficient_funds": _("There was not enough money at the provider."),
    "invalid_account_number": _("The account number is not right."),
    "invalid_currency": _("The bank account does not take this currency."),
    "no_account": _("There is no such bank account."),
    NOT_PAYABLE: _("The provider does not pay out to this account at present."),
    REVERSED_AT_PROVIDER: _("It was taken back at the provider by hand."),
    SAID_BY_A_PERSON: _("The bank did not carry it out."),
}
_UNKNOWN = _("The provider did not carry it out.")


def sentence(code: str) -> _StrPromise:
    """Return the cause behind a code for people; an unknown code gets a sentence, too."""
    return _SENTENCES.get(code, _UNKNOWN)
