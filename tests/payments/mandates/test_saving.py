"""A card is saved under a mandate, and nothing is taken."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from celery import current_app
from django.db import DatabaseError, transaction

from payments import checkout
from payments.mandates import moves, services
from payments.mandates.models import Mandate, MandateMove
from payments.money import Money
from payments.moves import MoveRefused
from tests.make.payments import NOON
from tests.payments.browser import DECLINED, pay
from tests.payments.checkout.provider import pages
from tests.payments.line import nobody
from tests.payments.mandates.caller import (
    HUNDRED,
    announced,
    begun,
    forward,
    names,
    rows,
    saved,
    taken,
)

if TYPE_CHECKING:
    from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

    from payments.sandbox.server import Running
    from tests.payments.checkout.provider import Clock
    from tests.payments.line import Line

S = Mandate.State
MINUTE = timedelta(minutes=1)


@pytest.mark.django_db
def test_a_saved_card_is_announced_once_and_nothing_is_taken(sandbox: Running) -> None:
    mandate = saved()

    for _ in range(2):
        assert services.look_at(object_key=mandate.page_key, now=NOON)

    mandate.refresh_from_db()
    assert (mandate.state, mandate.label, mandate.due_at) == (S.SAVED, "Visa 4242", None)
    assert (mandate.email, mandate.saved_at) == ("", NOON)
    assert (taken(sandbox), rows()) == ([], [])
    assert announced() == [
        (
            "CardSaved",
            {"mandate_id": str(mandate.pk), "reference": "gift-1", "label": "Visa 4242"},
        )
    ]
    assert list(mandate.moves.values_list("to_state", flat=True)) == [S.CREATED, S.OPEN, S.SAVED]


@pytest.mark.django_db
def test_what_the_provider_made_for_a_page_tells_as_much_as_the_page(sandbox: Running) -> None:
    mandate = begun()
    pay(services.open_page(mandate_id=mandate.pk, now=NOON))
    (setup,) = sandbox.world.store.every("setup_intent")

    assert services.look_at(object_key=setup.id, now=NOON)

    mandate.refresh_from_db()
    assert (mandate.state, mandate.method_key) == (S.SAVED, setup.document["payment_method"])


@pytest.mark.django_db
def test_a_page_to_pay_on_is_of_no_mandate(sandbox: Running) -> None:
    payment = checkout.begin(
        reference="gift-1",
        amount=HUNDRED,
        description="Gift",
        email="amina@example.org",
        language="en",
        success_url="http://testserver/done/",
        cancel_url="http://testserver/pay/",
        now=NOON,
    )
    checkout.open_page(payment_id=payment.pk, now=NOON)
    payment.refresh_from_db()

    assert not services.look_at(object_key=payment.page_key, now=NOON)
    assert pages(sandbox) == 1


@pytest.mark.django_db
def test_beginning_again_gives_the_same_mandate_and_page(sandbox: Running) -> None:
    first, second = begun(), begun()
    urls = {services.open_page(mandate_id=mandate.pk, now=NOON) for mandate in (first, second)}

    assert (first, len(urls), pages(sandbox)) == (second, 1, 1)
    with pytest.raises(checkout.OtherPaymentUnderWay):
        begun(amount=Money(50_00, "EUR"))
    with pytest.raises(checkout.AmountNotChargeable):
        begun(reference="gift-2", amount=Money(1, "EUR"))
    assert Mandate.objects.count() == 1


@pytest.mark.django_db
def test_a_declined_card_leaves_the_page_open_for_another(sandbox: Running) -> None:
    mandate = begun()
    url = services.open_page(mandate_id=mandate.pk, now=NOON)
    pay(url, card=DECLINED)
    mandate.refresh_from_db()

    services.look_at(object_key=mandate.page_key, now=NOON)
    mandate.refresh_from_db()
    assert (mandate.state, names()) == (S.OPEN, [])

    pay(url)
    services.look_at(object_key=mandate.page_key, now=NOON)
    mandate.refresh_from_db()
    assert (mandate.state, taken(sandbox)) == (S.SAVED, [])


@pytest.mark.django_db
def test_a_page_on_which_nobody_saves_a_card_is_closed_after_half_an_hour(
    sandbox: Running, clock: Clock
) -> None:
    mandate = begun()
    services.open_page(mandate_id=mandate.pk, now=NOON)

    services.look_again(mandate_id=mandate.pk, now=NOON + 30 * MINUTE)
    mandate.refresh_from_db()
    assert mandate.state == S.OPEN
    for _ in range(2):
        services.look_again(mandate_id=mandate.pk, now=forward(sandbox, clock, minutes=31))

    mandate.refresh_from_db()
    assert (mandate.state, mandate.due_at) == (S.EXPIRED, None)
    assert announced() == [
        (
            "CardNotSaved",
            {"mandate_id": str(mandate.pk), "reference": "gift-1", "reason": "expired"},
        )
    ]


@pytest.mark.django_db
@pytest.mark.promise("M6")
@pytest.mark.parametrize("seconds", [1, 29, 30, 120])
def test_a_lost_answer_and_a_repeat_give_one_page(
    line: Line, sandbox: Running, clock: Clock, seconds: int
) -> None:
    mandate = begun()
    line.reply_bytes = 0
    with pytest.raises(checkout.ProviderUnavailable):
        services.open_page(mandate_id=mandate.pk, now=NOON)
    line.reply_bytes = None

    now = forward(sandbox, clock, seconds=seconds)
    url = services.open_page(mandate_id=mandate.pk, now=now)

    (session,) = sandbox.world.store.every("checkout.session")
    assert url.endswith(session.id)


@pytest.mark.django_db
@pytest.mark.promise("M6")
def test_a_card_saved_on_a_page_nobody_here_was_told_of_is_found(
    line: Line, sandbox: Running
) -> None:
    mandate = begun()
    line.reply_bytes = 0
    with pytest.raises(checkout.ProviderUnavailable):
        services.open_page(mandate_id=mandate.pk, now=NOON)
    line.reply_bytes = None
    (session,) = sandbox.world.store.every("checkout.session")
    pay(f"{sandbox.url}/c/pay/{session.id}")

    services.look_again(mandate_id=mandate.pk, now=NOON + 2 * MINUTE)
    services.look_again(mandate_id=mandate.pk, now=NOON + 5 * MINUTE)

    mandate.refresh_from_db()
    assert (mandate.state, names()) == (S.SAVED, ["CardSaved"])


@pytest.mark.django_db
def test_a_mandate_that_the_provider_never_heard_of_expires(settings: Settings) -> None:
    settings.STRIPE_API_BASE = nobody()
    mandate = begun()
    with pytest.raises(checkout.ProviderUnavailable):
        services.open_page(mandate_id=mandate.pk, now=NOON)
    with pytest.raises(checkout.ProviderUnavailable):
        services.look_again(mandate_id=mandate.pk, now=NOON + 31 * MINUTE)
    mandate.refresh_from_db()
    assert mandate.state == S.CREATED


@pytest.mark.django_db
def test_a_refused_page_ends_the_mandate(sandbox: Running) -> None:
    mandate = begun()
    Mandate.objects.update(success_url="not an address")

    with pytest.raises(checkout.ProviderRefused):
        services.open_page(mandate_id=mandate.pk, now=NOON)

    mandate.refresh_from_db()
    assert (mandate.state, pages(sandbox), names()) == (S.FAILED, 0, ["CardNotSaved"])


@pytest.mark.django_db
@pytest.mark.promise("D2")
def test_the_sweeper_wakes_for_mandates_whose_event_is_overdue(
    sandbox: Running, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    mandate = begun()
    services.open_page(mandate_id=mandate.pk, now=NOON)

    with mock.patch.object(current_app, "send_task") as send:
        with django_capture_on_commit_callbacks(execute=True):
            early = services.look_due(now=NOON + 2 * MINUTE)
        send.assert_not_called()
        with django_capture_on_commit_callbacks(execute=True):
            late = [services.look_due(now=NOON + 4 * MINUTE) for _ in range(2)]

    assert (early, late, pages(sandbox)) == (0, [1, 0], 1)
    send.assert_called_once_with("mandates.look_again", kwargs={"mandate_id": str(mandate.pk)})


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"state": "kept"}, "mandate_state_known"),
        ({"state": "open"}, "mandate_open_has_page"),
        ({"state": "saved"}, "mandate_saved_has_card"),
        ({"forgotten_at": NOON}, "mandate_forgotten_when_released"),
    ],
)
def test_the_database_refuses_a_mandate_that_makes_no_sense(
    changes: dict[str, object], constraint: str
) -> None:
    begun()

    with pytest.raises(DatabaseError, match=constraint), transaction.atomic():
        Mandate.objects.update(**changes)

    assert Mandate.objects.get().state == S.CREATED


@pytest.mark.django_db
def test_the_database_refuses_a_mandate_for_nothing() -> None:
    with pytest.raises(DatabaseError, match="mandate_amount_positive"), transaction.atomic():
        Mandate.objects.create(reference="gift-1", amount_minor=0, currency="EUR", created_at=NOON)

    assert not Mandate.objects.exists()


@pytest.mark.django_db
def test_the_moves_of_a_mandate_are_never_changed() -> None:
    begun()

    for change in (
        lambda: MandateMove.objects.update(cause="nothing"),
        lambda: MandateMove.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            change()

    assert MandateMove.objects.get().cause == "begin"


NO_WAY = [(start, end) for start in S for end in S if end not in moves.ALLOWED[start]]


@pytest.mark.django_db
def test_a_mandate_moves_only_where_a_way_leads() -> None:
    mandate = begun()

    for start, end in NO_WAY:
        mandate.state = start
        with pytest.raises(MoveRefused):
            moves.move(mandate, end, cause="test", now=NOON)

    mandate.refresh_from_db()
    assert (len(NO_WAY), mandate.state, mandate.moves.count()) == (24, S.CREATED, 1)
