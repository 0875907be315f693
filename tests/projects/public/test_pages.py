"""The list and the page of a project: what they show, in how many queries, in both directions."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from projects.catalogue.models import Project, ProjectText, Risk, TeamMember
from projects.funding.models import Campaign
from tests.make import catalogue as make_catalogue
from tests.make import delivery as make_delivery
from tests.make import funding as make
from tests.make import vetting as make_vetting
from tests.projects.public.visitor import text

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db

MOST_QUERIES = 15


def listed(title: str = "A well nobody has dug", **facts: object) -> Campaign:
    project = make_catalogue.project(title=title, **facts)  # type: ignore[arg-type]
    make_vetting.case(project)
    return make.campaign(project, at=timezone.now())


def queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_the_list_and_the_page_need_few_queries_whatever_their_number(client: Client) -> None:
    make.programme(at=timezone.now())
    campaign = listed()
    few = queries(client, "/en/projects/")
    for _ in range(5):
        listed()

    assert queries(client, "/en/projects/") == few <= MOST_QUERIES
    assert queries(client, "/en/projects/?q=well&sort=most_matched") <= MOST_QUERIES
    assert queries(client, f"/en/projects/{campaign.project.slug}/") <= MOST_QUERIES


def test_a_card_says_what_a_hundred_becomes_and_what_is_left(client: Client) -> None:
    make.programme(at=timezone.now())
    campaign = listed("Solar dryers nobody built", place="Wote")
    make.settled(campaign, at=timezone.now())

    shown = text(client.get("/en/projects/"))

    assert "Solar dryers nobody built" in shown
    assert "Gift. €100 becomes €300." in shown
    assert "€100 of €1,000" in shown
    assert "20 days left" in shown
    assert "6 checks passed" in shown


def test_a_country_is_chosen_by_a_link_that_says_how_many_it_leaves(client: Client) -> None:
    listed("In Kenya", country="KEN")
    listed("In Moldova", country="MDA")
    listed("Also in Moldova", country="MDA")

    everything = client.get("/en/projects/").content.decode()
    chosen = text(client.get("/en/projects/?country=MDA"))

    assert "?country=MDA" in everything
    assert chosen.startswith("2 projects")
    assert "In Kenya" not in chosen


def test_a_list_emptied_by_its_filters_says_which_to_take_back(client: Client) -> None:
    listed("In Kenya", country="KEN", sector="water")
    listed("In Moldova", country="MDA", sector="education")

    shown = text(client.get("/en/projects/?country=KEN&sector=education"))

    assert shown.startswith("0 projects")
    assert "Without “Kenya”: 1 project" in shown
    assert "Without “Education”: 1 project" in shown
    assert "Sort by" not in shown
    assert "Sort by" in text(client.get("/en/projects/?country=KEN"))


def test_nothing_offers_to_narrow_or_order_a_list_of_nothing(client: Client) -> None:
    everything = client.get("/en/projects/").content.decode()

    assert "No project takes gifts just now." in everything
    assert "Show all projects" not in everything
    assert 'href="#filters"' not in everything
    assert 'id="filters"' not in everything
    assert "Sort by" not in everything


@pytest.mark.promise("I4")
@pytest.mark.parametrize(
    "query",
    [
        "country=ZZZ",
        "country=%00",
        "sector=casinos",
        "matched=perhaps",
        "sort=password",
        "ordering=password",
        "page=1000000000",
        "page=-1",
        "page=x",
        "q=" + "%28" * 150,
        "q=%00",
        "q=" + "a" * 5000,
        "&".join(f"f{n}=1" for n in range(500)),
    ],
)
def test_parameters_that_mean_nothing_are_left_out(client: Client, query: str) -> None:
    listed()

    assert client.get(f"/en/projects/?{query}").status_code == 200


def test_a_filter_that_means_nothing_is_mentioned(client: Client) -> None:
    listed()

    shown = text(client.get("/en/projects/?country=ZZZ"))

    assert shown.startswith("1 project")
    assert "One filter in the address means nothing and was left out." in shown


def test_thirteen_projects_are_two_pages(client: Client) -> None:
    for _ in range(13):
        make_catalogue.project()

    first, second = client.get("/en/projects/"), client.get("/en/projects/?page=2")

    assert first.content.decode().count('<li class="card">') == 12
    assert second.content.decode().count('<li class="card">') == 1
    assert "Page 2 of 2" in text(second)


def test_searching_finds_words_of_the_text(client: Client) -> None:
    listed("Solar dryers nobody built")
    listed("A school roof of paper")

    assert text(client.get("/en/projects/?q=dryers")).startswith("1 project")


def test_what_is_not_published_is_not_there(client: Client) -> None:
    project = make_catalogue.project(state=Project.State.DRAFT, title="Secret orchard")

    assert "Secret orchard" not in client.get("/en/projects/").content.decode()
    assert client.get(f"/en/projects/{project.slug}/").status_code == 404
    assert client.get(f"/en/give/{project.slug}/amount/").status_code == 404


def test_the_page_shows_stages_checks_and_what_was_not_checked(client: Client) -> None:
    campaign = listed()
    make_delivery.milestone(campaign.project, planned_minor=400_00)

    shown = text(client.get(f"/en/projects/{campaign.project.slug}/"))

    assert "6 of 6 checks passed" in shown
    assert "Not checked: Whether it will rain." in shown
    assert "Stage 1 €400, due on 1 June 2030." in shown
    assert "Everything €1,000 100%" in shown


@pytest.mark.parametrize(
    ("amount", "becomes"), [("50", "€50 becomes €150"), ("10,000", "€100 becomes")]
)
def test_the_address_chooses_the_example_without_a_script(
    client: Client, amount: str, becomes: str
) -> None:
    make.programme(at=timezone.now())
    campaign = listed()

    page = client.get(f"/en/projects/{campaign.project.slug}/?amount={amount}")

    assert becomes in text(page)
    assert ("was not understood" in text(page)) == (amount == "10,000")


def test_a_project_without_a_fund_stays_what_it_is(client: Client) -> None:
    campaign = listed()

    shown = text(client.get(f"/en/projects/{campaign.project.slug}/"))

    assert "Your €100 stays €100" in shown
    assert "No public fund adds to this project just now." in shown


def test_a_project_on_hold_says_so_and_takes_no_money(client: Client) -> None:
    campaign = listed()
    Project.objects.filter(pk=campaign.project_id).update(state=Project.State.SUSPENDED)
    slug = campaign.project.slug

    assert "On hold" in text(client.get(f"/en/projects/{slug}/"))
    answer = client.get(f"/en/give/{slug}/amount/")
    assert answer.status_code == 409
    assert "takes no contributions now" in text(answer)


def test_a_project_that_closed_meanwhile_says_so_on_every_step(client: Client) -> None:
    now = timezone.now()
    campaign = listed()
    contribution = make.identified(campaign, at=now)
    Campaign.objects.filter(pk=campaign.pk).update(closes_at=now - timedelta(seconds=1))
    slug = campaign.project.slug

    for step in ("match", "details", "pay"):
        answer = client.get(f"/en/give/{slug}/{step}/{contribution.public_key}/")
        assert answer.status_code == 409
        assert "takes no contributions now" in text(answer)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_pages_are_written_in_the_direction_of_their_language(
    client: Client, language: str
) -> None:
    campaign = listed()
    make_catalogue.text(
        campaign.project, language="ar", title="بئر لم يحفرها أحد", state=ProjectText.State.MACHINE
    )
    direction = "rtl" if language == "ar" else "ltr"

    for page in (
        "projects/",
        f"projects/{campaign.project.slug}/",
        f"give/{campaign.project.slug}/amount/",
    ):
        body = client.get(f"/{language}/{page}").content.decode()
        assert f'lang="{language}" dir="{direction}"' in body
        assert ("بئر لم يحفرها أحد" in body) == (language == "ar")


def test_words_that_nobody_translated_keep_their_own_language_and_direction(client: Client) -> None:
    campaign = listed()
    project = campaign.project
    make_vetting.case(project)
    Risk.objects.create(project=project, n=1, level="high", text="No rain.", answer="We wait.")
    TeamMember.objects.create(project=project, n=1, name="Asha", role="Chair, for now.")

    body = client.get(f"/ar/projects/{project.slug}/").content.decode()

    assert '<div lang="en" dir="auto"><b>No rain.</b> We wait.</div>' in body
    assert '<bdi lang="en">Chair, for now.</bdi>' in body
    assert body.count('dir="auto">Asked</td>') == 6
    assert '<p dir="auto">Whether it will rain.</p>' in body


def test_private_pages_are_not_stored_and_not_listed(client: Client) -> None:
    now = timezone.now()
    settled = make.settled(listed(), at=now)
    slug = settled.campaign.project.slug

    for page in (
        f"give/{slug}/amount/",
        f"give/{slug}/done/{settled.public_key}/",
        f"receipts/{settled.public_key}/",
    ):
        answer = client.get(f"/en/{page}")
        assert answer.status_code == 200
        assert answer["Cache-Control"] == "private, no-store"
        assert 'name="robots" content="noindex"' in answer.content.decode()


def test_a_gift_is_found_only_under_its_own_project_and_key(client: Client) -> None:
    now = timezone.now()
    contribution = make.contribution(listed(), at=now)
    other = listed("Another")

    for address in (
        f"/en/give/{other.project.slug}/match/{contribution.public_key}/",
        f"/en/give/{other.project.slug}/done/{contribution.public_key}/",
        f"/en/give/{contribution.campaign.project.slug}/match/{contribution.pk}/",
        f"/en/receipts/{contribution.public_key}/",
        f"/en/receipts/{contribution.pk}/",
    ):
        assert client.get(address).status_code == 404
