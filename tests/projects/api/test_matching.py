"""The API of matching: programmes with what they have left, and quotes that hold nothing."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from projects.matching.models import Reservation
from tests.make import catalogue as make_catalogue
from tests.make import funding as make

if TYPE_CHECKING:
    from django.test import Client
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

    from projects.funding.models import Campaign

pytestmark = pytest.mark.django_db

CORPUS = [
    json.loads(line)
    for line in (Path(__file__).parents[2] / "corpus" / "amounts.jsonl").read_text().splitlines()
]
NAME = "{number} {name}".format_map


@pytest.fixture
def campaign() -> Campaign:
    return make.campaign(at=timezone.now())


def ask(client: Client, campaign: Campaign, **changes: object) -> Answer:
    body = {"project": campaign.project.slug, "amount": "100", "currency": "EUR"} | changes
    return client.post("/api/v1/matching/quote", json.dumps(body), content_type="application/json")


def minor(money: dict[str, Any]) -> int:
    assert money["currency"] == "EUR"
    return int(money["minor"])


def test_a_quote_says_what_is_added_by_whom_and_why(client: Client, campaign: Campaign) -> None:
    make.programme(at=timezone.now(), id="kenya-fund", name="Invented Kenya Fund")

    told = ask(client, campaign, residence="DE").json()

    assert (told["project"], told["valid_until"]) == (campaign.project.slug, None)
    assert [minor(told[name]) for name in ("amount", "match", "total")] == [100_00, 200_00, 300_00]
    (programme,) = told["programmes"]
    assert (programme["id"], programme["name"]) == ("kenya-fund", "Invented Kenya Fund")
    assert (minor(programme["match"]), programme["reason"]) == (200_00, None)
    assert programme["why"].endswith(".")
    assert not Reservation.objects.exists()


def test_a_clipped_match_has_a_reason(client: Client, campaign: Campaign) -> None:
    make.programme(at=timezone.now(), pot_minor=150_00)

    (programme,) = ask(client, campaign).json()["programmes"]

    assert (minor(programme["match"]), programme["reason"]) == (150_00, "pot_exhausted")


@pytest.mark.parametrize(
    ("residence", "match"), [("DE", 200_00), ("DEU", 200_00), ("FR", 0), (None, 0)]
)
def test_a_fund_may_ask_where_somebody_lives(
    client: Client, campaign: Campaign, residence: str | None, match: int
) -> None:
    eligible = [{"field": "donor.residence", "op": "eq", "value": "DEU"}]
    make.programme(at=timezone.now(), eligible=eligible)

    told = ask(client, campaign, residence=residence).json()

    assert minor(told["match"]) == match


def test_without_a_fund_nothing_is_added(client: Client, campaign: Campaign) -> None:
    told = ask(client, campaign).json()

    assert (minor(told["match"]), minor(told["total"]), told["programmes"]) == (0, 100_00, [])


@pytest.mark.promise("I4")
@pytest.mark.parametrize("line", CORPUS, ids=NAME)
def test_every_amount_of_the_corpus_is_taken_as_meant_or_refused(
    client: Client, campaign: Campaign, line: dict[str, Any]
) -> None:
    amount = line["input"] * line["times"] if "times" in line else line["input"]

    answer = ask(client, campaign, amount=amount, currency=line["currency"])

    if isinstance(line["plain"], int) and line["currency"] == "EUR":
        assert answer.status_code == 200
        assert minor(answer.json()["amount"]) == line["plain"]
        return
    assert answer.status_code == 400
    assert answer.json()["error"]["field"] in {"amount", "currency"}


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"project": "nobody"}, 404, None),
        ({"project": "\0"}, 400, "project"),
        ({"project": "\ud800"}, 400, "project"),
        ({"project": "x" * 20_000}, 404, None),
        ({"project": "nobody\n"}, 400, "project"),
        ({"project": ""}, 400, "project"),
        ({"project": 7}, 400, "project"),
        ({"residence": "ZZ"}, 400, "residence"),
        ({"residence": "\ud800"}, 400, "residence"),
        ({"currency": "\ud800"}, 400, "currency"),
        ({"amount": "\ud800"}, 400, "amount"),
        ({"\ud800": "100"}, 400, None),
        ({"donor": "amina"}, 400, "donor"),
        ({"body": "100"}, 400, "body"),
        ({"x" * 900: "100"}, 400, "x" * 40),
        ({"currency": "USD"}, 400, "currency"),
        ({"currency": "eur"}, 400, "currency"),
        ({"amount": None}, 400, "amount"),
        ({"amount": ["100"]}, 400, "amount"),
        ({"amount": 100}, 400, "amount"),
        ({"amount": True}, 400, "amount"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_by_name(
    client: Client, campaign: Campaign, changes: dict[str, object], status: int, field: str | None
) -> None:
    answer = ask(client, campaign, **changes)

    assert answer.status_code == status
    assert answer.json().get("error", {}).get("field") == field


def test_a_misspelt_name_is_refused_by_name_and_answers_nothing(
    client: Client, campaign: Campaign
) -> None:
    answer = ask(client, campaign, residense="DE")

    assert answer.status_code == 400
    assert answer.json() == {
        "error": {
            "code": "unknown_field",
            "message": "“residense” is not asked for here.",
            "field": "residense",
        }
    }


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '"x"', "[" * 10_000])
def test_a_body_that_is_no_question_is_refused(client: Client, body: str) -> None:
    answer = client.post("/api/v1/matching/quote", body, content_type="application/json")

    assert answer.status_code == 400
    assert "error" in answer.json()


def test_programmes_tell_their_rule_and_what_is_left(client: Client) -> None:
    make.programme(at=timezone.now(), id="kenya-fund", name="Invented Kenya Fund")
    campaign = make.campaign(make_catalogue.project(), at=timezone.now())
    make.identified(campaign, at=timezone.now())

    answer = client.get("/api/v1/matching/programmes").json()

    assert (answer["count"], answer["next"], answer["previous"]) == (1, None, None)
    (told,) = answer["results"]
    assert (told["id"], told["name"], told["version"]) == ("kenya-fund", "Invented Kenya Fund", 1)
    assert (minor(told["pot"]), minor(told["left"])) == (10_000_00, 9_800_00)
    assert "300.00" in told["rule"]
    assert told["opens_at"].endswith("Z")


@pytest.mark.promise("I3")
def test_programmes_come_as_csv_with_the_columns_of_the_json(client: Client) -> None:
    make.programme(at=timezone.now(), id="kenya-fund", name="=HYPERLINK(1)")
    (told,) = client.get("/api/v1/matching/programmes").json()["results"]

    answer = client.get("/api/v1/matching/programmes?format=csv")

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    (row,) = csv.DictReader(io.StringIO(answer.content.decode()))
    assert list(row) == list(told)
    assert (row["id"], row["name"]) == ("kenya-fund", "'=HYPERLINK(1)")
    assert (row["pot"], row["left"], row["currency"]) == ("10000.00", "10000.00", "EUR")
    assert (row["opens_at"], row["closes_at"]) == (told["opens_at"], told["closes_at"])
    assert row["rule"] == told["rule"]
    by_accept = client.get("/api/v1/matching/programmes", headers={"accept": "text/csv"})
    assert by_accept.content == answer.content


def test_a_form_that_is_neither_json_nor_csv_is_refused(client: Client) -> None:
    answer = client.get("/api/v1/matching/programmes?format=xml")

    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "format")


def test_the_openapi_document_tells_of_csv_and_of_names_that_are_refused(client: Client) -> None:
    document = client.get("/api/v1/openapi.json").json()

    for path in ("/projects", "/projects/{slug}", "/matching/programmes"):
        told = document["paths"][f"/api/v1{path}"]["get"]
        assert set(told["responses"]["200"]["content"]) == {"application/json", "text/csv"}
        assert "format" in {each["name"] for each in told["parameters"]}
    assert document["components"]["schemas"]["QuoteIn"]["additionalProperties"] is False
