"""Asking a person for money: one row, one page of the provider, however often it is tried.

The row is committed before the provider is called and the answer is stored afterwards, so no call
happens inside a transaction. A call whose answer was lost is repeated with the same key and the
same parameters. A key lives for 24 hours at the provider; after that we ask what happened first.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from payments import events, gateway, moves, queue
from payments.currencies import currency
from payments.gateway.base import (
    HostedPage,
    PageRequest,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
)
from payments.models import Payment

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from payments.money import Money

__all__ = [
    "AlreadyPaid",
    "AmountNotChargeable",
    "CheckoutRefused",
    "OtherPaymentUnderWay",
    "PageOver",
    "ProviderError",
    "ProviderRefused",
    "ProviderUnavailable",
    "begin",
    "find_page",
    "finish_unanswered",
    "open_page",
    "resolve_unanswered",
]

PAGE_LIFE = timedelta(minutes=30)
KEY_LIFE = timedelta(hours=24)
ANSWER_DUE = timedelta(minutes=1)  # No call to the provider takes longer than this.
FIRST_LOOK = timedelta(minutes=3)  # After a page opened, when its event should have come.
CLOCKS_APART = timedelta(minutes=5)
BATCH = 200
PAGE_OVER = _("This payment is not open any more.")


class CheckoutRefused(Exception):
    """A payment that cannot begin or go on. The message is fit to be shown."""


class AmountNotChargeable(CheckoutRefused):
    """The provider does not take this amount."""


class OtherPaymentUnderWay(CheckoutRefused):
    """A payment of another amount is open for the same reference."""


class AlreadyPaid(CheckoutRefused):
    """The money for this reference has arrived."""


class PageOver(CheckoutRefused):
    """The page cannot be paid on any more."""


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
) -> Payment:
    """Write down that money is asked for; a repeat returns the payment that is under way.

    Raises:
        AmountNotChargeable: Too small, or not a multiple of what the provider can charge.
        AlreadyPaid: The money for this reference has arrived.
        OtherPaymentUnderWay: Another amount is being asked for the same reference.
    """
    _check_chargeable(amount)
    asked = Payment(
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
    # A live payment of the reference stands in the way; the insert waits for whoever is ending it.
    Payment.objects.bulk_create([asked], ignore_conflicts=True)
    _check_unpaid(reference)
    payment = Payment.objects.live().get(reference=reference)
    if payment.pk == asked.pk:
        payment.moves.create(to_state=payment.state, cause="begin", at=now)
    elif payment.amount != amount:
        raise OtherPaymentUnderWay(_("Another payment is under way. Finish or cancel it first."))
    return payment


def open_page(*, payment_id: UUID, now: datetime) -> str:
    """Return the address of the provider's page; call outside any transaction.

    Raises:
        ProviderUnavailable: No answer. Nothing was taken; try again.
        ProviderRefused: The provider does not want this payment, which has failed.
        PageOver: The payment is not open any more.
    """
    payment = _intend(payment_id, now)
    if payment.state == Payment.State.OPEN:
        return payment.page_url
    try:
        page = _ask(payment, now)
    except ProviderRefused:
        _give_up(payment, Payment.State.FAILED, now)
        raise
    payment = _store(payment_id, page, now)
    if not payment.page_url:
        raise PageOver(PAGE_OVER)
    return payment.page_url


@transaction.atomic
def resolve_unanswered(*, now: datetime) -> int:
    """Queue a look at every payment whose page the provider never confirmed; return how many."""
    payments = (
        Payment.objects.due(now)
        .filter(state=Payment.State.CREATED)
        .select_for_update(skip_locked=True)[:BATCH]
    )
    for payment in payments:
        payment.due_at = now + FIRST_LOOK
        payment.save(update_fields=["due_at"])
        queue.wake_on_commit("payments.finish_unanswered", payment_id=str(payment.pk))
    return len(payments)


def finish_unanswered(*, payment_id: UUID, now: datetime) -> None:
    """Get the missing answer, or let the payment expire when nobody can be waiting for it.

    Raises:
        ProviderUnavailable: Still no answer. The sweeper comes again.
    """
    payment = Payment.objects.get(pk=payment_id)
    if payment.state != Payment.State.CREATED or _is_being_asked(payment, now):
        return
    if now < payment.created_at + PAGE_LIFE:
        if payment.asked_at is not None:
            open_page(payment_id=payment_id, now=now)
        return
    page = find_page(payment)
    if page is None:
        _give_up(payment, Payment.State.EXPIRED, now)
    else:
        _store(payment_id, page, now)


def find_page(payment: Payment) -> HostedPage | None:
    """Ask the provider for the page of a payment whose answer may have been lost.

    Raises:
        ProviderUnavailable: No answer.
    """
    if payment.asked_at is None:
        return None
    return gateway.provider().find_page(str(payment.pk), since=payment.asked_at - CLOCKS_APART)


def _check_chargeable(amount: Money) -> None:
    row = currency(amount.currency)
    if row.provider_exponent is None:
        raise AmountNotChargeable(_("Payments in this currency are not possible."))
    if amount.minor < row.minimum_minor:
        raise AmountNotChargeable(_("This amount is too small to be paid by card."))
    if amount.minor % row.charge_step_minor:
        raise AmountNotChargeable(_("This amount is too finely divided to be paid by card."))


def _check_unpaid(reference: str) -> None:
    if Payment.objects.filter(reference=reference, state__in=Payment.RECEIVED).exists():
        raise AlreadyPaid(_("This has been paid already."))


@transaction.atomic
def _intend(payment_id: UUID, now: datetime) -> Payment:
    """Write down that the provider is going to be asked."""
    payment = moves.lock(payment_id)
    _check_unpaid(payment.reference)
    if payment.state not in {Payment.State.CREATED, Payment.State.OPEN}:
        raise PageOver(PAGE_OVER)
    if payment.state == Payment.State.CREATED:
        payment.asked_at = payment.asked_at or now
        payment.tried_at = now
        payment.due_at = now + ANSWER_DUE
        payment.save(update_fields=["asked_at", "tried_at", "due_at"])
    return payment


def _ask(payment: Payment, now: datetime) -> HostedPage:
    """Make the page, or find the one that an older call made."""
    if payment.asked_at is not None and now >= payment.asked_at + KEY_LIFE:
        found = find_page(payment)
        if found is not None:
            return found
    return gateway.provider().open_page(
        PageRequest(
            payment_key=str(payment.pk),
            idempotency_key=f"{payment.pk}-page",
            amount=payment.amount,
            description=payment.description,
            email=payment.email,
            language=payment.language,
            success_url=payment.success_url,
            cancel_url=payment.cancel_url,
        )
    )


def _is_being_asked(payment: Payment, now: datetime) -> bool:
    return payment.tried_at is not None and now < payment.tried_at + ANSWER_DUE


@transaction.atomic
def _store(payment_id: UUID, page: HostedPage, now: datetime) -> Payment:
    """Keep the provider's answer, once."""
    payment = moves.lock(payment_id)
    if payment.state == Payment.State.CREATED:
        payment.page_key = page.key
        payment.page_url = page.url or ""
        payment.email = ""
        payment.opened_at = now
        payment.due_at = now + FIRST_LOOK if page.url else now
        moves.move(payment, Payment.State.OPEN, cause="page", now=now)
    return payment


@transaction.atomic
def _give_up(asked: Payment, state: Payment.State, now: datetime) -> None:
    """End a payment without a page, unless somebody asked again in the meantime."""
    payment = moves.lock(asked.pk)
    if payment.state != Payment.State.CREATED or payment.tried_at != asked.tried_at:
        return
    payment.due_at = None
    payment.email = ""
    moves.move(payment, state, cause="unanswered", now=now)
    events.publish(events.PaymentFailed(str(payment.pk), payment.reference, str(state)))
