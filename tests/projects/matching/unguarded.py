"""What a control takes away to show that the guard is what keeps the sums right."""

from __future__ import annotations

from django.db import connection

from marketplace import database

DEFINITION = "SELECT pg_get_functiondef('public.matching_take_turn'::regproc)"


def take_away_the_turn() -> None:
    """Let everybody reserve at once: the function that takes the turn locks nothing any more."""
    _without("FOR NO KEY UPDATE", "")


def take_away_the_newest() -> None:
    """Let everybody reserve by the terms they have read: newer ones are not looked for."""
    _without("newer.number > known.number", "false")


def _without(guard: str, instead: str) -> None:
    with database.as_owner(), connection.cursor() as cursor:
        cursor.execute(DEFINITION)
        (whole,) = cursor.fetchone()
        assert guard in whole
        cursor.execute(whole.replace(guard, instead))
