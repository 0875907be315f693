"""Comparing what matching says with what the ledger holds and the rules allow."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from django.db.models import Sum

from payments.ledger.models import Account, AccountKind
from payments.ledger.selectors import Difference
from projects.matching.caps import Scope
from projects.matching.models import Allocation, Programme, Reservation
from projects.matching.selectors.matches import matched_totals
from projects.matching.selectors.programmes import pots

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from django.db.models import QuerySet

    from projects.matching.caps import Cap


def verify_differences() -> list[Difference]:
    """Return every pot, campaign and cap for which the rows and the ledger or a rule disagree."""
    return [*_wrong_pots(), *_wrong_totals(), *_exceeded_caps()]


def _wrong_pots() -> Iterator[Difference]:
    """Yield pots that do not hold what was put in less what was given and is reserved."""
    taken = Counter[str]()
    for rows in (Allocation.objects.given(), Reservation.objects.active()):
        for programme, minor in _sums(rows, "programme_id"):
            taken[programme] += minor
    for programme, pot in pots(list(Programme.objects.values_list("pk", flat=True))).items():
        expected = pot.funded.minor - taken[programme]
        if expected != pot.left.minor:
            yield Difference(
                "pot", programme, pot.left.currency, str(expected), str(pot.left.minor)
            )


def _wrong_totals() -> Iterator[Difference]:
    """Yield campaigns for which the ledger holds another match than was allocated."""
    given = Counter(dict(_sums(Allocation.objects.given(), "campaign_key")))
    accounts = Account.objects.filter(kind=AccountKind.MATCH_EARNED)
    booked = matched_totals(list(accounts.values_list("owner_ref", flat=True)))
    for campaign in sorted(given.keys() | booked.keys()):
        found = booked.get(campaign)
        if given[campaign] != (found.minor if found else 0):
            yield Difference(
                "total",
                f"match of {campaign}",
                found.currency if found else "",
                str(given[campaign]),
                str(found.minor if found else 0),
            )


_columns_of_scope = {
    Scope.CONTRIBUTION: ("contribution_ref",),
    Scope.DONOR: ("donor_key",),
    Scope.DONOR_PROJECT: ("donor_key", "project_id"),
    Scope.PROJECT: ("project_id",),
    Scope.PROGRAMME: (),
}


def _exceeded_caps() -> Iterator[Difference]:
    """Yield whoever was given more than the loosest cap their programme ever had."""
    for programme in Programme.objects.prefetch_related("versions"):
        rules = [version.rule for version in programme.versions.all()]
        for scope, columns in _columns_of_scope.items():
            cap = _loosest([rule.caps for rule in rules], scope)
            if cap is None:
                continue
            for who, minor in sorted(_given(programme, columns).items()):
                if minor > cap:
                    key = ":".join((programme.pk, scope, *who))
                    yield Difference("cap", key, programme.currency, f"at most {cap}", str(minor))


def _given(programme: Programme, columns: Sequence[str]) -> Counter[tuple[str, ...]]:
    """Return what a programme has given and holds, by whom and what a cap speaks of."""
    given = Counter[tuple[str, ...]]()
    for rows in (Allocation.objects.given(), Reservation.objects.active()):
        known = rows.filter(programme=programme)
        if "donor_key" in columns:
            known = known.exclude(donor_key=None)
        for *who, minor in _sums(known, *columns):
            given[tuple(map(str, who))] += minor
    return given


def _loosest(versions: Iterable[Sequence[Cap]], scope: Scope) -> int | None:
    """Return the largest amount of a scope over versions; None where one has no such cap."""
    tightest = [
        min((cap.amount_minor for cap in caps if cap.scope == scope), default=None)
        for caps in versions
    ]
    amounts = [amount for amount in tightest if amount is not None]
    return max(amounts) if amounts and len(amounts) == len(tightest) else None


def _sums(rows: QuerySet[Any], *columns: str) -> list[tuple[Any, ...]]:
    """Return the columns and the sum of amounts, one row for each combination."""
    if not columns:
        return [(rows.aggregate(total=Sum("amount_minor", default=0))["total"],)]
    grouped = rows.order_by().values_list(*columns).annotate(total=Sum("amount_minor"))
    return [(*who, int(minor)) for *who, minor in grouped]
