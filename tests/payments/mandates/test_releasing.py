"""A card that is given up can never be charged again, whatever was under way."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from celery import current_app

from payments import checkout
from payments.mandates import services
from payments.mandates.models import Mandate
from tests.make.payments import NOON
from tests.payments.browser import pay
from tests.payments.line import nobody
from tests.payments.mandates.caller import (
    HUNDRED,
    answers_lost,
    begun,
    charged,
    names,
    saved,
    taken,
)

if TYPE_CHECKING:
    from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

    from payments.sandbox.server import Running

S = Mandate.State


def owners(sandbox: Running) -> list[str | None]:
    """Return whose customer every card at the provider is."""
    return [card.document["customer"] for card in sandbox.world.store.every("payment_method")]


@pytest.mark.django_db
def test_a_released_card_is_given_up_at_the_provider_too(
    sandbox: Running, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    mandate = saved()

    with (
        mock.patch.object(current_app, "send_task") as send,
        django_capture_on_commit_callbacks(execute=True),
    ):
        for _ in range(2):
            services.release(mandate_id=mandate.pk, now=NOON)
    send.assert_called_once_with("mandates.look_again", kwargs={"mandate_id": str(mandate.pk)})
    for _ in range(2):
        services.look_again(mandate_id=mandate.pk, now=NOON)

    mandate.refresh_from_db()
    assert (mandate.state, mandate.forgotten_at, mandate.due_at) == (S.RELEASED, NOON, None)
    assert owners(sandbox) == [None]
    with pytest.raises(services.NoSavedCard):
        services.charge(mandate_id=mandate.pk, amount=HUNDRED, now=NOON)
    assert taken(sandbox) == []


@pytest.mark.django_db
def test_a_card_saved_while_its_mandate_is_released_is_given_up(sandbox: Running) -> None:
    mandate = begun()
    url = services.open_page(mandate_id=mandate.pk, now=NOON)
    services.release(mandate_id=mandate.pk, now=NOON)
    pay(url)

    services.look_again(mandate_id=mandate.pk, now=NOON)

    mandate.refresh_from_db()
    assert (mandate.state, mandate.forgotten_at, owners(sandbox)) == (S.RELEASED, NOON, [None])
    assert names() == []


@pytest.mark.django_db
def test_the_page_of_a_released_mandate_is_closed(sandbox: Running) -> None:
    mandate = begun()
    url = services.open_page(mandate_id=mandate.pk, now=NOON)
    services.release(mandate_id=mandate.pk, now=NOON)

    services.look_again(mandate_id=mandate.pk, now=NOON)

    assert pay(url).status_code == 410
    assert owners(sandbox) == []


@pytest.mark.django_db
def test_a_card_saved_after_its_mandate_expired_is_given_up(sandbox: Running) -> None:
    mandate = begun()
    url = services.open_page(mandate_id=mandate.pk, now=NOON)
    Mandate.objects.update(state=S.EXPIRED)
    pay(url)
    mandate.refresh_from_db()

    services.look_at(object_key=mandate.page_key, now=NOON)
    services.look_again(mandate_id=mandate.pk, now=NOON)

    mandate.refresh_from_db()
    assert (mandate.state, mandate.forgotten_at, owners(sandbox)) == (S.RELEASED, NOON, [None])


@pytest.mark.django_db
@pytest.mark.promise("D3")
def test_while_the_provider_is_down_a_card_waits_to_be_given_up(
    sandbox: Running, settings: Settings
) -> None:
    mandate = saved()
    services.release(mandate_id=mandate.pk, now=NOON)
    settings.STRIPE_API_BASE = nobody()
    with pytest.raises(checkout.ProviderUnavailable):
        services.look_again(mandate_id=mandate.pk, now=NOON)
    settings.STRIPE_API_BASE = sandbox.url

    assert services.look_due(now=NOON) == 1
    services.look_again(mandate_id=mandate.pk, now=NOON + timedelta(minutes=3))

    assert owners(sandbox) == [None]


@pytest.mark.django_db
def test_a_lost_answer_of_giving_a_card_up_is_no_error(
    sandbox: Running, settings: Settings
) -> None:
    mandate = saved()
    services.release(mandate_id=mandate.pk, now=NOON)
    with answers_lost(sandbox, settings), pytest.raises(checkout.ProviderUnavailable):
        services.look_again(mandate_id=mandate.pk, now=NOON)

    services.look_again(mandate_id=mandate.pk, now=NOON)

    mandate.refresh_from_db()
    assert (mandate.forgotten_at, owners(sandbox)) == (NOON, [None])


@pytest.mark.django_db
def test_a_card_that_is_being_charged_is_not_released(sandbox: Running) -> None:
    mandate = saved()
    services.charge(mandate_id=mandate.pk, amount=HUNDRED, now=NOON)

    with pytest.raises(services.ChargeUnderWay):
        services.release(mandate_id=mandate.pk, now=NOON)

    mandate.refresh_from_db()
    assert (mandate.state, len(owners(sandbox))) == (S.SAVED, 1)


@pytest.mark.django_db
def test_once_charged_a_card_is_given_up(sandbox: Running) -> None:
    mandate = saved()
    charged(mandate)

    services.look_again(mandate_id=mandate.pk, now=NOON)

    mandate.refresh_from_db()
    assert (mandate.state, owners(sandbox), taken(sandbox)) == (S.RELEASED, [None], [100_00])
