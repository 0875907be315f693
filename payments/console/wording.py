"""What the console says of states, kinds and steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from payments.disputes.models import Dispute
from payments.ledger.models import AccountKind, Entry
from payments.models import Payment
from payments.payouts.models import Payout
from payments.payouts.sending import Waiting
from payments.reconciliation.models import QueuedException
from payments.refunds.models import Refund
from payments.webhooks.models import InboxEvent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

    Words = Mapping[str, tuple[_StrPromise, str]]

_Payment, _Refund, _Dispute, _Payout, _Event, _Exception = (
    Payment.State,
    Refund.State,
    Dispute.State,
    Payout.State,
    InboxEvent.State,
    QueuedException.State,
)

# A label, and the class of its tag: "" waits for somebody.
STATES: Mapping[str, Words] = {
    "payment": {
        _Payment.CREATED: (_("Begun"), "calm"),
        _Payment.OPEN: (_("May be paid"), "calm"),
        _Payment.PROCESSING: (_("On its way"), "calm"),
        _Payment.HELD: (_("Authorised"), "calm"),
        _Payment.SETTLED: (_("Settled"), "ok"),
        _Payment.DIFFERS: (_("Differs"), ""),
        _Payment.FAILED: (_("Failed"), "bad"),
        _Payment.EXPIRED: (_("Expired"), "calm"),
    },
    "refund": {
        _Refund.CREATED: (_("Asked for"), "calm"),
        _Refund.PENDING: (_("On its way"), "calm"),
        _Refund.SUCCEEDED: (_("Given back"), "ok"),
        _Refund.FAILED: (_("Failed"), "bad"),
    },
    "dispute": {
        _Dispute.OPEN: (pgettext_lazy("dispute", "Open"), ""),
        _Dispute.WON: (_("Won"), "ok"),
        _Dispute.LOST: (_("Lost"), "bad"),
    },
    "payout": {
        _Payout.REQUESTED: (_("To be approved"), ""),
        _Payout.APPROVED: (_("Approved"), "calm"),
        _Payout.SCHEDULED: (_("Scheduled"), "calm"),
        _Payout.SUBMITTED: (_("Submitted"), "calm"),
        _Payout.IN_TRANSIT: (_("On its way"), "calm"),
        _Payout.PAID: (_("Paid"), "ok"),
        _Payout.FAILED: (_("Failed"), "bad"),
        _Payout.RETURNED: (_("Returned"), "bad"),
        _Payout.CANCELLED: (_("Cancelled"), "calm"),
        _Payout.ON_HOLD: (_("On hold"), ""),
    },
    "event": {
        _Event.WAITING: (_("Waiting"), "calm"),
        _Event.DONE: (_("Worked off"), "ok"),
        _Event.IGNORED: (_("Ignored"), "calm"),
        _Event.DEAD: (_("Given up"), "bad"),
    },
    "exception": {
        _Exception.OPEN: (_("Waits"), ""),
        _Exception.CLOSED: (_("Closed"), "ok"),
    },
    "entry": {
        Entry.State.PENDING: (_("Pending"), ""),
        Entry.State.POSTED: (_("Posted"), "ok"),
        Entry.State.VOIDED: (_("Given back"), "calm"),
    },
}

DIFFERENCES: Mapping[str, _StrPromise] = {
    "amount": _("Another amount came than was asked for."),
    "currency": _("It came in another currency than was asked for."),
    "fee_currency": _("The fee was kept in another currency than the money came in."),
    "surplus": _("It came although the same thing had been paid already."),
}

ACCOUNTS: Mapping[str, _StrPromise] = {
    AccountKind.PROVIDER_CLEARING: _("With the provider"),
    AccountKind.DONOR_CLEARING: _("Arrived from givers"),
    AccountKind.ESCROW: _("Escrow of campaigns"),
    AccountKind.MATCH_POT: _("Match pots"),
    AccountKind.MATCH_EARNED: _("Match earned"),
    AccountKind.PAYABLE: _("Owed to owners"),
    AccountKind.HOLDER: _("Holders"),
    AccountKind.PLATFORM_FEE: _("Our fees"),
    AccountKind.PROCESSOR_FEE: _("Fees of the provider"),
    AccountKind.LOSS: _("Losses"),
    AccountKind.DISPUTE_BLOCK: _("Blocked by disputes"),
    AccountKind.SUSPENSE: _("Suspense"),
    AccountKind.UNCLAIMED: _("Unclaimed"),
    AccountKind.FX: _("Exchange"),
}

ENTRIES: Mapping[str, _StrPromise] = {
    "charge": _("Charge"),
    "processor_fee": _("Fee of the provider"),
    "contribution": _("Contribution"),
    "fee_borne": _("Fee borne by the project"),
    "platform_fee": _("Our fee"),
    "lost_fee": _("Fee not given back, made up for"),
    "lost_fee_returned": _("Fee made up for, taken back"),
    "refund_held": _("Held back for a refund"),
    "refund": _("Refund"),
    "refund_failed": _("Refund that came to nothing"),
    "refund_returned": _("Refund undone"),
    "dispute_held": _("Held back for a dispute"),
    "dispute_opened": _("Taken by a bank"),
    "dispute_fee": _("Fee of a dispute"),
    "dispute_fee_returned": _("Fee of a dispute, given back"),
    "dispute_won": _("Dispute won"),
    "dispute_lost": _("Dispute lost"),
    "dispute_returned": _("Dispute undone"),
    "match_reserved": _("Match reserved"),
    "match_committed": _("Match committed"),
    "match_awarded": _("Match awarded at a close"),
    "match_earned": _("Match earned"),
    "match_paid": _("Match paid, a tranche"),
    "match_taken_back": _("Match taken back"),
    "pot_funding": _("Put into a match pot"),
    "pot_returned": _("Given back from a match pot"),
    "pot_transfer": _("Moved between match pots"),
    "payout_held": _("Held back for a payout"),
    "payout_released": _("Payout let go"),
    "transfer": _("Payout sent"),
    "transfer_reversal": _("Payout taken back"),
    "payout_fee": _("Fee of a payout"),
    "payout_returned": _("Payout sent back"),
}

STEPS: Mapping[str, _StrPromise] = {
    "begin": _("begun"),
    "page": _("a page was made"),
    "provider": _("the provider said so"),
    "authorised": _("the bank agreed"),
    "charge": _("the money came"),
    "late": _("the money came late"),
    "release": _("it was let go"),
    "unanswered": _("nobody answered"),
    "requested": _("asked for"),
    "first approval": _("approved by the first of two"),
    "approved": _("approved"),
    "held": _("the money is held back"),
    "submitted": _("submitted"),
    "on its way": _("on its way"),
    "arrived": _("arrived"),
    "money is back": _("the money is back"),
}
"""Why a payment or a payout moved, where a program says it; what people wrote stays as it is."""

WAITING: Mapping[str, _StrPromise] = {
    Waiting.ACCOUNT: _("The provider does not report the account as payable."),
    Waiting.NEW_DETAILS: _("The payout details are younger than 72 hours."),
    Waiting.APPROVAL: _("It was approved for other payout details."),
    Waiting.ESCROW: _("The escrow holds less than the payout."),
    Waiting.PROVIDER_BALANCE: _("Our money at the provider is not available yet."),
}

ACTORS: Mapping[str, _StrPromise] = {
    "weft": _("Weft itself"),
    "provider": _("The provider"),
}

COLUMN_CHOICES = {
    name: [(str(value), label) for value, (label, _tone) in words.items()]
    for name, words in STATES.items()
}


def label(kind: str, state: str) -> str:
    """Return the word for a state; a state without one is written as it is."""
    return str(STATES[kind].get(state, (state, ""))[0])


def tone(kind: str, state: str) -> str:
    """Return the class of a state's tag."""
    return STATES[kind].get(state, (state, ""))[1]
