from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from projects.funding import services
from projects.matching.models import WaitingMoney
from tests.make import accounts as make_accounts
from tests.make import funding as make

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client) -> Client:
    administrator = make_accounts.with_second_factor(make_accounts.platform_admin())
    return make_accounts.sign_in(client, administrator)


def test_an_administrator_finds_the_contributions_that_need_a_person(admin: Client) -> None:
    campaign = make.campaign()
    sound, odd = (make.submitted(make.identified(campaign)) for _ in range(2))
    services.hold_contribution(
        reference=odd.key, payment_id=odd.pk, difference="amount", now=make.NOON
    )

    address = reverse("admin:funding_contribution_changelist")
    page = admin.get(address, {"needs_person_since__isempty": "0"}).content.decode()

    assert odd.key in page
    assert sound.key not in page


def test_an_administrator_looks_at_a_contribution_and_changes_nothing(admin: Client) -> None:
    contribution = make.identified()
    address = reverse("admin:funding_contribution_change", args=[contribution.pk])

    page = admin.get(address).content.decode()

    assert contribution.key in page
    assert str(contribution.public_key) not in page
    assert admin.post(address, {"state": "settled"}).status_code == 403


def test_an_administrator_sees_what_the_books_would_not_take(admin: Client) -> None:
    make.programme()
    make.settled()
    WaitingMoney.objects.update(last_error="IdempotencyConflict: another entry")

    address = reverse("admin:matching_waitingmoney_changelist")
    page = admin.get(address, {"last_error__isempty": "0"}).content.decode()

    assert "IdempotencyConflict: another entry" in page
