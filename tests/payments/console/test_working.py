"""A person works off what waits: takes and closes exceptions, and replays events."""

from __future__ import annotations

import html
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from django.utils import timezone

from payments.money import Money
from payments.reconciliation import services as reconciliation
from payments.reconciliation.kinds import EXPLANATIONS
from payments.reconciliation.models import QueuedException
from payments.webhooks.models import InboxEvent, Replay
from tests.make import accounts
from tests.make import reconciliation as make
from tests.payments.console import world

if TYPE_CHECKING:
    from django.test import Client

    from marketplace.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> User:
    return world.worker()


@pytest.fixture
def desk(client: Client, person: User) -> Client:
    return accounts.sign_in(client, person)


def address(name: str, queued: QueuedException) -> str:
    return reverse(f"finance:{name}", args=[queued.pk])


def again(queued: QueuedException) -> QueuedException:
    return QueuedException.objects.get(pk=queued.pk)


def test_an_exception_says_both_sides_and_what_to_do(desk: Client) -> None:
    queued = make.exception(
        kind="amount", reference="gift-7", ours=Money(90_00, "EUR"), theirs=Money(100_00, "EUR")
    )

    page = html.unescape(world.read(desk, address("exception", queued)))

    for words in (
        str(EXPLANATIONS["amount"].sentence),
        str(EXPLANATIONS["amount"].action),
        "€90.00",
        "€100.00",
        "gift-7",
        "ch_1",
    ):
        assert words in page, words


def test_taking_an_exception_makes_one_its_owner_and_may_be_repeated(
    desk: Client, person: User
) -> None:
    queued = make.exception()

    for _ in range(2):
        response = desk.post(address("take", queued))
        assert response.status_code == 303
        assert response.headers["Location"] == address("exception", queued)

    assert again(queued).owner == person
    assert "You look after this." in world.read(desk, address("exception", queued))


def test_another_person_may_take_it_over(desk: Client, person: User) -> None:
    queued, earlier = make.exception(), world.worker(name="Otto Eben")
    reconciliation.assign_exception(exception_id=queued.pk, by=earlier.pk, owner=earlier.pk)

    page = world.read(desk, address("exception", queued))
    desk.post(address("take", queued))

    assert "Otto Eben" in page
    assert "Take it over" in page
    assert again(queued).owner == person


@pytest.mark.promise("M9")
def test_closing_needs_a_reason_and_is_kept_with_the_name(desk: Client, person: User) -> None:
    queued = make.exception(now=timezone.now())

    without = desk.post(address("close", queued), {"reason": " "})
    assert without.status_code == 200
    assert "Say why." in world.body(without)
    assert again(queued).state == QueuedException.State.OPEN

    response = desk.post(address("close", queued), {"reason": "Refunded by hand."})
    assert response.status_code == 303
    closed = again(queued)
    assert closed.state == QueuedException.State.CLOSED
    assert (closed.closed_by, closed.closed_reason) == (person, "Refunded by hand.")
    page = world.read(desk, address("exception", queued))
    assert "Refunded by hand." in page
    assert person.get_full_name() in page
    assert address("close", queued) not in page


def test_closing_a_second_time_says_so_and_keeps_the_first_reason(desk: Client) -> None:
    queued = make.exception(now=timezone.now())
    desk.post(address("close", queued), {"reason": "First."})

    for name, reason in (("close", "Second."), ("take", "")):
        response = desk.post(address(name, queued), {"reason": reason})
        assert response.status_code == 303
        page = world.read(desk, response.headers["Location"])
        assert "This has been closed already." in page

    assert again(queued).closed_reason == "First."


def test_the_queue_shows_what_is_open_the_oldest_first_and_closed_ones_on_demand(
    desk: Client, person: User
) -> None:
    now = timezone.now()
    new = make.exception(key="ch_new", now=now - timedelta(hours=5))
    make.exception(key="ch_old", now=now - timedelta(days=3, hours=1))
    done = make.exception(key="ch_done", now=now - timedelta(days=9))
    reconciliation.close_exception(exception_id=done.pk, by=person.pk, reason="Seen.", now=now)

    page = world.read(desk, reverse("finance:exceptions"))
    assert page.index("ch_old") < page.index("ch_new")
    assert "ch_done" not in page
    assert "3 days" in page
    assert "5 hours" in page

    closed = world.read(desk, reverse("finance:exceptions") + "?state=closed")
    assert "ch_done" in closed
    assert "ch_old" not in closed
    everything = world.read(desk, reverse("finance:exceptions") + "?state=all&q=ch_new")
    assert "ch_new" in everything
    assert "ch_done" not in everything
    assert address("exception", new) in everything


def test_a_viewer_sees_why_there_is_no_button(client: Client) -> None:
    here = world.world()
    accounts.sign_in(client, world.viewer())

    for name in ("payment", "event", "exception", "payout"):
        page = world.read(client, world.pages(here)[name])
        assert "Your log-in may look at this and not act on it." in page, name
        for action in (world.buttons(here) | world.form_pages(here)).values():
            assert action not in page, name


def test_a_replay_has_the_event_worked_off_again_in_ones_name(desk: Client, person: User) -> None:
    event = world.event()
    address = reverse("finance:replay", args=[event.pk])

    first, second = desk.post(address), desk.post(address)

    assert (first.status_code, second.status_code) == (303, 303)
    event.refresh_from_db()
    assert (event.state, event.attempts) == (InboxEvent.State.WAITING, 0)
    kept = Replay.objects.get()
    assert (kept.by, kept.from_state, kept.last_error) == (person, "dead", "No answer.")
    page = world.read(desk, second.headers["Location"])
    assert "This event has not been worked off yet." in page
    assert person.get_full_name() in page
    assert address not in page


def test_the_body_of_an_event_is_shown_as_text_whatever_it_holds(desk: Client) -> None:
    event = world.event(body=b'{"a": "<script>alert(1)</script>\xff"}')

    page = world.read(desk, reverse("finance:event", args=[event.pk]))

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;�" in page


def test_the_inbox_is_found_by_state_kind_object_and_payment(desk: Client) -> None:
    payment = world.differing()
    world.event(key="evt_dead", payment_key=str(payment.pk))
    world.event(key="evt_done", state="done", kind="payout.paid", object_key="po_7", last_error="")
    inbox = reverse("finance:inbox")
    found = {
        "": {"evt_dead", "evt_done"},
        "?state=dead": {"evt_dead"},
        "?kind=payout.": {"evt_done"},
        "?q=po_7": {"evt_done"},
        f"?q={payment.pk}": {"evt_dead"},
        "?q=evt_done": {"evt_done"},
        "?since=2031-01-01": set(),
    }
    by_id = {str(event.pk): event.event_key for event in InboxEvent.objects.all()}

    for query, expected in found.items():
        page = world.read(desk, inbox + query)
        assert {name for key, name in by_id.items() if key in page} == expected, query
