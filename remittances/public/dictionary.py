"""What every field of the open data means, and in which unit. A test holds it to the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_TEXT, _CODE, _PERCENT = _("text"), _("alpha-3 code"), _("per cent")
_COUNT, _MONEY, _DAY = _("count"), _("sender's currency"), _("day")
_QUARTER, _YES, _LIST = _("quarter, 2025_3Q"), _("true or false"), _("list")
_HASH = _("64 hexadecimal digits")


class Field(NamedTuple):
    """One field of an answer."""

    name: str
    unit: _StrPromise
    meaning: _StrPromise


class Table(NamedTuple):
    """The fields of one end-point."""

    name: str
    title: _StrPromise
    fields: tuple[Field, ...]


_FROM = Field("from", _CODE, _("the country money is sent from"))
_TO = Field("to", _CODE, _("the country money is sent to"))
_PERIOD = Field("period", _QUARTER, _("the quarter of the survey"))
_CREDITS = (
    Field("licence", _TEXT, _("under which the numbers may be used")),
    Field("attribution", _TEXT, _("the words that must be shown with the numbers")),
    Field("sources", _HASH, _("SHA-256 of the files that the numbers are from")),
)

INDICES = Table(
    "indices",
    _("Averages of corridors"),
    (
        Field("corridor", _TEXT, _("both country codes together")),
        _FROM,
        _TO,
        _PERIOD,
        Field("services", _COUNT, _("surveyed rows that are transparent and have a total")),
        Field("firms", _COUNT, _("different firms among them")),
        Field("mean_200", _PERCENT, _("mean total cost of about 200 US dollars")),
        Field("mean_500", _PERCENT, _("mean total cost of about 500 US dollars")),
        Field("median_200", _PERCENT, _("the middle one of the total costs")),
        Field("min_200", _PERCENT, _("the least total cost")),
        Field("max_200", _PERCENT, _("the greatest total cost")),
        Field("cheapest3_200", _PERCENT, _("mean of the three cheapest rows; not SmaRT")),
        Field("mean_fee_200", _PERCENT, _("mean fee, as a part of the amount")),
        Field("mean_margin_200", _PERCENT, _("mean exchange-rate margin")),
        Field("published_mean_200", _PERCENT, _("the average that somebody else published")),
        *_CREDITS,
    ),
)
HISTORY = Table(
    "history",
    _("A corridor over time"),
    (
        _FROM,
        _TO,
        _PERIOD,
        Field("mean_200", _PERCENT, _("the published average, else the mean of the services")),
        Field("services", _COUNT, _("how many services it is the mean of, where known")),
        Field("source", _TEXT, _("who worked it out")),
        *_CREDITS,
    ),
)
CORRIDORS = Table(
    "corridors",
    _("Corridors"),
    (
        Field("corridor", _TEXT, _("both country codes together")),
        _FROM,
        _TO,
        Field("currency", _TEXT, _("the currency sent, ISO 4217")),
        Field("periods", _LIST, _("quarters of which something is known")),
        Field("surveyed_amounts", _LIST, _("amounts surveyed in the newest quarter")),
    ),
)
DATASETS = Table(
    "datasets",
    _("Files"),
    (
        Field("sha256", _HASH, _("the file's bytes; the same file has the same")),
        Field("file", _TEXT, _("the name it was imported under")),
        Field("kind", _TEXT, _("survey, averages, feed or entry")),
        Field("layout", _TEXT, _("how it is laid out")),
        Field("url", _TEXT, _("where it was fetched, where known")),
        Field("periods", _LIST, _("its quarters")),
        Field("rows", _COUNT, _("its rows, headings not counted")),
        Field("flags", _COUNT, _("what is odd about its rows; they are kept")),
        Field("computed_by", _TEXT, _("who worked the numbers out")),
        *_CREDITS[:2],
        Field("imported_at", _("time, UTC"), _("when it was imported here")),
    ),
)


def _at(number: int, amount: _StrPromise) -> tuple[Field, ...]:
    return (
        Field(f"amount_{number}", _MONEY, amount),
        Field(f"fee_{number}", _MONEY, _("the fee")),
        Field(f"applied_rate_{number}", _("rate"), _("the exchange rate the service gave")),
        Field(f"fx_margin_pct_{number}", _PERCENT, _("how much worse than the reference rate")),
        Field(f"total_cost_pct_{number}", _PERCENT, _("total cost as the survey gives it")),
    )


PRICES = Table(
    "prices",
    _("Every surveyed service"),
    (
        _PERIOD,
        _FROM,
        _TO,
        Field("provider", _TEXT, _("the firm, one name for all its spellings")),
        Field("provider_as_spelt", _TEXT, _("the firm as the file spells it")),
        Field("provider_type", _TEXT, _("bank, money transfer operator, …")),
        Field("product", _TEXT, _("the product, in older files")),
        Field("pay_in", _TEXT, _("how the sender pays")),
        Field("pay_out", _TEXT, _("how the recipient gets it")),
        Field("access_point", _TEXT, _("where the service is used")),
        Field("speed", _TEXT, _("how long it takes")),
        Field("currency", _TEXT, _("the currency sent, ISO 4217")),
        *_at(1, _("the amount sent, about 200 US dollars")),
        *_at(2, _("the amount sent, about 500 US dollars")),
        Field("reference_rate", _("rate"), _("the rate between banks noted on the same day")),
        Field("transparent", _YES, _("whether the service discloses its exchange rate")),
        Field("promotion", _YES, _("whether it was a promotion")),
        Field("note", _TEXT, _("the survey's note")),
        Field("collected_on", _DAY, _("when the price was collected")),
        Field("sheet", _TEXT, _("the sheet of the workbook")),
        Field("row", _COUNT, _("the row of the file, the headings being row 1")),
        Field("sources", _HASH, _("SHA-256 of the file that the row is from")),
        *_CREDITS[:2],
    ),
)
TABLES = (INDICES, HISTORY, CORRIDORS, PRICES, DATASETS)
