"""Nothing but what a sender sees decides who is in a list and in which place."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
import uuid_utils.compat as uuid
from hypothesis import given
from hypothesis import strategies as st

from payments.money import Money
from remittances import comparison
from remittances.comparison import Asked, Comparison, Survey
from remittances.filters import Filters
from remittances.models import Country, Dataset, Provider, ProviderName, SurveyedService

if TYPE_CHECKING:
    from collections.abc import Sequence

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
NOBODY = Provider(name="Nobody", slug="nobody")
NAMES = ("Alpha", "Beta", "Gamma", "Delta")


def service(  # noqa: PLR0913  What a row of a survey can differ in.
    name: str, fee: int, margin: int, day: date, *, transparent: bool, promotion: bool
) -> SurveyedService:
    provider = Provider(name=name, slug=name.lower())
    return SurveyedService(
        name=ProviderName(spelling=name, provider=provider),
        dataset=Dataset(computed_by="World Bank"),
        kind="survey",
        provider_type="Bank",
        pay_in="Cash",
        pay_out="Cash",
        speed="Same day",
        currency="KES",
        reference_rate=Decimal("27.5"),
        transparent=transparent,
        promotion=promotion,
        collected_on=day,
        amount_1=Decimal(18000),
        fee_1=Decimal(fee),
        margin_pct_1=Decimal(margin),
        applied_rate_1=Decimal(27),
        amount_2=Decimal(45000),
        fee_2=Decimal(fee),
        margin_pct_2=Decimal(margin),
        applied_rate_2=Decimal(27),
    )


services = st.builds(
    service,
    st.sampled_from(NAMES),
    st.integers(0, 4).map(lambda hundreds: 100 * hundreds),
    st.integers(-1, 2),
    st.sampled_from([date(2026, 11, 14), date(2026, 9, 1), date(2025, 8, 14)]),
    transparent=st.sampled_from([True, True, True, False]),
    promotion=st.sampled_from([False, False, False, True]),
)
questions = st.sampled_from(
    [
        Asked(amount=Money(2_000_000, "KES")),
        Asked(amount=Money(2_000_000, "KES"), arrives=True),
        Asked(amount=Money(500_000, "UGX"), arrives=True),
        Asked(amount=Money(2_000_000, "KES"), filters=Filters(firm="bank", speed="day")),
    ]
)


def answered(rows: Sequence[SurveyedService], asked: Asked) -> Comparison:
    survey = Survey(
        origin=Country(iso3="KEN", currency="KES", name="Kenya"),
        destination=Country(iso3="UGA", currency="UGX", name="Uganda"),
        period="2026_3Q",
        currency="KES",
        services=tuple(rows),
    )
    return comparison.answer(survey, asked, now=NOW)


def order(found: Comparison) -> list[comparison.Quote]:
    """Return the quotes without the firm's own row, which is edited at the desk."""
    return [replace(quote, firm=NOBODY) for quote in found.quotes]


@pytest.mark.promise("C1")
@pytest.mark.promise("C2")
@given(st.lists(services, max_size=8), questions, st.integers(0, 2**16))
def test_ids_commissions_and_the_order_of_rows_change_neither_order_nor_set(
    rows: list[SurveyedService], asked: Asked, seed: int
) -> None:
    before = order(answered(rows, asked))
    shuffler = random.Random(seed)  # noqa: S311  It guards nothing.
    shuffled = shuffler.sample(rows, len(rows))
    for row in shuffled:
        row.id = uuid.uuid4()
        row.provider.id = uuid.uuid4()
        row.provider.slug = f"slug-{shuffler.random()}"
        row.provider.commercial_link = shuffler.choice(["", "https://pays.example/"])
        row.provider.commercial_note = shuffler.choice(["", "owned by us"])
        row.provider.website = shuffler.choice(["", "https://site.example/"])
    assert order(answered(shuffled, asked)) == before


@pytest.mark.promise("C1")
@given(st.lists(services, max_size=8), questions, st.permutations(NAMES))
def test_other_names_break_other_ties_and_nothing_else(
    rows: list[SurveyedService], asked: Asked, names: list[str]
) -> None:
    def places(found: Comparison) -> list[tuple[object, ...]]:
        return [(quote.listing, quote.sent, quote.received) for quote in found.quotes]

    before = places(answered(rows, asked))
    other = dict(zip(NAMES, names, strict=True))
    for row in rows:
        row.provider.name = other[row.provider.name]
    after = places(answered(rows, asked))
    ranked = [place for place in before if place[0] != "unranked"]
    assert [place for place in after if place[0] != "unranked"] == ranked
    assert sorted(map(str, after)) == sorted(map(str, before))


@pytest.mark.promise("C1")
def test_two_rows_that_differ_in_their_source_alone_stand_by_its_name() -> None:
    def row(source: str) -> SurveyedService:
        made = service("Alpha", 100, 1, date(2026, 11, 14), transparent=True, promotion=False)
        made.dataset.computed_by = source
        return made

    asked = Asked(amount=Money(2_000_000, "KES"))
    for sources in (("Aid Bureau", "World Bank"), ("World Bank", "Aid Bureau")):
        found = answered([row(source) for source in sources], asked)
        assert [quote.source for quote in found.quotes] == ["Aid Bureau", "World Bank"]
