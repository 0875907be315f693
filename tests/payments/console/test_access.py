"""Who gets into the console; everybody else sees what a missing page looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from django.urls import reverse

from payments.console import access
from payments.payouts.models import Payout
from payments.reconciliation.models import QueuedException
from payments.refunds.models import Refund
from payments.webhooks.models import Replay
from projects.catalogue.models import Membership
from tests.make import accounts
from tests.make import catalogue as make_catalogue
from tests.payments.console import world
from tests.payments.console.world import VIEW, WORK

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

    from marketplace.accounts.models import User

pytestmark = pytest.mark.django_db
NOWHERE = UUID("01900000-0000-7000-8000-000000000000")


def agency_person_with_permissions() -> User:
    """Return somebody of an agency who was given the permissions, and is none of the staff."""
    person = make_catalogue.member(make_catalogue.agency(), Membership.Role.AGENCY_FINANCE)
    person.user_permissions.set(world.worker().user_permissions.all())
    return type(person).objects.get(pk=person.pk)


def former() -> User:
    person = world.worker()
    person.is_active = False
    person.save()
    return person


OUTSIDE: dict[str, Callable[[], User]] = {
    "giver": accounts.user,
    "agency finance": agency_person_with_permissions,
    "agency owner": lambda: make_catalogue.member(
        make_catalogue.agency(), Membership.Role.AGENCY_OWNER
    ),
    "staff without permission": world.staff,
    "staff who may only act": lambda: world.staff(WORK),
}
INSIDE: dict[str, Callable[[], User]] = {
    "viewer": world.viewer,
    "worker without payouts": lambda: world.staff(VIEW, WORK),
    "worker": world.worker,
    "administrator": accounts.platform_admin,
}
MAY_ACT = ("worker without payouts", "worker", "administrator")
MAY_PAY = ("worker", "administrator")
ABOUT_PAYOUTS = ("approve", "hold", "cancel")


@pytest.mark.parametrize("who", OUTSIDE)
def test_every_page_is_missing_for_whoever_may_not_see_the_books(client: Client, who: str) -> None:
    here = world.world()
    accounts.sign_in(client, OUTSIDE[who]())

    for name, address in (world.pages(here) | world.form_pages(here)).items():
        assert client.get(address).status_code == 404, name
    for name, address in (world.buttons(here) | world.form_pages(here)).items():
        assert client.post(address, {"reason": "mischief"}).status_code == 404, name

    assert _traces() == (0, 0, 0, 0)


def test_a_stranger_is_sent_to_the_log_in_whether_or_not_there_is_anything(client: Client) -> None:
    here = world.world()
    missing = reverse("finance:payment", args=[NOWHERE])

    for address in [*world.pages(here).values(), *world.form_pages(here).values(), missing]:
        response = client.get(address)
        assert response.status_code == 302, address
        assert response.headers["Location"] == f"/en/accounts/login/?next={address}"


def test_who_no_longer_works_here_is_a_stranger(client: Client) -> None:
    person = former()
    assert not access.may_see(person)
    accounts.sign_in(client, person)

    assert client.get(reverse("finance:home")).status_code == 302


@pytest.mark.parametrize("who", INSIDE)
def test_every_page_answers_those_who_may_see_the_books(
    client: Client, who: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    here = world.world()
    accounts.sign_in(client, INSIDE[who]())

    for name, address in world.pages(here).items():
        with django_assert_max_num_queries(15, info=name):
            response = client.get(address)
            assert response.status_code == 200, name
            assert world.body(response), name
        assert "no-store" in response.headers["Cache-Control"], name


@pytest.mark.parametrize("who", INSIDE)
def test_acting_needs_its_own_permission(client: Client, who: str) -> None:
    here = world.world()
    accounts.sign_in(client, INSIDE[who]())

    for name, address in world.form_pages(here).items():
        may = MAY_PAY if name in ABOUT_PAYOUTS else MAY_ACT
        expected = 200 if who in may else 404
        assert client.get(address).status_code == expected, name
        assert client.post(address, {}).status_code == (
            303 if expected == 200 and name == "approve" else expected
        ), name
    for name, address in world.buttons(here).items():
        assert client.post(address).status_code == (303 if who in MAY_ACT else 404), name
        assert client.get(address).status_code == 405, name


def test_what_is_not_there_is_missing_for_a_worker_too(client: Client) -> None:
    accounts.sign_in(client, world.worker())

    for name in ("payment", "refund", "event", "exception", "close", "payout", "statement"):
        assert client.get(reverse(f"finance:{name}", args=[NOWHERE])).status_code == 404, name
    for name in ("replay", "take"):
        assert client.post(reverse(f"finance:{name}", args=[NOWHERE])).status_code == 404, name
    assert client.get(reverse("finance:act", args=[NOWHERE, "hold"])).status_code == 404
    assert client.get(f"/en/finance/payouts/{NOWHERE}/burn/").status_code == 404


def test_staff_prove_a_second_factor_first(client: Client) -> None:
    here = world.world()
    person = accounts.with_second_factor(world.worker())
    client.force_login(person)  # A password and nothing more.

    for address in [*world.pages(here).values(), *world.form_pages(here).values()]:
        response = client.get(address)
        assert response.status_code == 302, address
        assert response.headers["Location"].startswith("/en/accounts/2fa/reauthenticate/?next=")
    for address in world.buttons(here).values():
        assert client.post(address).status_code == 302
    assert _traces() == (0, 0, 0, 0)


def test_a_form_from_elsewhere_changes_nothing(client: Client) -> None:
    here = world.world()
    strict = type(client)(enforce_csrf_checks=True)
    accounts.sign_in(strict, world.worker())

    for address in [*world.buttons(here).values(), *world.form_pages(here).values()]:
        assert strict.post(address, {"reason": "mischief"}).status_code == 403, address

    assert _traces() == (0, 0, 0, 0)


def test_the_header_leads_to_the_console_only_those_who_may_see_it(client: Client) -> None:
    link = '<a href="/en/finance/"'

    for people, is_led in ((INSIDE, True), (OUTSIDE, False)):
        for who, make in people.items():
            accounts.sign_in(client, make())
            page = client.get("/en/projects/", follow=True).content.decode()
            assert (link in page) is is_led, who


def _traces() -> tuple[int, int, int, int]:
    """Return how much anybody has done: replays, refunds, exceptions, payouts."""
    return (
        Replay.objects.count(),
        Refund.objects.count(),
        QueuedException.objects.exclude(state="open", owner=None).count(),
        Payout.objects.exclude(state="requested", approved_by="").count(),
    )
