"""A committee's round: applications, points, conflicts, ranked awards within the pot, letters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from payments.money import Money
from projects.catalogue.models import Membership
from projects.matching.models import Ceiling
from projects.matching.models.committees import Application, Call, Mark
from projects.matching.refusals import CallRefused, NotAllowed
from projects.matching.selectors.calls import tenths
from projects.matching.services import calls as services
from projects.matching.services.programmes import fund_pot, publish_programme
from tests.make import accounts
from tests.make import catalogue as make
from tests.make.rules import document
from tests.projects.agency import match_pages as pages

if TYPE_CHECKING:
    from uuid import UUID

    from marketplace.accounts.models import User
    from projects.catalogue.models import Organisation

pytestmark = pytest.mark.django_db
Role = Membership.Role


@pytest.fixture
def agency() -> Organisation:
    return make.agency(country="KEN")


@pytest.fixture
def chair(agency: Organisation) -> User:
    return pages.manager(agency)


@pytest.fixture
def deputy(agency: Organisation) -> User:
    return pages.manager(agency)


@pytest.fixture
def vetter(agency: Organisation) -> User:
    return make.member(agency, Role.AGENCY_VETTER)


def opened(agency: Organisation, chair: User, **changes: object) -> Call:
    """Publish a programme that awards ceilings, with 1,000 in its pot, and open a round."""
    terms = document(id="award-fund", needs_award=True, **changes)
    publish_programme(document=terms, agency_id=agency.pk, now=pages.NOW)
    fund_pot(
        programme_id="award-fund",
        amount=Money(1_000_00, "EUR"),
        idempotency_key="test",
        now=pages.NOW,
    )
    return services.open_call(
        programme_id="award-fund", title="Spring round", actor_id=chair.pk, now=pages.NOW
    )


def enter(call: Call, chair: User, title: str, minor: int) -> Application:
    project = make.project(listed_by=call.programme.agency, title=title)
    return services.enter_application(
        call_id=call.pk,
        project_id=project.pk,
        asked=Money(minor, "EUR"),
        note="",
        actor_id=chair.pk,
        now=pages.NOW,
    )


def mark(application: Application, by: User, points: int) -> None:
    services.give_mark(
        application_id=application.pk, points=points, note="", actor_id=by.pk, now=pages.NOW
    )


def decide(call_id: UUID, first: User, second: User) -> None:
    services.propose_decision(call_id=call_id, actor_id=first.pk, now=pages.NOW)
    services.decide_call(call_id=call_id, actor_id=second.pk, now=pages.NOW)


def text(page: str) -> str:
    """Return what a page says, without the marks around its words."""
    plain = re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", page))
    return re.sub(r" ([.,;:])", r"\1", plain)


def test_a_round_from_the_call_to_the_letters(
    client: Client, agency: Organisation, chair: User, deputy: User, vetter: User
) -> None:
    call = opened(agency, chair)
    wells = make.project(listed_by=agency, title="Three wells")
    looms = make.project(listed_by=agency, title="Two looms")
    accounts.sign_in(client, chair)
    address = reverse("agency:match_call", args=[call.pk])
    for project, asked in ((wells, "700"), (looms, "600")):
        sent = {"project": str(project.pk), "asked": asked, "note": "Ready to begin."}
        assert client.post(address, sent).status_code == 302
    first, second = (Application.objects.get(project=each) for each in (wells, looms))

    member = accounts.sign_in(Client(), vetter)
    for application, points in ((first, "70"), (second, "90")):
        page = reverse("agency:match_application", args=[application.pk])
        assert member.post(page, {"step": "mark", "points": points}).status_code == 302
    page = reverse("agency:match_application", args=[second.pk])
    client.post(page, {"step": "mark", "points": "40"})
    client.post(page, {"step": "conflict", "reason": "My cousin weaves there."})
    client.post(
        reverse("agency:match_application", args=[first.pk]), {"step": "mark", "points": "75"}
    )

    client = accounts.sign_in(Client(), pages.manager(agency))
    asked = text(pages.page(client, "match_decide", call.pk))
    assert "€1,000.00 can still be promised" in asked
    press = reverse("agency:match_decide", args=[call.pk])
    assert client.post(press, {"step": "propose"}).status_code == 302
    assert not Ceiling.objects.exists()
    accounts.sign_in(client, deputy)
    assert client.post(press, {"step": "decide"}).status_code == 302

    call.refresh_from_db()
    assert call.decided_by == deputy
    second.refresh_from_db()
    first.refresh_from_db()
    assert (second.rank, first.rank) == (1, 2)
    assert second.ceiling is not None
    assert first.ceiling is not None
    assert (second.ceiling.amount_minor, first.ceiling.amount_minor) == (600_00, 0)
    decided = text(pages.page(client, "match_call", call.pk))
    assert "1. Two looms" in decided
    awarded = text(pages.page(client, "match_letter", second.pk))
    assert "awarded you a ceiling of €600.00" in awarded
    assert "1 member gave your application 90.0 of 100 points." in awarded
    assert "1 member kept out because of a conflict of interest." in awarded
    refused = text(pages.page(client, "match_letter", first.pk))
    assert "has not awarded you anything" in refused
    assert "2 members gave your application 72.5 of 100 points on average." in refused


def test_points_of_who_has_a_part_in_it_never_count(
    agency: Organisation, chair: User, deputy: User, vetter: User
) -> None:
    application = enter(opened(agency, chair), chair, "A well", 100_00)
    mark(application, chair, 100)
    services.declare_conflict(
        application_id=application.pk, reason="Mine.", actor_id=chair.pk, now=pages.NOW
    )

    with pytest.raises(NotAllowed, match="declared a conflict"):
        mark(application, chair, 99)
    with pytest.raises(CallRefused, match="points of somebody who has no part"):
        services.propose_decision(call_id=application.call_id, actor_id=deputy.pk, now=pages.NOW)
    assert not Ceiling.objects.exists()
    assert Mark.objects.get().points == 100

    mark(application, vetter, 50)
    decide(application.call_id, deputy, pages.manager(agency))
    assert Ceiling.objects.get().letter["score"] == [50, 1]


def test_a_decided_round_is_fixed(
    agency: Organisation, chair: User, deputy: User, vetter: User
) -> None:
    application = enter(opened(agency, chair), chair, "A well", 100_00)
    mark(application, vetter, 50)
    decide(application.call_id, chair, deputy)

    for again in (
        lambda: mark(application, vetter, 60),
        lambda: enter(application.call, chair, "Late", 1_00),
        lambda: services.decide_call(call_id=application.call_id, actor_id=chair.pk, now=pages.NOW),
    ):
        with pytest.raises(CallRefused, match="This round is decided"):
            again()
    with pytest.raises(IntegrityError, match="is decided"), transaction.atomic():
        Mark.objects.update(points=99)
    with pytest.raises(IntegrityError, match="is decided"), transaction.atomic():
        Application.objects.update(asked_minor=1)
    assert Ceiling.objects.count() == 1


def test_only_a_programme_with_awards_has_rounds_and_one_at_a_time(
    agency: Organisation, chair: User
) -> None:
    publish_programme(document=document(id="plain-fund"), agency_id=agency.pk, now=pages.NOW)
    with pytest.raises(CallRefused, match="matches without an award"):
        services.open_call(programme_id="plain-fund", title="x", actor_id=chair.pk, now=pages.NOW)
    opened(agency, chair)
    with pytest.raises(CallRefused, match="open already"):
        services.open_call(programme_id="award-fund", title="x", actor_id=chair.pk, now=pages.NOW)
    assert Call.objects.count() == 1


def test_a_foreign_project_cannot_apply(client: Client, agency: Organisation, chair: User) -> None:
    call = opened(agency, chair)
    foreign = make.project(title="A foreign well")
    accounts.sign_in(client, chair)

    page = client.post(
        reverse("agency:match_call", args=[call.pk]),
        {"project": str(foreign.pk), "asked": "5"},
    ).content.decode()

    assert "A foreign well" not in page
    assert "There is a problem" in page
    with pytest.raises(CallRefused, match="Only projects of your agency"):
        services.enter_application(
            call_id=call.pk,
            project_id=foreign.pk,
            asked=Money(1, "EUR"),
            note="",
            actor_id=chair.pk,
            now=pages.NOW,
        )
    assert not Application.objects.exists()


@pytest.mark.promise("A1")
@pytest.mark.parametrize("role", sorted(Role))
def test_the_wall_around_a_committee(client: Client, role: Role) -> None:
    agency = make.agency()
    chair = pages.manager(agency)
    application = enter(opened(agency, chair), chair, "A well", 100_00)
    places = {
        reverse("agency:match_calls", args=["award-fund"]): set(Role) - {Role.OWNER},
        reverse("agency:match_call", args=[application.call_id]): set(Role) - {Role.OWNER},
        reverse("agency:match_application", args=[application.pk]): {
            Role.AGENCY_OWNER,
            Role.AGENCY_MATCH_MANAGER,
            Role.AGENCY_VETTER,
        },
        reverse("agency:match_decide", args=[application.call_id]): {
            Role.AGENCY_OWNER,
            Role.AGENCY_MATCH_MANAGER,
        },
    }

    accounts.sign_in(client, make.member(agency, role))
    for address, roles in places.items():
        assert client.get(address).status_code == (200 if role in roles else 404), address
    accounts.sign_in(client, make.member(make.agency(), role))
    sent = {"step": "mark", "points": "1", "title": "x", "asked": "1"}
    for address in places:
        assert client.get(address).status_code == 404, address
        assert client.post(address, sent).status_code == 404, address

    assert not Mark.objects.exists()
    assert not Ceiling.objects.exists()


@given(st.integers(0, 10_000), st.integers(1, 50))
def test_a_mean_is_told_with_one_decimal_rounded_half_up(total: int, count: int) -> None:
    told = tenths([total, count])

    exact = int(told.replace(".", ""))
    assert -count <= 2 * (exact * count - 10 * total) <= count
