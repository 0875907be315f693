"""How a payment is refunded: through the room that asked for it, where one has said how.

A refund of a gift takes back its match, too, which payments know nothing of. So a room above names
itself here (marketplace/wiring.py). Money that differs and belongs to no room is refunded as it
came.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from django.utils.translation import gettext_lazy as _

from payments.models import Payment
from payments.refunds import services as refunds
from payments.refunds.selectors import refundable

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from django.utils.functional import _StrPromise

    from payments.money import Money


class RoomRefund(Protocol):
    """Refunds what a room keeps under an id. A repeat with the same key asks for nothing more."""

    def __call__(  # noqa: PLR0913  What, how much, why, by whom and from which form.
        self,
        kept: UUID,
        /,
        *,
        amount: Money,
        reason: str,
        requested_by: str,
        idempotency_key: str,
        now: datetime,
    ) -> object: ...


@dataclass(frozen=True, slots=True)
class Room:
    """A room that asked for payments, and refunds them with all that hangs on them."""

    find: Callable[[Payment], UUID | None]  # What the room keeps of a payment, if it is its own.
    refund: RoomRefund
    refusals: tuple[type[Exception], ...]  # Their text is fit to be shown.


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asked for on the form."""

    amount: Money
    reason: str
    requested_by: str
    idempotency_key: str


class NotRefunded(Exception):
    """A refund that was not asked for. The message is fit to be shown."""


_rooms: dict[str, Room] = {}


def refund_through(name: str, room: Room) -> None:
    """Let a room refund its own payments; the same name again replaces it."""
    _rooms[name] = room


def forget(name: str) -> None:
    """Take a room out again, for tests."""
    _rooms.pop(name, None)


def why_not(payment: Payment, *, left: Money | None = None) -> _StrPromise | None:
    """Return why nothing of a payment can be refunded here, or nothing if it can.

    `left` is what can be given back, where that is known already.
    """
    if payment.state not in Payment.RECEIVED:
        return _("This payment has brought no money, so there is nothing to give back.")
    if not (refundable(payment) if left is None else left):
        return _("There is nothing left of this payment to give back.")
    if payment.state != Payment.State.DIFFERS and _room_of(payment) is None:
        return _("The part of the site that asked for this payment has to refund it.")
    return None


def is_asked(payment: Payment, *, idempotency_key: str) -> bool:
    """Tell whether a form has been sent before."""
    return payment.refunds.filter(idempotency_key__endswith=f":{idempotency_key}").exists()


def refund(payment: Payment, asked: Asked, *, now: datetime) -> None:
    """Ask for a refund through whoever the payment belongs to; a repeat asks for nothing more.

    Raises:
        NotRefunded: It is not possible; says why.
    """
    if reason := why_not(payment):
        raise NotRefunded(str(reason))
    kept = _room_of(payment)
    refusals: tuple[type[Exception], ...] = (
        refunds.RefundRefused,
        *(kept[0].refusals if kept else ()),
    )
    try:
        if kept is not None:
            room, key = kept
            room.refund(
                key,
                amount=asked.amount,
                reason=asked.reason,
                requested_by=asked.requested_by,
                idempotency_key=asked.idempotency_key,
                now=now,
            )
        else:
            refunds.request(
                payment_id=payment.pk,
                amount=asked.amount,
                reason=asked.reason,
                requested_by=asked.requested_by,
                idempotency_key=f"{payment.pk}:{asked.idempotency_key}",
                now=now,
            )
    except refusals as refusal:
        raise NotRefunded(str(refusal)) from refusal


def _room_of(payment: Payment) -> tuple[Room, UUID] | None:
    """Return who keeps what a payment was for, and under which id."""
    for room in _rooms.values():
        if (key := room.find(payment)) is not None:
            return room, key
    return None
