"""The conduct of the API as a whole; what each address answers is tested with its room."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


def test_what_is_not_there_is_refused_in_the_api_s_own_form(client: Client) -> None:
    answer = client.get("/api/v1/projects/no-such-project")

    assert answer.status_code == 404
    assert answer.json() == {
        "error": {"code": "not_found", "message": "There is nothing here.", "field": None}
    }


def test_other_sites_may_read_the_api(client: Client) -> None:
    answer = client.get("/api/v1/projects")

    assert answer["Access-Control-Allow-Origin"] == "*"
    assert {"Accept", "Accept-Language"} <= set(answer["Vary"].split(", "))
    assert client.options("/api/v1/matching/quote").status_code == 204


def test_asking_again_for_the_same_answer_costs_no_body(client: Client) -> None:
    first = client.get("/api/v1/projects")

    again = client.get("/api/v1/projects", headers={"if-none-match": first["ETag"]})

    assert again.status_code == 304
    assert again.content == b""


def test_above_the_limit_an_address_is_told_when_to_come_back(client: Client) -> None:
    answers = [client.get("/api/v1/matching/programmes") for _ in range(601)]

    assert {answer.status_code for answer in answers[:600]} == {200}
    assert answers[600].status_code == 429
    assert answers[600].json()["error"]["code"] == "too_many_requests"
    assert 1 <= int(answers[600]["Retry-After"]) <= 60


def test_a_body_above_one_mebibyte_is_refused(client: Client) -> None:
    answer = client.post(
        "/api/v1/matching/quote", "x" * (1024 * 1024 + 1), content_type="application/json"
    )

    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "too_large"


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '"text"', "[" * 10_000])
def test_a_body_that_is_no_question_is_refused(client: Client, body: str) -> None:
    answer = client.post("/api/v1/matching/quote", body, content_type="application/json")

    assert answer.status_code == 400
    assert set(answer.json()["error"]) == {"code", "message", "field"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ('{"project": "a", "amount": "1", "amount": "100", "currency": "EUR"}', "amount"),
        ('{"project": "a", "amount": "1", "currency": "EUR", "currency": "EUR"}', "currency"),
        ('{"project": "a", "amount": {"x": 1, "x": 2}, "currency": "EUR"}', "x"),
        ('{"project": "a", "\\u0061mount": "1", "amount": "1", "currency": "EUR"}', "amount"),
        ('[{"": 1, "": 2}]', ""),
    ],
)
def test_a_body_that_says_something_twice_is_refused(client: Client, body: str, field: str) -> None:
    answer = client.post("/api/v1/matching/quote", body, content_type="application/json")

    assert answer.status_code == 400
    assert answer.json()["error"] == {
        "code": "asked_twice",
        "message": f"“{field}” is given 2 times; give it once.",
        "field": field,
    }


def test_an_empty_object_lacks_what_is_needed_and_says_nothing_twice(client: Client) -> None:
    answer = client.post("/api/v1/matching/quote", "{}", content_type="application/json")

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "invalid_project"


@pytest.mark.parametrize(
    ("operation", "needed", "free"),
    [
        ("quotes", {"from", "to", "amount"}, {"currency", "receive", "format"}),
        ("history", {"from", "to"}, {"format"}),
        ("indices", set(), {"country", "direction", "period", "format"}),
    ],
)
def test_the_openapi_document_says_what_is_needed(
    client: Client, operation: str, needed: set[str], free: set[str]
) -> None:
    document = client.get("/api/v1/openapi.json").json()
    told = document["paths"][f"/api/v1/remittances/{operation}"]["get"]

    assert {each["name"] for each in told["parameters"] if each["required"]} == needed
    assert {each["name"] for each in told["parameters"] if not each["required"]} == free
    assert {each["schema"]["type"] for each in told["parameters"]} == {"string"}
    assert set(told["responses"]["200"]["content"]) == {"application/json", "text/csv"}


def test_the_openapi_document_names_every_operation(client: Client) -> None:
    document = json.loads(client.get("/api/v1/openapi.json").content)

    assert set(document["paths"]) == {
        "/api/v1/remittances/corridors",
        "/api/v1/remittances/datasets",
        "/api/v1/remittances/indices",
        "/api/v1/remittances/prices",
        "/api/v1/remittances/quotes",
        "/api/v1/remittances/history",
        "/api/v1/projects",
        "/api/v1/projects/{slug}",
        "/api/v1/matching/programmes",
        "/api/v1/matching/quote",
    }


def test_the_documentation_is_a_page_people_can_read(client: Client) -> None:
    page = client.get("/api/v1/docs").content.decode()

    assert "/api/v1/matching/quote" in page
    assert "<script" not in page.partition("<main")[2]
    for said in ("closing, newest, least_left or most_matched", "alpha-3 code, such as KEN"):
        assert said in page


def test_a_method_that_is_not_offered_is_refused_in_the_api_s_own_form(client: Client) -> None:
    answer = client.delete("/api/v1/projects")

    assert answer.status_code == 405
    assert answer.json()["error"]["code"] == "method_not_allowed"


@pytest.mark.parametrize(
    "path",
    [
        "projects",
        "projects/no-such-project",
        "projects?format=csv",
        "matching/programmes",
        "matching/quote",
        "remittances/corridors",
        "remittances/quotes?from=KEN&to=UGA&amount=18000&currency=KES",
        "remittances/history?from=KEN&to=UGA",
        "openapi.json",
        "docs",
    ],
)
def test_head_answers_as_get_does_without_the_body(client: Client, path: str) -> None:
    whole = client.get(f"/api/v1/{path}")

    head = client.head(f"/api/v1/{path}")

    assert (head.status_code, head.content) == (whole.status_code, b"")
    for name in ("Content-Type", "ETag", "Allow", "Vary"):
        assert head.get(name) == whole.get(name)
