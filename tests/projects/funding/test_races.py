"""Twenty at once: one contribution, one payment. Each race has a control without the lock."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from django.db import DatabaseError, connection, transaction

from payments.models import Payment
from payments.money import Money
from projects.funding import services
from projects.funding.models import Campaign, Contribution
from projects.funding.services import contributions as steps
from projects.funding.services import payments as paying
from projects.matching.models import Reservation
from tests import crowd
from tests.make import funding as make

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

AT_ONCE = 20


def at_once(act: Callable[[], object]) -> list[object]:
    """Let twenty do the same at the same moment; return results and refusals."""

    def one(_: int) -> object:
        try:
            return act()
        except DatabaseError as error:
            return error

    return crowd.at_once(one, range(AT_ONCE))


def begin(campaign_id: UUID) -> Contribution:
    return services.begin_contribution(
        campaign_id=campaign_id,
        amount=Money(100_00, "EUR"),
        idempotency_key="one form",
        language="en",
        now=make.NOON,
    )


def submit(contribution_id: UUID) -> Payment:
    return services.submit_contribution(
        contribution_id=contribution_id,
        agreed_match_minor=0,
        success_url="http://testserver/done/",
        cancel_url="http://testserver/pay/",
        now=make.NOON,
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.promise("M5")
def test_one_form_sent_twenty_times_at_once_begins_one_contribution() -> None:
    make.programme()
    campaign = make.campaign()

    results = at_once(lambda: begin(campaign.pk).pk)

    assert len(set(results)) == 1
    assert Contribution.objects.count() == 1
    assert [row.amount_minor for row in Reservation.objects.active()] == [200_00]


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_same_form_stumbles_over_itself() -> None:
    campaign = make.campaign()

    def unlocked(campaign_id: UUID) -> Campaign:
        return Campaign.objects.select_related("project").get(pk=campaign_id)

    with mock.patch.object(steps, "locked_campaign", unlocked):
        results = at_once(lambda: begin(campaign.pk).pk)

    assert any(isinstance(result, DatabaseError) for result in results)
    assert Contribution.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.promise("M5")
def test_twenty_presses_of_the_button_ask_for_one_payment() -> None:
    make.programme()
    contribution = make.identified(make.campaign())

    results = at_once(lambda: submit(contribution.pk).pk)

    assert len(set(results)) == 1
    assert Payment.objects.count() == 1
    assert contribution.log.filter(event="submit").count() == AT_ONCE


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_a_press_of_the_button_can_see_an_old_state() -> None:
    make.programme()
    contribution = make.identified(make.campaign())

    def unlocked(contribution_id: UUID) -> Contribution:
        return Contribution.objects.select_related("campaign__project").get(pk=contribution_id)

    with mock.patch.object(paying, "locked_contribution", unlocked):
        at_once(lambda: submit(contribution.pk).pk)

    seen = list(contribution.log.filter(event="submit").values_list("from_state", flat=True))
    assert seen.count("draft") > 1


@pytest.mark.django_db(transaction=True)
def test_a_stop_and_a_payment_at_once_end_in_one_of_the_two() -> None:
    make.programme()
    contribution = make.identified(make.campaign())

    def stop() -> object:
        try:
            with transaction.atomic():
                return services.cancel_contribution(contribution_id=contribution.pk, now=make.NOON)
        except services.NotChangeable as refusal:
            return refusal
        finally:
            connection.close()

    def pay() -> object:
        try:
            return submit(contribution.pk)
        except services.Stopped as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        stopped, paid = threads.submit(stop), threads.submit(pay)
        results = stopped.result(), paid.result()

    contribution.refresh_from_db()
    held = Reservation.objects.active().exists()
    if isinstance(results[0], Contribution):
        assert (contribution.state, held, Payment.objects.count()) == ("cancelled", False, 0)
    else:
        assert (contribution.state, held, Payment.objects.count()) == ("awaiting_payment", True, 1)
