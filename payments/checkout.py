"""Asking a person for money: one row, one page of the provider, however often it is tried.

The row is committed before the provider is called and the answer is stored afterwards, so no call
happens inside a transaction. A call whose answer was lost is repeated with the same key and the
same parameters, among them when the page ends. Once that is too near for the provider we ask what
happened first, and ask anew only where nothing did. Of all pages that lost calls may leave behind,
only the address that was stored is ever given out.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from payments import beginning, events, gateway, moves, queue
from payments.beginning import (
    AlreadyPaid,
    AmountNotChargeable,
    CheckoutRefused,
    OtherPaymentUnderWay,
)
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
    "payable_until",
    "resolve_unanswered",
]

SHORTEST_PAGE = timedelta(minutes=30)  # The provider makes none that ends sooner.
REPEATABLE = timedelta(seconds=30)  # So long is a call repeated as it was.
PAGE_LIFE = SHORTEST_PAGE + 2 * REPEATABLE  # The second for a slow call and clocks apart.
ANSWER_DUE = timedelta(minutes=1)  # No call to the provider takes longer than this.
FIRST_LOOK = timedelta(minutes=3)  # After a page opened, when its event should have come.
CLOCKS_APART = timedelta(minutes=5)
BATCH = 200
PAGE_OVER = _("This payment is not open any more.")


class PageOver(CheckoutRefused):
    """The page cannot be paid on any more."""


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
    hold: bool = False,
) -> Payment:
    """Write down that money is asked for; a repeat returns the payment that is under way.

    With `hold` the money is only authorised: `settlement.capture` takes it, for a week.

    Raises:
        AmountNotChargeable: Too small, or not a multiple of what the provider can charge.
        AlreadyPaid: The money for this reference has arrived.
        OtherPaymentUnderWay: Another amount is being asked for the same reference.
    """
    asked = Payment(
        reference=reference,
        hold=hold,
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
    return beginning.begin(asked=asked, now=now)


def open_page(*, payment_id: UUID, now: datetime) -> str:
    """Return the address of the provider's page; call outside any transaction.

    Raises:
        ProviderUnavailable: No answer. Nothing was taken; try again.
        ProviderRefused: The provider does not want this payment, which has failed.
        PageOver: The payment is not open any more.
    """
    payment = _intend(payment_id, now)
    if payment.state == Payment.State.CREATED and not _is_repeatable(payment, now):
        payment = _found(payment, now) or _intend(payment_id, now, instead_of=payment.asked_at)
    if payment.state == Payment.State.CREATED:
        payment = _made(payment, now)
    if payment.state != Payment.State.OPEN or not payment.page_url:
        raise PageOver(PAGE_OVER)
    return payment.page_url


@transaction.atomic
def resolve_unanswered(*, now: datetime) -> int:
    """Queue a look at every payment whose page the provider never confirmed; return how many."""
    payments = (
        Payment.objects.due(now)
        .filter(state=Payment.State.CREATED, collection=Payment.Collection.PAGE)
        .select_for_update(skip_locked=True)[:BATCH]
    )
    for payment in payments:
        payment.due_at = now + FIRST_LOOK
        payment.save(update_fields=["due_at"])
        queue.wake_on_commit("payments.finish_unanswered", payment_id=str(payment.pk))
    return len(payments)


def finish_unanswered(*, payment_id: UUID, now: datetime) -> None:
    """Get the missing answer, or let the payment expire when nobody can be waiting for it.

    No page is made here: it could be paid on for longer than its match is held.

    Raises:
        ProviderUnavailable: Still no answer. The sweeper comes again.
    """
    payment = Payment.objects.get(pk=payment_id)
    if payment.state != Payment.State.CREATED or _is_being_asked(payment, now):
        return
    if _found(payment, now) is None and now >= payment.created_at + PAGE_LIFE:
        _give_up(payment, Payment.State.EXPIRED, now)


def find_page(payment: Payment) -> HostedPage | None:
    """Ask the provider for the page of a payment whose answer may have been lost.

    Raises:
        ProviderUnavailable: No answer.
    """
    if payment.asked_at is None:
        return None
    return gateway.provider().find_page(str(payment.pk), since=payment.created_at - CLOCKS_APART)


def payable_until(payment: Payment) -> datetime:
    """Return when the provider ends the page of a payment, if it has one."""
    return (payment.asked_at or payment.created_at) + PAGE_LIFE


@transaction.atomic
def _intend(payment_id: UUID, now: datetime, *, instead_of: datetime | None = None) -> Payment:
    """Write down that the provider is going to be asked, anew where the first call came to nothing.

    Of several that ask anew at once, the first one's time is everybody's, and so is its page.
    """
    payment = moves.lock(payment_id)
    beginning.check_unpaid(payment.reference)
    if payment.state not in {Payment.State.CREATED, Payment.State.OPEN}:
        raise PageOver(PAGE_OVER)
    if payment.state == Payment.State.CREATED:
        if payment.asked_at in {None, instead_of}:
            payment.asked_at = now
        payment.tried_at = now
        payment.due_at = now + ANSWER_DUE
        payment.save(update_fields=["asked_at", "tried_at", "due_at"])
    return payment


def _is_repeatable(payment: Payment, now: datetime) -> bool:
    return payment.asked_at is None or now < payment.asked_at + REPEATABLE


def _made(payment: Payment, now: datetime) -> Payment:
    """Ask for the page and store it; a refusal may follow an earlier call that did make it."""
    ends_at = payable_until(payment)
    try:
        page = gateway.provider().open_page(
            PageRequest(
                payment_key=str(payment.pk),
                idempotency_key=f"{payment.pk}-page-{int(ends_at.timestamp())}",
                amount=payment.amount,
                description=payment.description,
                email=payment.email,
                language=payment.language,
                success_url=payment.success_url,
                cancel_url=payment.cancel_url,
                expires_at=ends_at,
                hold=payment.hold,
            )
        )
    except ProviderRefused:
        if (found := _found(payment, now)) is not None:
            return found
        _give_up(payment, Payment.State.FAILED, now)
        raise
    return _store(payment.pk, page, now)


def _found(payment: Payment, now: datetime) -> Payment | None:
    """Store the page that a lost answer told of, if there is one."""
    return _store(payment.pk, page, now) if (page := find_page(payment)) else None


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
    """End a payment without a page, unless somebody asked again in the meantime.

    A call without an answer may still have made a page: the sweeper asks for as long as it lives.
    """
    payment = moves.lock(asked.pk)
    if payment.state != Payment.State.CREATED or payment.tried_at != asked.tried_at:
        return
    payment.due_at = None if payment.asked_at is None else now + FIRST_LOOK
    payment.email = ""
    moves.move(payment, state, cause="unanswered", now=now)
    events.publish(events.PaymentFailed(str(payment.pk), payment.reference, str(state)))
