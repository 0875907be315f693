"""Comparing what matching says with what the ledger holds and the rules allow."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from django.db.models import Sum

from payments.ledger import selectors as ledger
from payments.ledger.models import Account, AccountKind
from payments.ledger.selectors import Difference
from projects.matching import rules
from projects.matching.engine import pot
from projects.matching.models import (
    Allocation,
    Claim,
    Programme,
    Reservation,
    TallyCounter,
)
from projects.matching.rules import Period
from projects.matching.selectors.funded import put_in_by_pot
from projects.matching.selectors.matches import matched_totals
from projects.matching.selectors.round_checks import (
    awarded_by_campaign,
    awarded_by_pot,
    verify_rounds,
)
from projects.matching.selectors.row_checks import verify_rows
from projects.matching.tally import Key, Measure, Tally, from_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from projects.matching.rules import Cap

Pot = tuple[str, str]  # Programme and layer.


def verify_differences() -> list[Difference]:
    """Return every pot, campaign, counter and cap on which the rows, ledger and rules disagree."""
    return [
        *_wrong_pots(),
        *_wrong_totals(),
        *_wrong_counters(),
        *_exceeded_caps(),
        *verify_rounds(),
        *verify_rows(),
    ]


def _wrong_pots() -> Iterator[Difference]:
    """Yield pots that do not hold what was put in less what was given and is reserved."""
    taken = awarded_by_pot()
    for rows in (Allocation.objects.given(), Reservation.objects.active()):
        for programme, parts in rows.order_by().values_list("programme_id", "parts").iterator():
            for layer, minor in parts:
                taken[programme, layer] += minor
    currencies = dict(Programme.objects.values_list("pk", "currency"))
    funded = put_in_by_pot(list(currencies))
    known = {rules.pot_name(*each): each for each in taken}
    known |= {name: _pot_of(name) for name in funded} | {each: (each, "") for each in currencies}
    accounts = {name: pot(each[0], currencies[each[0]], each[1]) for name, each in known.items()}
    books = ledger.balances(accounts.values())
    for name in sorted(known):
        expected = funded.get(name, 0) - taken[known[name]]
        left = books[accounts[name]].left
        if expected != left:
            currency = accounts[name].currency
            yield Difference("pot", name, currency, str(expected), str(left))


def _pot_of(name: str) -> Pot:
    programme, _, layer = name.partition("/")
    return programme, layer


def _wrong_totals() -> Iterator[Difference]:
    """Yield campaigns for which the ledger holds another match than was allocated."""
    given = Counter[tuple[str, str]]()
    columns = ("campaign_key", "programme__currency")
    rows = Allocation.objects.given().order_by().values_list(*columns)
    for campaign, currency, minor in rows.annotate(Sum("amount_minor")):
        given[campaign, currency] += int(minor)
    given.update(awarded_by_campaign())
    accounts = Account.objects.filter(kind=AccountKind.MATCH_EARNED)
    keys = [*given, *accounts.values_list("owner_ref", "currency")]
    for campaign, currency in sorted(set(keys)):
        found = matched_totals({campaign: currency}).get(campaign)
        booked = found.minor if found else 0
        if given[campaign, currency] != booked:
            key = f"match of {campaign}"
            expected = str(given[campaign, currency])
            yield Difference("total", key, currency, expected, str(booked))


def _wrong_counters() -> Iterator[Difference]:
    """Yield counters of a tally that are not what the moves of the rows add up to."""
    expected = _tallies()
    stored: dict[str, dict[Key, int]] = defaultdict(dict)
    for counter in TallyCounter.objects.all().iterator():
        stored[counter.programme_id][counter.key] = counter.minor
    for programme in Programme.objects.order_by("pk"):
        wanted = dict(expected[programme.pk].items())
        found = stored[programme.pk]
        for key in sorted(wanted.keys() | found.keys()):
            if wanted.get(key, 0) != found.get(key, 0):
                name = ":".join((programme.pk, *filter(None, key)))
                said = str(wanted.get(key, 0)), str(found.get(key, 0))
                yield Difference("total", f"tally of {name}", programme.currency, *said)


def _tallies() -> dict[str, Tally]:
    """Return the tally of each programme, worked out from what its rows keep."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    for rows in (
        Allocation.objects.all(),
        Claim.objects.all(),
        Reservation.objects.active(),
    ):
        for programme, moves in rows.order_by().values_list("programme_id", "moves").iterator():
            tallies[programme].move(from_rows(moves))
    return tallies


def _exceeded_caps() -> Iterator[Difference]:
    """Yield whoever was given more than the loosest cap their programme ever had.

    Asked of the tally, which was just compared with the rows, for caps of whole amounts.
    """
    for programme in Programme.objects.prefetch_related("versions"):
        versions = [version.rule.caps for version in programme.versions.all()]
        kinds = {(cap.scope, cap.period, cap.layer or "") for caps in versions for cap in caps}
        for scope, period, layer in sorted(kinds):
            most = _loosest(versions, scope, period, layer)
            if most is None or period is Period.N_YEARS:
                continue
            yield from _beyond(programme, scope, period, layer, most)


def _beyond(
    programme: Programme, scope: str, period: Period, layer: str, most: int
) -> Iterator[Difference]:
    counters = programme.tally.filter(
        measure=Measure.MATCHED, scope=scope, layer=layer, minor__gt=most
    )
    for counter in counters.order_by("whose", "period"):
        if (counter.period == "") is (period is Period.NONE):
            key = ":".join(filter(None, (programme.pk, scope, counter.whose, counter.period)))
            expected = f"at most {most}"
            yield Difference("cap", key, programme.currency, expected, str(counter.minor))


def _loosest(
    versions: Iterable[Sequence[Cap]], scope: str, period: Period, layer: str
) -> int | None:
    """Return the largest amount of a kind of cap over versions; None where one has no such cap."""
    tightest = [
        min(
            (
                cap.amount
                for cap in caps
                if (cap.scope, cap.period, cap.layer or "") == (scope, period, layer)
                and isinstance(cap.amount, int)
                and cap.when is None
            ),
            default=None,
        )
        for caps in versions
    ]
    amounts = [amount for amount in tightest if amount is not None]
    return max(amounts) if amounts and len(amounts) == len(tightest) else None
