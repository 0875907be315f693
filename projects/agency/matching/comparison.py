"""What differs between two rules, in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from payments import figures
from payments.money import Money
from projects.agency.matching import words
from projects.matching import wording
from projects.matching.comparing import ABSENT, differences

if TYPE_CHECKING:
    from collections.abc import Mapping

    from projects.matching.comparing import Place

_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T")
RATES = frozenset({"rate", "times", "cumulative", "share_of_pot", "share_of_budget", "alpha"})
MONEY = frozenset({"amount", "pot", "min_contribution", "lump", "m", "project_cap"})


@dataclass(frozen=True, slots=True)
class Line:
    """One place of a rule, and what stands there before and after; "" where it says nothing."""

    label: str
    before: str
    after: str


def lines(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[Line, ...]:
    """Return each difference of two documents in words of the page's language."""
    return tuple(
        Line(
            label=words.place(found.place),
            before=_written(found.place, found.before, before),
            after=_written(found.place, found.after, after),
        )
        for found in differences(before, after)
    )


def _written(place: Place, value: object, document: Mapping[str, object]) -> str:
    if value is ABSENT:
        return ""
    if isinstance(value, dict):
        inside = ((name, _written((*place, name), each, document)) for name, each in value.items())
        return wording.clauses(f"{words.part_of(name)}: {text}" for name, text in inside)
    if isinstance(value, list) and place[-1] in RATES and len(value) == 2:  # noqa: PLR2004  A pair.
        return "/".join(map(str, value))
    if isinstance(value, list):
        return ", ".join(_written(place, each, document) for each in value)
    return _scalar(place, value, document)


def _scalar(place: Place, value: object, document: Mapping[str, object]) -> str:
    language = get_language() or "en"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int) and place[-1] in MONEY:
        return figures.money_text(Money(value, str(document["currency"])), language=language)
    if isinstance(value, str) and _INSTANT.match(value):
        zone = ZoneInfo(str(document.get("tz", "UTC")))
        at = datetime.fromisoformat(value).astimezone(zone)
        return f"{figures.day_text(at.date(), language=language)} {at:%H:%M} ({zone.key})"
    return str(words.LABELS.get(str(place[-1]), {}).get(str(value), value))
