from __future__ import annotations

from django.db.models import F, Func, TextField, Value

from projects.catalogue.folding import FOLDED, PLAIN


def folded(field: str) -> Func:
    """Return the column with its letters folded, as PostgreSQL computes it."""
    return Func(
        F(field), Value(FOLDED), Value(PLAIN), function="translate", output_field=TextField()
    )
