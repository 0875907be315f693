"""A page just drawn is shown again to strangers, for a moment, and to nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.cache import caches
from django.utils import timezone

from projects.catalogue.models import ProjectText
from tests.make import accounts
from tests.make import funding as make

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client
    from pytest_django import Settings

    from projects.funding.models import Campaign

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(settings: Settings) -> Iterator[Campaign]:
    settings.PUBLIC_PAGE_SECONDS = 60
    caches["pages"].clear()
    yield make.campaign(at=timezone.now())
    caches["pages"].clear()


def renamed(campaign: Campaign) -> str:
    ProjectText.objects.filter(project=campaign.project).update(title="Renamed meanwhile")
    return "Renamed meanwhile"


@pytest.mark.parametrize("page", ["/en/projects/", "/en/projects/?sort=newest"])
def test_a_stranger_sees_the_page_as_it_was_just_drawn(
    client: Client, campaign: Campaign, page: str
) -> None:
    before = client.get(page).content
    title = renamed(campaign)

    assert client.get(page).content == before
    assert title in client.get(f"{page}{'&' if '?' in page else '?'}q=meanwhile").content.decode()
    assert title in client.get(page.replace("/en/", "/ar/")).content.decode()
    caches["pages"].clear()
    assert title in client.get(page).content.decode()


def test_somebody_signed_in_neither_gets_nor_leaves_a_kept_page(
    client: Client, campaign: Campaign
) -> None:
    address = f"/en/projects/{campaign.project.slug}/"
    client.get(address)
    title = renamed(campaign)
    accounts.sign_in(client, accounts.user(email="amina@example.org"))

    assert title in client.get(address).content.decode()
    client.logout()
    client.cookies.clear()
    assert "amina@example.org" not in client.get(address).content.decode()


@pytest.mark.parametrize("query", ["?x=1", "?q=" + "a" * 250])
def test_an_address_made_up_by_somebody_is_not_kept(
    client: Client, campaign: Campaign, query: str
) -> None:
    client.get(f"/en/projects/{campaign.project.slug}/{query}")
    title = renamed(campaign)

    assert title in client.get(f"/en/projects/{campaign.project.slug}/{query}").content.decode()


def test_low_data_pages_are_kept_apart(client: Client, campaign: Campaign) -> None:
    address = f"/en/projects/{campaign.project.slug}/"
    full = client.get(address).content
    client.cookies["lowdata"] = "1"

    assert client.get(address).content != full


def test_while_one_visitor_waits_for_a_new_page_the_others_still_get_the_old_one(
    client: Client, campaign: Campaign, settings: Settings
) -> None:
    address = f"/en/projects/{campaign.project.slug}/"
    old = client.get(address).content
    title = renamed(campaign)
    settings.PUBLIC_PAGE_SECONDS = 0  # No longer fresh.
    somebody_draws = caches["pages"].add(f"public:False:{address}:drawing", 1, 5)

    assert somebody_draws
    assert client.get(address).content == old
    caches["pages"].delete(f"public:False:{address}:drawing")
    assert title in client.get(address).content.decode()
