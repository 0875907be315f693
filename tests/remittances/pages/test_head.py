"""What search engines and messengers are told."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from tests.make import remittances as make
from tests.remittances.pages.reading import KENYA_TO_UGANDA

if TYPE_CHECKING:
    from django.test import Client


pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("real")
def test_only_the_usual_amount_is_for_search_engines(client: Client) -> None:
    usual = client.get(KENYA_TO_UGANDA).content.decode()
    assert "noindex" not in usual
    for asked in ({"amount": "20000"}, {"firm": "bank"}, {"receive_amount": "20000"}):
        page = client.get(KENYA_TO_UGANDA, asked).content.decode()
        assert '<meta name="robots" content="noindex, follow">' in page
        assert re.search(r'<link rel="canonical" href="[^"?]*/en/send/ken/uga/">', page)


@pytest.mark.usefixtures("real")
def test_machines_are_told_the_order_and_where_the_numbers_are(client: Client) -> None:
    page = client.get(KENYA_TO_UGANDA, {"amount": "18000"}).content.decode()
    told = re.search(r'<script type="application/ld\+json">(.*?)</script>', page)
    assert told is not None
    dataset, order = json.loads(told[1])["@graph"][:2]
    assert dataset["distribution"][0]["contentUrl"].endswith(
        "/api/v1/remittances/quotes?from=KEN&to=UGA&amount=18000&format=json"
    )
    first = order["itemListElement"][0]
    assert (first["position"], first["item"]["name"]) == (1, "Dahabshiil")


def test_a_name_cannot_end_the_script_it_stands_in(client: Client) -> None:
    make.imported([make.row(firm="</script><b>&amp;")])
    page = client.get(KENYA_TO_UGANDA).content.decode()
    told = re.search(r'<script type="application/ld\+json">(.*?)</script>', page)
    assert told is not None
    order = json.loads(told[1])["@graph"][1]
    assert order["itemListElement"][0]["item"]["name"] == "</script><b>&amp;"
    assert "</script><b>" not in page


@pytest.mark.usefixtures("real")
def test_what_is_shared_carries_the_verdict_its_day_and_the_address(client: Client) -> None:
    page = client.get(KENYA_TO_UGANDA, {"amount": "18000"}).content.decode()
    found = re.search(r'href="https://wa\.me/\?text=([^"]*)"', page)
    assert found is not None
    said = re.sub("[\u2068\u2069]", "", unquote(found[1])).replace("\xa0", " ")
    assert said.startswith(
        "KES 18,000 from Kenya to Uganda: Dahabshiil left the most, KES 17,489.28"
        " (prices of 14 August 2025). http"
    )
    assert said.strip().endswith("/en/send/ken/uga/?amount=18000")
