from __future__ import annotations

from pathlib import Path

import pytest
import stripe

from payments.sandbox import contract, offers
from payments.sandbox.errors import InvalidRequest
from payments.sandbox.forms import decode
from payments.sandbox.operations import Operation, read_operations

SESSIONS = "/v1/checkout/sessions"
PRICE = "line_items[0][price_data]"


@pytest.fixture(scope="module")
def operations() -> list[Operation]:
    return read_operations(Path(stripe.__file__).parent)


def test_a_call_has_typed_parameters() -> None:
    body = f"mode=payment&{PRICE}[currency]=eur&{PRICE}[unit_amount]=500&metadata[a]=&expand[]=x"

    call = contract.read("POST", SESSIONS, decode(body))

    assert call.operation == ("POST", SESSIONS)
    assert call.params == {
        "mode": "payment",
        "line_items": [{"price_data": {"currency": "eur", "unit_amount": 500}}],
        "metadata": {"a": ""},
        "expand": ["x"],
    }


def test_a_path_gives_its_arguments() -> None:
    call = contract.read("POST", f"{SESSIONS}/cs_test_7/expire", {})

    assert (call.template, call.arguments) == (f"{SESSIONS}/{{}}/expire", ("cs_test_7",))
    assert call.path == f"{SESSIONS}/cs_test_7/expire"


def test_a_fixed_path_wins_over_one_with_arguments() -> None:
    call = contract.read("GET", "/v1/payment_intents/search", decode("query=x"))

    assert (call.template, call.arguments) == ("/v1/payment_intents/search", ())


@pytest.mark.parametrize(
    ("path", "body", "param", "code"),
    [
        (SESSIONS, "colour=red", "colour", "parameter_unknown"),
        (SESSIONS, "api_key=sk_live_1", "api_key", "parameter_unknown"),
        (SESSIONS, f"{PRICE}[currency]=eur&{PRICE}[x]=1", f"{PRICE}[x]", "parameter_unknown"),
        (SESSIONS, f"{PRICE}[unit_amount]=5", f"{PRICE}[currency]", "parameter_missing"),
        ("/v1/payment_intents", "currency=eur", "amount", "parameter_missing"),
        (SESSIONS, "expires_at=soon", "expires_at", "parameter_invalid_integer"),
        (SESSIONS, "expires_at=1_000", "expires_at", "parameter_invalid_integer"),
        (SESSIONS, "expires_at= 1", "expires_at", "parameter_invalid_integer"),
        (SESSIONS, "expires_at=1.0", "expires_at", "parameter_invalid_integer"),
        (SESSIONS, "expires_at=%D9%A1", "expires_at", "parameter_invalid_integer"),
        (SESSIONS, "success_url=", "success_url", "parameter_invalid_empty"),
        (SESSIONS, "adaptive_pricing[enabled]=yes", "adaptive_pricing[enabled]", None),
        (SESSIONS, f"{PRICE}[currency]=eur&{PRICE}[unit_amount_decimal]=1e3",
         f"{PRICE}[unit_amount_decimal]", None),
        (SESSIONS, "mode=gift", "mode", None),
        (SESSIONS, "locale=ar", "locale", None),
        (SESSIONS, "metadata[a][b]=c", "metadata[a]", None),
        (SESSIONS, "line_items=x", "line_items", None),
        (SESSIONS, "mode[]=payment", "mode", None),
        ("/v1/refunds", "reason=because", "reason", None),
    ],
)  # fmt: skip
def test_a_call_that_breaks_the_contract_is_refused(
    path: str, body: str, param: str, code: str | None
) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        contract.read("POST", path, decode(body))

    assert (refusal.value.param, refusal.value.code) == (param, code)


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("GET", "/v1/checkout"),
        ("PUT", SESSIONS),
        ("GET", f"{SESSIONS}/"),
        ("POST", "/v1/charges/x/y"),
    ],
)
def test_an_unknown_path_is_refused(verb: str, path: str) -> None:
    with pytest.raises(InvalidRequest, match="Unrecognized request URL"):
        contract.read(verb, path, {})


def test_everything_offered_is_an_operation_of_stripe(operations: list[Operation]) -> None:
    known = {(operation.verb, operation.template) for operation in operations}

    assert set(offers.paths()) <= known


def test_the_package_still_says_all_it_said(operations: list[Operation]) -> None:
    assert len(operations) >= 648
    untyped = [entry for entry in operations if entry.params_class and not entry.params_module]
    assert untyped == []


@pytest.mark.slow
def test_every_operation_of_stripe_can_be_checked(operations: list[Operation]) -> None:
    for operation in operations:
        path = operation.template.replace("{}", "x")

        with pytest.raises(InvalidRequest) as refusal:
            contract.read(operation.verb, path, {"no_such_parameter": "1"})

        assert refusal.value.code in {"parameter_unknown", "parameter_missing"}
