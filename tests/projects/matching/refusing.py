"""What the database says against a statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import Error, connection, transaction

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID


def refused(statement: str, values: Sequence[str | UUID] | None = None) -> str:
    """Run a statement as the application and return what the database says against it."""
    with pytest.raises(Error) as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
    return str(refusal.value)
