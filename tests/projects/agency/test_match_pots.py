"""Money into a pot, between pots, and stopping a programme with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from projects.catalogue.models import Membership
from projects.matching.models import Freeze
from projects.matching.selectors import drafts as selectors
from projects.matching.services.programmes import publish_programme
from tests.make import accounts
from tests.make import catalogue as make
from tests.make.rules import document
from tests.projects.agency import match_pages as pages

if TYPE_CHECKING:
    from django.test import Client

    from projects.catalogue.models import Organisation

pytestmark = pytest.mark.django_db
LAYERS = [
    {"id": "federal", "rate": [1, 1], "pot": 100_00},
    {"id": "state", "rate": [1, 1], "pot": 100_00},
]
ADDRESS = "/en/agency/match/programmes/three-fund/pots/"


@pytest.fixture
def agency() -> Organisation:
    made = make.agency(country="KEN")
    publish_programme(
        document=document(id="three-fund", rate=None, layers=LAYERS),
        agency_id=made.pk,
        now=pages.NOW,
    )
    return made


@pytest.fixture
def treasurer(client: Client, agency: Organisation) -> Client:
    person = make.member(
        agency, Membership.Role.AGENCY_FINANCE, user=accounts.user(name="Third Invented")
    )
    return accounts.sign_in(client, person)


def left(agency: Organisation) -> dict[str, int]:
    (own,) = selectors.own_programmes([agency.pk], now=pages.NOW)
    return {pot.layer: pot.left.minor for pot in own.pots}


def sent(client: Client, step: str, **values: str) -> dict[str, str]:
    """Return the fields of one of the page's forms, some of them changed."""
    found = pages.fields(client.get(ADDRESS).content.decode())
    own = {name: each[0] for name, each in found.items() if name.startswith(f"{step}-")}
    return own | {"step": step} | {f"{step}-{name}": value for name, value in values.items()}


def test_money_is_put_into_the_pot_of_a_funder_once(
    treasurer: Client, agency: Organisation
) -> None:
    data = sent(treasurer, "top_up", layer="state", amount="1,250.50", has_arrived="on")

    assert treasurer.post(ADDRESS, data).status_code == 302
    assert treasurer.post(ADDRESS, data).status_code == 302

    assert left(agency) == {"federal": 0, "state": 1_250_50}


def test_a_pot_takes_only_money_that_is_there(treasurer: Client, agency: Organisation) -> None:
    data = sent(treasurer, "top_up", layer="state", amount="")

    page = treasurer.post(ADDRESS, data).content.decode()

    assert "A pot holds only money that is there. Confirm it." in page
    assert "Enter an amount." in page
    assert left(agency) == {"federal": 0, "state": 0}


def test_money_moves_between_funders_as_far_as_it_is_free(
    treasurer: Client, agency: Organisation
) -> None:
    top_up = sent(treasurer, "top_up", layer="federal", amount="100", has_arrived="on")
    treasurer.post(ADDRESS, top_up)

    moved = sent(treasurer, "transfer", source="federal", target="state", amount="30")
    assert treasurer.post(ADDRESS, moved).status_code == 302
    assert treasurer.post(ADDRESS, moved).status_code == 302
    assert left(agency) == {"federal": 70_00, "state": 30_00}

    too_much = sent(treasurer, "transfer", source="federal", target="state", amount="70.01")
    page = treasurer.post(ADDRESS, too_much).content.decode()
    assert "There is a problem" in page
    assert (
        "Choose another pot."
        in treasurer.post(
            ADDRESS, sent(treasurer, "transfer", source="state", target="state", amount="1")
        ).content.decode()
    )
    assert left(agency) == {"federal": 70_00, "state": 30_00}


def test_a_programme_is_frozen_with_a_reason_and_goes_on_with_one(
    treasurer: Client, agency: Organisation
) -> None:
    assert "Say why." in treasurer.post(ADDRESS, sent(treasurer, "freeze")).content.decode()
    assert not Freeze.objects.exists()

    treasurer.post(ADDRESS, sent(treasurer, "freeze", reason="The audit is running."))

    page = treasurer.get(reverse("agency:match_programme", args=["three-fund"])).content.decode()
    assert "Frozen by Third Invented" in page
    assert "The audit is running." in page
    (own,) = selectors.own_programmes([agency.pk], now=pages.NOW)
    assert own.standing == "frozen"

    treasurer.post(ADDRESS, sent(treasurer, "unfreeze", reason="It ended well."))

    freeze = Freeze.objects.get()
    assert (freeze.lifted_by, freeze.lifted_reason) == ("Third Invented", "It ended well.")
