"""Money that somebody proposed to move before the terms, or the people, changed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from payments.ledger import selectors as ledger
from payments.money import Money
from projects.catalogue.models import Membership
from projects.matching import engine, services
from projects.matching.models import PotTransfer, TransferProposal
from projects.matching.refusals import NotAllowed
from projects.matching.services import transfer_proposals
from tests.make import accounts
from tests.make import catalogue as make
from tests.make.rules import document
from tests.projects.agency import match_pages as pages

if TYPE_CHECKING:
    from django.test import Client

    from marketplace.accounts.models import User
    from projects.catalogue.models import Organisation

pytestmark = pytest.mark.django_db
LAYERS: list[dict[str, object]] = [
    {"id": each, "rate": [1, 1], "pot": 100_00} for each in ("federal", "state")
]


def publish(agency: Organisation, layers: list[dict[str, object]], *, days: int = 0) -> None:
    services.publish_programme(
        document=document(id="fund", rate=None, layers=layers),
        agency_id=agency.pk,
        now=pages.NOW + timedelta(days=days),
    )


@pytest.fixture
def agency() -> Organisation:
    made = make.agency(country="KEN")
    publish(made, LAYERS)
    services.fund_pot(
        programme_id="fund",
        amount=Money(100_00, "EUR"),
        idempotency_key="1",
        layer="federal",
        now=pages.NOW,
    )
    return made


@pytest.fixture
def treasurer(agency: Organisation) -> User:
    return make.member(agency, Membership.Role.AGENCY_FINANCE)


@pytest.fixture
def proposal(treasurer: User) -> TransferProposal:
    return transfer_proposals.propose_transfer(
        programme_id="fund",
        source_layer="federal",
        target_layer="state",
        amount=Money(30_00, "EUR"),
        key="once",
        actor_id=treasurer.pk,
        now=pages.NOW,
    )


def test_nothing_moves_by_the_word_of_somebody_who_may_not_any_more(
    agency: Organisation, treasurer: User, proposal: TransferProposal
) -> None:
    deputy = pages.manager(agency)
    Membership.objects.filter(user=treasurer).delete()

    with pytest.raises(NotAllowed, match="Who proposed it may not move this money any more"):
        transfer_proposals.confirm_transfer(
            proposal_id=proposal.pk, actor_id=deputy.pk, now=pages.NOW
        )

    assert not PotTransfer.objects.exists()
    assert ledger.balance(engine.pot("fund", "EUR", "federal")).left == 100_00
    transfer_proposals.drop_transfer(proposal_id=proposal.pk, actor_id=deputy.pk, now=pages.NOW)
    assert TransferProposal.objects.get().state == "dropped"


@pytest.mark.parametrize(("step", "state"), [("drop", "dropped"), ("confirm", "proposed")])
def test_what_waits_is_answered_though_newer_terms_have_one_pot(
    client: Client, agency: Organisation, proposal: TransferProposal, step: str, state: str
) -> None:
    publish(agency, LAYERS[:1], days=1)
    manager = accounts.sign_in(client, pages.manager(agency))

    answer = manager.post(
        reverse("agency:match_pots", args=["fund"]),
        {"step": step, "proposal": str(proposal.pk)},
        follow=True,
    )

    words = {
        "drop": "The money stays where it is.",
        "confirm": "This programme has no such funder: state.",
    }
    assert words[step] in answer.content.decode()
    assert TransferProposal.objects.get().state == state
    assert not PotTransfer.objects.exists()
