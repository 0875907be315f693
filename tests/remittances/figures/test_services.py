"""The table of figures is what the rows give, to the last decimal."""

from __future__ import annotations

import csv
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from remittances import indices
from remittances import services as services_of_prices
from remittances.figures import refresh, services
from remittances.models import CorridorQuarter, SurveyedService
from tests.make import remittances as make

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db
SMALLEST = Fraction(1, 10**24)


def quarter(corridor: str, period: str) -> CorridorQuarter:
    return CorridorQuarter.objects.get(origin=corridor[:3], destination=corridor[3:], period=period)


def places(value: Decimal | None, number: str = "0.0001") -> Decimal:
    assert value is not None
    return value.quantize(Decimal(number))


# The World Bank published these averages, and the rows of the survey it made them from are ours.
PUBLISHED = (("TZAKEN", "2011_1Q", 12, "23.6175"), ("KENRWA", "2011_3Q", 10, "9.7440"))
COMPUTED = (("KENUGA", 27, "12.7530"), ("TZAKEN", 12, "59.9933"))


def test_every_average_of_the_real_files_is_exact() -> None:
    make.real_prices()
    services_of_prices.import_file(path=make.real_file("rpw_2011_old_layout.csv"), now=make.NOW)
    make.imported(published_averages())
    for corridor, period, count, mean in PUBLISHED:
        found = quarter(corridor, period)
        assert (found.services, places(found.mean_200)) == (count, Decimal(mean))
        assert places(found.published_mean_200) == Decimal(mean)
        assert len(found.sources) == 2
    for corridor, count, mean in COMPUTED:
        found = quarter(corridor, "2025_3Q")
        assert (found.services, places(found.mean_200)) == (count, Decimal(mean))
        assert found.published_mean_200 is None
    _assert_surveyed_quarters_are_what_plain_fractions_give()


def published_averages() -> list[dict[str, str]]:
    """Return the lines of the World Bank's own averages for the quarters whose rows we have."""
    file = make.real_file("rpw_corridor_averages_2011_2020.csv")
    wanted = {(corridor, period) for corridor, period, _, _ in PUBLISHED}
    with file.open(encoding="utf-8", newline="") as lines:
        return [
            line
            for line in csv.DictReader(lines)
            if (line["source_code"] + line["destination_code"], line["period"]) in wanted
        ]


@pytest.mark.slow
def test_all_files_that_come_with_the_product_have_their_figures() -> None:
    services_of_prices.import_bundled(now=make.NOW)
    assert CorridorQuarter.objects.count() == 10_456
    assert services.differences() == []


def _assert_surveyed_quarters_are_what_plain_fractions_give() -> None:
    rows = SurveyedService.objects.standing().filter(transparent=True)
    surveyed = CorridorQuarter.objects.filter(services__gt=0)
    assert len(surveyed) == 8
    for found in surveyed:
        of_quarter = rows.filter(
            origin=found.origin_id, destination=found.destination_id, period=found.period
        )
        totals = of_quarter.values_list("total_pct_1", flat=True)
        exact = indices.spread(Fraction(total) for total in totals if total is not None)
        assert exact is not None
        assert found.services == exact.count
        for kept, plain in (
            (found.mean_200, exact.mean),
            (found.median_200, exact.median),
            (found.least_200, exact.least),
            (found.most_200, exact.most),
            (found.cheapest3_200, exact.cheapest3),
        ):
            assert kept is not None
            assert abs(Fraction(kept) - plain) <= SMALLEST


def test_rows_that_hide_their_rate_or_have_no_total_are_in_no_mean() -> None:
    make.imported(
        [
            make.row(),
            make.row(firm="Hidden", transparent="no", speed_actual="N/A"),
            make.row(firm="Unknown", **{"cc1_total_cost_%": ".."}),
        ]
    )
    found = CorridorQuarter.objects.get()
    assert (found.services, found.firms, found.mean_200) == (1, 1, Decimal("2.85"))
    assert (found.rows_surveyed, found.rows_transparent, found.firms_surveyed) == (3, 2, 3)
    assert (found.rows_two_amounts, found.rows_with_speed, found.rows_with_day) == (2, 2, 3)
    assert (found.mean_500, found.currency) == (Decimal("2.92"), "KES")
    assert found.amounts == [18000, 45000]


def test_fee_and_margin_have_their_own_means() -> None:
    make.imported([make.row(), make.row(cc1_lcu_fee="0", cc1_fx_margin="1.55")])
    found = CorridorQuarter.objects.get()
    assert found.fee_mean_200 == Decimal("1.15")  # (414 / 18000 + 0) / 2, in per cent
    assert found.margin_mean_200 == Decimal("1.05")


def test_a_refresh_writes_only_what_it_is_asked_for_and_again_changes_nothing() -> None:
    make.imported([make.row(), make.row(destination_code="TZA", corridor="KENTZA")])
    row = SurveyedService.objects.get(destination="UGA")
    CorridorQuarter.objects.all().delete()
    key = (row.origin_id, row.destination_id, row.period)
    assert refresh(keys=[key, key]) == 1
    assert refresh(keys=[key]) == 1
    assert [found.destination_id for found in CorridorQuarter.objects.all()] == ["UGA"]
    assert refresh(keys=[]) == 0


def test_a_corridor_whose_rows_moved_away_loses_its_figures() -> None:
    make.imported([make.row(id="7")])
    assert quarter("KENUGA", "2026_3Q").services == 1
    make.imported([make.row(id="7", destination_code="TZA", corridor="KENTZA")])
    assert [found.destination_id for found in CorridorQuarter.objects.all()] == ["TZA"]
    assert services.differences() == []


def test_what_was_changed_by_hand_is_found_and_mended() -> None:
    make.real_prices()
    assert services.differences() == []
    CorridorQuarter.objects.filter(destination="UGA", origin="KEN").update(mean_200=1)
    CorridorQuarter.objects.filter(destination="RWA").delete()
    assert services.differences() == ["KENRWA 2025_3Q", "KENUGA 2025_3Q"]
    assert services.mend(now=make.NOW) == 2
    assert services.differences() == []
    assert services.mend(now=make.NOW) == 0


def test_a_refresh_is_one_statement(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    make.real_prices()
    with django_assert_num_queries(4):  # Two of a savepoint, the lock, the statement.
        assert services.rebuild() == 6
