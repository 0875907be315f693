"""Payouts in the console: four eyes, and a sentence where a button is missing."""

from __future__ import annotations

import html
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from django.utils import timezone

from payments.money import Money
from payments.payouts import services
from payments.payouts.models import DetailsChange, Payout
from tests.make import accounts
from tests.make import payouts as make
from tests.payments.console import world

if TYPE_CHECKING:
    from django.test import Client

    from marketplace.accounts.models import User

pytestmark = pytest.mark.django_db
S = Payout.State
NOT_YOU = "You asked for this payout, so somebody else has to approve it."
REASON = "The invoice is missing."


@pytest.fixture
def person() -> User:
    return world.worker()


@pytest.fixture
def desk(client: Client, person: User) -> Client:
    return accounts.sign_in(client, person)


def asked(*, by: str = "asha", minor: int = 600_00) -> Payout:
    """Return a payout that somebody asked for, to an account whose details are known."""
    make.bank_account(now=timezone.now())
    return services.request_payout(
        owner_ref=make.OWNER,
        source_ref=make.CAMPAIGN,
        amount=Money(minor, "EUR"),
        reference="stage-1",
        requested_by=by,
        now=timezone.now(),
    )


def address(action: str, payout: Payout) -> str:
    return reverse("finance:act", args=[payout.pk, action])


def page_of(desk: Client, payout: Payout) -> str:
    return html.unescape(world.read(desk, reverse("finance:payout", args=[payout.pk])))


def test_approving_is_written_down_in_ones_name(desk: Client, person: User) -> None:
    payout = asked()

    assert "€600.00" in world.read(desk, address("approve", payout))
    response = desk.post(address("approve", payout))

    assert response.status_code == 303
    done = make.again(payout)
    assert (done.state, done.approved_by) == (S.APPROVED, str(person.pk))
    page = page_of(desk, payout)
    assert person.get_full_name() in page
    assert "Only a payout that waits for approval can be approved." in page


@pytest.mark.promise("M19")
@pytest.mark.parametrize("name", ["pk", "email"])
def test_nobody_approves_what_they_asked_for(desk: Client, person: User, name: str) -> None:
    payout = asked(by=str(getattr(person, name)))

    page = page_of(desk, payout)
    assert NOT_YOU in page
    assert address("approve", payout) not in page
    assert address("hold", payout) in page

    for response in (desk.get(address("approve", payout)), desk.post(address("approve", payout))):
        assert response.status_code == 303
        assert NOT_YOU in html.unescape(world.read(desk, response.headers["Location"]))
    assert make.again(payout).state == S.REQUESTED


@pytest.mark.promise("M19")
@pytest.mark.parametrize("spelling", [" {} ", "\t{}"])
def test_another_spelling_of_a_name_is_offered_no_approval(
    desk: Client, person: User, spelling: str
) -> None:
    payout = asked(by=spelling.format(person.email.upper()))

    page = page_of(desk, payout)
    assert NOT_YOU in page
    assert address("approve", payout) not in page


@pytest.mark.promise("M19")
def test_whoever_gave_the_bank_details_is_told_why_they_cannot_approve(
    client: Client, person: User
) -> None:
    payout = asked()
    DetailsChange.objects.create(
        account=payout.account,
        details_digest=payout.account.details_digest,
        actor=str(person.pk).upper(),
        told=[],
        at=timezone.now(),
    )
    for somebody, is_offered in ((person, False), (world.worker(name="Sven Zweit"), True)):
        page = page_of(accounts.sign_in(client, somebody), payout)
        assert (address("approve", payout) in page) is is_offered
        assert ("You gave the bank details it is paid to" in page) is not is_offered


def test_an_approval_sent_twice_is_one_and_a_great_amount_needs_another_person(
    client: Client, desk: Client, person: User
) -> None:
    payout = asked(minor=6_000_00)

    for _ in range(2):
        assert desk.post(address("approve", payout)).status_code == 303

    once = make.again(payout)
    assert (once.state, once.approved_by) == (S.REQUESTED, str(person.pk))
    page = page_of(desk, payout)
    assert "You have approved it already. It needs a second person." in page
    assert "two people have to approve this amount" in page

    second = world.worker(name="Sven Zweit")
    accounts.sign_in(client, second)
    client.post(address("approve", payout))
    twice = make.again(payout)
    assert (twice.state, twice.second_approved_by) == (S.APPROVED, str(second.pk))
    assert "Sven Zweit" in page_of(client, payout)


