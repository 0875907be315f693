"""A programme that is stopped while somebody gives: they are told, told why, and asked again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from payments.models import Payment
from projects.funding.models import Campaign, Contribution
from projects.matching import services as matching
from projects.matching.models import Reservation
from tests.make import funding as make
from tests.projects.public.visitor import DETAILS, Visitor, address, field, link, text

if TYPE_CHECKING:
    from django.test import Client
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

pytestmark = pytest.mark.django_db

WHY = "Kenya Fund: This programme is stopped for now; its match waits until it goes on."
CHANGED = "The match has changed: your €100 now stays €100"


@pytest.fixture
def amina(client: Client) -> Visitor:
    now = timezone.now()
    make.programme(at=now, id="kenya-fund", name="Kenya Fund")
    return Visitor(client, make.campaign(at=now).project.slug)


def stop() -> None:
    matching.freeze_programme(
        programme_id="kenya-fund", reason="A check", by="Ada", now=timezone.now()
    )


def go_on() -> None:
    matching.unfreeze_programme(
        programme_id="kenya-fund", reason="Done", by="Ada", now=timezone.now()
    )


def details_of(amina: Visitor) -> str:
    return link(amina.client.get(amina.give("100")["Location"]), "/details/")


def held() -> list[int]:
    return list(Reservation.objects.active().values_list("amount_minor", flat=True))


def press(amina: Visitor, page: Answer) -> Answer:
    gift = Contribution.objects.get()
    shown = field(page, "agreed_match_minor")
    return amina.client.post(step("give_pay", gift), {"agreed_match_minor": shown})


def step(name: str, gift: Contribution) -> str:
    return address(name, gift.campaign.project.slug, gift.public_key)


def test_a_match_that_is_stopped_before_the_last_step_is_told_there_first(amina: Visitor) -> None:
    details = details_of(amina)
    stop()

    page = amina.client.post(details, DETAILS, follow=True)

    assert page.status_code == 200
    words = text(page)
    assert CHANGED in words
    assert "When we showed it to you, the match was €200.00. Now it is €0.00." in words
    assert words.count(WHY) == 1
    assert "Pay €100.00" not in words
    assert held() == []


def test_who_goes_on_sees_the_last_step_and_is_not_told_again(amina: Visitor) -> None:
    details = details_of(amina)
    stop()
    told = amina.client.post(details, DETAILS, follow=True)

    page = amina.client.get(link(told, "?shown=0"))

    assert "Check and pay" in text(page)
    assert "Pay €100.00" in text(page)
    assert field(page, "agreed_match_minor") == "0"
    assert not Payment.objects.exists()


def test_a_mistake_in_the_details_does_not_lose_what_was_shown(amina: Visitor) -> None:
    details = details_of(amina)
    refused = amina.client.post(details, DETAILS | {"name": ""})
    stop()
    assert refused.status_code == 422

    assert CHANGED in text(amina.client.post(details, DETAILS, follow=True))


def test_a_match_that_is_stopped_while_the_last_step_is_open_is_told_on_reload(
    amina: Visitor,
) -> None:
    last = amina.client.post(details_of(amina), DETAILS)["Location"]
    assert "Check and pay" in text(amina.client.get(last))
    stop()

    assert CHANGED in text(amina.client.get(last))


def test_on_the_last_button_it_is_told_and_what_was_held_is_free_for_others(
    amina: Visitor,
) -> None:
    page = amina.client.get(amina.client.post(details_of(amina), DETAILS)["Location"])
    assert held() == [200_00]
    stop()

    told = press(amina, page)

    assert (told.status_code, CHANGED in text(told)) == (409, True)
    assert text(told).count(WHY) == 1
    assert held() == []
    assert not Payment.objects.exists()
    assert field(told, "agreed_match_minor") == "0"


def test_what_is_left_of_a_shrunken_match_is_held_while_the_person_decides(client: Client) -> None:
    now = timezone.now()
    make.programme(at=now, pot_minor=250_00)
    campaign = make.campaign(at=now)
    amina = Visitor(client, campaign.project.slug)
    page = amina.client.get(amina.client.post(details_of(amina), DETAILS)["Location"])
    gift = Contribution.objects.get()
    matching.expire_reservations(now=now + timedelta(minutes=40))
    make.contribution(campaign, at=now)

    shown = field(page, "agreed_match_minor")
    told = amina.client.post(step("give_pay", gift), {"agreed_match_minor": shown})

    assert (told.status_code, shown) == (409, "20000")
    assert "The match has changed: your €100 now becomes €150" in text(told)
    assert "Only €50.00 was left in the pot of this programme." in text(told)
    assert sorted(held()) == [50_00, 200_00]


def test_who_stops_there_holds_nothing(amina: Visitor) -> None:
    details = details_of(amina)
    stop()
    amina.client.post(details, DETAILS)
    gift = Contribution.objects.get()

    answer = amina.client.post(step("give_stop", gift), follow=True)

    assert "You stopped. Nothing was taken" in answer.content.decode()
    gift.refresh_from_db()
    assert (gift.state, held()) == (Contribution.State.CANCELLED, [])


def test_who_comes_back_from_the_payment_page_is_told_what_has_changed_since(
    amina: Visitor,
) -> None:
    gift = make.identified(Campaign.objects.get(), at=timezone.now())
    make.submitted(gift, at=timezone.now())
    stop()

    page = amina.client.get(step("give_pay", gift) + "?cancelled=1")

    assert CHANGED in text(page)
    assert "Back to the project" in text(page)
    assert "Check and pay" in text(amina.client.get(link(page, "?shown=0")))


@pytest.mark.parametrize("shown", ["", "-1", "x", "٣", "9" * 16, "%00"])
def test_what_an_address_cannot_mean_is_not_read(amina: Visitor, shown: str) -> None:
    gift = make.identified(Campaign.objects.get(), at=timezone.now())

    page = amina.client.get(f"{step('give_pay', gift)}?shown={shown}")

    assert (page.status_code, "Check and pay" in text(page)) == (200, True)


def test_while_it_is_stopped_the_receipt_says_that_the_match_waits_and_why(
    amina: Visitor,
) -> None:
    gift = make.settled(Campaign.objects.get(), at=timezone.now())
    stop()

    page = amina.client.get(step("give_done", gift))

    words = text(page)
    assert "Your €100.00 arrived, and the match waits." in words
    assert WHY in words
    assert "being counted" not in words.lower()
    assert "Match: €0.00" not in words
    assert "Refresh" not in page
    assert "The match waits." in text(amina.client.get(address("receipt_paper", gift.public_key)))

    go_on()
    make.allocate("kenya-fund", at=timezone.now())
    assert "Your €100.00 became €300.00." in text(amina.client.get(step("give_done", gift)))
