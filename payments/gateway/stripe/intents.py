"""What Stripe's PaymentIntents say, in our words: the one reading for pages and saved cards."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import stripe

from payments.gateway.base import Charge, ChargeStatus, ProviderCharge, ProviderRefused
from payments.gateway.stripe.client import OUR_KEY, money

EXPANDED = "latest_charge.balance_transaction"
_HELD = timedelta(days=7)  # https://docs.stripe.com/payments/place-a-hold-on-a-payment-method
_NEVER_AGAIN = "do_not_try_again"  # https://docs.stripe.com/declines/codes


def outcome(intent: stripe.PaymentIntent) -> ProviderCharge:
    """Return what became of an intent whose latest charge and its transaction are expanded.

    Raises:
        ProviderRefused: It says that money came, and does not say what.
    """
    said = ProviderCharge(
        payment_key=intent.metadata.to_dict().get(OUR_KEY, ""),
        page_key="",
        status=ChargeStatus.PROCESSING,
        intent_key=intent.id,
    )
    match intent.status:
        case "succeeded":
            charge = _charge(intent)
            return replace(said, status=ChargeStatus.PAID, charge=charge) if charge else said
        case "requires_capture":
            return replace(said, status=ChargeStatus.HELD, held_until=_held_until(intent))
        case "canceled":
            is_hold = intent.capture_method == "manual"
            return replace(said, status=ChargeStatus.EXPIRED if is_hold else ChargeStatus.FAILED)
        case "requires_action":
            return replace(said, status=ChargeStatus.ASKS_OWNER, owner_url=_owner_url(intent))
        case "requires_payment_method":
            return _declined(intent, said)
        case _:
            return said


def _declined(intent: stripe.PaymentIntent, said: ProviderCharge) -> ProviderCharge:
    error = intent.last_payment_error
    if error is None:
        return replace(said, status=ChargeStatus.OPEN)
    told = error.to_dict()
    return replace(
        said,
        status=ChargeStatus.DECLINED,
        reason=told.get("decline_code") or told.get("code") or "",
        is_hopeless=told.get("advice_code") == _NEVER_AGAIN,
    )


def _owner_url(intent: stripe.PaymentIntent) -> str:
    action = intent.next_action
    if action is None or action.redirect_to_url is None or not action.redirect_to_url.url:
        raise ProviderRefused(f"{intent.id} asks its owner and does not say where.")
    return action.redirect_to_url.url


def _held_until(intent: stripe.PaymentIntent) -> datetime:
    charge = _latest(intent)
    details = charge.payment_method_details
    card = details.card if details else None
    if card and card.to_dict().get("capture_before"):
        return datetime.fromtimestamp(card.to_dict()["capture_before"], UTC)
    return datetime.fromtimestamp(charge.created, UTC) + _HELD


def _charge(intent: stripe.PaymentIntent) -> Charge | None:
    """Return the money of a payment that succeeded, or None while its fee is still unknown."""
    charge = _latest(intent)
    counted = charge.balance_transaction
    if not isinstance(counted, stripe.BalanceTransaction):
        return None
    # What was held became money when it was captured, not when it was authorised.
    moment = counted.created if intent.capture_method == "manual" else charge.created
    return Charge(
        key=charge.id,
        amount=money(charge.amount_captured, charge.currency),
        fee=money(counted.fee, counted.currency),
        charged_at=datetime.fromtimestamp(moment, UTC),
    )


def _latest(intent: stripe.PaymentIntent) -> stripe.Charge:
    if not isinstance(intent.latest_charge, stripe.Charge):
        raise ProviderRefused(f"{intent.id} is {intent.status} without a charge.")
    return intent.latest_charge