@pytest.mark.parametrize(
    ("action", "state", "offered"),
    [
        ("hold", S.ON_HOLD, {"cancel", "release"}),
        ("cancel", S.CANCELLED, set()),
    ],
)
def test_holding_and_cancelling_need_a_reason_and_keep_it(
    desk: Client, person: User, action: str, state: str, offered: set[str]
) -> None:
    payout = asked()

    without = desk.post(address(action, payout), {"reason": " "})
    assert without.status_code == 200
    assert "Say why." in world.body(without)
    assert make.again(payout).state == S.REQUESTED

    assert desk.post(address(action, payout), {"reason": REASON}).status_code == 303
    assert make.again(payout).state == state
    move = payout.moves.last()
    assert move is not None
    assert (move.actor, move.reason) == (str(person.pk), REASON)
    page = page_of(desk, payout)
    assert REASON in page
    every = ("approve", "hold", "cancel", "release")
    assert {name for name in every if address(name, payout) in page} == offered


def test_what_is_released_waits_for_approval_again(desk: Client) -> None:
    payout = asked()
    services.approve(payout_id=payout.pk, by="otieno", now=timezone.now())
    desk.post(address("hold", payout), {"reason": REASON})

    assert desk.post(address("release", payout), {"reason": "It came."}).status_code == 303

    again = make.again(payout)
    assert (again.state, again.approved_by) == (S.REQUESTED, "")


def test_an_action_that_came_too_late_says_so_and_changes_nothing(desk: Client) -> None:
    payout = asked()
    services.cancel(payout_id=payout.pk, by="otieno", reason="Wrong stage.", now=timezone.now())

    for action, sentence in {
        "approve": "Only a payout that waits for approval can be approved.",
        "hold": "Only a payout that has not been sent can be put on hold.",
        "cancel": "Only a payout that has not been sent can be cancelled.",
        "release": "Only a payout on hold can be released.",
    }.items():
        response = desk.post(address(action, payout), {"reason": REASON})
        assert response.status_code == 303, action
        assert sentence in world.read(desk, response.headers["Location"]), action

    assert make.again(payout).state == S.CANCELLED
    assert payout.moves.count() == 2


def test_without_payout_details_nobody_can_approve(desk: Client) -> None:
    services.begin_onboarding(
        owner_ref=make.OWNER,
        contacts=["owner@example.org"],
        country="DE",
        now=timezone.now(),
    )
    payout = make.requested(now=timezone.now())

    assert "The owner has not said where to be paid." in page_of(desk, payout)
    assert desk.post(address("approve", payout)).status_code == 303
    assert make.again(payout).approved_by == ""


def test_the_page_shows_the_account_its_hold_and_its_history(desk: Client) -> None:
    payout = asked()
    account = payout.account
    account.payable, account.requirements = False, ["external_account", "company.tax_id"]
    account.save()

    page = page_of(desk, payout)

    assert account.details_changed_at is not None
    until = account.details_changed_at + timedelta(hours=72)
    for words in (
        "external_account, company.tax_id",
        f"{until:%H:%M} UTC",
        "until then no money leaves for the new details",
        account.details_label,
        "clerk",
        "asha",
        make.CAMPAIGN,
    ):
        assert words in page, words


def test_payouts_are_found_by_reference_owner_and_state(desk: Client) -> None:
    payout = asked()
    listed = reverse("finance:payouts")

    for query, is_there in {
        "": True,
        "?state=requested": True,
        "?state=paid": False,
        "?q=stage": True,
        f"?q={make.OWNER}": True,
        f"?q={make.CAMPAIGN}": True,
        "?q=nobody": False,
        f"?q={payout.pk}": True,
    }.items():
        assert (str(payout.pk) in world.read(desk, listed + query)) is is_there, query
