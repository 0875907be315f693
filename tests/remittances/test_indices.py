from __future__ import annotations

import csv
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remittances import indices, pricing
from remittances.indices import CorridorMean
from tests.make import remittances as make

costs = st.fractions(-50, 300, max_denominator=100)


def totals(name: str, column: str) -> dict[str, list[Fraction]]:
    """Read a column of a real file without any of our own reading."""
    found: dict[str, list[Fraction]] = defaultdict(list)
    with make.real_file(name).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            by_name = {key.lower(): cell for key, cell in row.items()}
            found[f"{by_name['corridor']} {by_name['period']}"].append(Fraction(by_name[column]))
    return found


def places(value: Fraction, number: int = 4) -> Decimal:
    return pricing.rounded(value, number)


@pytest.mark.parametrize(
    ("corridor", "count", "mean_200", "mean_500", "median", "least", "cheapest3"),
    [
        ("KENUGA", 27, "12.7530", "7.1733", "11.8100", "2.85", "3.9167"),
        ("KENRWA", 12, "7.4600", "5.4992", "5.3700", "2.85", "3.5367"),
        ("KENSSD", 24, "13.4258", "7.2658", "15.1400", "2.46", "2.5900"),
        ("KENTZA", 26, "13.4054", "7.6085", "13.4750", "0.46", "3.2800"),
        ("TZAKEN", 12, "59.9933", "32.0067", "83.1700", "0.72", "4.1467"),
        ("TZAUGA", 10, "62.6760", "32.9080", "75.0650", "1.3", "25.9233"),
    ],
)
def test_the_means_of_the_real_rows(  # noqa: PLR0913, PLR0917  One row of a table.
    corridor: str,
    count: int,
    mean_200: str,
    mean_500: str,
    median: str,
    least: str,
    cheapest3: str,
) -> None:
    name = "rpw_2025_3Q_east_africa.csv"
    small = indices.spread(totals(name, "cc1 total cost %")[f"{corridor} 2025_3Q"])
    large = indices.spread(totals(name, "cc2 total cost %")[f"{corridor} 2025_3Q"])
    assert small is not None
    assert large is not None
    assert small.count == count
    assert places(small.mean) == Decimal(mean_200)
    assert places(large.mean) == Decimal(mean_500)
    assert places(small.median) == Decimal(median)
    assert small.least == Fraction(least)
    assert places(small.cheapest3) == Decimal(cheapest3)


@pytest.mark.parametrize(
    ("corridor", "period", "published"),
    [("TZAKEN", "2011_1Q", "23.6175"), ("KENRWA", "2011_3Q", "9.7440")],
)
def test_our_mean_is_the_one_the_world_bank_published(
    corridor: str, period: str, published: str
) -> None:
    rows = totals("rpw_2011_old_layout.csv", "cc1 total cost %")[f"{corridor} {period}"]
    spread = indices.spread(rows)
    assert spread is not None
    assert places(spread.mean) == Decimal(published)


def test_the_summary_of_the_corridors_from_the_united_kingdom() -> None:
    with make.real_file("rpw_2025_3Q_gbr_corridors.csv").open(encoding="utf-8") as file:
        rows = [
            CorridorMean(Fraction(row["avg_total_cost_200_pct"]), int(row["services"]))
            for row in csv.DictReader(file)
        ]
    found = indices.summary(rows)
    assert (found.corridors, found.services, found.over_5, found.at_or_below_3) == (33, 791, 14, 5)
    assert found.service_mean is not None
    assert found.corridor_mean is not None
    assert places(found.service_mean) == Decimal("4.6136")
    assert places(found.corridor_mean) == Decimal("5.0436")


def test_a_corridor_without_a_count_leaves_no_mean_of_services() -> None:
    found = indices.summary([CorridorMean(Fraction(3), 10), CorridorMean(Fraction(5), None)])
    assert found.services is None
    assert found.service_mean is None
    assert found.corridor_mean == 4
    assert (found.over_5, found.at_or_below_3) == (0, 1)


def test_the_mean_over_services_leaves_out_russia_among_others_and_never_alone() -> None:
    kenya = CorridorMean(Fraction(6), 3, "KEN")
    russia = CorridorMean(Fraction(1), 100, "RUS")
    both = indices.summary([kenya, russia])
    assert (both.corridors, both.services) == (2, 103)
    assert both.service_mean == 6
    assert both.corridor_mean == Fraction(7, 2)
    assert indices.summary([russia]).service_mean == 1
    uncounted = CorridorMean(Fraction(1), None, "RUS")
    assert indices.summary([kenya, uncounted]).service_mean == 6
    assert indices.summary([kenya, uncounted]).services is None


def test_nothing_has_no_mean() -> None:
    assert indices.spread([]) is None
    assert indices.summary([]).corridor_mean is None
    assert indices.summary([]).service_mean is None


@given(st.lists(costs, min_size=1, max_size=40), st.randoms(use_true_random=False))
def test_order_changes_no_average(values: list[Fraction], random: object) -> None:
    shuffled = list(values)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    found = indices.spread(values)
    assert found is not None
    assert indices.spread(shuffled) == found
    assert found.least <= found.cheapest3 <= found.mean <= found.most
    assert found.least <= found.median <= found.most
