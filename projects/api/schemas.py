"""The documents that the API answers with and reads."""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003  Pydantic reads them.
from typing import Annotated, Any, Literal

from ninja import Field, Schema
from pydantic import ConfigDict

Slug = Annotated[str, Field(pattern="^[-a-zA-Z0-9_]+$")]


class MoneyOut(Schema):
    amount: str
    currency: str
    minor: int
    exponent: int


class ProjectOut(Schema):
    slug: str
    title: str
    url: str
    country: str
    sector: str
    kind: str
    status: str
    currency: str
    goal: MoneyOut | None
    raised: MoneyOut | None
    contributed: MoneyOut | None
    matched: MoneyOut | None
    contributors: int
    matched_now: bool
    closes_on: date | None
    vetted_on: date | None


class ProjectsOut(Schema):
    count: int
    next: str | None
    previous: str | None
    results: list[ProjectOut]


class ProgrammeOut(Schema):
    id: str
    name: str
    version: int
    currency: str
    pot: MoneyOut
    left: MoneyOut
    opens_at: datetime
    closes_at: datetime
    rule: str


class ProgrammesOut(Schema):
    count: int
    next: str | None
    previous: str | None
    results: list[ProgrammeOut]


class QuoteIn(Schema):
    model_config = ConfigDict(extra="forbid")  # A misspelt name would be a question not answered.

    project: Slug
    amount: Any = Field(description="Major units as a plain decimal string, such as 100 or 100.00.")
    currency: str
    residence: str | None = Field(None, description="Country of the giver, ISO 3166-1.")


class QuotedProgrammeOut(Schema):
    id: str
    name: str
    match: MoneyOut
    reason: str | None
    why: str


class QuoteOut(Schema):
    project: str
    amount: MoneyOut
    match: MoneyOut
    total: MoneyOut
    programmes: list[QuotedProgrammeOut]
    valid_until: datetime | None


class FormatQuery(Schema):
    format: Literal["json", "csv"] | None = Field(
        None, description="json or csv; else what the Accept header asks for"
    )


class ListQuery(FormatQuery):
    page: int = Field(1, ge=1, description="which page, from 1")
    page_size: int = Field(20, ge=1, le=100, description="how many on a page, at most 100")


class ProjectQuery(ListQuery):
    q: str | None = Field(None, description="words to search for")
    country: str | None = Field(None, description="code of the country, as the list shows it")
    sector: str | None = Field(None, description="code of the sector, as the list shows it")
    purpose: str | None = Field(
        None, description="msme, social, humanitarian, infrastructure, fund or bond"
    )
    kind: str | None = Field(None, description="way of giving, as the list shows it")
    matched: str | None = Field(None, description="1: matched now; 0: not")
    sort: str | None = Field(None, description="closing, newest, least_left or most_matched")
