"""What is written down of the demo world, before anything is loaded."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from marketplace.seed import days, gifts, identity, people
from marketplace.seed.undertakings import UNDERTAKINGS
from marketplace.seed.world.agencies import AGENCIES
from marketplace.seed.world.programmes import OFFERS
from projects.matching import documents

if TYPE_CHECKING:
    from marketplace.seed.world.forms import Undertaking

EACH = pytest.mark.parametrize("one", UNDERTAKINGS, ids=lambda one: one.slug)
ROLES = {
    "agency_owner",
    "agency_editor",
    "agency_vetter",
    "agency_match_manager",
    "agency_finance",
    "agency_auditor",
}


def test_twelve_projects_two_in_each_of_six_countries_of_both_kinds() -> None:
    assert Counter(one.country for one in UNDERTAKINGS) == dict.fromkeys(
        ("KEN", "MDA", "MEX", "SEN", "GHA", "PHL"), 2
    )
    assert Counter(one.kind for one in UNDERTAKINGS) == {"msme": 6, "social": 6}
    assert len({one.scene for one in UNDERTAKINGS}) == 12
    territories = {agency.slug: agency.territories for agency in AGENCIES}
    assert all(one.country in territories[one.agency] for one in UNDERTAKINGS)


@EACH
def test_money_adds_up(one: Undertaking) -> None:
    assert sum(stage.euros for stage in one.stages) == one.goal
    assert one.raising.owner + sum(one.raising.gifts) < one.goal
    assert all(one.raising.least <= gift <= one.raising.most for gift in one.raising.gifts)


@EACH
def test_a_reader_learns_the_risks_the_checks_and_what_nobody_checked(one: Undertaking) -> None:
    assert len(one.dangers) >= 3
    levels = [danger.level for danger in one.dangers]
    assert levels == sorted(levels, key=["high", "medium", "low"].index)
    assert [finding.code for finding in one.findings] == [
        "identity",
        "registration",
        "bank_account",
        "site_visit",
        "budget",
        "sanctions",
    ]
    assert all("DEMO-" in f.how for f in one.findings if f.code == "registration")
    assert one.not_checked


@EACH
def test_every_text_is_there_in_both_languages(one: Undertaking) -> None:
    for words in (one.english, one.arabic):
        assert all((words.title, words.summary, words.story, words.change))
        assert "  " not in words.story
        assert len(words.story.split("\n\n")) == 3
    for text in (*(line.arabic for line in one.budget), *(stage.arabic for stage in one.stages)):
        assert any("\u0600" <= letter <= "\u06ff" for letter in text)


@EACH
def test_campaigns_are_open_for_weeks_and_no_longer_than_the_rule_allows(
    one: Undertaking,
) -> None:
    assert one.raising.closes - one.raising.opens == timedelta(days=60)
    assert one.raising.opens < gifts.LAST_DAY
    assert one.raising.closes >= days.WRITTEN_ON + timedelta(days=10)


def test_a_world_loaded_later_is_moved_as_a_whole() -> None:
    by = days.since_written(datetime(2027, 3, 1, 8, tzinfo=UTC))
    first, later = UNDERTAKINGS[0], days.moved(UNDERTAKINGS[0], by)

    assert by == timedelta(days=97)
    assert later.raising.closes - first.raising.closes == by
    assert later.stages[0].due - first.stages[0].due == by
    assert later.findings[0].on - first.findings[0].on == by
    assert (later.english, later.budget) == (first.english, first.budget)


def test_the_world_is_never_moved_into_the_past() -> None:
    assert days.since_written(datetime(2026, 1, 1, tzinfo=UTC)) == timedelta(0)


@pytest.mark.parametrize("offer", OFFERS, ids=lambda offer: offer.document["id"])
def test_programmes_are_rules(offer: object) -> None:
    rule = documents.read(offer.document)  # type: ignore[attr-defined]

    assert rule.programme_id == offer.document["id"]  # type: ignore[attr-defined]


def test_each_agency_has_one_person_of_every_role_and_a_secret_word() -> None:
    staff = Counter((log_in.agency, log_in.role) for log_in in people.log_ins(1) if log_in.agency)
    markers = [identity.private_marker(1, agency.slug) for agency in AGENCIES]

    assert staff == {(agency.slug, role): 1 for agency in AGENCIES for role in ROLES}
    assert len(set(markers)) == 4
    assert all(marker.isalnum() and len(marker) == 16 for marker in markers)


def test_the_same_seed_is_the_same_world_and_another_is_another() -> None:
    first, again, other = (
        (people.log_ins(seed), gifts.planned(UNDERTAKINGS, seed=seed)) for seed in (1, 1, 2)
    )

    assert first == again
    assert first[0] != other[0]
    assert first[1] != other[1]


def test_nobody_gives_twice_to_one_project() -> None:
    given = Counter((gift.slug, gift.giver.email) for gift in gifts.planned(UNDERTAKINGS, seed=1))

    assert set(given.values()) == {1}
