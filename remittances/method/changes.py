"""Every change of the published method, newest first.

A change of what is counted, ordered, shown or left out gets an entry here in the same commit. An
entry is never reworded in what it says; a later one corrects it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change: when it holds from, what changed, and why."""

    slug: str  # Its anchor on the page and its name in the feed; never changes.
    on: date
    title: StrPromise
    text: StrPromise


CHANGES = (
    Change(
        slug="newest-live-price",
        on=date(2026, 11, 24),
        title=gettext_lazy("Live prices and prices entered by officers stand beside the survey"),
        text=gettext_lazy(
            "A corridor compares its newest survey with the newest live price of each service and"
            " with prices that two officers entered from evidence. A live price is stale after"
            " 24 hours. None of them enters the survey's averages."
        ),
    ),
    Change(
        slug="quarantine",
        on=date(2026, 11, 24),
        title=gettext_lazy("A live price that jumps waits for a person"),
        text=gettext_lazy(
            "A rate more than 10 per cent from its reference or from the rate before, or a fee or"
            " total that moved by more than 3 points, is not shown until an officer has looked"
            " at it."
        ),
    ),
    Change(
        slug="alerts",
        on=date(2026, 11, 24),
        title=gettext_lazy("Alerts compare the same prices as the page"),
        text=gettext_lazy(
            "Who asks to be told below a percentage is told once each time the cheapest service"
            " with a place in the order falls below it, by the same numbers as the page shows."
        ),
    ),
    Change(
        slug="global-mean-without-russia",
        on=date(2026, 11, 24),
        title=gettext_lazy("The mean of the world leaves out corridors from Russia"),
        text=gettext_lazy(
            "As the World Bank does, the simple mean over all services leaves out what is sent"
            " from Russia. Corridors from Russia are shown as before."
        ),
    ),
    Change(
        slug="firms-not-spellings",
        on=date(2026, 11, 24),
        title=gettext_lazy("Firms are counted, not spellings"),
        text=gettext_lazy(
            "Where files spell one firm in several ways, it counts as one firm once a person has"
            " confirmed it. Averages do not change, since they count rows."
        ),
    ),
    Change(
        slug="first-rule",
        on=date(2026, 11, 24),
        title=gettext_lazy("The rule is published"),
        text=gettext_lazy(
            "The order by what arrives, the total cost, the estimates between two surveyed"
            " amounts, the two lists by age, and the averages, as this page describes them."
        ),
    ),
)
