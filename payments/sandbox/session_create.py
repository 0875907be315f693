"""Reading what a new Checkout Session is asked to be: a page to pay on, or to save a card on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from payments.sandbox import amounts, customers, jobs, rules, sessions, setups
from payments.sandbox.errors import InvalidRequest
from payments.sandbox.store import Record

if TYPE_CHECKING:
    from payments.sandbox.store import Document
    from payments.sandbox.world import World

_OFFERED = frozenset({
    "mode", "metadata", "client_reference_id", "customer_email", "success_url", "cancel_url",
    "locale", "expires_at", "allowed_payment_method_types", "ui_mode", "expand",
})  # fmt: skip
_BY_MODE = {
    "payment": _OFFERED | {"line_items", "payment_intent_data", "adaptive_pricing"},
    "setup": _OFFERED
    | {"currency", "customer", "customer_creation", "setup_intent_data", "custom_text"},
}
_OFFERED_INTENT = frozenset({
    "capture_method", "description", "metadata", "receipt_email", "statement_descriptor",
    "statement_descriptor_suffix", "transfer_group",
})  # fmt: skip
_ONLY: Document = {
    "adaptive_pricing": {"enabled": False},
    "allowed_payment_method_types": ["card"],
    "ui_mode": "hosted_page",
}
_SHORTEST, _LONGEST = 30 * 60, 24 * 3600
_LINES = 100
_REFERENCE = 200
_MESSAGE = 1200


def create(world: World, params: Document) -> Record:
    """Save a new open session.

    Raises:
        InvalidRequest: what is asked breaks a rule, or the sandbox does not offer it.
    """
    _check(params)
    session = _EMPTY | {
        "id": world.name("cs_test"),
        "object": sessions.KIND,
        "cancel_url": params.get("cancel_url"),
        "client_reference_id": params.get("client_reference_id"),
        "created": world.now(),
        "customer_email": params.get("customer_email"),
        "expires_at": _expiry(world, params.get("expires_at")),
        "locale": params.get("locale"),
        "metadata": rules.metadata(params.get("metadata")),
        "submit_type": None,
        "success_url": params["success_url"],
    }
    make = _to_save_a_card if params["mode"] == "setup" else _to_pay
    record = make(world, params, session)
    world.store.save(record)
    jobs.plan(world, jobs.EXPIRE, record.id, session["expires_at"])
    return record


def _to_pay(world: World, params: Document, session: Document) -> Record:
    lines = [_line(world, item, place) for place, item in enumerate(params["line_items"])]
    total, currency = _total(lines)
    session |= {
        "amount_subtotal": total,
        "amount_total": total,
        "currency": currency,
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
    }
    return Record(session, {"lines": lines, "intent": _intent(params)})


def _to_save_a_card(world: World, params: Document, session: Document) -> Record:
    asked: dict[str, Any] = dict(params.get("setup_intent_data", {}))
    rules.check_offered(asked, {"description", "metadata"}, inside="setup_intent_data")
    carried = rules.metadata(asked.get("metadata"), param="setup_intent_data[metadata]")
    customer = params.get("customer")
    if customer and {"customer_creation", "customer_email"} & params.keys():
        raise InvalidRequest(
            message="You may only specify one of customer, customer_email and customer_creation.",
            param="customer",
        )
    if customer:
        world.store.get(customers.KIND, customer, param="customer")
    given = {
        "customer": customer,
        "description": asked.get("description"),
        "metadata": carried,
    }
    session |= {
        "adaptive_pricing": None,
        "amount_subtotal": None,
        "amount_total": None,
        "currency": params["currency"].lower(),
        "custom_text": _EMPTY["custom_text"] | _custom_text(params.get("custom_text", {})),
        "customer_creation": params.get("customer_creation", "if_required"),
        "mode": "setup",
        "payment_status": "no_payment_required",
        "setup_intent": setups.open_setup(world, given=given).id,
        "total_details": None,
    }
    return Record(session, {"lines": []})


def _custom_text(asked: Document) -> Document:
    rules.check_offered(asked, {"submit"}, inside="custom_text")
    message = (asked.get("submit") or {}).get("message", "")
    rules.check_length(message, _MESSAGE, param="custom_text[submit][message]")
    return {"submit": {"message": message}} if message else {}


def _check(params: Document) -> None:
    _check_mode(params)
    for name, only in _ONLY.items():
        if params.get(name, only) != only:
            raise InvalidRequest(f"The sandbox offers {name} {only} only.", param=name)
    for name in ("success_url", "cancel_url"):
        if name in params:
            rules.check_url(params[name], param=name)
    if "customer_email" in params:
        rules.check_email(params["customer_email"], param="customer_email")
    reference = params.get("client_reference_id", "")
    rules.check_length(reference, _REFERENCE, param="client_reference_id")


def _check_mode(params: Document) -> None:
    rules.check_required(params, "mode", "success_url")
    if params["mode"] not in _BY_MODE:
        raise InvalidRequest(f"The sandbox offers mode {[*_BY_MODE]} only.", param="mode")
    rules.check_offered(params, _BY_MODE[params["mode"]])
    if params["mode"] == "setup":
        rules.check_required(params, "currency")
        amounts.check_currency(params["currency"])
        return
    rules.check_required(params, "line_items")
    if not 0 < len(params["line_items"]) <= _LINES:
        raise InvalidRequest(f"From 1 to {_LINES} line items are allowed.", param="line_items")


def _line(world: World, item: Document, place: int) -> Document:
    at = f"line_items[{place}]"
    rules.check_offered(item, {"price_data", "quantity"}, inside=at)
    rules.check_required(item, "price_data", inside=at)
    price, quantity, inside = item["price_data"], item.get("quantity", 1), f"{at}[price_data]"
    rules.check_offered(price, {"currency", "product_data", "unit_amount"}, inside=inside)
    rules.check_required(price, "product_data", "unit_amount", inside=inside)
    rules.check_offered(price["product_data"], {"name"}, inside=f"{inside}[product_data]")
    row = amounts.check_currency(price["currency"], param=f"{inside}[currency]")
    if price["unit_amount"] < 0 or quantity < 1:
        raise InvalidRequest(message="Amounts and quantities are positive.", param=inside)
    amounts.check_step(price["unit_amount"], row, param=f"{inside}[unit_amount]")
    return _line_item(world, price, quantity)


def _line_item(world: World, price: Document, quantity: int) -> Document:
    total = price["unit_amount"] * quantity
    return {
        "id": world.name("li"),
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": total,
        "amount_tax": 0,
        "amount_total": total,
        "currency": price["currency"].lower(),
        "description": price["product_data"]["name"],
        "quantity": quantity,
    }


def _total(lines: list[Document]) -> tuple[int, str]:
    currencies = {str(line["currency"]) for line in lines}
    if len(currencies) > 1:
        raise InvalidRequest(
            message="All line items must use the same currency.", param="line_items"
        )
    total, currency = sum(int(line["amount_total"]) for line in lines), currencies.pop()
    amounts.check_charge(total, currency, param="line_items")
    return total, currency


def _expiry(world: World, asked: int | None) -> int:
    now = world.now()
    if asked is None:
        return now + _LONGEST
    if not now + _SHORTEST <= asked <= now + _LONGEST:
        raise InvalidRequest(
            message="The `expires_at` timestamp must be between 30 minutes and 24 hours from now.",
            param="expires_at",
        )
    return asked


def _intent(params: Document) -> Document:
    asked: dict[str, Any] = dict(params.get("payment_intent_data", {}))
    rules.check_offered(asked, _OFFERED_INTENT, inside="payment_intent_data")
    given = rules.metadata(asked.get("metadata"), param="payment_intent_data[metadata]")
    return asked | {"metadata": given}


_EMPTY: Document = {
    "adaptive_pricing": {"enabled": False},
    "after_expiration": None,
    "allow_promotion_codes": None,
    "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
    "billing_address_collection": None,
    "client_secret": None,
    "collected_information": None,
    "consent": None,
    "consent_collection": None,
    "currency_conversion": None,
    "custom_fields": [],
    "custom_text": dict.fromkeys(
        ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
    ),
    "customer": None,
    "customer_creation": "if_required",
    "customer_details": None,
    "discounts": [],
    "invoice": None,
    "invoice_creation": None,
    "livemode": False,
    "mode": "payment",
    "payment_intent": None,
    "payment_link": None,
    "payment_method_collection": "if_required",
    "payment_method_configuration_details": None,
    "payment_method_options": {},
    "payment_method_types": ["card"],
    "payment_status": "unpaid",
    "permissions": None,
    "phone_number_collection": {"enabled": False},
    "recovered_from": None,
    "saved_payment_method_options": None,
    "setup_intent": None,
    "shipping_address_collection": None,
    "shipping_cost": None,
    "shipping_options": [],
    "status": "open",
    "subscription": None,
    "ui_mode": "hosted_page",
    "wallet_options": None,
}
