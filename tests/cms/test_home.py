"""The home page: words of editors, figures of the books, a sum by the matching engine."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from bs4 import BeautifulSoup, Tag
from django.core.cache import cache
from django.utils import timezone, translation
from django.utils.translation import gettext
from wagtail.models import Page, PageViewRestriction, Site

from cms.pages.models import HomePage
from cms.pages.services import ensure_home
from projects.catalogue.models import Project
from tests.make import catalogue as make_catalogue
from tests.make import delivery as make_delivery
from tests.make import funding as make_funding
from tests.make import remittances as make_remittances
from tests.make import vetting as make_vetting

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries, Settings

    from projects.funding.models import Campaign

pytestmark = pytest.mark.django_db

NOW = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def home() -> HomePage:
    return ensure_home(now=NOW)


def _page(client: Client, address: str = "/en/") -> BeautifulSoup:
    answer = client.get(address)
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser")


def _text(tag: Tag | None) -> str:
    assert tag is not None
    return " ".join(tag.get_text().split())


def _open(country: str = "KEN", *, goal_minor: int = 1_000_00) -> Campaign:
    project = make_catalogue.project(country=country, title=f"A roof in {country}")
    return make_funding.campaign(project, goal_minor=goal_minor, at=timezone.now())


def _fund(country: str = "KEN", rate: tuple[int, int] = (2, 1)) -> None:
    make_funding.programme(
        at=timezone.now(),
        rate=list(rate),
        eligible=[{"field": "project.country", "op": "eq", "value": country}],
        name=f"Invented fund of {country}",
    )


class TestMakingIt:
    def test_the_home_page_is_the_root_of_the_site_in_two_languages(self, home: HomePage) -> None:
        assert Site.objects.get().root_page_id == home.pk
        languages = HomePage.objects.values_list("locale__language_code", flat=True)
        assert sorted(languages) == ["ar", "en"]
        assert len(set(HomePage.objects.values_list("translation_key", flat=True))) == 1

    def test_making_it_twice_keeps_what_editors_wrote(self, home: HomePage) -> None:
        HomePage.objects.filter(pk=home.pk).update(lead="Edited.")
        assert ensure_home(now=NOW + timedelta(days=1)).pk == home.pk
        assert HomePage.objects.get(pk=home.pk).lead == "Edited."
        assert HomePage.objects.count() == 2

    def test_the_page_wagtail_starts_with_is_gone(self) -> None:
        assert [page.specific_class for page in Page.objects.filter(depth=2)] == [HomePage] * 2


class TestTheSum:
    def test_a_hundred_becomes_what_the_fund_promises(self, client: Client) -> None:
        _open()
        _fund()
        page = _page(client)
        assert _text(page.h1) == "Your €100 becomes €300"
        match = page.select_one("#match")
        assert "€200 Invented fund of KEN" in _text(match)
        bar = page.select_one("#match svg.bar")
        assert bar is not None
        assert "\u2068€300\u2069 in all" in str(bar["aria-label"])

    def test_the_sum_is_of_the_amount_and_the_country_asked_for(self, client: Client) -> None:
        _open("KEN")
        _open("MDA")
        _fund("KEN", (2, 1))
        _fund("MDA", (1, 1))
        assert _text(_page(client, "/en/?amount=50&country=mda").h1) == "Your €50 becomes €100"
        assert _text(_page(client, "/en/?amount=50&country=KEN").h1) == "Your €50 becomes €150"

    def test_the_country_where_most_arrives_comes_first(self, client: Client) -> None:
        _open("GHA")
        _open("MDA")
        _fund("MDA", (1, 1))
        page = _page(client)
        chosen = page.select_one("#country option[selected]")
        assert _text(chosen) == "Moldova"

    def test_where_no_fund_is_open_the_gift_stays_what_it_is(self, client: Client) -> None:
        _open("GHA")
        page = _page(client)
        assert _text(page.h1) == "Give to checked projects back home."
        assert "No public fund adds to €100 for Ghana now. Your €100 stays €100." in _text(
            page.select_one("#match")
        )

    @pytest.mark.parametrize("typed", ["", "12,50", "abc", "-5", "9" * 39])
    def test_an_amount_that_is_not_understood_is_said_and_kept(
        self, client: Client, typed: str
    ) -> None:
        _open()
        _fund()
        page = _page(client, f"/en/?amount={typed}&country=KEN")
        field = page.select_one("#amount[aria-invalid='true'][aria-describedby='amount_error']")
        assert field is not None
        if typed:
            assert field["value"] == typed
        assert page.select_one("#amount_error")
        assert _text(page.h1) == "Your €100 becomes €300"

    def test_an_amount_no_project_takes_is_said(self, client: Client) -> None:
        _open()
        page = _page(client, "/en/?amount=501")
        assert "This project takes from €5 to €500 at once." in _text(
            page.select_one("#amount_error")
        )

    def test_arabic_digits_are_understood(self, client: Client) -> None:
        _open()
        _fund()
        assert "€150" in _text(_page(client, "/en/?amount=٥٠").h1)

    def test_without_an_open_project_there_is_nothing_to_ask(self, client: Client) -> None:
        page = _page(client)
        assert not page.select_one("form #amount")
        assert "No project takes gifts just now." in _text(page.main)


class TestTheFigures:
    def test_the_three_that_close_first_are_shown(self, client: Client) -> None:
        for days in (40, 20, 30, 50):
            project = make_catalogue.project(title=f"Closes after {days}")
            make_funding.campaign(project, at=timezone.now(), days=days)
        titles = [_text(title) for title in _page(client).select(".card h3")]
        assert titles == ["Closes after 20", "Closes after 30", "Closes after 40"]

    def test_the_numbers_are_counted_the_bad_beside_the_good(self, client: Client) -> None:
        campaign = _open(goal_minor=150_00)
        make_funding.settled(campaign, minor=100_00, at=timezone.now())
        make_funding.settled(campaign, minor=50_50, email="b@example.org", at=timezone.now())
        make_catalogue.project(state=Project.State.SUSPENDED)
        today = timezone.now().date()
        yesterday = today - timedelta(days=1)
        make_delivery.milestone(campaign.project, n=1, due_on=yesterday, accepted_on=yesterday)
        make_delivery.milestone(campaign.project, n=2, due_on=yesterday)
        make_delivery.milestone(campaign.project, n=3, due_on=today)
        shown = {_text(pair.dt): _text(pair.dd) for pair in _page(client).select(".stats > div")}
        assert shown == {
            "given by people": "€150.50",
            "added by public funds": "€0",
            "project reached its goal": "1",
            "stage finished and inspected": "1",
            "stage running late": "1",
            "project on hold": "1",
        }

    def test_nothing_is_counted_where_nothing_is(self, client: Client) -> None:
        assert {_text(number) for number in _page(client).select(".stats dd")} == {"0"}


class TestTheFrame:
    def test_it_links_what_a_visitor_looks_for(self, client: Client) -> None:
        page = _page(client)
        header = page.select_one("header")
        assert header is not None
        words = {_text(link) for link in header.select("a")}
        assert {"Projects", "Compare transfer costs", "Sign in"} <= words

    def test_every_door_leads_somewhere(self, client: Client) -> None:
        doors = _page(client).select(".doors a")
        assert len(doors) == 3
        for door in doors:
            assert client.get(str(door["href"])).status_code in {200, 302}

    def test_arabic_is_its_own_page_and_says_that_a_machine_translated_it(
        self, client: Client
    ) -> None:
        page = _page(client, "/ar/")
        assert page.html is not None
        assert page.html["dir"] == "rtl"
        assert "تبرّع" in _text(page.h1)
        with translation.override("ar"):
            note = gettext(
                "The words of this page were translated by a machine and not yet checked by a"
                " person."
            )
        assert note in _text(page.main)
        assert "machine" not in _text(_page(client).main)

    def test_machines_are_told_who_we_are_and_how_to_search(self, client: Client) -> None:
        told = _page(client).select_one("script[type='application/ld+json']")
        assert told is not None
        organisation, site = json.loads(str(told.string))["@graph"]
        assert organisation["@type"] == "Organization"
        assert site["url"] == "http://testserver/en/"
        search = site["potentialAction"]["target"]
        assert search == "http://testserver/en/projects/?q={search_term_string}"

    def test_headings_follow_one_another(self, client: Client) -> None:
        _open()
        levels = [int(tag.name[1]) for tag in _page(client).select("h1, h2, h3, h4")]
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels))

    def test_low_data_leaves_out_pictures_fonts_and_scripts(self, client: Client) -> None:
        _open()
        page = _page(client, "/en/?lowdata=1")
        assert not page.select("script[src], .hero .cloth")
        assert len(str(page)) < 40_000

    def test_a_stranger_is_answered_from_memory_when_the_page_was_just_drawn(
        self,
        client: Client,
        settings: Settings,
        django_assert_max_num_queries: DjangoAssertNumQueries,
    ) -> None:
        settings.PUBLIC_PAGE_SECONDS = 60
        _open()
        drawn = client.get("/en/").content

        with django_assert_max_num_queries(4):  # Wagtail's own way to the page.
            assert client.get("/en/").content == drawn
        assert client.get("/ar/").content != drawn

    def test_what_everybody_sees_is_asked_once_in_half_a_minute(
        self, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        for country in ("KEN", "MDA", "GHA"):
            _open(country)
        _fund()
        client.get("/en/")
        with django_assert_max_num_queries(4):
            client.get("/en/?amount=50&country=KEN")

    @pytest.mark.parametrize(
        ("address", "queries"), [("/en/", 13), ("/en/?amount=50&country=KEN", 13), ("/ar/", 14)]
    )
    def test_few_queries_draw_it_when_nothing_is_kept(
        self,
        client: Client,
        django_assert_num_queries: DjangoAssertNumQueries,
        address: str,
        queries: int,
    ) -> None:
        make_remittances.real_prices()
        _fund()
        for raises in (1, 5):
            for _ in range(raises):
                campaign = _open()
                make_vetting.case(campaign.project)
                make_funding.settled(campaign, at=timezone.now())
            cache.clear()
            with django_assert_num_queries(queries):
                assert client.get(address).status_code == 200

    def test_a_page_that_an_editor_restricted_asks_who_it_is(
        self, client: Client, home: HomePage
    ) -> None:
        root = Page.objects.get(depth=1)
        for page in (home, root):
            restriction = PageViewRestriction.objects.create(
                page=page, restriction_type=PageViewRestriction.LOGIN
            )
            assert client.get("/en/").status_code == 302
            restriction.delete()
        assert client.get("/en/").status_code == 200
