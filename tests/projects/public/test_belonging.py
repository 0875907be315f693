"""A gift belongs to the browser that began it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.utils import timezone

from projects.matching.models import Reservation
from tests.make import funding as make
from tests.make import matching as make_matching
from tests.projects.public.visitor import Visitor

if TYPE_CHECKING:
    from projects.funding.models import Campaign

pytestmark = pytest.mark.django_db
WINDOW = ["2020-01-01T00:00:00Z", "2100-01-01T00:00:00Z"]


@pytest.fixture
def campaign() -> Campaign:
    return make.campaign(at=timezone.now())


def held_minor() -> list[int]:
    active = Reservation.objects.filter(state=Reservation.State.ACTIVE)
    return sorted(active.values_list("amount_minor", flat=True))


@pytest.mark.promise("A6")
@pytest.mark.parametrize("step", ["pay", "details"])
def test_who_gives_is_shown_only_in_the_browser_in_which_it_was_typed(
    campaign: Campaign, step: str
) -> None:
    amina = Visitor(Client(), campaign.project.slug)
    page = amina.up_to_pay().replace("/pay/", f"/{step}/")

    own = amina.client.get(page).content.decode()
    passed_on = Client().get(page).content.decode()

    assert "amina@example.org" in own
    assert "amina@example.org" not in passed_on
    assert "Amina Invented" not in passed_on


def test_looking_at_several_amounts_holds_the_match_of_the_last_alone(campaign: Campaign) -> None:
    make_matching.programme(rate=[1, 1], caps=[], window=WINDOW)
    amina, other = (Visitor(Client(), campaign.project.slug) for _ in range(2))

    other.give("20")
    for amount in ("100", "30", "50"):
        amina.give(amount)

    assert held_minor() == [20_00, 50_00]


def test_a_beginning_that_was_set_aside_can_still_be_gone_on_with(campaign: Campaign) -> None:
    make_matching.programme(rate=[1, 1], caps=[], window=WINDOW)
    amina = Visitor(Client(), campaign.project.slug)
    first = amina.give("100")["Location"]
    amina.give("30")

    amina.client.post(
        first.replace("/match/", "/details/"),
        {"email": "amina@example.org", "name": "Amina", "residence": "DEU", "message": ""},
    )

    assert held_minor() == [30_00, 100_00]


def test_a_forged_list_of_gifts_opens_nothing(campaign: Campaign) -> None:
    amina = Visitor(Client(), campaign.project.slug)
    page = amina.up_to_pay()
    stranger = Client()
    stranger.cookies["gifts"] = page.rstrip("/").rsplit("/", 1)[1].replace("-", "")

    assert "amina@example.org" not in stranger.get(page).content.decode()
