"""What people type about themselves, and what strangers send to the pages of a gift."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from projects.funding.models import Contribution, Contributor
from tests.make import funding as make
from tests.projects.public.visitor import DETAILS, Visitor, field, text

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def amina(client: Client) -> Visitor:
    now = timezone.now()
    make.programme(at=now)
    return Visitor(client, make.campaign(at=now).project.slug)


def details_of(visitor: Visitor) -> str:
    return str(visitor.give("100")["Location"]).replace("/match/", "/details/")


@pytest.mark.promise("I2")
@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Amina   Invented ", "Amina Invented"),
        ("A", "A"),
        ("ሰላም", "ሰላም"),
        ("Ame\u0301lie", "Amélie"),
        ("أمينة", "أمينة"),
        ("A\r\nBcc: x@example.org", "A Bcc: x@example.org"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("{{7*7}}", "{{7*7}}"),
        ("👨‍👩‍👧", "👨‍👩‍👧"),
    ],
)
def test_a_name_is_kept_as_it_is_and_never_becomes_part_of_the_page(
    amina: Visitor, typed: str, kept: str
) -> None:
    answer = amina.client.post(details_of(amina), DETAILS | {"name": typed})

    assert Contributor.objects.get().name == kept
    page = amina.client.get(answer["Location"])
    assert kept in text(page) or "<" in kept
    assert "<script>alert" not in page.content.decode()


@pytest.mark.promise("I4")
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"email": ""}, "Enter your e-mail address."),
        ({"email": "amina"}, "Enter an e-mail address like name@example.org."),
        ({"email": "a@example.org\r\nBcc: b@example.org"}, "Enter an e-mail address like"),
        ({"email": "a" * 300 + "@example.org"}, "at most 254"),
        ({"name": " "}, "Enter your name."),
        ({"name": "A" * 201}, "at most 200"),
        ({"name": "\u0958" * 200}, "at most 200 characters (it has 400)"),
        ({"name": "A\0"}, "Null characters"),
        ({"residence": ""}, "Choose the country you live in."),
        ({"residence": "ZZZ"}, "Choose a country of the list."),
        ({"message": "\u0958" * 500}, "at most 500 characters (it has 1000)"),
        ({"message": "x" * 501}, "at most 500"),
        ({"message": "x" * 900_000}, "at most 500"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field_and_kept(
    amina: Visitor, wrong: dict[str, str], said: str
) -> None:
    answer = amina.client.post(details_of(amina), DETAILS | wrong)

    assert answer.status_code == 422
    assert said in text(answer)
    assert "Amina Invented" in answer.content.decode() or "name" in wrong
    assert not Contributor.objects.exists()


def test_what_was_told_before_is_shown_again(amina: Visitor) -> None:
    amina.up_to_pay(hide_name="on")
    contribution = Contribution.objects.get()

    page = amina.client.get(f"/en/give/{amina.slug}/details/{contribution.public_key}/")

    assert field(page, "email") == "amina@example.org"
    assert '<option value="DEU" selected>' in page.content.decode()


def test_the_amount_can_be_changed_on_the_way(amina: Visitor) -> None:
    amina.up_to_pay("100")
    contribution = Contribution.objects.get()
    page = amina.amount_page(f"?gift={contribution.public_key}")
    assert field(page, "amount") == "100"

    answer = amina.give("60", token=field(page, "token"))

    assert answer["Location"].endswith(f"/match/{contribution.public_key}/")
    contribution.refresh_from_db()
    assert contribution.amount_minor == 60_00
    assert Contribution.objects.count() == 1


@pytest.mark.parametrize("gift", ["x", "", "00000000-0000-4000-8000-000000000000", '"><script>'])
def test_a_gift_that_is_not_there_is_not_changed(amina: Visitor, gift: str) -> None:
    page = amina.amount_page(f"?gift={gift}&amount=30")

    assert page.status_code == 200
    assert field(page, "amount") == "30"
    assert "<script>" not in page.content.decode().split("<main")[1]


@pytest.mark.parametrize("step", ["match", "done"])
def test_pages_that_only_show_take_no_posts(amina: Visitor, step: str) -> None:
    amina.up_to_pay()
    key = Contribution.objects.get().public_key

    assert amina.client.post(f"/en/give/{amina.slug}/{step}/{key}/").status_code == 405


@pytest.mark.parametrize("shown", ["", "x", "-1", "99999999999999999999", "1e3", None])
def test_a_button_that_sends_nonsense_pays_nothing(amina: Visitor, shown: str | None) -> None:
    pay_page = amina.up_to_pay()

    answer = amina.client.post(pay_page, {} if shown is None else {"agreed_match_minor": shown})

    assert answer.status_code == 200
    assert "Pay €100.00" in text(answer)
    assert Contribution.objects.get().state == Contribution.State.DRAFT


@pytest.mark.parametrize("looked", ["9", "-1", "x", "٣", "99999999999"])
def test_waiting_ends_whatever_the_address_says(amina: Visitor, looked: str) -> None:
    amina.up_to_pay()
    contribution = make.submitted(Contribution.objects.get(), at=timezone.now())

    page = amina.client.get(
        f"/en/give/{amina.slug}/done/{contribution.public_key}/", {"looked": looked}
    )

    assert "We have not heard from the payment page yet" in text(page)
    assert ("Refresh" in page) == (looked != "9")


def test_every_step_needs_few_queries(amina: Visitor) -> None:
    pay_page = amina.up_to_pay()
    key = Contribution.objects.get().public_key
    for page in (
        f"/en/give/{amina.slug}/amount/",
        f"/en/give/{amina.slug}/match/{key}/",
        f"/en/give/{amina.slug}/details/{key}/",
        pay_page,
    ):
        with CaptureQueriesContext(connection) as captured:
            assert amina.client.get(page).status_code == 200
        assert len(captured) <= 15, page


@pytest.mark.promise("I4")
@pytest.mark.parametrize("encoding", ["unicode_escape", "utf-7", "zlib", "rot13", "utf-16", "x"])
def test_a_request_is_read_as_utf_8_whatever_it_claims(amina: Visitor, encoding: str) -> None:
    lines = [
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in {**DETAILS, "name": "\\ud800 +2AA-"}.items()
    ]
    body = "".join([*lines, "--b--\r\n"]).encode()
    claim = f"multipart/form-data; boundary=b; charset={encoding}"

    answer = amina.client.generic("POST", details_of(amina), body, content_type=claim)

    assert answer.status_code == 303
    assert Contributor.objects.get().name == "\\ud800 +2AA-"


@pytest.mark.parametrize("encoding", ["unicode_escape", "utf-7", "utf-16", "x"])
def test_an_address_is_read_as_utf_8_whatever_it_claims(client: Client, encoding: str) -> None:
    claim = f"text/plain; charset={encoding}"

    page = client.generic("GET", "/en/projects/?q=%5Cud800+2AA-", b"x", content_type=claim)

    assert page.status_code == 200
