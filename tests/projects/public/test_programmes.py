"""A matching programme's own pages: what anybody can check."""

from __future__ import annotations

import csv
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from payments.money import Money
from projects.catalogue.models import Project
from projects.matching import services
from projects.matching.services import freezing
from tests.make import catalogue
from tests.make import matching as make

if TYPE_CHECKING:
    from uuid import UUID

    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

    from projects.matching.models import ProgrammeVersion

pytestmark = pytest.mark.django_db
NOW = timezone.now()
WINDOW = [
    (NOW - timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ"),
    (NOW + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ"),
]


def open_programme(
    *, pot_minor: int = 10_000_00, rate: list[int] | None = None
) -> ProgrammeVersion:
    return make.programme(
        pot_minor=pot_minor, window=WINDOW, name="Harvest Fund", rate=rate or [2, 1]
    )


def give(minor: int, *, ref: str, project: UUID, days_ago: int = 1) -> None:
    """Let money for a project arrive and its programmes decide on it."""
    at = NOW - timedelta(days=days_ago)
    gift = make.gift(minor, ref=ref, project=project)
    services.count(gift=gift, settled_at=at, now=at)
    services.allocate_all_due(now=at)


def test_the_list_says_each_rule_in_a_sentence_and_what_is_left(client: Client) -> None:
    version = open_programme(pot_minor=1_000_00)

    page = client.get("/en/matching/").content.decode()

    assert f'href="/en/matching/{version.programme_id}/"' in page
    assert "Harvest Fund" in page
    assert "While the pot lasts, €100.00 that arrives from" in page
    assert "€1,000" in page


def test_the_page_says_what_was_given_to_whom_and_what_is_left(client: Client) -> None:
    version = open_programme(pot_minor=1_000_00, rate=[1, 1])
    project = catalogue.project()
    give(100_00, ref="c1", project=project.pk, days_ago=3)
    give(50_00, ref="c2", project=project.pk, days_ago=1)

    answer = client.get(f"/en/matching/{version.programme_id}/")

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "€150.00" in page
    assert "€850.00" in page
    assert f'href="/en/projects/{project.slug}/"' in page
    assert "Version 1, public since" in page
    assert "Line chart from" in page


def test_the_funders_of_layers_are_listed_with_what_each_has_given(client: Client) -> None:
    version = make.programme(
        pot_minor=0,
        window=WINDOW,
        rate=None,
        layers=[{"id": "federal", "rate": [1, 1]}, {"id": "state", "rate": [1, 2]}],
        coupling="joint",
    )
    for layer, minor in (("federal", 500_00), ("state", 400_00)):
        services.fund_pot(
            programme_id=version.programme_id,
            amount=Money(minor, "EUR"),
            idempotency_key=layer,
            layer=layer,
            now=NOW - timedelta(days=20),
        )
    give(100_00, ref="c1", project=catalogue.project().pk)

    page = client.get(f"/en/matching/{version.programme_id}/").content.decode()

    assert "federal" in page
    assert "€100.00" in page
    assert "€400.00" in page
    assert "€50.00" in page
    assert "€350.00" in page


def test_the_table_to_take_away_adds_up_to_what_was_given(client: Client) -> None:
    version = open_programme(pot_minor=1_000_00, rate=[1, 1])
    first, second = catalogue.project(), catalogue.project()
    give(100_00, ref="c1", project=first.pk)
    give(50_00, ref="c2", project=first.pk)
    give(25_50, ref="c3", project=second.pk)

    answer = client.get(f"/en/matching/{version.programme_id}/projects.csv")

    rows = list(csv.DictReader(answer.content.decode().splitlines()))
    assert [(row["project"], row["matched"], row["contributions"]) for row in rows] == [
        (first.slug, "150.00", "2"),
        (second.slug, "25.50", "1"),
    ]


def test_money_for_a_project_that_is_not_public_is_counted_without_its_name(
    client: Client,
) -> None:
    version = open_programme(pot_minor=1_000_00, rate=[1, 1])
    draft = catalogue.project(state=Project.State.DRAFT)
    give(100_00, ref="c1", project=draft.pk)

    page = client.get(f"/en/matching/{version.programme_id}/").content.decode()
    table = client.get(f"/en/matching/{version.programme_id}/projects.csv").content.decode()

    assert "A project that is not public" in page
    assert draft.slug not in page
    assert draft.slug not in table
    assert "100.00" in table


def test_every_version_of_the_rule_can_be_had_as_data(client: Client) -> None:
    version = open_programme(rate=[1, 2])

    answer = client.get(f"/en/matching/{version.programme_id}/rule-1.json")

    assert answer.json() == version.document
    assert client.get(f"/en/matching/{version.programme_id}/rule-2.json").status_code == 404


def test_a_programme_that_does_not_exist_is_not_found(client: Client) -> None:
    assert client.get("/en/matching/no-such-fund/").status_code == 404
    assert client.get("/en/matching/no-such-fund/projects.csv").status_code == 404
    assert client.get("/en/matching/no-such-fund/rule-1.json").status_code == 404


def test_the_page_asks_the_database_as_often_whatever_was_given(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    version = open_programme(pot_minor=1_000_00, rate=[1, 1])
    for n in range(4):
        give(10_00, ref=f"c{n}", project=catalogue.project().pk)

    with django_assert_max_num_queries(15):
        client.get(f"/en/matching/{version.programme_id}/")


def test_a_programme_that_is_stopped_for_now_says_so(client: Client) -> None:
    version = open_programme(pot_minor=1_000_00)
    freezing.freeze_programme(
        programme_id=version.programme_id, reason="A question", by="a person", now=NOW
    )

    page = client.get(f"/en/matching/{version.programme_id}/").content.decode()
    listed = client.get("/en/matching/").content.decode()

    assert "This programme is stopped for now; its match waits until it goes on." in page
    assert "Stopped for now" in listed
