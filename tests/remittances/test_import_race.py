from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, connections

from remittances import datasets, services
from remittances.imports import publishing
from remittances.models import Dataset, SurveyedService
from tests.make import remittances as make

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def _both_read_before_one_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold each import after its check until the other is there too, or a second has passed."""
    meeting, opened = Barrier(2), datasets.opened

    def reading_together(path: Path) -> datasets.Opened:
        with suppress(BrokenBarrierError):  # Broken when the lock keeps the other one out.
            meeting.wait(timeout=1)
        return opened(path)

    monkeypatch.setattr(datasets, "opened", reading_together)


def import_twice_at_once() -> list[bool | type[Exception]]:
    """Import the same bytes in two threads; return what each of them found."""
    content = make.csv_bytes([make.row()])

    def one(name: str) -> bool | type[Exception]:
        try:
            report = services.import_bytes(file_name=name, content=content, now=make.NOW)
        except IntegrityError as broken:
            return type(broken)
        finally:
            connections.close_all()
        return report.already_imported

    with ThreadPoolExecutor(2) as threads:
        return sorted(threads.map(one, ("a.csv", "b.csv")), key=str)


@pytest.mark.usefixtures("_both_read_before_one_writes")
def test_two_imports_of_the_same_bytes_at_once_import_them_once() -> None:
    assert import_twice_at_once() == [False, True]
    assert (Dataset.objects.count(), SurveyedService.objects.count()) == (1, 1)


@pytest.mark.usefixtures("_both_read_before_one_writes")
def test_without_the_lock_one_of_them_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_waiting() -> None:
        """Do not wait."""

    waiting: Callable[[], None] = no_waiting
    monkeypatch.setattr(publishing, "wait_for_other_imports", waiting)
    assert import_twice_at_once() == [IntegrityError, False]
