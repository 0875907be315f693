"""What is shown when something is wrong."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpResponse
from django.test import Client, RequestFactory

from marketplace import views

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

pytestmark = pytest.mark.django_db


def _heading(answer: HttpResponseBase) -> str:
    assert isinstance(answer, HttpResponse)
    (heading,) = BeautifulSoup(answer.content, "html.parser").select("h1")
    return heading.get_text(strip=True)


def test_a_page_that_does_not_exist_offers_ways_on(client: Client) -> None:
    answer = client.get("/en/no/such/page/")
    assert answer.status_code == 404
    assert _heading(answer) == "This page does not exist"
    page = BeautifulSoup(answer.content, "html.parser")
    assert page.select_one("meta[name=robots][content=noindex]")
    assert page.select_one("main a[href='/en/']")


def test_errors_speak_the_language_of_the_address() -> None:
    request = RequestFactory().get("/ar/x/")
    assert b'lang="ar" dir="rtl"' in views.not_found(request, Http404()).content
    assert b'lang="ar" dir="rtl"' in views.server_error(request).content


def test_an_error_of_ours_needs_neither_database_nor_session() -> None:
    answer = views.server_error(RequestFactory().get("/en/x/"))
    assert answer.status_code == 500
    assert _heading(answer) == "Something broke on our side"


def test_a_refusal_and_a_bad_request_have_pages() -> None:
    request = RequestFactory().get("/en/x/")
    refused = views.permission_denied(request, PermissionDenied())
    assert (refused.status_code, _heading(refused)) == (403, "You may not do this")
    bad = views.bad_request(request, SuspiciousOperation())
    assert (bad.status_code, _heading(bad)) == (400, "This request cannot be understood")


def test_a_form_without_its_proof_of_origin_is_refused_in_words() -> None:
    answer = Client(enforce_csrf_checks=True).post("/en/accounts/login/", {"login": "a@b.example"})
    assert (answer.status_code, _heading(answer)) == (403, "This form grew old")


@pytest.mark.parametrize("address", ["/api/v1/nothing", "/payments/webhooks/nothing", "/healthzz"])
def test_an_address_of_programs_is_not_led_to_a_language(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


def test_a_page_without_its_language_is_found(client: Client) -> None:
    answer = client.get("/accounts/login/")
    assert (answer.status_code, answer["Location"]) == (302, "/en/accounts/login/")


@pytest.mark.parametrize(
    ("answer", "status", "code"),
    [
        (views.not_found, 404, "not_found"),
        (views.permission_denied, 403, "forbidden"),
        (views.bad_request, 400, "bad_request"),
    ],
)
def test_a_program_is_told_in_json(answer: views.ErrorView, status: int, code: str) -> None:
    told = answer(RequestFactory().get("/api/v1/nothing"), Http404())
    assert told.status_code == status
    error = json.loads(told.content)["error"]
    assert (error["code"], error["field"]) == (code, None)
