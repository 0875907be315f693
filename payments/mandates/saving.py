"""Asking a person to save a card: one row, one page of the provider, however often it is tried.

As in `payments.checkout` the row is committed before the provider is called. A call whose answer
was lost is repeated as it was for half a minute; later the provider is asked before it is repeated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction

from payments import events, gateway
from payments.beginning import UNDER_WAY, OtherPaymentUnderWay, check_chargeable, check_unpaid
from payments.checkout import (
    ANSWER_DUE,
    CLOCKS_APART,
    FIRST_LOOK,
    PAGE_LIFE,
    PAGE_OVER,
    REPEATABLE,
    PageOver,
)
from payments.gateway.base import HostedPage, ProviderRefused
from payments.gateway.cards import SetupRequest, SetupStatus
from payments.mandates import moves
from payments.mandates.events import CardNotSaved, CardSaved
from payments.mandates.models import Mandate

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from payments.gateway.cards import ProviderSetup
    from payments.money import Money

S = Mandate.State


@transaction.atomic
def begin(  # noqa: PLR0913  What a page shows and where it leads: all of it is the caller's.
    *,
    reference: str,
    amount: Money,
    description: str,
    email: str,
    language: str,
    success_url: str,
    cancel_url: str,
    now: datetime,
) -> Mandate:
    """Write down that a card is to be saved; a repeat returns the mandate of the reference.

    `amount` is the most that the card may be charged; `description` says what its owner agrees to.

    Raises:
        AmountNotChargeable: Too small, or not a multiple of what the provider can charge.
        AlreadyPaid: The money for this reference has arrived.
        OtherPaymentUnderWay: A card is being saved for another amount.
    """
    check_chargeable(amount)
    check_unpaid(reference)
    asked = Mandate(
        reference=reference,
        amount_minor=amount.minor,
        currency=amount.currency,
        description=description,
        email=email,
        language=language,
        success_url=success_url,
        cancel_url=cancel_url,
        created_at=now,
        due_at=now + ANSWER_DUE,
    )
    Mandate.objects.bulk_create([asked], ignore_conflicts=True)
    live = Mandate.objects.select_for_update().filter(reference=reference, state__in=Mandate.LIVE)
    mandate = live.first()
    if mandate is None or mandate.amount != amount:
        raise OtherPaymentUnderWay(UNDER_WAY)
    if mandate.pk == asked.pk:
        mandate.moves.create(to_state=mandate.state, cause="begin", at=now)
    return mandate


def open_page(*, mandate_id: UUID, now: datetime) -> str:
    """Return the address of the page that saves the card; call outside any transaction.

    Raises:
        ProviderUnavailable: No answer. Nothing was saved; try again.
        ProviderRefused: The provider does not want this, and the mandate has failed.
        PageOver: Nothing can be saved any more, or it was.
    """
    mandate = _intend(mandate_id, now)
    if mandate.state == S.CREATED and mandate.asked_at and now >= mandate.asked_at + REPEATABLE:
        mandate = _found(mandate, now) or _intend(mandate_id, now, instead_of=mandate.asked_at)
    if mandate.state == S.CREATED:
        mandate = _made(mandate, now)
    if mandate.state != S.OPEN or not mandate.page_url:
        raise PageOver(PAGE_OVER)
    return mandate.page_url


def look_at(*, object_key: str, now: datetime) -> bool:
    """Take in what became of a page, or of what the provider made for it; False: nothing of ours.

    Call outside any transaction.

    Raises:
        ProviderUnavailable: No answer.
    """
    setup = gateway.cards().fetch_setup(object_key)
    mandate = _of(setup)
    if mandate is None:
        return False
    take_in(mandate_id=mandate.pk, setup=setup, now=now)
    return True


def look_at_page(mandate: Mandate, now: datetime) -> None:
    """Ask what became of a page whose event is overdue; one that is open too long is closed."""
    if mandate.state == S.CREATED:
        _find_or_give_up(mandate, now)
        return
    setup = gateway.cards().fetch_setup(mandate.page_key)
    if setup.status is SetupStatus.OPEN and now >= open_until(mandate):
        setup = closed(mandate.page_key)
    take_in(mandate_id=mandate.pk, setup=setup, now=now)


@transaction.atomic
def take_in(*, mandate_id: UUID, setup: ProviderSetup, now: datetime) -> Mandate:
    """Store what became of a page; a repeat changes nothing.

    A card that was saved for a mandate nobody waits for any more is given up.
    """
    mandate = moves.lock(mandate_id)
    mandate.page_key = setup.page_key or mandate.page_key
    mandate.email = ""
    if setup.card is not None and not mandate.method_key:
        mandate.customer_key = setup.card.customer_key
        mandate.method_key, mandate.label = setup.card.method_key, setup.card.label
        mandate.saved_at = now
        _saved(mandate, now)
    elif setup.status is SetupStatus.EXPIRED and mandate.state in {S.CREATED, S.OPEN}:
        _end(mandate, S.EXPIRED, now)
    return mandate


def open_until(mandate: Mandate) -> datetime:
    """Return when the provider ends the page of a mandate, if it has one."""
    return (mandate.asked_at or mandate.created_at) + PAGE_LIFE


def find_page(mandate: Mandate) -> HostedPage | None:
    """Ask the provider for the page of a mandate whose answer may have been lost."""
    if mandate.asked_at is None:
        return None
    return gateway.provider().find_page(str(mandate.pk), since=mandate.created_at - CLOCKS_APART)


def closed(page_key: str) -> ProviderSetup:
    """End a page, and return what became of it until then."""
    try:
        gateway.provider().close_page(page_key)
    except ProviderRefused:  # It was over already, or a card was saved while we asked.
        return gateway.cards().fetch_setup(page_key)
    return gateway.cards().fetch_setup(page_key)


def _of(setup: ProviderSetup) -> Mandate | None:
    """Return the mandate that the provider's object carries the key of."""
    known = Mandate.objects.all()
    if setup.page_key and (mandate := known.filter(page_key=setup.page_key).first()):
        return mandate
    try:
        return known.filter(pk=setup.mandate_key).first()
    except ValidationError:  # What is not a key of ours names no mandate.
        return None


