"""The moves of a payment from state to state. Each is checked, stored and written down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.models import Payment, PaymentMove

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

S = Payment.State
ALLOWED: dict[str, frozenset[str]] = {
    S.CREATED: frozenset({S.OPEN, S.PROCESSING, S.HELD, S.SETTLED, S.DIFFERS, S.FAILED, S.EXPIRED}),
    S.OPEN: frozenset({S.PROCESSING, S.HELD, S.SETTLED, S.DIFFERS, S.FAILED, S.EXPIRED}),
    S.PROCESSING: frozenset({S.HELD, S.SETTLED, S.DIFFERS, S.FAILED, S.EXPIRED}),
    S.HELD: frozenset({S.SETTLED, S.DIFFERS, S.FAILED, S.EXPIRED}),
    S.FAILED: frozenset({S.SETTLED, S.DIFFERS}),  # Money may be late. It is never dropped.
    S.EXPIRED: frozenset({S.SETTLED, S.DIFFERS}),
    S.SETTLED: frozenset(),
    S.DIFFERS: frozenset(),
}


class MoveRefused(Exception):
    """A payment cannot go from the state it is in to the one wanted."""


def lock(payment_id: UUID) -> Payment:
    """Return the payment, locked together with the others of its reference, in id order."""
    reference = Payment.objects.values_list("reference", flat=True).get(pk=payment_id)
    return next(payment for payment in lock_all(reference) if payment.pk == payment_id)


def lock_all(reference: str) -> list[Payment]:
    """Return the payments of a reference, locked in id order."""
    payments = Payment.objects.select_for_update().filter(reference=reference)
    return list(payments.order_by("id"))


def move(payment: Payment, state: Payment.State, *, cause: str, now: datetime) -> None:
    """Store a locked payment in its new state, with all else that was set on it.

    Raises:
        MoveRefused: There is no way from the present state to that one.
    """
    if state not in ALLOWED[payment.state]:
        raise MoveRefused(f"A payment that is {payment.state} cannot become {state}.")
    PaymentMove.objects.create(
        payment=payment, from_state=payment.state, to_state=state, cause=cause, at=now
    )
    payment.state = state
    payment.save()
