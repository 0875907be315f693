"""What the pages say of a payment is what is known of it, and every dead end has a way on."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from unittest import mock
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from payments import checkout, gateway
from payments.gateway.base import HostedPage
from payments.models import Payment
from projects.funding import services
from projects.funding.models import Contribution, Contributor
from tests.make import funding as make
from tests.make import payments as make_payments
from tests.projects.public.visitor import DETAILS, Visitor, field, text

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db
PAGE = {"page_key": "cs_1", "page_url": "http://provider.example/pay"}
STATES = Payment.State


@pytest.fixture
def amina(client: Client) -> Visitor:
    now = timezone.now()
    make.programme(at=now)
    return Visitor(client, make.campaign(at=now).project.slug)


@pytest.fixture
def gift(amina: Visitor) -> Contribution:
    """Return a gift whose giver has gone to the provider's page."""
    amina.up_to_pay()
    return make.submitted(Contribution.objects.get(), at=timezone.now())


def step(name: str, gift: Contribution) -> str:
    return reverse(f"public:{name}", args=[gift.campaign.project.slug, gift.public_key])


@pytest.mark.promise("D3")
@pytest.mark.parametrize("state", [STATES.CREATED, STATES.OPEN])
def test_back_from_the_payment_page_nobody_knows_yet_whether_it_was_paid(
    amina: Visitor, gift: Contribution, state: str
) -> None:
    Payment.objects.update(state=state, **PAGE)

    page = amina.client.get(step("give_done", gift))

    assert "We have not heard from the payment page yet" in text(page)
    assert "If you did not pay, nothing was taken." in text(page)
    assert "being confirmed" not in text(page)
    assert step("give_pay", gift) in page.content.decode()
    assert page["Refresh"]


def test_what_the_provider_calls_paid_is_being_confirmed(
    amina: Visitor, gift: Contribution
) -> None:
    Payment.objects.update(state=STATES.PROCESSING, **PAGE)

    page = amina.client.get(step("give_done", gift))

    assert "Your €100.00 are being confirmed." in text(page)
    assert step("give_pay", gift) not in page.content.decode()
    assert amina.client.get(step("give_pay", gift))["Location"] == step("give_done", gift)


@pytest.mark.parametrize("state", [STATES.FAILED, STATES.EXPIRED])
def test_a_payment_that_came_to_nothing_leads_back_to_pay(
    amina: Visitor, gift: Contribution, state: str
) -> None:
    Payment.objects.update(state=state)

    page = amina.client.get(step("give_done", gift), follow=True)

    assert page.redirect_chain == [(step("give_pay", gift), 303)]
    assert "Nothing was taken. You can try again." in text(page)
    assert "Pay €100.00" in text(page)


def test_a_contribution_that_ran_out_of_time_promises_no_receipt(
    amina: Visitor, gift: Contribution
) -> None:
    Payment.objects.update(state=STATES.EXPIRED)
    services.expire_contributions(now=timezone.now() + timedelta(days=2))

    page = amina.client.get(step("give_done", gift), follow=True)

    assert "The time to pay ran out. Nothing was taken." in text(page)
    assert "receipt" not in text(page)


def test_money_that_differs_is_for_a_person_and_the_giver_is_told(
    amina: Visitor, gift: Contribution
) -> None:
    services.hold_contribution(
        reference=gift.key, payment_id=uuid4(), difference="amount", now=timezone.now()
    )

    page = amina.client.get(step("give_done", gift))

    assert "A person is looking at your payment" in text(page)
    assert "What happens next" in text(page)
    assert "please do not pay again" in text(page)
    assert "Refresh" not in page
    assert amina.client.get(step("give_pay", gift))["Location"] == step("give_done", gift)


def test_a_second_payment_is_told_beside_the_receipt_of_the_first(client: Client) -> None:
    gift = make.settled(make.campaign(at=timezone.now()), at=timezone.now())
    services.hold_contribution(
        reference=gift.key, payment_id=uuid4(), difference="surplus", now=timezone.now()
    )

    page = client.get(step("give_done", gift))

    assert "Thank you" in text(page)
    assert "A person is looking at it." in text(page)


@pytest.mark.parametrize(
    ("state", "leads_to"), [(STATES.EXPIRED, "give_pay"), (STATES.PROCESSING, "give_done")]
)
def test_a_page_that_is_over_leads_to_what_became_of_the_payment(
    amina: Visitor, gift: Contribution, state: str, leads_to: str
) -> None:
    Payment.objects.update(state=STATES.OPEN, **PAGE)

    def over(**_: object) -> str:
        Payment.objects.update(state=state)
        raise checkout.PageOver

    with mock.patch.object(checkout, "open_page", over):
        page = amina.client.post(step("give_pay", gift), {"agreed_match_minor": "0"}, follow=True)

    assert page.request["PATH_INFO"] == step(leads_to, gift)
    assert page.status_code == 200


def test_details_that_the_payment_page_refuses_can_be_corrected(amina: Visitor) -> None:
    pay_page = amina.up_to_pay()
    gift = Contribution.objects.get()
    provider = mock.Mock(**{"find_page.return_value": None})
    provider.open_page.side_effect = checkout.ProviderRefused("Invalid email address")

    with mock.patch.object(gateway, "provider", return_value=provider):
        refused = amina.press_pay(pay_page)

    assert refused.status_code == 422
    assert "The payment page did not accept these details." in text(refused)
    assert "Nothing was taken" in text(refused)
    details = step("give_details", gift)
    assert f'href="{details}"' in refused.content.decode()
    assert field(amina.client.get(details), "email") == "amina@example.org"
    make_payments.deliver_announcements()
    assert amina.client.get(details).status_code == 200

    onward = amina.client.post(details, DETAILS | {"email": "other@example.org"})

    assert onward["Location"] == urlsplit(pay_page).path
    assert Contributor.objects.get().email == "other@example.org"
    provider.open_page.side_effect = None
    provider.open_page.return_value = HostedPage("cs_2", "http://provider.example/2")
    with mock.patch.object(gateway, "provider", return_value=provider):
        assert amina.press_pay(pay_page)["Location"] == "http://provider.example/2"
    assert provider.open_page.call_args.args[0].email == "other@example.org"


@pytest.mark.promise("I4")
@pytest.mark.parametrize(
    ("name", "service", "typed"),
    [
        ("give_amount", "begin_contribution", {"amount": "87.65", "token": str(uuid4())}),
        ("give_details", "identify_contributor", DETAILS | {"name": "Somebody Else"}),
        ("give_pay", "submit_contribution", {"agreed_match_minor": "20000"}),
        ("give_stop", "cancel_contribution", {}),
    ],
)
def test_when_too_many_give_at_once_the_step_says_so_and_keeps_what_was_typed(
    amina: Visitor, name: str, service: str, typed: dict[str, str]
) -> None:
    amina.up_to_pay()
    gift = Contribution.objects.get()
    slug = gift.campaign.project.slug
    path = f"/en/give/{slug}/amount/" if name == "give_amount" else step(name, gift)

    with mock.patch.object(services, service, side_effect=services.Busy):
        page = amina.client.post(path, typed)

    assert page.status_code == 409
    assert "There is a problem" in text(page)
    assert str(services.Busy()) in text(page)
    assert "Error:" in page.content.decode().split("</title>")[0]
    for value in typed.values():
        assert value in page.content.decode()
    gift.refresh_from_db()
    assert gift.state == Contribution.State.DRAFT
