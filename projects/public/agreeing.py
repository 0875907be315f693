"""What a giver was shown as the match: it goes with them from step to step, in the address.

A page that would show less says so first, and why, and asks again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.money import Money

if TYPE_CHECKING:
    from django.http import HttpRequest

    from projects.funding.models import Contribution

SHOWN = "shown"
_LONGEST = 15
"""Digits of the largest amount that is read."""


def shown_before(request: HttpRequest, contribution: Contribution) -> Money | None:
    """Return the match an earlier step showed or, after going to pay, the one agreed to then."""
    minor = _asked(request)
    if minor is None:
        minor = contribution.agreed_match_minor
    return None if minor is None else Money(minor, contribution.currency)


def carried(request: HttpRequest) -> str:
    """Return the query that takes what was shown on to the next step; empty where nothing was."""
    minor = _asked(request)
    return "" if minor is None else _query(minor)


def query(match: Money) -> str:
    """Return the query that says that this match is shown."""
    return _query(match.minor)


def _query(minor: int) -> str:
    return f"?{SHOWN}={minor}"


def _asked(request: HttpRequest) -> int | None:
    text = request.GET.get(SHOWN, "")
    fits = text.isascii() and text.isdigit() and len(text) <= _LONGEST
    return int(text) if fits else None
