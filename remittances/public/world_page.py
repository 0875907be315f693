"""What the list of the world's corridors shows: the newest average of each, filtered and sorted."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.urls import reverse
from django.utils.translation import gettext_lazy

from remittances import credits as credit
from remittances import documents, indices, price_statistics, tables, words
from remittances.datasets.rows import ATTRIBUTION, LICENCE
from remittances.figures import selectors
from remittances.figures.asking import Index
from remittances.indices import CEILING_PCT
from remittances.public import heat

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import QueryDict

    from remittances.models import CorridorQuarter, Country
    from remittances.price_statistics import CorridorStatistics

ON_A_PAGE = 50
KEPT = ("from", "to", "all", "sort")


@dataclass(frozen=True, slots=True)
class Row:
    """One corridor of the list."""

    origin: str
    destination: str
    url: str
    quarter: str
    statistics: CorridorStatistics
    mean: Fraction

    @property
    def heat(self) -> int:
        """Return how dear it is, from 1 to 5."""
        return heat.step(self.mean)


SORTS: dict[str, tuple[object, Callable[[Row], Any]]] = {
    "cost": (gettext_lazy("Dearest first"), lambda row: (-row.mean, row.origin, row.destination)),
    "from": (gettext_lazy("By sending country"), lambda row: (row.origin, row.destination)),
    "to": (gettext_lazy("By receiving country"), lambda row: (row.destination, row.origin)),
}


def context(query: QueryDict) -> dict[str, Any]:
    """Return the context of the page; what is asked for and does not exist is left out."""
    found = [each for each in selectors.newest_of_each() if each.mean is not None]
    rows = _filtered([_row(each) for each in found], query)
    every = indices.summary(
        [indices.CorridorMean(Fraction(each.mean or 0), None, each.origin_id) for each in found]
    )
    sort = query.get("sort", "")
    return {
        "page_obj": Paginator(rows, ON_A_PAGE).get_page(query.get("page")),
        "query": _kept(query).urlencode(),
        "every": every,
        "sending": _choices({each.origin for each in found}),
        "receiving": _choices({each.destination for each in found}),
        "asked_from": query.get("from", "").lower(),
        "asked_to": query.get("to", "").lower(),
        "shows_all": bool(query.get("all")),
        "sorts": [
            {"text": text, "url": _with(query, sort=name), "current": name == (sort or "cost")}
            for name, (text, _) in SORTS.items()
        ],
        "licence": LICENCE,
        "licence_url": credit.LICENCE_URL,
        "attribution": ATTRIBUTION,
    }


def table(query: QueryDict) -> str:
    """Return the whole filtered list as CSV, in the same order."""
    found = [each for each in selectors.newest_of_each() if each.mean is not None]
    rows = [row.statistics for row in _filtered([_row(each) for each in found], query)]
    document = documents.indices(
        Index(None, None, None), rows, price_statistics.summary(rows)
    ) | credit.of(file for row in rows for file in row.files)
    return tables.indices(document)


def _row(found: CorridorQuarter) -> Row:
    pair = (found.origin_id.lower(), found.destination_id.lower())
    return Row(
        origin=words.country_name(found.origin),
        destination=words.country_name(found.destination),
        url=reverse("remittances:corridor", args=pair),
        quarter=words.quarter(found.period),
        statistics=price_statistics.of(found),
        mean=Fraction(found.mean or 0),
    )


def _filtered(rows: list[Row], query: QueryDict) -> list[Row]:
    origin, destination = query.get("from", "").upper(), query.get("to", "").upper()
    wanted = [
        row
        for row in rows
        if origin in {"", row.statistics.key.origin}
        and destination in {"", row.statistics.key.destination}
        and (query.get("all") or row.mean > CEILING_PCT)
    ]
    _, order = SORTS.get(query.get("sort", ""), SORTS["cost"])
    return sorted(wanted, key=order)


def _choices(countries: set[Country]) -> list[tuple[str, str]]:
    named = [(country.iso3.lower(), words.country_name(country)) for country in countries]
    return sorted(named, key=lambda choice: choice[1])


def _kept(query: QueryDict) -> QueryDict:
    kept = query.copy()
    for name in set(kept) - set(KEPT):
        del kept[name]
    return kept


def _with(query: QueryDict, **changes: str) -> str:
    kept = _kept(query)
    for name, value in changes.items():
        kept[name] = value
    return f"?{kept.urlencode()}"
