"""Finding projects: counts are what choosing shows, orders are total, examples are quotes."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from django.contrib.auth.models import AnonymousUser

from payments.money import Money
from projects.catalogue.models import Project
from projects.funding import selectors
from projects.funding.discovery import Discovery, discover
from projects.funding.filters import Sort
from projects.funding.models import Campaign
from projects.funding.previews import preview, usual_amount
from projects.funding.residences import alpha_3, country_choices
from projects.matching import services as matching
from tests.make import catalogue as make_catalogue
from tests.make import funding as make

pytestmark = pytest.mark.django_db

NOON = make.NOON


def look(**asked: str) -> Discovery:
    return discover(asked, user=AnonymousUser(), now=NOON)


def titles(found: Discovery) -> list[str]:
    projects = Project.objects.in_bulk(found.ids)
    return [projects[pk].texts.get(language="en").title for pk in found.ids]


def listed(title: str, **facts: object) -> Campaign:
    return make.campaign(make_catalogue.project(title=title, **facts))  # type: ignore[arg-type]


def test_a_count_beside_a_choice_is_what_choosing_it_shows() -> None:
    make.programme(eligible=[{"field": "project.country", "op": "eq", "value": "KEN"}])
    for country, sector in product(("KEN", "MDA"), ("water", "food")):
        listed(f"In {country} about {sector}", country=country, sector=sector)
    listed("One more in KEN about water", country="KEN", sector="water")
    make_catalogue.project(title="Nothing yet", country="KEN", sector="water")

    for asked in ({}, {"country": "KEN"}, {"sector": "food"}, {"q": "more"}, {"matched": "1"}):
        found = look(**asked)
        for facet in ("country", "sector", "purpose", "kind", "matched"):
            for value, count in found.counts(facet):
                assert len(look(**{**asked, facet: value}).ids) == count, (asked, facet, value)
        for name in asked:
            others = {other: value for other, value in asked.items() if other != name}
            assert found.count_without(name) == len(look(**others).ids)


def test_only_what_a_fund_has_money_for_is_matched_now() -> None:
    make.programme(
        eligible=[{"field": "project.country", "op": "eq", "value": "KEN"}], pot_minor=100_00
    )
    in_kenya, _ = listed("In Kenya", country="KEN"), listed("In Moldova", country="MDA")
    assert titles(look(matched="1")) == ["In Kenya"]
    assert titles(look(matched="0")) == ["In Moldova"]

    make.contribution(in_kenya)

    assert titles(look(matched="1")) == []


def test_the_order_is_the_one_asked_for() -> None:
    programme = make.programme(eligible=[{"field": "project.country", "op": "eq", "value": "KEN"}])
    soon = make.campaign(make_catalogue.project(title="Soon"), days=12, goal_minor=900_00)
    matched = make.campaign(make_catalogue.project(title="Matched", country="KEN"), days=50)
    closed = make.campaign(make_catalogue.project(title="Closed"), days=10, goal_minor=100_00)
    make_catalogue.project(title="Later")
    make.settled(matched)
    make.allocate(programme.programme_id)
    Project.objects.filter(pk=closed.project_id).update(listed_at=NOON + timedelta(days=1))
    Project.objects.filter(pk=soon.project_id).update(listed_at=NOON)

    assert titles(look(sort=Sort.CLOSING))[:3] == ["Soon", "Matched", "Later"]
    assert titles(look()) == titles(look(sort=Sort.CLOSING))
    assert titles(look(sort=Sort.LEAST_LEFT)) == ["Closed", "Matched", "Soon", "Later"]
    assert titles(look(sort=Sort.MOST_MATCHED))[0] == "Matched"
    assert titles(look(sort=Sort.NEWEST))[-2:] == ["Closed", "Soon"]


def test_what_means_nothing_is_left_out_and_named() -> None:
    listed("In Kenya", country="KEN")

    found = look(country="ZZZ", sort="password", q="kenya")

    assert set(found.refused) == {"country", "sort"}
    assert dict(found.chosen) == {"q": "kenya"}
    assert titles(found) == ["In Kenya"]


@pytest.mark.parametrize("minor", [100_00, 33_33, 500_00])
@pytest.mark.parametrize("residence", [None, "DEU", "KEN"])
def test_a_preview_is_the_quote_of_the_matching_rules(minor: int, residence: str | None) -> None:
    make.programme(
        eligible=[{"field": "donor.residence", "op": "eq", "value": "DEU"}],
        priority=1,
        pot_minor=150_00,
    )
    make.programme(
        priority=2,
        rate=[1, 1],
        caps=[{"scope": "contribution", "amount": 250_00}],
        pot_minor=400_00,
    )
    campaign = make.campaign()
    amount = Money(minor, "EUR")
    gift = matching.Gift(
        contribution_ref="",
        campaign_key=campaign.key,
        project_id=campaign.project.pk,
        project_slug=campaign.project.slug,
        country=campaign.project.country,
        sector=campaign.project.sector,
        kind=campaign.project.kind,
        amount=amount,
        donor_key=None,
        residence=residence,
    )

    seen = preview(campaign.project, campaign, amount=amount, now=NOON, residence=residence)

    assert seen.quote == matching.quote(gift=gift, now=NOON)
    assert seen.total == amount + seen.match


def test_the_examples_of_many_projects_are_those_of_each() -> None:
    make.programme(eligible=[{"field": "project.country", "op": "eq", "value": "KEN"}])
    raises = [listed("In Kenya", country="KEN"), listed("In Moldova", country="MDA")]

    many = look().previews

    for each in raises:
        alone = preview(each.project, each, amount=usual_amount(each), now=NOON)
        assert many[each.project_id] == alone
    assert [many[each.project_id].is_matched_now for each in raises] == [True, False]


def test_the_campaign_found_with_a_project_is_its_newest_published_one() -> None:
    first = make.campaign(make_catalogue.project(title="Twice"))
    Campaign.objects.filter(pk=first.pk).update(
        key="campaign:earlier", state=Campaign.State.SETTLING
    )
    second = make.campaign(first.project, at=NOON + timedelta(days=1))
    drafted = make.campaign(make_catalogue.project(title="Drafted"))
    Campaign.objects.filter(pk=drafted.pk).update(state=Campaign.State.DRAFT)
    without = make_catalogue.project(title="Without")

    found = selectors.with_campaigns(Project.objects.all())

    assert found == {first.project: second, drafted.project: None, without: None}
    assert selectors.current_campaigns([each.pk for each in found]) == {
        project.pk: campaign for project, campaign in found.items() if campaign
    }


def test_examples_stay_within_what_a_campaign_takes() -> None:
    assert usual_amount(make.campaign(maximum_minor=40_00)) == Money(40_00, "EUR")
    assert usual_amount(make.campaign(minimum_minor=150_00)) == Money(150_00, "EUR")


@pytest.mark.parametrize(
    ("code", "country"),
    [("DE", "DEU"), ("deu", "DEU"), ("XKX", "XKX"), ("KSV", "XKX"), ("ZZ", None), ("", None)],
)
def test_countries_are_known_by_two_letters_or_three(code: str, country: str | None) -> None:
    assert alpha_3(code) == country


def test_every_country_is_offered_once_by_its_name() -> None:
    choices = country_choices()
    codes = [code for code, _ in choices]

    assert choices[0][0] == ""
    assert ("KEN", "Kenya") in choices
    assert ("XKX", "Kosovo") in choices
    assert len(codes) == len(set(codes)) > 240
    assert [name for _, name in choices[1:4]] == ["Afghanistan", "Åland Islands", "Albania"]
