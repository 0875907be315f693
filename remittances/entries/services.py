"""An officer's entry on its way: written, sent, and published or declined by another person."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from remittances import countries
from remittances.entries import terms
from remittances.feeds import publishing
from remittances.feeds.publishing import Source
from remittances.feeds.sorting import recent
from remittances.models import Country, PriceEntry, PriceEvidence

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from remittances.entries.evidence import Clean
    from remittances.entries.terms import Facts

TOLD_BY = "Price officers of this site, with evidence"
LICENCE = "CC BY 4.0"
OLDEST = timedelta(days=366)
UNUSED = timedelta(days=2)  # After that, evidence that no entry took is let go.
_State = PriceEntry.State


class EntryRefused(ValueError):
    """The entry cannot be that; the message says why to the officer, `place` what to change."""

    def __init__(self, message: str, *, place: str = "collected_on") -> None:
        super().__init__(message)
        self.place = place


def keep_evidence(*, clean: Clean, by: UUID, now: datetime) -> PriceEvidence:
    """Keep a cleaned file until an entry takes it."""
    return PriceEvidence.objects.create(
        content=clean.content,
        kind=clean.kind,
        name=clean.name,
        sha256=clean.sha256,
        original_sha256=clean.original_sha256,
        added_by_id=by,
        added_at=now,
    )


def drop_unused_evidence(*, now: datetime) -> int:
    """Let go of evidence that no entry took within two days; return how much."""
    unused = PriceEvidence.objects.filter(entries=None, added_at__lt=now - UNUSED)
    return unused.delete()[0]


@transaction.atomic
def save_draft(
    *, facts: Facts, evidence_id: UUID, by: UUID, now: datetime, entry_id: UUID | None = None
) -> PriceEntry:
    """Write an entry, or write it anew while it is a draft of the same person.

    The reference rate is what the officer read, else the one known of the day it was collected.

    Raises:
        EntryRefused: The day or the margin cannot be, the evidence is not theirs, or it is no
            draft any more.
    """
    if facts.collected_on > now.date():
        raise EntryRefused(_("This day has not come yet."))
    if facts.collected_on < now.date() - OLDEST:
        raise EntryRefused(_("This is more than a year ago. Collect the price anew."))
    entry = _own(entry_id, by, _State.DRAFT) if entry_id else PriceEntry(entered_by_id=by)
    mine = PriceEvidence.objects.filter(pk=evidence_id, added_by=by)
    if entry.evidence_id != evidence_id and not mine.exists():
        raise EntryRefused(_("Send the evidence again."), place="evidence")
    _fill(entry, facts)
    if not terms.priced(entry).is_kept:
        raise EntryRefused(_("The margin is out of all measure. Look at both rates."), place="rate")
    entry.evidence_id, entry.entered_at = evidence_id, now
    entry.save()
    return entry


@transaction.atomic
def send_entry(*, entry_id: UUID, by: UUID, now: datetime) -> PriceEntry:
    """Ask for a second person; the entry can no longer be changed.

    Raises:
        EntryRefused: It is not a draft of this person.
    """
    entry = _own(entry_id, by, _State.DRAFT)
    entry.state, entry.entered_at = _State.WAITING, now
    entry.save()
    return entry


@transaction.atomic
def take_back(*, entry_id: UUID, by: UUID) -> PriceEntry:
    """Make a draft again of what nobody has decided on yet.

    Raises:
        EntryRefused: It does not wait, or is another person's.
    """
    entry = _own(entry_id, by, _State.WAITING)
    entry.state = _State.DRAFT
    entry.save()
    return entry


@transaction.atomic
def drop_draft(*, entry_id: UUID, by: UUID) -> None:
    """Throw a draft away; its evidence goes when it is not used within two days.

    Raises:
        EntryRefused: It is not a draft of this person.
    """
    _own(entry_id, by, _State.DRAFT).delete()


@transaction.atomic
def publish_entry(*, entry_id: UUID, by: UUID, now: datetime) -> PriceEntry:
    """Let an entry stand; it supersedes an earlier one of the same service.

    Raises:
        EntryRefused: It does not wait, is the person's own, or a newer one stands.
    """
    entry = _to_decide(entry_id, by)
    row, key = terms.priced(entry), terms.row_key(entry)
    standing = publishing.standing([key]).get(key)
    if standing and standing.collected_on and standing.collected_on > entry.collected_on:
        raise EntryRefused(_("A price of this service that was collected later stands already."))
    made = publishing.publish({key: row}, source=_source(entry), now=now)
    entry.published = made[key]
    return _decide(entry, _State.PUBLISHED, by=by, now=now)


@transaction.atomic
def decline_entry(*, entry_id: UUID, by: UUID, reason: str, now: datetime) -> PriceEntry:
    """Turn an entry down, with the reason.

    Raises:
        EntryRefused: It does not wait, or is the person's own.
    """
    entry = _to_decide(entry_id, by)
    entry.reason = reason
    return _decide(entry, _State.DECLINED, by=by, now=now)


def _fill(entry: PriceEntry, facts: Facts) -> None:
    for field in fields(facts):
        if field.name not in {"origin", "destination", "reference"}:
            setattr(entry, field.name, getattr(facts, field.name))
    entry.origin = _country(facts.origin)
    entry.destination = _country(facts.destination)
    named = facts.reference
    if named is None and facts.rate is not None:
        named = recent(facts.currency, facts.payout_currency, facts.collected_on)
    entry.reference_rate = named.rate if named else None
    entry.reference_source = named.source if named else ""
    entry.reference_on = named.on if named else None


def _country(code: str) -> Country:
    fact = countries.country(code)
    known = {"iso2": fact.iso2, "name": fact.name, "currency": fact.currency}
    return Country.objects.get_or_create(iso3=fact.iso3, defaults=known)[0]


def _locked(entry_id: UUID) -> PriceEntry:
    return PriceEntry.objects.select_for_update().get(pk=entry_id)


def _own(entry_id: UUID, by: UUID, state: str) -> PriceEntry:
    entry = _locked(entry_id)
    if entry.entered_by_id != by:
        raise EntryRefused(_("This entry is another person's."))
    if entry.state != state:
        raise EntryRefused(_("This entry has moved on meanwhile."))
    return entry


def _to_decide(entry_id: UUID, by: UUID) -> PriceEntry:
    entry = _locked(entry_id)
    if entry.state in {_State.PUBLISHED, _State.DECLINED}:
        raise EntryRefused(_("This was decided already."))
    if entry.state != _State.WAITING:
        raise EntryRefused(_("This entry has moved on meanwhile."))
    if entry.entered_by_id == by:
        raise EntryRefused(_("You entered this yourself. A second person decides."))
    return entry


def _decide(entry: PriceEntry, state: str, *, by: UUID, now: datetime) -> PriceEntry:
    entry.state, entry.decided_by_id, entry.decided_at = state, by, now
    entry.save()
    return entry


def _source(entry: PriceEntry) -> Source:
    told = {"entry": str(entry.pk), "evidence": entry.evidence.sha256}
    body = json.dumps(told | terms.priced(entry).document(), sort_keys=True)
    return Source(
        kind="entry",
        sha256=hashlib.sha256(body.encode()).hexdigest(),
        file_name=f"entry-{entry.pk}.json",
        told_by=TOLD_BY,
        licence=LICENCE,
    )
