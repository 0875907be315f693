"""Reconciling by turns: whoever comes while the turn is taken waits until it is given back."""

from __future__ import annotations

import psycopg
import pytest
from django.conf import settings
from django.db import OperationalError, connection

from payments.reconciliation import turns
from tests import databases


@pytest.mark.django_db(transaction=True)
@pytest.mark.promise("M9")
def test_a_turn_is_waited_for_while_another_connection_has_it() -> None:
    name = connection.settings_dict["NAME"]
    with psycopg.connect(databases.address(settings.DATABASE_URL, name), autocommit=True) as other:
        with turns.taken():
            free = other.execute("SELECT pg_try_advisory_lock(%s)", [turns._LOCK]).fetchone()  # noqa: SLF001
            assert free == (False,)
        free = other.execute("SELECT pg_try_advisory_lock(%s)", [turns._LOCK]).fetchone()  # noqa: SLF001
        assert free == (True,)

        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        with pytest.raises(OperationalError, match="lock timeout"), turns.taken():
            pytest.fail("The turn was not waited for.")
    with connection.cursor() as cursor:
        cursor.execute("RESET lock_timeout")
    with turns.taken():
        pass
