"""As the application's role, nobody gives away what they entered to approve it themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from remittances.models import PriceEntry
from tests.make import accounts
from tests.remittances.entries import made
from tests.remittances.entries.made import NOW

if TYPE_CHECKING:
    from django.db.models import QuerySet

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _application() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user, current_user")
        assert cursor.fetchone() == (settings.DATABASE_APP_ROLE, settings.DATABASE_APP_ROLE)


@pytest.mark.parametrize("state", ["draft", "waiting", "declined"])
@pytest.mark.parametrize("also", [{}, {"state": "waiting"}, {"note": "Mine."}])
def test_who_entered_a_price_is_never_changed(state: str, also: dict[str, str]) -> None:
    entry, other = made.draft(), accounts.user(name="Otto Ohr")
    rows = _moved_on(PriceEntry.objects.filter(pk=entry.pk), state, other)

    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(entered_by=other, **also)

    entry.refresh_from_db()
    assert (entry.entered_by_id == other.pk, entry.state) == (False, state)


def _moved_on(rows: QuerySet[PriceEntry], state: str, other: Any) -> QuerySet[PriceEntry]:  # noqa: ANN401
    if state != "draft":
        rows.update(state="waiting")
    if state == "declined":
        rows.update(state="declined", decided_by=other, decided_at=NOW, reason="No.")
    return rows
