"""Every amount of corpus 3a through the form, the API and the command."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from django.core.management import CommandError, call_command

from payments import figures
from payments.currencies import KNOWN, currency
from payments.money import Money

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db

SENDERS = {
    "EUR": "DEU", "JPY": "JPN", "XOF": "SEN", "KWD": "KWT", "TND": "TUN", "UGX": "UGA",
    "ISK": "ISL", "MGA": "MDG", "INR": "IND",
}  # fmt: skip
ONLY_CHARGES = {"below_minimum", "charge_step"}  # Comparing an amount charges nothing.
PAGES = {"en", "ar"}


def cases() -> list[dict[str, Any]]:
    file = Path(__file__).parents[1] / "corpus" / "amounts.jsonl"
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def named(case: dict[str, Any]) -> str:
    return f"{case['number']}-{case['name']}"


KNOWN_CASES = [case for case in cases() if case["currency"] in KNOWN]
TEXTS = [case for case in KNOWN_CASES if isinstance(case["input"], str)]


def typed(case: dict[str, Any]) -> str:
    return str(case["input"]) * int(case.get("times", 1))


def meant(case: dict[str, Any], reading: str) -> Money | None:
    """Return the money a case means where it is only compared; None where it is refused."""
    expected = case[reading]
    if expected in ONLY_CHARGES:
        places = currency(case["currency"]).exponent
        expected = int(Decimal(case["input"]).scaleb(places))
    return Money(expected, case["currency"]) if isinstance(expected, int) else None


@pytest.mark.parametrize("case", [c for c in TEXTS if c["language"] in PAGES], ids=named)
def test_the_form_shows_what_it_understood_or_refuses_beside_the_field(
    client: Client, case: dict[str, Any]
) -> None:
    corridor = f"/{case['language']}/send/{SENDERS[case['currency']].lower()}/ken/"
    response = client.get(f"{corridor}?{urlencode({'amount': typed(case)})}")
    page = response.content.decode()
    money = meant(case, "typed")
    if money is None:
        assert response.status_code == 422
        assert 'id="id_amount_error"' in page
        assert 'aria-invalid="true"' in page
    else:
        assert response.status_code == 200
        assert 'class="error"' not in page
        assert figures.money_text(money, language=case["language"]) in page


@pytest.mark.parametrize("case", TEXTS, ids=named)
def test_the_api_reads_plain_amounts_or_answers_400(client: Client, case: dict[str, Any]) -> None:
    query = {"from": SENDERS[case["currency"]], "to": "KEN", "amount": typed(case)}
    response = client.get("/api/v1/remittances/quotes", query)
    money = meant(case, "plain")
    if money is None:
        assert response.status_code == 400
        assert response.json()["error"]["code"] == "invalid_amount"
        assert response.json()["error"]["field"] == "amount"
    else:
        assert response.status_code == 200
        assert response.json()["amount"] == f"{money.decimal:f}"


@pytest.mark.parametrize("case", TEXTS, ids=named)
def test_the_command_reads_plain_amounts_or_ends_with_2(case: dict[str, Any]) -> None:
    out = io.StringIO()
    words = ("compare", SENDERS[case["currency"]], "KEN", typed(case), "--json")
    money = meant(case, "plain")
    if money is None:
        with pytest.raises(CommandError) as refused:
            call_command("remittances", *words, stdout=out)
        assert refused.value.returncode == 2
        assert out.getvalue() == ""
    else:
        call_command("remittances", *words, stdout=out)
        assert json.loads(out.getvalue())["amount"] == f"{money.decimal:f}"


@pytest.mark.parametrize(
    "case", [case for case in cases() if case["currency"] not in KNOWN], ids=named
)
def test_a_currency_that_is_none_is_refused(client: Client, case: dict[str, Any]) -> None:
    query = {"from": "DEU", "to": "KEN", "amount": "100", "currency": case["currency"]}
    response = client.get("/api/v1/remittances/quotes", query)
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "invalid_currency"


def test_an_amount_given_twice_is_refused(client: Client) -> None:
    response = client.get("/en/send/deu/ken/?amount=100&amount=200")
    assert response.status_code == 422
    assert "two amounts" in response.content.decode()
