"""Giving from end to end: real pages, the real sandbox, a signed webhook, the real services."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.utils import timezone

from marketplace.notifications import services as notifications
from marketplace.notifications.models import Notification
from payments.ledger import selectors as ledger
from payments.models import Payment
from payments.money import Money
from projects.funding import selectors
from projects.funding.models import Contribution
from projects.matching import services as matching
from projects.matching.models import Reservation
from tests.make import catalogue as make_catalogue
from tests.make import delivery as make_delivery
from tests.make import funding as make
from tests.payments.browser import DECLINED
from tests.projects.public.visitor import Visitor, field, let_worker_run, text

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import Settings

    from payments.sandbox.server import Running
    from projects.funding.models import Campaign

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def campaign() -> Campaign:
    """Open a campaign for a project in Kenya, where a fund adds two for one."""
    now = timezone.now()
    project = make_catalogue.project(title="Solar dryers nobody built", place="Wote")
    make_delivery.milestone(project)
    make.programme(at=now, name="Invented Kenya Fund")
    return make.campaign(project, at=now)


@pytest.fixture
def amina(client: Client, campaign: Campaign) -> Visitor:
    return Visitor(client, campaign.project.slug)


def allocate_all() -> None:
    matching.allocate_all_due(now=timezone.now())


def test_one_hundred_goes_all_the_way_and_becomes_three_hundred(
    amina: Visitor, campaign: Campaign, provider: Running
) -> None:
    match_page = amina.give("100")
    assert match_page.status_code == 303
    shown = text(amina.client.get(match_page["Location"]))
    assert "Your €100 becomes €300" in shown
    assert "The match is held for you until" in shown
    assert "You pay exactly €100.00" in shown
    assert "about €1.75" in shown

    pay_page = amina.up_to_pay()
    shown = text(amina.client.get(pay_page))
    assert "Pay €100.00" in shown
    assert "amina@example.org" in shown

    hosted = amina.press_pay(pay_page)
    assert hosted.status_code == 303
    assert hosted["Location"].startswith(provider.url)
    waiting = amina.come_back(hosted["Location"])
    assert "We have not heard from the payment page yet" in text(waiting)
    assert waiting["Refresh"].startswith("2;")

    let_worker_run(amina.client, provider)
    allocate_all()

    receipt = amina.client.get(waiting.request["PATH_INFO"])
    shown = text(receipt)
    assert shown.startswith("Thank you Your €100.00 became €300.00.")
    assert "Match: €200.00" in shown
    assert "Invented Kenya Fund" in shown
    assert "Receipt Number W" in shown
    assert "What happens next" in shown
    assert "amina@example.org" not in receipt.content.decode()
    assert "Refresh" not in receipt
    totals = selectors.totals([campaign])[campaign.pk]
    assert (totals.contributed, totals.matched) == (Money(100_00, "EUR"), Money(200_00, "EUR"))
    assert list(ledger.verify()) == []
    assert selectors.verify_differences() == []


@pytest.mark.promise("M5")
def test_double_click_back_reload_and_a_second_tab_make_one_charge_and_one_receipt(
    amina: Visitor, provider: Running
) -> None:
    pay_page = amina.up_to_pay()
    first, second = amina.press_pay(pay_page), amina.press_pay(pay_page)
    assert first["Location"] == second["Location"]
    done = amina.come_back(first["Location"]).request["PATH_INFO"]

    back = amina.client.get(pay_page)  # Before the worker knows: the page is there once more.
    assert back.status_code == 200
    again = amina.press_pay(pay_page)
    assert again["Location"] == first["Location"]

    let_worker_run(amina.client, provider)
    allocate_all()
    for earlier in (
        pay_page,
        pay_page.replace("/pay/", "/match/"),
        pay_page.replace("/pay/", "/details/"),
    ):
        answer = amina.client.get(earlier)
        assert (answer.status_code, answer["Location"]) == (303, done)
    posted = amina.client.post(urlsplit(pay_page).path, {"agreed_match_minor": "20000"})
    assert (posted.status_code, posted["Location"]) == (303, done)
    assert text(amina.client.get(done)) == text(amina.client.get(done))
    charges = [row for row in provider.world.store.every("charge") if row.document["paid"]]
    assert len(charges) == 1
    assert Contribution.objects.count() == 1
    assert Payment.objects.count() == 1


def test_a_declined_card_and_a_cancelled_page_lead_back_and_can_be_tried_again(
    amina: Visitor, provider: Running
) -> None:
    pay_page = amina.up_to_pay()
    hosted = amina.press_pay(pay_page)["Location"]
    from tests.payments.browser import pay  # noqa: PLC0415

    assert pay(hosted, card=DECLINED).status_code == 402

    back = amina.client.get(f"{pay_page}?cancelled=1")

    assert "You came back without paying. Nothing was taken." in text(back)
    done = amina.come_back(amina.press_pay(pay_page)["Location"])
    let_worker_run(amina.client, provider)
    assert "Thank you" in text(amina.client.get(done.request["PATH_INFO"]))


@pytest.mark.promise("D3")
def test_with_the_provider_down_nothing_is_taken_and_nothing_is_lost(
    amina: Visitor, settings: Settings
) -> None:
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    pay_page = amina.up_to_pay()

    answer = amina.press_pay(pay_page)

    assert answer.status_code == 200
    assert "Nothing was taken" in text(answer)
    assert "Thank you" not in text(answer)
    assert field(answer, "agreed_match_minor") == "20000"
    assert Contribution.objects.get().state == Contribution.State.AWAITING_PAYMENT


def test_a_smaller_match_is_said_before_paying_and_the_person_decides(
    amina: Visitor, provider: Running
) -> None:
    pay_page = amina.up_to_pay("100")
    path = urlsplit(pay_page).path

    changed = amina.client.post(path, {"agreed_match_minor": "25000"})

    assert changed.status_code == 409
    assert "The match has changed: your €100 now becomes €300" in text(changed)
    assert not Payment.objects.exists()
    shown = field(changed, "agreed_match_minor")
    onward = amina.client.post(path, {"agreed_match_minor": shown})
    assert onward["Location"].startswith(provider.url)


def test_stopping_gives_the_match_back(amina: Visitor) -> None:
    pay_page = amina.up_to_pay()

    stopped = amina.client.post(urlsplit(pay_page).path.replace("/pay/", "/stop/"), follow=True)

    assert "You stopped. Nothing was taken" in stopped.content.decode()
    assert not Reservation.objects.active().exists()
    assert Contribution.objects.get().state == Contribution.State.CANCELLED


@pytest.mark.promise("M16")
def test_the_receipt_is_mailed_once_and_its_subject_tells_nothing(
    amina: Visitor, provider: Running
) -> None:
    hosted = amina.press_pay(amina.up_to_pay())["Location"]
    amina.come_back(hosted)
    let_worker_run(amina.client, provider)
    notification = Notification.objects.get()
    for _ in range(2):
        notifications.send_notification(notification_id=notification.pk, now=timezone.now())

    (message,) = mail.outbox
    assert message.to == ["amina@example.org"]
    assert message.subject == "Your receipt from Weft"
    contribution = Contribution.objects.get()
    assert str(contribution.receipt_number) in message.body
    assert f"/en/receipts/{contribution.public_key}/" in message.body
    page = amina.client.get(f"/en/receipts/{contribution.public_key}/")
    assert "Thank you" in text(page)


@pytest.mark.promise("M20")
@pytest.mark.promise("A4")
def test_what_else_a_browser_sends_changes_nothing(amina: Visitor, provider: Running) -> None:
    extra = {
        "status": "paid",
        "state": "settled",
        "matched_amount": "999",
        "amount_minor": "1",
        "currency": "USD",
        "fee": "0",
        "campaign": "other",
        "receipt_number": "W26-X",
    }
    match_page = amina.give("100", **extra)["Location"]
    details_page = match_page.replace("/match/", "/details/")
    pay_page = amina.client.post(
        details_page, {"email": "a@example.org", "name": "A", "residence": "DEU", **extra}
    )["Location"]
    hosted = amina.client.post(pay_page, {"agreed_match_minor": "0", **extra})["Location"]
    amina.come_back(hosted)
    let_worker_run(amina.client, provider)
    allocate_all()

    contribution = Contribution.objects.get()
    assert contribution.amount == Money(100_00, "EUR")
    assert contribution.agreed_match_minor == 200_00
    assert Payment.objects.get().amount == Money(100_00, "EUR")
    assert selectors.fingerprint_rows() == [(contribution.key, "settled", 200_00)]


def test_somebody_who_hides_their_name_stays_unnamed(
    amina: Visitor, campaign: Campaign, provider: Running
) -> None:
    hosted = amina.press_pay(amina.up_to_pay(hide_name="on"))["Location"]
    done = amina.come_back(hosted).request["PATH_INFO"]
    let_worker_run(amina.client, provider)

    for page in (done, f"/en/projects/{campaign.project.slug}/", "/en/projects/"):
        body = amina.client.get(page).content.decode()
        assert "Amina Invented" not in body
        assert "amina@example.org" not in body
