"""What the books say of the provider's things, what waits for a person, and when we last looked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import reduce
from itertools import groupby
from operator import attrgetter, or_
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Count, Min, Q, Sum

from payments.gateway.records import RecordKind
from payments.ledger.models import AccountKind, Entry, Posting
from payments.money import Money
from payments.reconciliation.comparing import Booked
from payments.reconciliation.models import QueuedException, Reconciliation
from payments.settlement import PROVIDER

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from django.db.models import QuerySet

EVERY = timedelta(hours=1)
LATE_AFTER = timedelta(minutes=15)
OVERLAP = timedelta(days=3)  # Looked at again each time: fees and failures may come late.
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)

# Payments of the demo world end on a charge that no provider has ever heard of.
MADE_UP = "charge-seed-"
FEES = frozenset({"processor_fee", "dispute_fee", "dispute_fee_returned", "payout_fee"})
BATCH = 200


@dataclass(frozen=True, slots=True)
class Waiting:
    """The open exceptions."""

    count: int
    oldest: datetime | None
    by_kind: Mapping[str, int]


class _Line(NamedTuple):
    """One posting on what the provider holds for us."""

    thing: str  # The provider's object.
    kind: str  # Of the entry that it goes back to.
    reference: str
    currency: str
    minor: int


class _Said(NamedTuple):
    """What an entry says of itself."""

    corrects: UUID | None
    key: str
    kind: str


def waiting() -> Waiting:
    """Return how many exceptions wait for a person, since when, and of which kinds."""
    rows = (
        QueuedException.objects.open()
        .values("kind")
        .annotate(count=Count("pk"), oldest=Min("opened_at"))
        .order_by("kind")
    )
    return Waiting(
        count=sum(row["count"] for row in rows),
        oldest=min((row["oldest"] for row in rows), default=None),
        by_kind={row["kind"]: row["count"] for row in rows},
    )


def latest() -> Reconciliation | None:
    """Return the last run that was done to its end."""
    return Reconciliation.objects.order_by("-at", "-id").first()


def next_since() -> datetime:
    """Return since when the next run has to look: the beginning, or a little before the last."""
    last = latest()
    return BEGINNING if last is None else last.at - OVERLAP


def overdue_since(*, now: datetime) -> datetime | None:
    """Return when a run should have been and was not, once that is a quarter of an hour ago.

    A site that has neither run nor booked anything of the provider's is new and owes nothing.
    """
    last = latest()
    begun = last.at if last else _first_booked()
    if begun is None or now < begun + EVERY + LATE_AFTER:
        return None
    return begun + EVERY


def booked_since(moment: datetime) -> set[str]:
    """Return the keys of the provider's things that the books say moved since a moment."""
    return {line.thing for line in _lines(Q(entry__occurred_at__gte=moment))}


def booked(keys: Iterable[str]) -> dict[str, Booked]:
    """Return what the books say of each of the provider's things, for those they know of."""
    wanted = sorted(set(keys))
    some = (wanted[start : start + BATCH] for start in range(0, len(wanted), BATCH))
    lines = [line for keys_together in some for line in _lines_about(keys_together)]
    lines.sort(key=attrgetter("thing"))  # Stable: within a thing the first booked stays first.
    return {key: _summed(key, list(about)) for key, about in groupby(lines, attrgetter("thing"))}


def made_up() -> int:
    """Return how many payments of the demo world no provider can know of."""
    return (
        _postings().filter(entry__idempotency_key__startswith=MADE_UP, entry__kind="charge").count()
    )


def clearing() -> dict[str, Money]:
    """Return what the books say the provider holds for us, by currency, without the demo world."""
    rows = (
        _postings()
        .exclude(entry__idempotency_key__startswith=MADE_UP)
        .values_list("currency")
        .annotate(held=Sum("amount_minor"))
        .order_by("currency")
    )
    return {currency: Money(int(held), currency) for currency, held in rows}


def _postings() -> QuerySet[Posting]:
    return Posting.objects.order_by().filter(
        account__kind=AccountKind.PROVIDER_CLEARING,
        account__owner_ref=PROVIDER,
        entry__state=Entry.State.POSTED,
    )


def _lines(where: Q) -> list[_Line]:
    """Return postings, first booked first, under the entry they go back to, however corrected."""
    rows = list(
        _postings()
        .filter(where)
        .order_by("entry__recorded_at", "entry_id", "id")
        .values_list(
            "entry_id",
            "entry__corrects",
            "entry__idempotency_key",
            "entry__kind",
            "entry__reference",
            "currency",
            "amount_minor",
        )
    )
    known = {entry: _Said(corrects, key, kind) for entry, corrects, key, kind, *_ in rows}
    _add_corrected(known)
    lines = []
    for entry, _, _, _, reference, currency, minor in rows:
        root = _root(entry, known)
        if not root.key.startswith(MADE_UP):
            lines.append(_Line(_object_of(root.key), root.kind, reference, currency, minor))
    return lines


def _add_corrected(known: dict[UUID, _Said]) -> None:
    """Add what the entries correct, and what that corrects, level by level up to the roots."""
    while above := sorted({one.corrects for one in known.values() if one.corrects} - known.keys()):
        for start in range(0, len(above), BATCH):
            found = Entry.objects.filter(pk__in=above[start : start + BATCH])
            said = found.values_list("pk", "corrects", "idempotency_key", "kind")
            known.update({entry: _Said(up, key, kind) for entry, up, key, kind in said})


def _root(entry: UUID, known: Mapping[UUID, _Said]) -> _Said:
    """Return the entry that was wrong first; one can correct only what was there before it."""
    said = known[entry]
    while said.corrects:
        said = known[said.corrects]
    return said


def _lines_about(keys: Iterable[str]) -> list[_Line]:
    named = reduce(or_, (_about(key) for key in keys))
    level = set(Entry.objects.filter(named).values_list("pk", flat=True))
    entries = set(level)
    while level:  # What corrects these, what corrects that, and so on.
        below = Entry.objects.filter(corrects__in=level).values_list("pk", flat=True)
        level = set(below) - entries
        entries |= level
    return _lines(Q(entry__in=entries))


def _summed(key: str, lines: Sequence[_Line]) -> Booked:
    amounts, fees = Counter[str](), Counter[str]()
    for line in lines:
        if line.kind in FEES:
            fees[line.currency] -= line.minor  # What was kept left the balance.
        else:
            amounts[line.currency] += line.minor
    first = lines[0]
    return Booked(_kind_of(first.kind), key, first.reference, _not_nil(amounts), _not_nil(fees))


def _not_nil(sums: Mapping[str, int]) -> dict[str, int]:
    return {currency: minor for currency, minor in sums.items() if minor}


def _about(key: str) -> Q:
    return Q(idempotency_key=key) | Q(idempotency_key__startswith=f"{key}:")


def _object_of(entry_key: str) -> str:
    """Return the provider's thing that an entry is about: `<thing>:<kind>`."""
    return entry_key.rpartition(":")[0] or entry_key


def _kind_of(entry_kind: str) -> RecordKind:
    if entry_kind == "processor_fee":
        return RecordKind.CHARGE
    beginning = entry_kind.partition("_")[0]
    known = beginning in set(RecordKind)
    return RecordKind(beginning) if known else RecordKind.MOVEMENT


def _first_booked() -> datetime | None:
    lines = _postings().exclude(entry__idempotency_key__startswith=MADE_UP)
    first: datetime | None = lines.aggregate(at=Min("entry__recorded_at"))["at"]
    return first
