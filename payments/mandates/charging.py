"""Charging a saved card while its owner is away: one payment, up to four tries, one charge.

The first try makes the provider's intent and every further one continues it, so that the provider
itself cannot charge twice. A try whose answer was lost is repeated with the key it had; the
provider remembers a key for a day, and after that it is asked before it is asked anew. Where the
bank wants to hear it from the owner of the card, they are sent to a page, and reminded on the days
on which a declined card would have been tried again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from payments import beginning, gateway, queue
from payments.checkout import ANSWER_DUE, CLOCKS_APART
from payments.gateway.base import ChargeStatus, ProviderCharge, ProviderRefused
from payments.gateway.cards import ChargeRequest, SavedCard
from payments.mandates import moves, outcomes
from payments.mandates.models import CardCharge, Mandate
from payments.models import Payment
from payments.settlement.taking import received_beside

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from payments.money import Money

KEY_LIFE = timedelta(hours=23)  # The provider keeps a key for 24; clocks may be apart.
SOON = timedelta(minutes=5)
BATCH = 200
S = CardCharge.State


class ChargeRefused(Exception):
    """A card that cannot be charged. The message is fit to be shown."""


class NoSavedCard(ChargeRefused):
    """No card is saved under the mandate, or it was given up."""


class MoreThanAgreed(ChargeRefused):
    """The person agreed to less, or to another currency."""


class OtherChargeUnderWay(ChargeRefused):
    """The card of the mandate is charged another amount, or was."""


@dataclass(frozen=True, slots=True)
class Try:
    """What is to be done about a charge, as it stood when that was decided."""

    charge: CardCharge
    payment: Payment
    card: SavedCard
    is_in_vain: bool  # The money came in another way: nothing may be charged any more.


@transaction.atomic
def charge(*, mandate_id: UUID, amount: Money, now: datetime) -> Payment:
    """Decide that the card of a mandate is charged, which a worker asks for; a repeat is nothing.

    Raises:
        NoSavedCard: No card is saved, or it was given up.
        MoreThanAgreed: More than the mandate allows.
        OtherChargeUnderWay: It is charged another amount.
        CheckoutRefused: The reference is paid, or is being paid in another way.
    """
    mandate = moves.lock(mandate_id)
    if (earlier := CardCharge.objects.filter(mandate=mandate).first()) is not None:
        if earlier.payment.amount != amount:
            raise OtherChargeUnderWay(_("This card is charged another amount."))
        return earlier.payment
    if mandate.state != Mandate.State.SAVED:
        raise NoSavedCard(_("There is no saved card to charge."))
    if amount.currency != mandate.currency or amount.minor > mandate.amount_minor:
        raise MoreThanAgreed(_("The owner of this card has agreed to less."))
    payment = beginning.begin(asked=_payment(mandate, amount, now), now=now)
    if CardCharge.objects.filter(payment=payment).exists():  # Of an earlier mandate.
        raise beginning.OtherPaymentUnderWay(beginning.UNDER_WAY)
    CardCharge.objects.create(mandate=mandate, payment=payment, next_try_at=now, due_at=now)
    queue.wake_on_commit("mandates.try_charge", payment_id=str(payment.pk))
    return payment


def try_charge(*, payment_id: UUID, now: datetime) -> None:
    """Do what is due about a charge: ask for it, ask what became of it, or end it.

    Call outside any transaction. A repeat, or another worker at the same time, charges nothing.

    Raises:
        ProviderUnavailable: No answer. The sweeper comes again.
    """
    what = _claim(payment_id, now)
    if what is None:
        return
    if what.is_in_vain:
        outcome = _stopped(what)
    elif what.charge.state == S.OWNER:
        outcome = _answer_of_owner(what, now)
    elif what.payment.state == Payment.State.PROCESSING:
        outcome = gateway.cards().fetch_charge(what.payment.intent_key)
    else:
        outcome = _asked(what, now)
    outcomes.take_in(payment_id=payment_id, outcome=outcome, attempt=what.charge.attempt, now=now)


def look_at_payment(*, payment_id: UUID, now: datetime) -> bool:
    """Take in what the provider knows of a charge of ours; False: it is of no saved card.

    Call outside any transaction.

    Raises:
        ProviderUnavailable: No answer.
    """
    payment = Payment.objects.filter(pk=payment_id, collection=Payment.Collection.CARD).first()
    if payment is None:
        return False
    outcome = _known(payment, CardCharge.objects.select_related("mandate").get(payment=payment))
    if outcome is not None:
        outcomes.take_in(payment_id=payment_id, outcome=outcome, attempt=None, now=now)
    return True


@transaction.atomic
def charge_due(*, now: datetime) -> int:
    """Queue every charge about which something is to be done; return how many."""
    charges = CardCharge.objects.due(now).select_for_update(skip_locked=True)[:BATCH]
    for due in charges:
        due.due_at = now + SOON
        due.save(update_fields=["due_at"])
        queue.wake_on_commit("mandates.try_charge", payment_id=str(due.payment_id))
    return len(charges)


def _payment(mandate: Mandate, amount: Money, now: datetime) -> Payment:
    return Payment(
        reference=mandate.reference,
        collection=Payment.Collection.CARD,
        amount_minor=amount.minor,
        currency=amount.currency,
        description=mandate.description,
        language=mandate.language,
        success_url=mandate.success_url,
        cancel_url=mandate.cancel_url,
        created_at=now,
    )


@transaction.atomic
def _claim(payment_id: UUID, now: datetime) -> Try | None:
    """Begin the try that is due, or go on with the one under way; nothing where nothing is due."""
    charge = outcomes.lock(payment_id)
    if charge.state == S.ENDED:
        return None
    is_in_vain = received_beside(charge.payment).exists()
    if charge.state == S.WAITING and not is_in_vain:
        if charge.next_try_at is None or now < charge.next_try_at:
            return None
        charge.state, charge.next_try_at = S.ASKED, None
        charge.attempt += 1
        charge.asked_at = now
        charge.first_at = charge.first_at or now
    charge.due_at = now + ANSWER_DUE
    charge.save()
    return Try(charge, charge.payment, _card_of(charge.mandate), is_in_vain)


def _asked(what: Try, now: datetime) -> ProviderCharge:
    """Make the try, once, however often it is asked for.

    The first one makes the intent: it is repeated as it was, also where an event has named the
    intent meanwhile.
    """
    charge, payment = what.charge, what.payment
    asked_at = charge.asked_at or now
    intent_key = "" if asked_at == charge.first_at else payment.intent_key
    if now >= asked_at + KEY_LIFE:
        known = _known(payment, charge)
        if known is not None and known.status is not ChargeStatus.DECLINED:
            return known
        intent_key = known.intent_key if known else ""
        asked_at = _asked_anew(charge, now)
    key = f"{payment.pk}-charge-{charge.attempt}-{int(asked_at.timestamp())}"
    request = ChargeRequest(
        payment_key=str(payment.pk),
        idempotency_key=f"{key}-on" if intent_key else key,  # Another question, another key.
        amount=payment.amount,
        description=payment.description,
        card=what.card,
        return_url=payment.success_url,
        intent_key=intent_key,
    )
    return _charged(request, what)


def _charged(request: ChargeRequest, what: Try) -> ProviderCharge:
    cards = gateway.cards()
    try:
        outcome = cards.charge(request)
        if outcome.reason != outcomes.AUTHENTICATE:
            return outcome
        key = request.idempotency_key.replace("-charge-", "-owner-")
        there = replace(request, intent_key=outcome.intent_key, idempotency_key=key)
        return cards.ask_owner(there)
    except ProviderRefused as refusal:  # An answer was lost before, or the card was given up.
        known = _known(what.payment, what.charge)
        if known is not None and known.status is not ChargeStatus.DECLINED:
            return known
        return ProviderCharge(
            payment_key=request.payment_key,
            page_key="",
            status=ChargeStatus.DECLINED,
            intent_key=known.intent_key if known else "",
            reason=str(refusal)[:64],
            is_hopeless=True,
        )


def _answer_of_owner(what: Try, now: datetime) -> ProviderCharge:
    """Ask whether the owner has answered the bank; after the last reminder nobody may any more."""
    outcome = gateway.cards().fetch_charge(what.payment.intent_key)
    if outcome.status is ChargeStatus.ASKS_OWNER and outcomes.is_over(what.charge, now):
        return _stopped(what)
    return outcome


def _stopped(what: Try) -> ProviderCharge:
    """Give up at the provider what may be under way there; return what became of it."""
    cards, payment = gateway.cards(), what.payment
    known = _known(payment, what.charge)
    if known is None:
        return ProviderCharge(str(payment.pk), "", ChargeStatus.FAILED)
    try:
        return cards.release(known.intent_key, idempotency_key=f"{payment.pk}-stop")
    except ProviderRefused:  # It has come to an end while we asked.
        return cards.fetch_charge(known.intent_key)


def _known(payment: Payment, charge: CardCharge) -> ProviderCharge | None:
    """Return what the provider knows of a payment, also where the answer that named it was lost."""
    cards = gateway.cards()
    if payment.intent_key:
        return cards.fetch_charge(payment.intent_key)
    since = payment.created_at - CLOCKS_APART
    return cards.find_charge(str(payment.pk), charge.mandate.customer_key, since=since)


@transaction.atomic
def _asked_anew(asked: CardCharge, now: datetime) -> datetime:
    """Begin a new key for a try; of several who do so at once, the first one's is everybody's."""
    charge = outcomes.lock(asked.payment_id)
    if charge.asked_at == asked.asked_at:
        charge.asked_at = now
        charge.save(update_fields=["asked_at"])
    return charge.asked_at or now


def _card_of(mandate: Mandate) -> SavedCard:
    return SavedCard(mandate.customer_key, mandate.method_key, mandate.label)
