"""The frame around every page, and what is remembered for a visitor."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup, Tag
from django.test import Client, RequestFactory
from django.utils import translation

from marketplace import context
from marketplace.workplace import workplace
from tests.make import accounts as make_accounts
from tests.make import catalogue as make_catalogue

pytestmark = pytest.mark.django_db


def _page(client: Client, address: str, **headers: str) -> Tag:
    return BeautifulSoup(client.get(address, headers=headers).content, "html.parser")


@pytest.mark.parametrize(
    ("cookie", "accepts", "leads_to"),
    [
        ("", "", "/en/"),
        ("", "ar;q=0.9, en;q=0.2", "/ar/"),
        ("", "sw", "/en/"),
        ("en", "ar", "/en/"),
        ("ar", "en", "/ar/"),
        ("xx", "ar", "/ar/"),
    ],
)
def test_the_way_in_follows_the_cookie_then_the_browser(
    client: Client, cookie: str, accepts: str, leads_to: str
) -> None:
    if cookie:
        client.cookies["django_language"] = cookie
    answer = client.get("/", headers={"accept-language": accepts})
    assert (answer.status_code, answer["Location"]) == (302, leads_to)
    assert "Accept-Language" in answer["Vary"]


def test_a_language_that_was_chosen_is_remembered(client: Client) -> None:
    client.get("/ar/nothing/", headers={"accept-language": "en"})
    assert client.get("/", headers={"accept-language": "en"})["Location"] == "/ar/"


def test_a_language_that_needs_no_remembering_sets_no_cookie(client: Client) -> None:
    answer = client.get("/ar/nothing/", headers={"accept-language": "ar"})
    assert not answer.cookies


def test_the_language_menu_keeps_the_page_and_its_question() -> None:
    request = RequestFactory().get("/en/accounts/login/?next=/en/&lowdata=1")
    with translation.override("en"):
        english, arabic = context.languages(request)
    assert (english["name"], english["dir"], english["current"]) == ("English", "ltr", True)
    assert (arabic["name"], arabic["dir"], arabic["current"]) == ("العربية", "rtl", False)
    assert arabic["path"] == "/ar/accounts/login/?next=%2Fen%2F"


def test_the_canonical_address_keeps_only_the_facets_that_make_a_page() -> None:
    request = RequestFactory().get("/en/projects/?country=KEN&sort=newest&page=2&sector=food")
    address = context.frame(request)["canonical"]()
    assert address == "http://testserver/en/projects/?country=KEN&sector=food"


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ar", "rtl")])
def test_a_page_names_its_language_and_direction(
    client: Client, language: str, direction: str
) -> None:
    page = _page(client, f"/{language}/nothing/")
    assert page.html is not None
    assert (page.html["lang"], page.html["dir"]) == (language, direction)


def test_a_page_has_one_of_each_landmark_and_one_live_region(client: Client) -> None:
    page = _page(client, "/en/nothing/")
    for one in ("h1", "main", "body > header", "footer", "nav", "[role=status]", "title"):
        assert len(page.select(one)) == 1, one
    skip = page.select_one("a.skip")
    assert skip is not None
    assert skip["href"] == "#main"
    assert page.select_one("main#main[tabindex='-1']")


def test_the_way_to_sign_in_is_in_the_header(client: Client) -> None:
    page = _page(client, "/en/nothing/")
    (link,) = page.select("header a[href='/en/accounts/login/']")
    assert link.get_text(strip=True) == "Sign in"


def test_who_is_signed_in_sees_the_name_the_workplace_and_the_way_out(client: Client) -> None:
    agency = make_catalogue.agency()
    person = make_accounts.with_second_factor(make_accounts.user(name="Amina Invented"))
    make_catalogue.member(agency, user=person)
    page = _page(make_accounts.sign_in(client, person), "/en/nothing/")
    header = page.select_one("header")
    assert header is not None
    assert header.select_one("a[href='/en/agency/']")
    assert "Amina" in header.get_text()
    assert not page.select("a[href='/en/accounts/login/']")
    (out,) = page.select("footer form[method=post][action='/en/accounts/logout/']")
    assert out.get_text(strip=True) == "Sign out"


def test_who_works_nowhere_has_no_workplace() -> None:
    assert workplace(make_accounts.user()) == ""
    assert workplace(make_accounts.platform_admin()) == "/admin/"


def test_low_data_mode_is_remembered_until_it_is_switched_off(client: Client) -> None:
    client.get("/en/nothing/?lowdata=1")
    page = _page(client, "/en/nothing/")
    assert page.select_one("html[data-lowdata]")
    assert not page.select("script[src], link[rel=preload]")
    client.get("/en/nothing/?lowdata=0")
    assert not _page(client, "/en/nothing/").select_one("html[data-lowdata]")


def test_a_browser_that_saves_data_gets_little_unless_told_otherwise(client: Client) -> None:
    assert _page(client, "/en/nothing/", save_data="on").select_one("html[data-lowdata]")
    client.cookies["lowdata"] = "0"
    assert not _page(client, "/en/nothing/", save_data="on").select_one("html[data-lowdata]")


def test_a_page_that_differs_by_visitor_says_so_to_caches(client: Client) -> None:
    varies = client.get("/en/nothing/")["Vary"]
    assert {"Cookie", "Save-Data"} <= {part.strip() for part in varies.split(",")}
