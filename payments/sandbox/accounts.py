"""Connected accounts: who may be paid, and what is still asked of them.

An account can be paid while nothing is due, its bank account has not refused a payout, and no
control request has stopped it (`POST /_sandbox/accounts` with `{"account", "requirements": [...]}`
or `{"account", "payouts_enabled": false}`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from payments.sandbox import account_banks, amounts, events, rules
from payments.sandbox.account_banks import BankDetails
from payments.sandbox.errors import InvalidRequest
from payments.sandbox.store import Record

if TYPE_CHECKING:
    from payments.sandbox.store import Document
    from payments.sandbox.world import World

KIND = "account"
BANK = "external_account"
ASKED_AT_FIRST = ("business_profile.name", BANK, "tos_acceptance.date")
_CREATED = frozenset(
    {
        "business_profile",
        "business_type",
        "capabilities",
        "controller",
        "country",
        "default_currency",
        "email",
        "expand",
        "external_account",
        "metadata",
        "settings",
        "type",
    }
)
_UPDATED = frozenset({"business_profile", "email", "expand", "external_account", "metadata"})
_CONTROLLER: Document = {
    "fees": {"payer": "account"},
    "is_controller": True,
    "losses": {"payments": "stripe"},
    "requirement_collection": "stripe",
    "stripe_dashboard": {"type": "full"},
    "type": "application",
}
_EXPRESS: Document = {
    "fees": {"payer": "application_express"},
    "losses": {"payments": "application"},
    "stripe_dashboard": {"type": "express"},
}


def create(world: World, params: Document) -> Record:
    """Open an account of which everything is still to be asked.

    Raises:
        InvalidRequest: a kind of account that is not offered.
    """
    rules.check_offered(params, _CREATED)
    currency = params.get("default_currency", "eur")
    amounts.check_currency(currency, param="default_currency")
    account: Document = {
        "id": world.name("acct"),
        "object": KIND,
        "business_profile": _profile(params.get("business_profile")),
        "business_type": params.get("business_type"),
        "capabilities": {"transfers": "inactive"},
        "charges_enabled": False,
        "controller": _controller(params),
        "country": params.get("country", "US"),
        "created": world.now(),
        "default_currency": currency.lower(),
        "details_submitted": False,
        "email": params.get("email"),
        "external_accounts": {
            "object": "list",
            "data": [],
            "has_more": False,
            "url": "",
        },
        "future_requirements": _requirements([]),
        "metadata": rules.metadata(params.get("metadata")),
        "payouts_enabled": False,
        "requirements": _requirements(list(ASKED_AT_FIRST)),
        "settings": _settings(params.get("settings")),
        "tos_acceptance": {"date": None, "ip": None, "user_agent": None},
        "type": params.get("type", "none"),
    }
    account["external_accounts"]["url"] = f"/v1/accounts/{account['id']}/external_accounts"
    record = Record(account, {"stopped": False, "linked": False, "fails": None})
    if BANK in params:
        _attach(world, record, _given_bank(params[BANK], currency))
    _settle(record)
    world.store.save(record)
    return record


def update(world: World, record: Record, params: Document) -> Record:
    """Change what the platform may change.

    Raises:
        InvalidRequest: bank details of an account whose owner gives them to the provider.
    """
    rules.check_offered(params, _UPDATED)
    if BANK in params:
        if record.notes["linked"]:
            raise InvalidRequest(
                message="Bank details of this account are changed on the provider's page only.",
                param=BANK,
            )
        _attach(world, record, _given_bank(params[BANK], record.document["default_currency"]))
    if "metadata" in params:
        kept = record.document["metadata"] | dict(params["metadata"] or {})
        record.document["metadata"] = rules.metadata(kept)
    if "business_profile" in params:
        record.document["business_profile"] |= params["business_profile"]
    record.document["email"] = params.get("email", record.document["email"])
    return _changed(world, record)


def complete(world: World, record: Record, *, business: str, bank: BankDetails) -> Record:
    """Take in what the owner gave on the hosted page; nothing is asked any more."""
    _attach(world, record, bank)
    record.document["business_profile"]["name"] = business
    record.document["tos_acceptance"]["date"] = world.now()
    record.document["details_submitted"] = True
    record.document["requirements"] = _requirements([])
    return _changed(world, record)


def control(world: World, body: Document) -> Document:
    """Let requirements appear or clear, or stop payouts, as the provider does of its own accord."""
    record = world.store.get(KIND, str(body.get("account")))
    asked, enabled = body.get("requirements"), body.get("payouts_enabled")
    if isinstance(asked, list) and all(isinstance(name, str) for name in asked):
        record.document["requirements"] = _requirements(asked)
    elif isinstance(enabled, bool):
        record.notes["stopped"] = not enabled
    else:
        raise InvalidRequest(message="requirements or payouts_enabled must be given.")
    return _changed(world, record).document


def refuse_bank(world: World, identifier: str) -> None:
    """Set a bank account aside that sent a payout back, until there is another one."""
    record = world.store.get(KIND, identifier)
    for bank in record.document["external_accounts"]["data"]:
        bank["status"] = "errored"
    record.document["requirements"] = _requirements([BANK])
    _changed(world, record)


def bank_of(record: Record, currency: str) -> Document | None:
    """Return the bank account that payouts in a currency go to."""
    banks: list[Document] = record.document["external_accounts"]["data"]
    return next((bank for bank in banks if bank["currency"] == currency), None)


def _changed(world: World, record: Record) -> Record:
    _settle(record)
    world.store.save(record)
    events.emit(world.seen_by(record.id), "account.updated", record.document)
    return record


def _settle(record: Record) -> None:
    """Work out what the account may do from what is asked of it."""
    account = record.document
    asked = account["requirements"]["currently_due"]
    may = account["details_submitted"] and not asked and not record.notes["stopped"]
    account["payouts_enabled"] = bool(may and account["external_accounts"]["data"])
    account["capabilities"]["transfers"] = "active" if may else "inactive"
    reason = "requirements.past_due" if asked else "under_review"
    account["requirements"]["disabled_reason"] = None if may else reason


def _attach(world: World, record: Record, details: BankDetails) -> None:
    bank, fails = account_banks.make(world, record.id, details)
    record.document["external_accounts"]["data"] = [bank]
    record.document["default_currency"] = details.currency
    record.notes["fails"] = fails
    asked = [name for name in record.document["requirements"]["currently_due"] if name != BANK]
    record.document["requirements"] = _requirements(asked)


def _given_bank(given: Any, currency: str) -> BankDetails:  # noqa: ANN401  Text or mapping.
    if not isinstance(given, dict) or given.get("object") != account_banks.KIND:
        raise InvalidRequest(message="The sandbox offers bank accounts only.", param=BANK)
    return BankDetails(
        holder=given.get("account_holder_name", ""),
        number=given["account_number"],
        country=given["country"],
        currency=given.get("currency", currency).lower(),
    )


def _controller(params: Document) -> Document:
    if "type" in params and "controller" in params:
        raise InvalidRequest(
            message="You may not provide the `type` parameter and `controller` parameters"
            " simultaneously.",
            param="type",
        )
    if params.get("type", "express") != "express":
        raise InvalidRequest(message="The sandbox offers express accounts only.", param="type")
    return _CONTROLLER | (_EXPRESS if "type" in params else params.get("controller", {}))


def _profile(given: Document | None) -> Document:
    empty = {"mcc": None, "name": None, "product_description": None, "url": None}
    return empty | (given or {})


def _settings(given: Document | None) -> Document:
    schedule = {"delay_days": 2, "interval": "daily"}
    schedule |= (given or {}).get("payouts", {}).get("schedule", {})
    return {
        "branding": {"icon": None, "logo": None, "primary_color": None, "secondary_color": None},
        "card_payments": {"statement_descriptor_prefix": None},
        "dashboard": {"display_name": None, "timezone": "Etc/UTC"},
        "payments": {"statement_descriptor": None},
        "payouts": {
            "debit_negative_balances": True,
            "schedule": schedule,
            "statement_descriptor": None,
        },
    }


def _requirements(names: list[str]) -> Document:
    return {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": list(names),
        "disabled_reason": None,
        "errors": [],
        "eventually_due": list(names),
        "past_due": list(names),
        "pending_verification": [],
    }
