"""Laying the provider's records beside the books, both ways, and queueing what does not fit.

Nothing is put right here. What is merely unseen is shown to the rooms first; all else waits for a
person. A run that gets no answer ends at once and counts as no run.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

from django.db import transaction

from payments import gateway
from payments.gateway.base import ProviderRefused
from payments.gateway.records import ProviderRecord, UnreadableRecord
from payments.models import Payment
from payments.money import Money
from payments.reconciliation import catching_up, comparing, selectors, turns
from payments.reconciliation.comparing import Difference
from payments.reconciliation.kinds import Kind
from payments.reconciliation.models import QueuedException, Reconciliation
from payments.reconciliation.queueing import (
    ClosedAlready,
    ExceptionRefused,
    NotAllowed,
    ReasonMissing,
    assign_exception,
    close_exception,
    raise_exception,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from payments.gateway.records import ProviderRecords
    from payments.reconciliation.comparing import Booked

__all__ = [
    "ClosedAlready",
    "ExceptionRefused",
    "NotAllowed",
    "Outcome",
    "ReasonMissing",
    "assign_exception",
    "close_exception",
    "raise_exception",
    "reconcile",
    "reconcile_due",
]

logger = logging.getLogger(__name__)

OF_PAYMENT = {
    "amount": Kind.AMOUNT_MISMATCH,
    "currency": Kind.CURRENCY,
    "surplus": Kind.SURPLUS,
    Payment.FEE_CURRENCY: Kind.FEE_CURRENCY,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A run and what it found, without what a person has closed as it stands."""

    run: Reconciliation
    differences: Sequence[Difference]


def reconcile(*, since: datetime, now: datetime) -> Outcome:
    """Compare everything the provider did since a moment with the books; queue what differs.

    Call outside any transaction: the provider is asked for each thing that the books lack.

    Raises:
        ProviderUnavailable: No answer. What the rooms had seen by then stays; nothing is queued.
    """
    with turns.taken():
        return _reconcile(since, now)


def _reconcile(since: datetime, now: datetime) -> Outcome:
    began = monotonic()
    provider = gateway.records()
    told = list(provider.since(since))
    records = {one.key: one for one in told if isinstance(one, ProviderRecord)}
    unreadable = {one.key: one for one in told if isinstance(one, UnreadableRecord)}
    found = [_unreadable(one) for one in unreadable.values()]
    found += catching_up.ask_about_what_is_open(now=now)
    found += catching_up.catch_up(_unlike(records), now=now)
    only_ours = selectors.booked_since(since) - records.keys() - unreadable.keys()
    late, wrong = _looked_for(provider, only_ours)
    found += _differences(records | late)
    found += wrong
    found += _not_as_asked(since)
    checked = len(records.keys() | late.keys() | only_ours) + len(unreadable)
    return _written(
        _once(found),
        run=Reconciliation(
            since=since,
            at=now,
            checked=checked,
            made_up=selectors.made_up(),
            balances=_balances(provider),
            took_ms=int((monotonic() - began) * 1000),
        ),
    )


def reconcile_due(*, now: datetime) -> int:
    """Reconcile if the last run is an hour old, from a little before it on.

    Return how many differences there are. The database says when a run is due, so whoever asks may
    ask as often as they like, and a scheduler that was started anew loses no run.

    Raises:
        ProviderUnavailable: No answer. The run is still due.
    """
    last = selectors.latest()
    if last is not None and now < last.at + selectors.EVERY:
        return 0
    return len(reconcile(since=selectors.next_since(), now=now).differences)


def _unreadable(record: UnreadableRecord) -> Difference:
    logger.warning("Reconciliation could not read %s: %s", record.key, record.reason)
    return Difference(Kind.UNREADABLE, record.key, "", None, None)


def _unlike(records: Mapping[str, ProviderRecord]) -> list[ProviderRecord]:
    """Return what the books do not hold as it is, charges before what is about them."""
    booked = selectors.booked(records)
    return [
        record
        for record in sorted(records.values(), key=_place)
        if not record.is_certain or comparing.compared(record, booked.get(record.key))
    ]


