"""The shape of every answer and question of the API, for its documentation and its checks."""

from __future__ import annotations

from typing import Annotated, Literal

from ninja import Field, Schema
from pydantic import ConfigDict, WithJsonSchema

# What may be missing when it is read: needed or not, the sentence that refuses it is our own.
Text = Annotated[str | None, WithJsonSchema({"type": "string"})]
Form = Annotated[
    Literal["json", "csv"] | None, WithJsonSchema({"type": "string", "enum": ["json", "csv"]})
]


def _needs(*names: str) -> ConfigDict:
    """Return what documents these parameters as needed."""
    return ConfigDict(json_schema_extra={"required": list(names)})


class CorridorQuestion(Schema):
    """Which corridor, and in what form the answer comes."""

    model_config = _needs("from", "to")

    from_: Text = Field(None, alias="from", description="alpha-3 code, such as KEN")
    to: Text = Field(None, description="alpha-3 code, such as UGA")
    format: Form = Field(None, description="json or csv; else what the Accept header asks for")


class QuoteQuestion(CorridorQuestion):
    """Which corridor and how much; amounts are plain: ASCII digits and at most one point."""

    model_config = _needs("from", "to", "amount")

    amount: Text = Field(None, description="major units, such as 18000 or 99.50")
    currency: Text = Field(None, description="the sending country's when left out")
    receive: Text = Field(None, description="any, mobile, bank, cash or card")


class PageQuestion(Schema):
    """Which page of a list."""

    page: int = Field(1, description="which page, from 1")
    page_size: int = Field(20, ge=1, le=100, description="how many on a page, at most 100")


class CorridorsQuestion(PageQuestion):
    """Which page of the corridors, or all of them as CSV."""

    format: Form = Field(None, description="json or csv; else what the Accept header asks for")


class IndicesQuestion(Schema):
    """Whose corridors, and of which quarter."""

    country: Text = Field(None, description="alpha-3 code, such as KEN; all when left out")
    direction: Text = Field(None, description="in (to the country, when left out) or out")
    period: Text = Field(None, description="a quarter, such as 2025_3Q; else each one's newest")
    format: Form = Field(None, description="json or csv; else what the Accept header asks for")


class PricesQuestion(Schema):
    """Which quarter."""

    period: Text = Field(None, description="a quarter, such as 2025_3Q; the newest when left out")


class Credited(Schema):
    """What every answer carries: whose numbers these are."""

    licence: str
    attribution: str
    sources: list[str]


class PaidOut(Schema):
    """Money in the recipient's currency, where the rate says plainly which that is."""

    amount: str
    currency: str
    minor: int
    exponent: int


class Quote(Schema):
    """What one surveyed service takes."""

    rank: int | None
    ranked: bool
    list: str
    provider: str
    provider_type: str | None
    pay_in: str | None
    pay_out: str | None
    speed: str | None
    fee: str | None
    fee_pct: float | None
    fx_margin_pct: float | None
    total_cost_pct: float | None
    applied_rate: str | None
    reference_rate: str | None
    received_value: str | None
    estimate: bool
    fee_bounds: tuple[str, str] | None
    paid_out: PaidOut | None
    collected_on: str | None
    age_days: int | None
    stale: bool
    transparent: bool
    promotion: bool
    note: str | None
    reason: str | None
    count: int
    source: str
    pays_us: bool  # The firm pays for a link; its place never depends on it.


class Quotes(Credited):
    """The comparison for one amount in one corridor."""

    from_: str = Field(alias="from")
    to: str
    amount: str
    currency: str
    period: str | None
    surveyed_amounts: list[str]
    out_of_range: bool
    quotes: list[Quote]


class Corridor(Schema):
    """What is known of one corridor."""

    corridor: str
    from_: str = Field(alias="from")
    to: str
    currency: str | None
    periods: list[str]
    surveyed_amounts: list[str]


class Corridors(Schema):
    """One page of the list of corridors."""

    count: int
    next: str | None
    previous: str | None
    results: list[Corridor]


class Quarter(Schema):
    """The mean cost in one quarter, in per cent."""

    period: str
    mean_200: float
    services: int | None
    source: str


class History(Credited):
    """The mean cost of one corridor over time."""

    from_: str = Field(alias="from")
    to: str
    series: list[Quarter]


class Index(Schema):
    """The averages of one corridor in one quarter."""

    corridor: str
    from_: str = Field(alias="from")
    to: str
    period: str
    services: int | None
    firms: int | None
    mean_200: float | None
    mean_500: float | None
    median_200: float | None
    min_200: float | None
    max_200: float | None
    cheapest3_200: float | None
    mean_fee_200: float | None
    mean_margin_200: float | None
    published_mean_200: float | None


class Summary(Schema):
    """How the means of the corridors lie."""

    corridors: int
    services: int | None
    service_mean: float | None
    corridor_mean: float | None
    over_5: int
    at_or_below_3: int


class Indices(Credited):
    """The averages of corridors, with the filter that produced them."""

    country: str | None
    direction: str | None
    period: str | None
    corridors: list[Index]
    summary: Summary


class Dataset(Schema):
    """One file that prices come from."""

    sha256: str
    file: str
    kind: str
    layout: str
    url: str | None
    periods: list[str]
    rows: int
    flags: int
    computed_by: str
    licence: str
    attribution: str
    imported_at: str


class Datasets(Schema):
    """One page of the list of files."""

    count: int
    next: str | None
    previous: str | None
    results: list[Dataset]
