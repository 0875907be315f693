"""What a country's dashboard shows, put together in four queries."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from payments.money import Money
from remittances import credits as credit
from remittances import documents, price_statistics, tables, words
from remittances.countries import name_in
from remittances.datasets.rows import ATTRIBUTION, LICENCE
from remittances.figures import chart, countries, selectors
from remittances.figures.asking import Index
from remittances.indices import CEILING_PCT
from remittances.public import heat

if TYPE_CHECKING:
    from remittances.countries import CountryFacts
    from remittances.figures.chart import Chart, Strip
    from remittances.figures.countries import Quarter
    from remittances.models import CorridorQuarter, Country
    from remittances.price_statistics import CorridorStatistics

_BAR_UNITS = 1000  # Thousandths of a per cent, for the drawing.


@dataclass(frozen=True, slots=True)
class Corridor:
    """One corridor's newest average."""

    name: str
    url: str
    quarter: str
    statistics: CorridorStatistics
    mean: Fraction

    @property
    def heat(self) -> int:
        """Return how dear it is, from 1 to 5."""
        return heat.step(self.mean)

    @property
    def bar(self) -> dict[str, int] | None:
        """Return the fee and the margin as the drawing wants them; None where only averages are."""
        fee, margin = self.statistics.fee_200, self.statistics.margin_200
        if fee is None or margin is None:
            return None
        return {"fee": round(fee * _BAR_UNITS), "margin": round(margin * _BAR_UNITS)}


@dataclass(frozen=True, slots=True)
class Dots:
    """The services of one corridor on the common scale."""

    name: str
    strip: Strip


def context(facts: CountryFacts, receives: bool) -> dict[str, Any]:  # noqa: FBT001
    """Return the context of a country's page."""
    found = selectors.of_country(facts.iso3, receiving=receives)
    quarters = countries.by_quarter(price_statistics.of(each) for each in found)
    newest = quarters[-1] if quarters else None
    corridors = _corridors(found, receives)
    name = name_in(words.language(), iso2=facts.iso2, otherwise=facts.name)
    return {
        "country": name,
        "iso3": facts.iso3.lower(),
        "receives": receives,
        "newest": newest,
        "quarter": words.quarter(newest.period) if newest else "",
        "among": words.listed(_among(corridors, newest)) if newest else "",
        "earlier": _other_number(quarters),
        "corridors": corridors,
        "dear": sum(row.mean > CEILING_PCT for row in corridors),
        "chart": _chart(name, quarters) if newest else None,
        "quarters": _rows(quarters),
        "dots": _dots(found, facts, receives),
        "scale": _scale(corridors),
        "kept": _usd(countries.kept_in_a_year(newest.mean)) if newest else None,
        "monthly": _usd(Fraction(countries.MONTHLY_USD)),
        "licence": LICENCE,
        "licence_url": credit.LICENCE_URL,
        "attribution": ATTRIBUTION,
    }


def table(facts: CountryFacts, receives: bool) -> str:  # noqa: FBT001
    """Return every quarter of a country's corridors as CSV."""
    rows = [
        price_statistics.of(found) for found in selectors.of_country(facts.iso3, receiving=receives)
    ]
    index = Index(facts.iso3, "in" if receives else "out", None)
    document = documents.indices(index, rows, price_statistics.summary(rows))
    return tables.indices(document | credit.of(file for row in rows for file in row.files))


def _corridors(found: list[CorridorQuarter], receives: bool) -> list[Corridor]:  # noqa: FBT001
    """Return the newest average of each corridor, the dearest first."""
    newest = {}
    for each in found:  # Oldest first.
        if each.mean is not None:
            newest[each.origin_id, each.destination_id] = each
    corridors = [_corridor(each, receives) for each in newest.values()]
    return sorted(corridors, key=lambda row: (-row.mean, row.name))


def _corridor(found: CorridorQuarter, receives: bool) -> Corridor:  # noqa: FBT001
    other = found.origin if receives else found.destination
    pair = (found.origin_id.lower(), found.destination_id.lower())
    return Corridor(
        name=words.country_name(other),
        url=reverse("remittances:corridor", args=pair),
        quarter=words.quarter(found.period),
        statistics=price_statistics.of(found),
        mean=Fraction(found.mean or 0),
    )


def _among(corridors: list[Corridor], newest: Quarter) -> list[str]:
    """Return the countries that the newest quarter's average is of."""
    return sorted(row.name for row in corridors if row.statistics.key.period == newest.period)


def _other_number(quarters: list[Quarter]) -> tuple[str, int] | None:
    """Return the quarter before the newest and its number of corridors where that is another."""
    if len(quarters) < 2 or quarters[-2].corridors == quarters[-1].corridors:  # noqa: PLR2004
        return None
    return words.quarter(quarters[-2].period), quarters[-2].corridors


def _chart(name: str, quarters: list[Quarter]) -> Chart | None:
    cheapest = [(each.period, each.cheapest3) for each in quarters if each.cheapest3 is not None]
    everywhere = selectors.global_means()
    return chart.drawn(
        [
            chart.Series(name, [(each.period, each.mean) for each in quarters]),
            chart.Series(_("Three cheapest"), cheapest),
            chart.Series(_("All countries"), sorted(everywhere.items())),
        ]
    )


def _rows(quarters: list[Quarter]) -> list[tuple[str, Quarter]]:
    return [(words.quarter(each.period), each) for each in reversed(quarters)]


def _dots(
    found: list[CorridorQuarter],
    facts: CountryFacts,
    receives: bool,  # noqa: FBT001
) -> list[Dots]:
    """Return the services of the newest surveyed quarter, corridor by corridor."""
    surveyed = [each for each in found if each.services]
    if not surveyed:
        return []
    names = {_other(each, receives).iso3: _other(each, receives) for each in surveyed}
    totals = selectors.totals_of(facts.iso3, receiving=receives, period=surveyed[-1].period)
    by_other = {
        other: [cost for _, cost in rows] for other, rows in groupby(totals, key=itemgetter(0))
    }
    strips = chart.strips(list(by_other.values()))
    shown = [Dots(words.country_name(names[other]), strip)
             for other, strip in zip(by_other, strips, strict=True)]  # fmt: skip
    return sorted(shown, key=lambda row: row.name)


def _other(found: CorridorQuarter, receives: bool) -> Country:  # noqa: FBT001
    return found.origin if receives else found.destination


def _scale(corridors: list[Corridor]) -> int:
    """Return the common scale of the bars, in thousandths of a per cent."""
    sums = [max(0, bar["fee"]) + max(0, bar["margin"]) for row in corridors if (bar := row.bar)]
    return max([2 * 3 * _BAR_UNITS, *sums])


def _usd(value: Fraction) -> Money:
    return Money(round(value * 100), "USD")
