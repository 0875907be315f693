"""Whose averages somebody asks for, checked: or the one sentence that says what is wrong."""

from __future__ import annotations

from dataclasses import dataclass

from remittances import questions
from remittances.price_statistics import Scope
from remittances.questions import QuoteRequestRefused, Wrong

_LONGEST_ECHO = 40


@dataclass(frozen=True, slots=True)
class Index:
    """Whose averages are asked for; no country is all, no quarter the newest of each corridor."""

    country: str | None
    direction: str | None
    period: str | None

    @property
    def scope(self) -> Scope:
        """Return the corridors that are asked for."""
        receives = self.direction == "in"
        return Scope(
            origin=None if receives else self.country,
            destination=self.country if receives else None,
            period=self.period,
        )


def index(*, country: str | None, direction: str | None, period: str | None) -> Index:
    """Return whose averages are asked for.

    Raises:
        QuoteRequestRefused: There is no such country, direction or quarter.
    """
    asked = questions.country(country, "country").iso3 if country else None
    if direction not in {None, "in", "out"}:
        echo = str(direction)[:_LONGEST_ECHO]
        message = f"“{echo}” is no direction: write in for transfers to the country, or out."
        raise QuoteRequestRefused(Wrong.INVALID_DIRECTION, message, "direction")
    if direction and not asked:
        message = "A direction needs a country: name it with “country”, such as KEN."
        raise QuoteRequestRefused(Wrong.COUNTRY_MISSING, message, "country")
    return Index(asked, (direction or "in") if asked else None, questions.quarter(period))
