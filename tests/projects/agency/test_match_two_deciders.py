"""Two people decide a round: one proposes, another confirms, and nobody who has a part in it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from payments.money import Money
from projects.matching.models import Ceiling
from projects.matching.models.committees import Call
from projects.matching.refusals import CallRefused, NotAllowed
from projects.matching.services import calls as services
from projects.matching.services.programmes import fund_pot, publish_programme
from tests.make import accounts
from tests.make import catalogue as make
from tests.make.rules import document
from tests.projects.agency import match_pages as pages
from tests.projects.agency.test_match_committee import enter, mark, opened, text

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from marketplace.accounts.models import User
    from projects.catalogue.models import Organisation
    from projects.matching.models.committees import Application

pytestmark = pytest.mark.django_db


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
def application(agency: Organisation, chair: User) -> Application:
    """Return one application with points, in a round that nobody has proposed to decide."""
    made = enter(opened(agency, chair), chair, "A well", 100_00)
    mark(made, pages.manager(agency), 50)
    return made


def propose(application: Application, by: User) -> Call:
    return services.propose_decision(call_id=application.call_id, actor_id=by.pk, now=pages.NOW)


def confirm(application: Application, by: User) -> Call:
    return services.decide_call(call_id=application.call_id, actor_id=by.pk, now=pages.NOW)


def declare(application: Application, by: User) -> None:
    services.declare_conflict(
        application_id=application.pk, reason="My cousin.", actor_id=by.pk, now=pages.NOW
    )


def test_nobody_decides_alone(application: Application, chair: User, deputy: User) -> None:
    with pytest.raises(CallRefused, match="Nobody has proposed it yet"):
        confirm(application, chair)
    propose(application, chair)
    with pytest.raises(NotAllowed, match="You proposed it, so somebody else has to confirm it"):
        confirm(application, chair)
    assert not Ceiling.objects.exists()

    confirm(application, deputy)

    call = Call.objects.get()
    assert (call.proposed_by, call.decided_by) == (chair, deputy)
    assert Ceiling.objects.get().amount_minor == 100_00


def test_the_database_wants_two_people_too(application: Application, chair: User) -> None:
    propose(application, chair)
    alone = {"decided_by": chair, "decided_at": pages.NOW}

    with (
        pytest.raises(IntegrityError, match="matching_call_two_people"),
        transaction.atomic(),
    ):
        Call.objects.update(**alone)
    with (
        pytest.raises(IntegrityError, match="matching_call_decided_by_somebody"),
        transaction.atomic(),
    ):
        Call.objects.update(proposed_by=None, proposed_at=None, **alone)
    assert not Call.objects.get().is_decided


def test_what_is_proposed_is_fixed_until_it_is_given_back(
    application: Application, chair: User, deputy: User
) -> None:
    propose(application, chair)

    steps: list[Callable[[], object]] = [
        lambda: mark(application, deputy, 60),
        lambda: declare(application, deputy),
        lambda: enter(application.call, chair, "Late", 1_00),
        lambda: propose(application, deputy),
    ]
    for step in steps:
        with pytest.raises(CallRefused, match="waits for a second person"):
            step()
    with pytest.raises(IntegrityError, match="is proposed"), transaction.atomic():
        application.marks.update(points=99)
    with pytest.raises(IntegrityError, match="is proposed"), transaction.atomic():
        type(application).objects.update(asked_minor=1)

    services.return_decision(call_id=application.call_id, actor_id=deputy.pk)
    mark(application, deputy, 60)
    with pytest.raises(CallRefused, match="Nobody has proposed it yet"):
        services.return_decision(call_id=application.call_id, actor_id=deputy.pk)
    assert not Ceiling.objects.exists()


def more_money() -> None:
    fund_pot(
        programme_id="award-fund",
        amount=Money(1_00, "EUR"),
        idempotency_key="more",
        now=pages.NOW,
    )


def newer_terms() -> None:
    publish_programme(
        document=document(id="award-fund", needs_award=True, rate=[1, 2]),
        agency_id=Call.objects.get().programme.agency_id,
        now=pages.NOW + timedelta(days=1),
    )


@pytest.mark.parametrize("change", [more_money, newer_terms])
def test_what_is_confirmed_is_what_was_proposed(
    application: Application, chair: User, deputy: User, change: Callable[[], None]
) -> None:
    propose(application, chair)
    change()

    with pytest.raises(CallRefused, match="The pot or the terms changed since"):
        confirm(application, deputy)
    assert not Ceiling.objects.exists()
    assert not Call.objects.get().is_decided

    services.return_decision(call_id=application.call_id, actor_id=deputy.pk)
    assert Call.objects.get().proposed_terms is None
    propose(application, chair)
    confirm(application, deputy)
    assert Ceiling.objects.get().amount_minor == 100_00


def test_who_declared_a_conflict_neither_proposes_nor_decides(
    agency: Organisation, application: Application, chair: User, deputy: User
) -> None:
    declare(application, deputy)
    with pytest.raises(NotAllowed, match="You declared a conflict in this round"):
        propose(application, deputy)
    propose(application, chair)
    with pytest.raises(NotAllowed, match="You declared a conflict in this round"):
        confirm(application, deputy)
    with (
        pytest.raises(IntegrityError, match="declared a conflict in it"),
        transaction.atomic(),
    ):
        Call.objects.update(decided_by=deputy, decided_at=pages.NOW)
    assert not Ceiling.objects.exists()

    confirm(application, pages.manager(agency))


def test_the_page_offers_each_person_the_button_that_is_theirs(
    client: Client, application: Application, chair: User, deputy: User
) -> None:
    place = reverse("agency:match_decide", args=[application.call_id])

    accounts.sign_in(client, chair)
    assert "Propose the decision" in text(client.get(place).content.decode())
    client.post(place, {"step": "propose"})
    own = text(client.get(place).content.decode())
    assert "You proposed it, so somebody else has to confirm it" in own
    assert "Decide and award" not in own

    accounts.sign_in(client, deputy)
    others = text(client.get(place).content.decode())
    assert "Decide and award" in others
    assert "Give it back to be changed" in others
    assert "Enter an application" not in pages.page(client, "match_call", application.call_id)
    client.post(place, {"step": "propose"})  # Of a page that was opened before.
    client.post(place)
    assert not Ceiling.objects.exists()
    client.post(place, {"step": "return"})
    assert not Call.objects.get().is_proposed


def test_who_has_a_conflict_sees_no_button(
    client: Client, application: Application, deputy: User
) -> None:
    declare(application, deputy)
    accounts.sign_in(client, deputy)

    page = text(pages.page(client, "match_decide", application.call_id))

    assert "You declared a conflict in this round, so others decide it." in page
    assert "Propose the decision" not in page


def test_a_rule_without_awards_offers_no_rounds(
    client: Client, agency: Organisation, chair: User
) -> None:
    publish_programme(document=document(id="plain-fund"), agency_id=agency.pk, now=pages.NOW)
    accounts.sign_in(client, chair)

    page = text(pages.page(client, "match_calls", "plain-fund"))

    assert "This programme has no rounds" in page
    assert "Open a round" not in page
    assert "Rounds of the committee" not in pages.page(client, "match_programme", "plain-fund")


def test_an_address_that_only_takes_a_button_leads_somewhere_when_it_is_opened(
    client: Client, agency: Organisation, chair: User
) -> None:
    draft = pages.draft(agency, chair, id="next-fund")
    publish_programme(document=document(id="plain-fund"), agency_id=agency.pk, now=pages.NOW)
    accounts.sign_in(client, chair)
    leads = {
        reverse("agency:match_change", args=["plain-fund"]): reverse(
            "agency:match_programme", args=["plain-fund"]
        ),
        reverse("agency:match_publish", args=[draft.pk]): reverse(
            "agency:match_draft", args=[draft.pk]
        ),
        reverse("agency:match_return", args=[draft.pk]): reverse(
            "agency:match_draft", args=[draft.pk]
        ),
    }

    for opened_at, to in leads.items():
        answer = client.get(opened_at)
        assert (answer.status_code, answer["Location"]) == (302, to)
