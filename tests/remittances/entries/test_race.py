"""Two people who publish at once make one row."""

from __future__ import annotations

from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import TYPE_CHECKING

import pytest
from django.db import DatabaseError

from remittances.entries import services, terms
from remittances.models import Dataset, PriceEntry, SurveyedService
from tests import crowd
from tests.make import accounts
from tests.remittances.entries import made

if TYPE_CHECKING:
    from uuid import UUID

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _both_read_before_one_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold each after its check until the other is there too, or half a second has passed."""
    meeting, row_key = Barrier(2), terms.row_key

    def together(entry: PriceEntry) -> str:
        with suppress(BrokenBarrierError):  # Broken when the lock keeps the other one out.
            meeting.wait(timeout=0.5)
        return row_key(entry)

    monkeypatch.setattr(terms, "row_key", together)


def publish_twice_at_once() -> list[str]:
    """Let two people publish one entry; return what each of them found."""
    entry = made.waiting()
    people = [accounts.user(name=name).pk for name in ("Otto Ohr", "Bea Bote")]

    def publish(person: UUID) -> str:
        try:
            services.publish_entry(entry_id=entry.pk, by=person, now=made.NOW)
        except (services.EntryRefused, DatabaseError) as refusal:
            return type(refusal).__name__
        return "published"

    return sorted(crowd.at_once(publish, people))


def test_two_people_who_publish_at_once_make_one_row() -> None:
    assert publish_twice_at_once() == ["EntryRefused", "published"]
    assert (SurveyedService.objects.count(), Dataset.objects.count()) == (1, 1)
    assert PriceEntry.objects.get().state == "published"


def test_without_the_lock_only_the_database_stops_the_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(services, "_locked", lambda key: PriceEntry.objects.get(pk=key))

    assert publish_twice_at_once() == ["IntegrityError", "published"]
    assert (SurveyedService.objects.count(), Dataset.objects.count()) == (1, 1)
