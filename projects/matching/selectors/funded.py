"""What funders have put into the pots of a programme, less what went back to them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.db.models import Sum

from payments.ledger.models import AccountKind, Entry, Posting

if TYPE_CHECKING:
    from collections.abc import Collection

KINDS = ("pot_funding", "pot_transfer", "pot_returned")


def put_in_by_pot(programme_ids: Collection[str]) -> dict[str, int]:
    """Return what was put into each pot that ever had money, by its name, in minor units.

    Match that was earned and came back is not put in again: it is free, as before it was given.
    """
    lines = Posting.objects.filter(
        entry__reference__in=programme_ids,
        entry__kind__in=KINDS,
        entry__state=Entry.State.POSTED,
        account__kind=AccountKind.MATCH_POT,
    ).order_by()
    sums = lines.values_list("account__owner_ref").annotate(Sum("amount_minor"))
    return {name: -int(minor) for name, minor in sums}


def put_in(programme_ids: Collection[str]) -> dict[str, int]:
    """Return what was put into all pots of each programme together, in minor units."""
    found: dict[str, int] = defaultdict(int)
    found.update(dict.fromkeys(programme_ids, 0))
    for name, minor in put_in_by_pot(programme_ids).items():
        found[name.partition("/")[0]] += minor
    return found