@transaction.atomic
def _intend(mandate_id: UUID, now: datetime, *, instead_of: datetime | None = None) -> Mandate:
    """Write down that the provider is going to be asked, anew where a first call led nowhere."""
    mandate = moves.lock(mandate_id)
    check_unpaid(mandate.reference)
    if mandate.state not in {S.CREATED, S.OPEN}:
        raise PageOver(PAGE_OVER)
    if mandate.state == S.CREATED:
        if mandate.asked_at in {None, instead_of}:
            mandate.asked_at = now
        mandate.tried_at = now
        mandate.due_at = now + ANSWER_DUE
        mandate.save(update_fields=["asked_at", "tried_at", "due_at"])
    return mandate


def _made(mandate: Mandate, now: datetime) -> Mandate:
    ends_at = open_until(mandate)
    try:
        page = gateway.cards().open_page(
            SetupRequest(
                mandate_key=str(mandate.pk),
                idempotency_key=f"{mandate.pk}-page-{int(ends_at.timestamp())}",
                currency=mandate.currency,
                terms=mandate.description,
                email=mandate.email,
                language=mandate.language,
                success_url=mandate.success_url,
                cancel_url=mandate.cancel_url,
                expires_at=ends_at,
            )
        )
    except ProviderRefused:
        if (found := _found(mandate, now)) is not None:
            return found
        _give_up(mandate, S.FAILED, now)
        raise
    return _store(mandate.pk, page, now)


def _found(mandate: Mandate, now: datetime) -> Mandate | None:
    return _store(mandate.pk, page, now) if (page := find_page(mandate)) else None


def _find_or_give_up(mandate: Mandate, now: datetime) -> None:
    """Get the missing answer, or let the mandate expire when nobody can be waiting for it."""
    if mandate.tried_at is not None and now < mandate.tried_at + ANSWER_DUE:
        return
    if _found(mandate, now) is None and now >= mandate.created_at + PAGE_LIFE:
        _give_up(mandate, S.EXPIRED, now)


@transaction.atomic
def _store(mandate_id: UUID, page: HostedPage, now: datetime) -> Mandate:
    """Keep the provider's answer, once."""
    mandate = moves.lock(mandate_id)
    if mandate.state == S.CREATED:
        mandate.page_key, mandate.page_url = page.key, page.url or ""
        mandate.email = ""
        mandate.due_at = now + FIRST_LOOK if page.url else now
        moves.move(mandate, S.OPEN, cause="page", now=now)
    return mandate


@transaction.atomic
def _give_up(asked: Mandate, state: Mandate.State, now: datetime) -> None:
    """End a mandate without a page, unless somebody asked again in the meantime."""
    mandate = moves.lock(asked.pk)
    if mandate.state == S.CREATED and mandate.tried_at == asked.tried_at:
        mandate.email = ""
        _end(mandate, state, now)


def _end(mandate: Mandate, state: Mandate.State, now: datetime) -> None:
    mandate.due_at = None
    moves.move(mandate, state, cause="provider", now=now)
    events.publish(CardNotSaved(str(mandate.pk), mandate.reference, str(state)))


def _saved(mandate: Mandate, now: datetime) -> None:
    if mandate.state in {S.CREATED, S.OPEN}:
        mandate.due_at = None
        moves.move(mandate, S.SAVED, cause="provider", now=now)
        events.publish(CardSaved(str(mandate.pk), mandate.reference, mandate.label))
        return
    mandate.due_at, mandate.forgotten_at = now, None  # For the card, which nobody waits for.
    if mandate.state == S.RELEASED:
        mandate.save()
    else:
        moves.move(mandate, S.RELEASED, cause="late", now=now)
