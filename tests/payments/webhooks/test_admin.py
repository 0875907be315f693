"""Replaying from the administration: for those who may, after a question, and with an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from payments.webhooks.models import InboxEvent, Replay
from tests.make import accounts as make_accounts
from tests.make import reconciliation as make_reconciliation
from tests.payments.webhooks.signing import deliver, event

if TYPE_CHECKING:
    from django.test import Client

    from marketplace.accounts.models import User

pytestmark = [pytest.mark.django_db]
LIST = reverse("admin:webhooks_inboxevent_changelist")


@pytest.fixture
def dead(client: Client) -> InboxEvent:
    deliver(client, event(key="evt_dead"))
    deliver(client, event("customer.created", key="evt_ignored"))
    InboxEvent.objects.filter(event_key="evt_dead").update(
        state="dead", worked_at=timezone.now(), last_error="ProviderRefused: no such page"
    )
    return InboxEvent.objects.get(event_key="evt_dead")


def signed_in(client: Client, person: User) -> Client:
    person.is_staff = True
    person.save()
    return make_accounts.sign_in(client, make_accounts.with_second_factor(person))


def worker() -> User:
    return make_reconciliation.worker()


def onlooker() -> User:
    """Return a person who may see the inbox and not replay."""
    person = make_accounts.user()
    person.user_permissions.add(Permission.objects.get(codename="view_inboxevent"))
    return person


def address(of: InboxEvent, what: str = "replay") -> str:
    return reverse(f"admin:webhooks_inboxevent_{what}", args=[of.pk])


def test_who_may_work_exceptions_finds_dead_events_by_a_filter(
    client: Client, dead: InboxEvent
) -> None:
    page = signed_in(client, worker()).get(LIST, {"state__exact": "dead"}).content.decode()

    assert "evt_dead" in page
    assert "evt_ignored" not in page
    assert address(dead, "change") in page


def test_replay_asks_first_and_then_says_what_it_did(client: Client, dead: InboxEvent) -> None:
    person = worker()
    admin = signed_in(client, person)
    assert address(dead) in admin.get(address(dead, "change")).content.decode()

    question = admin.get(address(dead))
    assert (question.status_code, Replay.objects.count()) == (200, 0)

    answer = admin.post(address(dead), follow=True)

    assert answer.redirect_chain == [(address(dead, "change"), 302)]
    assert [str(told) for told in answer.context["messages"]] == [
        "evt_dead is worked off once more."
    ]
    dead.refresh_from_db()
    assert dead.state == InboxEvent.State.WAITING
    assert Replay.objects.get().by == person


def test_a_second_press_is_told_that_it_waits_already(client: Client, dead: InboxEvent) -> None:
    admin = signed_in(client, worker())
    admin.post(address(dead))

    answer = admin.post(address(dead), follow=True)

    assert "This event has not been worked off yet." in answer.content.decode()
    assert Replay.objects.count() == 1


@pytest.mark.promise("A9")
def test_the_event_shows_who_replayed_it(client: Client, dead: InboxEvent) -> None:
    person = worker()
    admin = signed_in(client, person)
    admin.post(address(dead))

    page = admin.get(address(dead, "change")).content.decode()

    assert person.email in page
    assert "ProviderRefused: no such page" in page


def test_who_may_only_look_sees_no_button_and_replays_nothing(
    client: Client, dead: InboxEvent
) -> None:
    admin = signed_in(client, onlooker())

    page = admin.get(address(dead, "change"))
    assert page.status_code == 200
    assert address(dead) not in page.content.decode()
    assert admin.get(address(dead)).status_code == 403
    assert admin.post(address(dead)).status_code == 403
    assert not Replay.objects.exists()


def test_nobody_from_outside_replays(client: Client, dead: InboxEvent) -> None:
    assert client.post(address(dead)).status_code == 302

    assert not Replay.objects.exists()


def test_an_event_that_is_not_there_is_not_found(client: Client, dead: InboxEvent) -> None:
    gone = address(dead).replace(str(dead.pk), "00000000-0000-7000-8000-000000000000")

    assert signed_in(client, worker()).post(gone).status_code == 404
