"""How far the money of a contribution is, as far as anybody knows: by its payments, not by hope."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from payments.models import Payment

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
    RECEIVED = "received"


def standing_of(contribution: Contribution) -> Standing:
    """Return how far the money of a contribution is."""
    if contribution.is_settled:
        return Standing.RECEIVED
    payments = Payment.objects.filter(reference=contribution.key)
    states = set(payments.values_list("state", flat=True))
    if Payment.State.DIFFERS in states and not payments.with_money().exists():
        states -= {Payment.State.DIFFERS}  # It was all given back.
        states |= {Payment.State.FAILED}
    return _standing(contribution, states)


def may_correct_details(contribution: Contribution, standing: Standing) -> bool:
    """Tell whether the giver may still say something else about themselves."""
    return contribution.may_be_paid and standing in {Standing.BEFORE, Standing.NOTHING}


def _standing(contribution: Contribution, states: Set[str]) -> Standing:
    if contribution.needs_person_since is not None or Payment.State.DIFFERS in states:
        return Standing.PERSON
    if states & ARRIVING:
        return Standing.CONFIRMING
    if states & UNDER_WAY:
        return Standing.UNHEARD
    return Standing.NOTHING if states else Standing.BEFORE
