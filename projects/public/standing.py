"""How far the money of a contribution is, as far as anybody knows: by its payments, not by hope."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from payments.models import Payment
from projects.funding import selectors
from projects.funding.models import LATE

if TYPE_CHECKING:
    from collections.abc import Set

    from projects.funding.models import Contribution

UNDER_WAY = {Payment.State.CREATED, Payment.State.OPEN}
ARRIVING = {Payment.State.PROCESSING, Payment.State.HELD, Payment.State.SETTLED}


class Standing(Enum):
    BEFORE = "before"  # Nobody has gone to pay.
    UNHEARD = "unheard"  # On the provider's page, or back from it: paid or not, nobody knows yet.
    CONFIRMING = "confirming"  # The provider says that it was paid.
    PERSON = "person"  # Money came that was not asked for: a person looks at it.
    NOTHING = "nothing"  # The payment is over and nothing was taken.
    RETURNED = "returned"  # Money came that could not count, and all of it went back.
    RECEIVED = "received"


_MAY_TRY = {Standing.BEFORE, Standing.NOTHING, Standing.RETURNED}


def standing_of(contribution: Contribution) -> Standing:
    """Return how far the money of a contribution is."""
    if contribution.is_settled:
        return Standing.RECEIVED
    payments = Payment.objects.filter(reference=contribution.key)
    back = selectors.paid_back(contribution)
    states = set(payments.exclude(pk__in=back).values_list("state", flat=True))
    standing = _standing(contribution, states)
    is_over = standing in {Standing.BEFORE, Standing.NOTHING}
    return Standing.RETURNED if is_over and back else standing


def is_late(contribution: Contribution) -> bool:
    """Tell whether its money came when the campaign counted none any more."""
    return contribution.log.filter(event="hold", reason=LATE).exists()


def may_correct_details(contribution: Contribution, standing: Standing) -> bool:
    """Tell whether the giver may still say something else about themselves."""
    return contribution.may_be_paid and standing in _MAY_TRY


def _standing(contribution: Contribution, states: Set[str]) -> Standing:
    if contribution.needs_person_since is not None or Payment.State.DIFFERS in states:
        return Standing.PERSON
    if states & ARRIVING:
        return Standing.CONFIRMING
    if states & UNDER_WAY:
        return Standing.UNHEARD
    return Standing.NOTHING if states else Standing.BEFORE
