"""Asking what must be sent so that a sum arrives."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.make import remittances as make
from tests.remittances.asking import document
from tests.remittances.pages.reading import KENYA_TO_UGANDA, services, text

if TYPE_CHECKING:
    from django.test import Client


pytestmark = pytest.mark.django_db


def sums(one: str) -> list[Decimal]:
    return [Decimal(found.replace(",", "")) for found in re.findall(r"KES ([0-9,.]+[0-9])", one)]


@pytest.mark.usefixtures("real")
@pytest.mark.promise("C1")
def test_the_least_to_be_sent_comes_first_and_brings_the_sum(client: Client) -> None:
    response = client.get(KENYA_TO_UGANDA, {"receive_amount": "20000"})
    shown = services(response)
    sent = [sums(one)[0] for one in shown]
    assert sent == sorted(sent)
    assert shown[0].startswith("Dahabshiil Least to send in this list")
    for one in shown[:5]:
        assert abs(sums(one)[1] - 20000) <= Decimal("0.01")
    words = text(response)
    assert "In Q3 2025, Dahabshiil took the least for KES 20,000.00 to arrive" in words
    assert "less than with the last service on the list, for the same sum" in words
    assert ">You send least</a>" in response.content.decode()


@pytest.mark.usefixtures("real")
def test_a_sum_in_the_paid_out_currency_is_solved_only_where_the_rate_says_it(
    client: Client,
) -> None:
    asked = {"receive_amount": "700000", "receive_currency": "UGX"}
    response = client.get(KENYA_TO_UGANDA, asked)
    shown = services(response)
    paid = [one for one in shown if "Paid out as UGX 700,00" in one]
    in_shillings = [
        quote["provider"]
        for quote in document("KENUGA", "25000")["quotes"]
        if quote["paid_out"]["currency"] == "UGX"
    ]
    assert len(paid) == len(in_shillings) == 5
    assert all(one.startswith(tuple(in_shillings)) for one in paid)
    others = [one for one in shown if one not in paid]
    reason = "its rate does not say plainly that it pays out in this currency"
    assert all(reason in one for one in others)
    assert len(others) == 11


@pytest.mark.usefixtures("real")
def test_the_form_offers_the_currencies_that_are_plainly_paid_out(client: Client) -> None:
    page = client.get(KENYA_TO_UGANDA, {"receive_amount": "20000"}).content.decode()
    assert '<label for="id_receive_amount">They should receive' in page
    assert re.findall(r'<option value="([A-Z]{3})"', page) == ["KES", "UGX", "USD"]
    assert 'name="amount"' not in page
    assert 'href="?amount=18000">I know what I send</a>' in page
    forward = client.get(KENYA_TO_UGANDA).content.decode()
    assert 'href="?receive_amount=18000">I know what they should receive</a>' in forward


@pytest.mark.usefixtures("real")
def test_the_entrance_asks_it_too_and_keeps_what_was_typed(client: Client) -> None:
    page = client.get("/en/send/", {"receive_amount": ""}).content.decode()
    assert 'name="receive_amount"' in page
    asked = {"from": "ken", "to": "uga", "receive_amount": "20,000"}
    led = client.get("/en/send/", asked)["Location"]
    assert led == f"{KENYA_TO_UGANDA}?receive_amount=20%2C000"


@pytest.mark.usefixtures("real")
def test_what_no_surveyed_amount_brings_leads_back_to_the_surveyed_ones(client: Client) -> None:
    response = client.get(KENYA_TO_UGANDA, {"receive_amount": "900000"})
    assert response.status_code == 200
    assert "Nobody surveyed a price for KES 900,000.00" in text(response)
    page = response.content.decode()
    assert 'href="?amount=18000"' in page
    assert 'href="?amount=45000"' in page


@pytest.mark.usefixtures("real")
@pytest.mark.parametrize("typed", ["", "0", "-5", "1" + "0" * 30, "NaN", "1.000,5", "x"])
def test_a_sum_that_is_not_understood_is_an_error_beside_the_field(
    client: Client, typed: str
) -> None:
    response = client.get(KENYA_TO_UGANDA, {"receive_amount": typed})
    assert response.status_code == 422
    assert 'id="id_receive_amount_error"' in response.content.decode()
    assert services(response) == []


@pytest.mark.usefixtures("real")
def test_two_amounts_at_once_are_refused(client: Client) -> None:
    response = client.get(KENYA_TO_UGANDA, {"receive_amount": "5", "amount": "5"})
    assert response.status_code == 422
    assert "The address gives two amounts. Enter one." in text(response)


@pytest.mark.parametrize(
    ("language", "typed", "understood"),
    [
        ("en", "18,000.50", "KES 18,000.50"),
        ("en", "١٨٠٠٠٫٥٠", "KES 18,000.50"),
        ("ar", "18,000.50", "18,000.50"),
        ("ar", "١٨٠٠٠٫٥٠", "18,000.50"),
    ],
)
def test_an_amount_means_what_it_means_in_the_language_and_is_said_back(
    client: Client, language: str, typed: str, understood: str
) -> None:
    make.imported([make.row()])
    response = client.get(f"/{language}/send/ken/uga/", {"amount": typed})
    assert response.status_code == 200
    assert understood in text(response)
