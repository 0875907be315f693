"""Twenty posts of one form at once, from twenty browsers that share its address."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING
from unittest import mock
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from payments import checkout
from payments.models import Payment
from projects.funding.models import Contribution
from tests.make import funding as make
from tests.projects.public.visitor import Visitor, let_worker_run

if TYPE_CHECKING:
    from payments.sandbox.server import Running

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.promise("M5")]

AT_ONCE = 20


def at_once(address: str, data: dict[str, str]) -> list[tuple[int, str]]:
    """Post the same twenty times at the same moment; return statuses and where they lead."""
    start = Barrier(AT_ONCE)

    def post(_: int) -> tuple[int, str]:
        start.wait()
        try:
            answer = Client().post(address, data)
            return answer.status_code, answer.get("Location", "")
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(post, range(AT_ONCE)))


def test_twenty_amounts_of_one_form_are_one_contribution() -> None:
    campaign = make.campaign(at=timezone.now())
    address = f"/en/give/{campaign.project.slug}/amount/"

    answers = at_once(address, {"amount": "100", "token": str(uuid4())})

    assert {status for status, _ in answers} == {303}
    assert len({location for _, location in answers}) == 1
    assert Contribution.objects.count() == 1


def test_twenty_presses_of_pay_lead_to_one_page_and_one_charge(
    client: Client, provider: Running
) -> None:
    make.programme(at=timezone.now())
    campaign = make.campaign(at=timezone.now())
    visitor = Visitor(client, campaign.project.slug)
    pay_page = urlsplit(visitor.up_to_pay()).path

    answers = at_once(pay_page, {"agreed_match_minor": "20000"})

    assert Payment.objects.count() == 1
    pages = {location for _, location in answers}
    assert len(pages) == 1, answers
    visitor.come_back(pages.pop())
    let_worker_run(client, provider)
    assert (
        at_once(pay_page, {"agreed_match_minor": "20000"})
        == [(303, pay_page.replace("/pay/", "/done/"))] * AT_ONCE
    )
    charges = [row for row in provider.world.store.every("charge") if row.document["paid"]]
    assert len(charges) == 1
    assert Contribution.objects.get().state == Contribution.State.SETTLED


def test_a_payment_for_every_press_would_be_a_page_for_every_press(
    client: Client, provider: Running
) -> None:
    """The control: with a new reference each time, the same test finds twenty pages."""
    campaign = make.campaign(at=timezone.now())
    pay_page = urlsplit(Visitor(client, campaign.project.slug).up_to_pay()).path
    begin = checkout.begin

    def begin_anew(*, reference: str, **rest: object) -> Payment:
        return begin(reference=f"{reference}:{uuid4()}", **rest)  # type: ignore[arg-type]

    with mock.patch.object(checkout, "begin", begin_anew):
        answers = at_once(pay_page, {"agreed_match_minor": "0"})

    assert Payment.objects.count() == AT_ONCE
    assert len({location for _, location in answers}) == AT_ONCE
    assert len(list(provider.world.store.every("checkout.session"))) == AT_ONCE
