"""The API of projects: the shape of its answers, its pages, its refusals, its CSV."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from projects.catalogue.models import Project
from tests.make import catalogue as make_catalogue
from tests.make import funding as make
from tests.make import vetting as make_vetting

if TYPE_CHECKING:
    from django.test import Client

    from projects.funding.models import Campaign

pytestmark = pytest.mark.django_db


def listed(title: str = "A well nobody has dug", **facts: object) -> Campaign:
    project = make_catalogue.project(title=title, **facts)  # type: ignore[arg-type]
    make_vetting.case(project)
    return make.campaign(project, at=timezone.now())


def get(client: Client, path: str) -> Any:  # noqa: ANN401  A JSON document.
    return client.get(f"/api/v1/{path}").json()


def money(minor: int) -> dict[str, object]:
    return {"amount": f"{minor / 100:.2f}", "currency": "EUR", "minor": minor, "exponent": 2}


def test_a_project_is_told_with_its_totals(client: Client) -> None:
    now = timezone.now()
    programme = make.programme(at=now)
    campaign = listed("Solar dryers nobody built", country="KEN", sector="food")
    make.settled(campaign, at=now)
    make.allocate(programme.programme_id, at=now)
    slug = campaign.project.slug

    assert get(client, f"projects/{slug}") == {
        "slug": slug,
        "title": "Solar dryers nobody built",
        "url": f"http://testserver/en/projects/{slug}/",
        "country": "KEN",
        "sector": "food",
        "kind": "donation",
        "status": "open",
        "currency": "EUR",
        "goal": money(1_000_00),
        "raised": money(300_00),
        "contributed": money(100_00),
        "matched": money(200_00),
        "contributors": 1,
        "matched_now": True,
        "closes_on": campaign.closes_at.date().isoformat(),
        "vetted_on": "2030-04-09",
    }


def test_a_project_without_a_campaign_has_no_money_to_tell_of(client: Client) -> None:
    project = make_catalogue.project()

    told = get(client, f"projects/{project.slug}")

    assert (told["status"], told["goal"], told["raised"]) == ("coming", None, None)
    assert (told["contributors"], told["closes_on"], told["matched_now"]) == (0, None, False)


def test_lists_come_in_pages_that_name_their_neighbours(client: Client) -> None:
    for _ in range(3):
        listed()

    first = get(client, "projects?page_size=2")
    second = get(client, "projects?page_size=2&page=2")

    assert (first["count"], len(first["results"]), first["previous"]) == (3, 2, None)
    assert first["next"] == "http://testserver/api/v1/projects?page_size=2&page=2"
    assert (len(second["results"]), second["next"]) == (1, None)
    assert second["previous"] == "http://testserver/api/v1/projects?page_size=2&page=1"
    slugs = {told["slug"] for told in first["results"] + second["results"]}
    assert len(slugs) == 3


def test_projects_are_narrowed_as_on_the_page(client: Client) -> None:
    listed("In Kenya", country="KEN")
    listed("In Moldova", country="MDA")

    assert [told["title"] for told in get(client, "projects?country=mda")["results"]] == [
        "In Moldova"
    ]
    assert get(client, "projects?q=kenya")["count"] == 1
    assert get(client, "projects?kind=donation")["count"] == 2
    assert get(client, "projects?matched=true")["count"] == 0
    assert get(client, "projects?matched=false")["count"] == 2


@pytest.mark.parametrize("page", ["2", "1000000000"])
def test_a_page_that_does_not_exist_is_not_found(client: Client, page: str) -> None:
    listed()

    answer = client.get(f"/api/v1/projects?page={page}")

    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"


@pytest.mark.promise("I4")
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("country=ZZZ", "country"),
        ("sector=casinos", "sector"),
        ("matched=perhaps", "matched"),
        ("sort=password", "sort"),
        ("page=0", "page"),
        ("page=x", "page"),
        ("page_size=101", "page_size"),
        ("format=exe", "format"),
        ("q=%00", "q"),
    ],
)
def test_a_parameter_that_means_nothing_is_refused_by_name(
    client: Client, query: str, field: str
) -> None:
    answer = client.get(f"/api/v1/projects?{query}")

    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == field
    assert answer.json()["error"]["code"] == f"invalid_{field}"


@pytest.mark.promise("A2")
@pytest.mark.parametrize("slug", ["nobody", "%00", "' OR 1=1", "%ED%A0%80", "a%0A", "x" * 4000])
def test_what_is_not_there_is_not_found(client: Client, slug: str) -> None:
    answer = client.get(f"/api/v1/projects/{slug}")

    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"


@pytest.mark.promise("A2")
def test_what_is_not_published_is_not_found(client: Client) -> None:
    draft = make_catalogue.project(state=Project.State.DRAFT)

    assert client.get(f"/api/v1/projects/{draft.slug}").status_code == 404
    assert get(client, "projects")["count"] == 0


@pytest.mark.promise("I3")
def test_csv_has_a_line_a_project_and_no_live_formula(client: Client) -> None:
    listed("=HYPERLINK(1)")

    answer = client.get("/api/v1/projects?format=csv")

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    (row,) = csv.DictReader(io.StringIO(answer.content.decode()))
    assert row["title"] == "'=HYPERLINK(1)"
    assert (row["goal"], row["currency"]) == ("1000.00", "EUR")
    assert client.get("/api/v1/projects", headers={"accept": "text/csv"}).content == answer.content


def test_one_project_as_csv_is_its_line_of_the_list(client: Client) -> None:
    slug = listed().project.slug

    answer = client.get(f"/api/v1/projects/{slug}?format=csv")

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.content == client.get("/api/v1/projects?format=csv").content
    assert client.get("/api/v1/projects/nobody?format=csv").status_code == 404


def test_the_list_needs_as_many_queries_for_many_projects_as_for_one(client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            get(client, "projects")
        return len(captured)

    listed()
    one = queries()
    for _ in range(4):
        listed()

    assert queries() == one <= 15
