"""The dashboards of costs: what they say is what the figures are."""

from __future__ import annotations

import csv
import gzip
import io
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from tests.make import remittances as make
from tests.remittances.pages.reading import text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db
UGANDA = "/en/data/costs/uga/"


def lines(response: Iterable[bytes]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(b"".join(response).decode())))


def a_history() -> None:
    """Import averages of two quarters that follow each other and one long before."""
    make.imported(
        [
            make.average(source_code="KEN", destination_code="UGA", period=period,
                         avg_total_cost_200_pct=mean)
            for period, mean in (("2017_1Q", "9"), ("2025_1Q", "11"), ("2025_2Q", "10"))
        ]
    )  # fmt: skip


def test_a_country_says_its_average_of_which_corridors_and_the_goal(client: Client) -> None:
    make.real_prices()
    a_history()
    words = text(client.get(UGANDA))
    for part in (
        "In Q3 2025, sending to Uganda cost 37.7% on average",
        "The goal is 3% by 2030, with no corridor above 5%",
        "the averages of 2 corridors, each counted once: Kenya and Tanzania.",
        "In Q2 2025 1 corridor was known, so the two averages are of different corridors.",
        "2 corridors above 5%",
        "Tanzania 62.7% Q3 2025 10 services Kenya 12.8% Q3 2025 27 services",
        "Kenya 27 services · 2.85% – 35.51%",
        "Who sends USD 200 each month would keep USD 833.15 a year at 3%.",
        "(37.71% − 3%) × 200 × 12 months.",
        "Source: The World Bank, Remittance Prices Worldwide",
    ):
        assert part in words


def test_the_lines_break_where_nothing_is_known(client: Client) -> None:
    make.real_prices()
    a_history()
    page = client.get(UGANDA).content.decode()
    assert page.count('<path class="ln"') == 1  # Three quarters of 2025.
    assert page.count('<circle class="dot"') == 2  # 2017, and the three cheapest of one quarter.
    assert 'aria-label="Line chart of average costs per quarter:' in page
    assert "style=" not in page


def test_the_other_direction_is_another_page(client: Client) -> None:
    make.real_prices()
    words = text(client.get("/en/data/costs/ken/", {"direction": "out"}))
    assert "In Q3 2025, sending from Kenya cost 11.8% on average" in words
    assert "4 corridors, each counted once: Rwanda, South Sudan, Tanzania, and Uganda" in words
    assert "One quarter is known; a line needs two." in words
    assert "sending to Kenya cost 60.0%" in text(client.get("/en/data/costs/ken/"))


def test_where_only_averages_are_known_nothing_is_said_of_services(client: Client) -> None:
    a_history()
    words = text(client.get(UGANDA))
    assert "In Q2 2025, sending to Uganda cost 10.0% on average" in words
    assert "We know only averages here, not the price of each service." in words
    assert "number of services not given" in words


def test_at_the_goal_nothing_more_could_be_kept(client: Client) -> None:
    make.imported([make.average(avg_total_cost_200_pct="2.5")])
    words = text(client.get("/en/data/costs/ken/"))
    assert "The average is at or below the goal of 3%." in words
    assert "0 corridors above 5%" in words


def test_a_country_nobody_surveyed_says_so(client: Client) -> None:
    response = client.get("/en/data/costs/isl/")
    assert response.status_code == 200
    assert "No prices and no averages yet" in text(response)
    assert client.get("/en/data/costs/isl/chart.svg").status_code == 404
    assert lines(client.get("/en/data/costs/isl/costs.csv")) == []


@pytest.mark.parametrize("code", ["zzz", "ke", "k%00n"])
def test_nonsense_codes_are_no_page(client: Client, code: str) -> None:
    for path in ("", "costs.csv", "chart.svg"):
        assert client.get(f"/en/data/costs/{code}/{path}").status_code == 404


def test_upper_case_leads_to_the_one_address(client: Client) -> None:
    response = client.get("/en/data/costs/KEN/?direction=out")
    assert response["Location"] == "/en/data/costs/ken/?direction=out"


def test_the_numbers_and_the_picture_can_be_taken_with_their_source(client: Client) -> None:
    report = make.real_prices()
    a_history()
    table = client.get(f"{UGANDA}costs.csv")
    assert table["Content-Disposition"] == 'attachment; filename="costs-UGA-in.csv"'
    rows = lines(table)
    assert [(row["corridor"], row["period"]) for row in rows] == [
        ("KENUGA", "2017_1Q"), ("KENUGA", "2025_1Q"), ("KENUGA", "2025_2Q"),
        ("KENUGA", "2025_3Q"), ("TZAUGA", "2025_3Q"),
    ]  # fmt: skip
    assert report.dataset.sha256 in rows[-1]["sources"]
    picture = client.get(f"{UGANDA}chart.svg")
    assert picture["Content-Type"] == "image/svg+xml"
    drawn = "".join(ET.fromstring(picture.content).itertext())  # noqa: S314  Our own.
    assert "The World Bank, Remittance Prices Worldwide" in drawn
    assert "CC BY 4.0" in drawn


def test_a_country_takes_three_queries_and_little_data(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make.real_prices()
    a_history()
    with django_assert_num_queries(3):
        page = client.get(UGANDA, {"lowdata": "1"})
    assert len(gzip.compress(page.content)) < 12 * 1024
    with django_assert_num_queries(1):
        client.get("/en/data/costs/")


def test_an_arabic_page_is_whole(client: Client) -> None:
    make.real_prices()
    page = client.get("/ar/data/costs/uga/").content.decode()
    assert 'dir="rtl"' in page
    assert "كينيا" in page


def the_world() -> None:
    make.real_prices()
    make.imported(
        [
            make.average(avg_total_cost_200_pct="2"),
            make.average(source_code="ARE", avg_total_cost_200_pct="6", period="2019_1Q"),
            make.average(source_code="ARE", avg_total_cost_200_pct="4"),
        ]
    )


def test_the_world_lists_what_is_above_five_per_cent_the_dearest_first(client: Client) -> None:
    the_world()
    words = text(client.get("/en/data/costs/"))
    assert "Of 8 corridors, 6 cost more than 5% on average; 1 are at or below" in words
    assert words.index("Tanzania to Uganda 62.7%") < words.index("Kenya to Rwanda 7.5%")
    assert "Emirates to Kenya" not in words


def test_the_world_is_filtered_and_sorted_and_downloads_the_same(client: Client) -> None:
    the_world()
    query = {"to": "ken", "all": "1", "sort": "from"}
    words = text(client.get("/en/data/costs/", query))
    assert "3 corridors" in words
    assert words.index("Tanzania to Kenya 60.0%") < words.index("United Kingdom to Kenya 2.0%")
    rows = lines(client.get("/en/data/costs/corridors.csv", query))
    assert [row["corridor"] for row in rows] == ["TZAKEN", "AREKEN", "GBRKEN"]
    assert [row["published_mean_200"] for row in rows] == ["", "4.0", "2.0"]


@pytest.mark.parametrize(
    "query", [{"sort": "bribes"}, {"page": "x"}, {"page": "99"}, {"from": "zzz"}, {"to": "'"}]
)
def test_the_world_takes_no_harm_from_nonsense(client: Client, query: dict[str, str]) -> None:
    the_world()
    assert client.get("/en/data/costs/", query).status_code == 200


def test_an_empty_world_says_so(client: Client) -> None:
    assert "No averages yet" in text(client.get("/en/data/costs/"))
