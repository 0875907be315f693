from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import pytest
from django.db import connections, transaction

from remittances.imports import naming
from remittances.models import Provider, ProviderName
from tests.make import remittances as make

pytestmark = pytest.mark.django_db(transaction=True)
ALIKE = ("Kestrel Pay", "Kestrel-Pay")  # Two firms that want one slug.


@pytest.fixture
def _both_choose_before_one_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold each after it chose a slug until the other did too, or a second has passed."""
    meeting, chosen = Barrier(2), naming._slug  # noqa: SLF001  The place between look and write.

    def choosing_together(name: str, taken: set[str]) -> str:
        slug = chosen(name, taken)
        with suppress(BrokenBarrierError):  # Broken when the lock keeps the other one out.
            meeting.wait(timeout=1)
        return slug

    monkeypatch.setattr(naming, "_slug", choosing_together)


def name_both_at_once() -> list[str]:
    """Make two names known in two transactions; return what became of each."""

    def one(name: str) -> str:
        try:
            with transaction.atomic():
                return naming.make_known([name], now=make.NOW)[0]
        except KeyError:
            return "KeyError"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as threads:
        return sorted(threads.map(one, ALIKE))


@pytest.mark.usefixtures("_both_choose_before_one_writes")
def test_two_feeds_that_want_one_slug_at_once_get_one_each() -> None:
    assert name_both_at_once() == list(ALIKE)
    assert sorted(Provider.objects.values_list("slug", flat=True)) == [
        "kestrel-pay",
        "kestrel-pay-2",
    ]
    assert ProviderName.objects.count() == 2


@pytest.mark.usefixtures("_both_choose_before_one_writes")
def test_without_the_lock_one_of_them_finds_no_firm(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_waiting() -> None:
        """Do not wait."""

    monkeypatch.setattr(naming, "wait_for_other_naming", no_waiting)
    assert "KeyError" in name_both_at_once()
    assert Provider.objects.count() == 1
