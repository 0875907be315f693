"""Money into a pot, between pots, and stopping a programme with a reason."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from projects.catalogue.models import Membership
from projects.matching.models import Freeze, PotTransfer, TransferProposal
from projects.matching.selectors import drafts as selectors
from projects.matching.services.programmes import publish_programme
from tests.make import accounts
from tests.make import catalogue as make
from tests.make.rules import document
from tests.projects.agency import match_pages as pages

if TYPE_CHECKING:
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
def manager(agency: Organisation) -> Client:
    return accounts.sign_in(Client(), pages.manager(agency))


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


def filled(client: Client) -> None:
    client.post(ADDRESS, sent(client, "top_up", layer="federal", amount="100", has_arrived="on"))


def propose(client: Client, amount: str = "30", target: str = "state") -> str:
    """Propose to move money; return the page that follows."""
    data = sent(client, "transfer", source="federal", target=target, amount=amount)
    return client.post(ADDRESS, data, follow=True).content.decode()


def press(client: Client, step: str) -> str:
    proposal = TransferProposal.objects.latest("proposed_at")
    data = {"step": step, "proposal": str(proposal.pk)}
    return client.post(ADDRESS, data, follow=True).content.decode()


def test_money_moves_between_funders_by_two_people_as_far_as_it_is_free(
    treasurer: Client, manager: Client, agency: Organisation
) -> None:
    filled(treasurer)

    page = propose(treasurer)
    assert "Proposed. Now a second person has to confirm it." in page
    assert "You proposed it, so somebody else has to confirm it" in page
    assert "Confirm and move it" not in page
    assert left(agency) == {"federal": 100_00, "state": 0}

    assert "Confirm and move it" in manager.get(ADDRESS).content.decode()
    assert "The money was moved." in press(manager, "confirm")
    assert left(agency) == {"federal": 70_00, "state": 30_00}
    transfer, proposal = PotTransfer.objects.get(), TransferProposal.objects.get()
    assert (transfer.moved_by, proposal.transfer) == ("Third Invented", transfer)


def test_nobody_moves_money_alone_or_twice(
    treasurer: Client, manager: Client, agency: Organisation
) -> None:
    filled(treasurer)
    propose(treasurer)

    assert "You proposed it" in press(treasurer, "confirm")
    assert left(agency) == {"federal": 100_00, "state": 0}
    press(manager, "confirm")
    assert "This does not wait any more" in press(manager, "confirm")
    assert "This does not wait any more" in press(manager, "drop")

    assert left(agency) == {"federal": 70_00, "state": 30_00}
    assert PotTransfer.objects.count() == 1


def test_the_database_wants_two_people_too_and_keeps_what_was_proposed(
    treasurer: Client, manager: Client
) -> None:
    filled(treasurer)
    propose(treasurer)
    press(manager, "confirm")
    propose(treasurer, amount="5")
    waiting = TransferProposal.objects.filter(state="proposed")
    proposal = waiting.get()
    alone = {"state": "moved", "ended_by": proposal.proposed_by, "ended_at": pages.NOW}

    with (
        pytest.raises(IntegrityError, match="matching_transfer_proposal_ended_iff_said"),
        transaction.atomic(),
    ):
        waiting.update(**alone)
    with pytest.raises(IntegrityError, match="cannot change"), transaction.atomic():
        waiting.update(minor=1)
    moved = TransferProposal.objects.get(state="moved")
    with (
        pytest.raises(IntegrityError, match="matching_transfer_proposal_two_people"),
        transaction.atomic(),
    ):
        TransferProposal.objects.create(
            programme=moved.programme,
            source_layer="federal",
            target_layer="state",
            minor=1,
            key="alone",
            proposed_at=pages.NOW,
            proposed_by=proposal.proposed_by,
            transfer=PotTransfer.objects.create(
                programme=moved.programme,
                source_layer="federal",
                target_layer="state",
                minor=1,
                ledger_key="alone",
                moved_by="A",
                moved_at=pages.NOW,
            ),
            **alone,
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        waiting.delete()


def test_what_cannot_be_moved_is_refused_at_once_and_again_at_the_end(
    treasurer: Client, manager: Client, agency: Organisation
) -> None:
    filled(treasurer)

    assert "This pot has less than that to give away." in propose(treasurer, amount="100.01")
    assert "Choose another pot." in propose(treasurer, target="federal")
    assert not TransferProposal.objects.exists()
    propose(treasurer, amount="60")
    propose(treasurer, amount="70")
    press(manager, "confirm")
    first = TransferProposal.objects.earliest("proposed_at")
    data = {"step": "confirm", "proposal": str(first.pk)}
    page = manager.post(ADDRESS, data).content.decode()

    assert "This pot has less than that to give away." in page
    assert left(agency) == {"federal": 30_00, "state": 70_00}
    first.refresh_from_db()
    assert first.state == "proposed"


def test_a_proposal_is_given_up_and_sent_twice_asks_once(
    treasurer: Client, manager: Client, agency: Organisation
) -> None:
    filled(treasurer)
    data = sent(treasurer, "transfer", source="federal", target="state", amount="30")
    for _ in range(2):
        assert treasurer.post(ADDRESS, data).status_code == 302
    other = treasurer.post(ADDRESS, data | {"transfer-amount": "31"}).content.decode()
    assert "This was sent before with another amount." in other

    assert "The money stays where it is." in press(manager, "drop")

    assert TransferProposal.objects.get().state == "dropped"
    assert left(agency) == {"federal": 100_00, "state": 0}


def test_nobody_of_another_agency_confirms(treasurer: Client, agency: Organisation) -> None:
    filled(treasurer)
    propose(treasurer)
    proposal = TransferProposal.objects.get()
    foreign = make.agency()
    publish_programme(document=document(id="other-fund"), agency_id=foreign.pk, now=pages.NOW)
    stranger = accounts.sign_in(Client(), pages.manager(foreign))
    data = {"step": "confirm", "proposal": str(proposal.pk)}

    assert stranger.post(ADDRESS, data).status_code == 404
    assert stranger.post(ADDRESS.replace("three", "other"), data).status_code == 200
    assert left(agency) == {"federal": 100_00, "state": 0}


def test_what_the_rule_promises_is_laid_beside_what_was_put_in(treasurer: Client) -> None:
    words = "The rule promises up to €200.00; €100.00 was put in."
    filled(treasurer)

    for page in (
        treasurer.get(ADDRESS),
        treasurer.get(reverse("agency:match_programme", args=["three-fund"])),
    ):
        assert words in html.unescape(re.sub("<[^>]+>|[\u2066-\u2069]", "", page.content.decode()))
    data = sent(treasurer, "top_up", layer="state", amount="100", has_arrived="on")
    treasurer.post(ADDRESS, data)
    assert "The rule promises" not in treasurer.get(ADDRESS).content.decode()


@pytest.mark.parametrize("step", ["freeze"])
def test_a_reason_that_is_too_long_is_refused_and_never_cut(treasurer: Client, step: str) -> None:
    page = treasurer.get(ADDRESS).content.decode()
    assert "maxlength" not in page

    answer = treasurer.post(ADDRESS, sent(treasurer, step, reason="x" * 501))

    assert "at most 500 characters (it has 501)" in answer.content.decode()
    assert not Freeze.objects.exists()


def test_a_programme_is_frozen_with_a_reason_and_goes_on_with_one(
    treasurer: Client, agency: Organisation
) -> None:
    assert "Say why." in treasurer.post(ADDRESS, sent(treasurer, "freeze")).content.decode()
    assert not Freeze.objects.exists()

    treasurer.post(ADDRESS, sent(treasurer, "freeze", reason="The audit is running."))

    page = treasurer.get(reverse("agency:match_programme", args=["three-fund"])).content.decode()
    assert "Stopped for now by" in page
    assert "The audit is running." in page
    (own,) = selectors.own_programmes([agency.pk], now=pages.NOW)
    assert own.standing == "frozen"

    treasurer.post(ADDRESS, sent(treasurer, "unfreeze", reason="It ended well."))

    freeze = Freeze.objects.get()
    assert (freeze.lifted_by, freeze.lifted_reason) == ("Third Invented", "It ended well.")