def _place(record: ProviderRecord) -> tuple[int, datetime, str]:
    return list(type(record.kind)).index(record.kind), record.created_at, record.key


def _looked_for(
    provider: ProviderRecords, keys: Collection[str]
) -> tuple[dict[str, ProviderRecord], list[Difference]]:
    """Ask for things that only the books know of: some are just older, or newer, than the list.

    Return those that there are, and what is wrong with the others.
    """
    late: dict[str, ProviderRecord] = {}
    wrong: list[Difference] = []
    for key, booked in selectors.booked(keys).items():
        try:
            record = provider.find(booked.kind, key)
        except ProviderRefused as refusal:
            wrong.append(_unreadable(UnreadableRecord(booked.kind, key, str(refusal))))
            continue
        if record is None:
            wrong += comparing.missing(booked)
        else:
            late[key] = record
    return late, wrong


def _differences(records: Mapping[str, ProviderRecord]) -> Iterator[Difference]:
    booked = selectors.booked(records)
    again = comparing.sent_twice(records.values(), booked)
    for key, record in records.items():
        ours = booked.get(key)
        if key in again:
            yield _sent_twice(record, ours)
        else:
            yield from comparing.compared(record, ours)


def _sent_twice(record: ProviderRecord, booked: Booked | None) -> Difference:
    return Difference(
        Kind.DUPLICATE_PAYOUT,
        record.key,
        booked.reference if booked else record.our_key,
        booked.amount if booked else None,
        Money(abs(record.amount.minor), record.amount.currency),
    )


def _not_as_asked(since: datetime) -> Iterator[Difference]:
    """Yield payments whose money is booked as it came and is not what was asked for."""
    for payment in Payment.objects.needing_a_person().filter(settled_at__gte=since):
        kind, key = OF_PAYMENT[payment.difference], payment.charge_key
        known = QueuedException.objects.filter(kind=kind, provider_key=key).oldest_first().last()
        ours, theirs = (known.ours, known.theirs) if known else _asked_and_came(payment)
        yield Difference(kind, key, payment.reference, ours, theirs)


def _asked_and_came(payment: Payment) -> tuple[Money | None, Money]:
    if payment.difference == Payment.FEE_CURRENCY:
        return None, Money(payment.fee_minor or 0, payment.fee_currency)
    came = Money(payment.received_minor or 0, payment.received_currency)
    return (None if payment.difference == "surplus" else payment.expected), came


def _balances(provider: ProviderRecords) -> dict[str, dict[str, int]]:
    """Return by currency what the books and the provider say that it holds, in minor units."""
    ours, theirs = selectors.clearing(), provider.balances()
    return {
        currency: {
            "ours": ours[currency].minor if currency in ours else 0,
            "theirs": theirs[currency].minor if currency in theirs else 0,
        }
        for currency in sorted(ours.keys() | theirs.keys())
    }


def _once(found: Sequence[Difference]) -> list[Difference]:
    """Keep the first of each kind about each thing."""
    return list({(one.kind, one.provider_key): one for one in reversed(found)}.values())[::-1]


@transaction.atomic
def _written(found: Sequence[Difference], *, run: Reconciliation) -> Outcome:
    open_ones = [one for one in found if _is_open(one, run.at)]
    run.found = len(open_ones)
    run.accepted = len(found) - len(open_ones)
    run.save(force_insert=True)
    return Outcome(run, open_ones)


def _is_open(one: Difference, now: datetime) -> bool:
    """Queue a difference; say whether it waits, or was closed by a person as it stands."""
    queued = raise_exception(
        kind=one.kind,
        provider_key=one.provider_key,
        reference=one.reference,
        ours=one.ours,
        theirs=one.theirs,
        now=now,
    )
    return queued.state == QueuedException.State.OPEN
