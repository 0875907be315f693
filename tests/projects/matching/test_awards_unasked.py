"""Awards of a ranked close to projects that nobody gave to."""

from __future__ import annotations

from datetime import timedelta

import pytest

from payments.ledger import selectors as ledger
from projects.matching import engine, selectors, services
from projects.matching.models import Award, Round, Share
from projects.matching.services.awards import NoCampaign
from projects.matching.services.rounds import close_programme
from tests.make import closing as make

pytestmark = pytest.mark.django_db
FACTS = {str(make.project(n)): {"project.score": 10 * n, "project.asked": 40_00} for n in (1, 2, 3)}
CAMPAIGNS = {str(make.project(n)): make.campaign(n) for n in (1, 2, 3)}


@pytest.fixture(autouse=True)
def _call() -> None:
    make.programme(allocation="ranked_close", formula={"type": "score"}, pot_minor=100_00)


def awards() -> dict[str, tuple[int, str]]:
    rows = Award.objects.values_list("campaign_key", "decided_minor", "state")
    return {key: (minor, state) for key, minor, state in rows}


def is_sound() -> bool:
    return ledger.verify() == selectors.verify_differences() == []


def test_a_project_that_nobody_gave_to_is_awarded_by_its_place() -> None:
    make.given("c1", 10_00, project_n=1)

    close_programme(programme_id="fund", now=make.END, projects=FACTS, campaigns=CAMPAIGNS)

    assert awards() == {
        "campaign:1": (0, "unmatched"),
        "campaign:2": (40_00, "committed"),
        "campaign:3": (40_00, "committed"),
    }
    assert not Share.objects.exists()
    assert ledger.balance(engine.pot("fund", "EUR")).left == 20_00
    assert is_sound()


def test_it_is_earned_like_any_other() -> None:
    close_programme(programme_id="fund", now=make.END, projects=FACTS, campaigns=CAMPAIGNS)

    earned = services.earn(
        campaign_key="campaign:3", cause="success", now=make.END + timedelta(days=1)
    )

    assert earned == 40_00
    assert awards()["campaign:3"] == (40_00, "earned")
    assert is_sound()


def test_without_a_campaign_to_receive_it_nothing_is_closed() -> None:
    make.given("c1", 10_00, project_n=3)

    with pytest.raises(NoCampaign, match="has no campaign to receive it"):
        close_programme(programme_id="fund", now=make.END, projects=FACTS)

    assert not Round.objects.exists()
    assert ledger.balance(engine.pot("fund", "EUR")).left == 100_00


@pytest.mark.parametrize("campaign", [make.campaign(1), make.campaign(2)])
def test_no_campaign_receives_the_match_of_two_projects(campaign: str) -> None:
    make.given("c1", 10_00, project_n=1)

    with pytest.raises(NoCampaign, match="cannot receive the match of two projects"):
        close_programme(
            programme_id="fund",
            now=make.END,
            projects=FACTS,
            campaigns=CAMPAIGNS | {str(make.project(3)): campaign},
        )

    assert not Round.objects.exists()
    assert ledger.balance(engine.pot("fund", "EUR")).left == 100_00
