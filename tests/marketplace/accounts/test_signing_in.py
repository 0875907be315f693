"""The way in: e-mail and password, a one-time code where the work asks for it; no other door."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.models import Group
from django.urls import reverse

from projects.catalogue.models import Membership
from tests.make import accounts, catalogue

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase
    from django.test import Client

    from marketplace.accounts.models import User

pytestmark = pytest.mark.django_db
LOGIN = "/en/accounts/login/"
WORKSPACE = "/en/agency/"
Role = Membership.Role


def code() -> str:
    return str(format_hotp_value(hotp_value(accounts.TOTP_SECRET, int(time.time()) // 30)))


def enter(client: Client, person: User, password: str = accounts.PASSWORD) -> HttpResponseBase:
    return client.post(LOGIN, {"login": person.email, "password": password})


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_a_giver_signs_in_with_a_password_alone_and_out_again(client: Client) -> None:
    response = enter(client, accounts.user())

    assert response.headers["Location"] == "/"
    assert is_signed_in(client)
    page = client.get(reverse("account_logout")).content.decode()
    assert "Sign out?" in page
    client.post(reverse("account_logout"))
    assert not is_signed_in(client)


@pytest.mark.promise("A7")
def test_an_officer_with_a_second_factor_is_asked_for_the_code(client: Client) -> None:
    officer = accounts.with_second_factor(catalogue.member(catalogue.agency()))

    response: HttpResponseBase = enter(client, officer)
    assert response.headers["Location"] == reverse("mfa_authenticate")
    assert not is_signed_in(client)
    assert "Enter your code" in client.get(response.headers["Location"]).content.decode()

    client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert not is_signed_in(client)

    response = client.post(reverse("mfa_authenticate"), {"code": code()})
    assert is_signed_in(client)
    assert response.headers["Location"] == WORKSPACE
    assert client.get(WORKSPACE).status_code == 200


@pytest.mark.promise("A7")
@pytest.mark.parametrize("role", sorted(set(Role) - {Role.OWNER}))
def test_every_role_of_an_agency_must_set_up_a_second_factor_first(
    client: Client, role: Role
) -> None:
    officer = catalogue.member(catalogue.agency(), role)
    enter(client, officer)

    response = client.get(WORKSPACE)
    assert response.headers["Location"] == f"{reverse('mfa_activate_totp')}?next=%2Fen%2Fagency%2F"

    again = client.get(response.headers["Location"]).headers["Location"]
    assert again.startswith(reverse("account_reauthenticate"))
    client.post(again, {"password": accounts.PASSWORD})
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    assert "Set up your second factor" in page
    found = re.search(r'id="authenticator_secret"[^>]*value="([A-Z2-7]+)"', page)
    assert found
    first = format_hotp_value(hotp_value(found[1], int(time.time()) // 30))
    client.post(reverse("mfa_activate_totp"), {"code": first})
    assert Authenticator.objects.filter(user=officer, type="totp").count() == 1

    response = client.get(WORKSPACE)
    assert response.headers["Location"].startswith(reverse("mfa_reauthenticate"))
    response = client.post(response.headers["Location"], {"code": first, "next": WORKSPACE})
    assert response.headers["Location"] == WORKSPACE
    assert client.get(WORKSPACE).status_code == 200


def _editor() -> User:
    editor = accounts.user()
    editor.groups.add(Group.objects.get_or_create(name="cms_editor")[0])
    return editor


@pytest.mark.promise("A7")
@pytest.mark.parametrize("person", [_editor, accounts.platform_admin])
@pytest.mark.parametrize("door", ["/admin/", "/django-admin/"])
def test_the_admins_own_log_ins_lead_to_the_one_with_the_factor(
    client: Client, person: object, door: str
) -> None:
    user = accounts.with_second_factor(person())  # type: ignore[operator]

    response = client.get(door)
    response = client.get(response.headers["Location"])
    assert response.headers["Location"] == f"{LOGIN}?next={door.replace('/', '%2F')}"
    for credentials in ({"username": user.email}, {"login": user.email}):
        client.post(f"{door}login/", {**credentials, "password": accounts.PASSWORD})
        assert not is_signed_in(client)


@pytest.mark.promise("A7")
@pytest.mark.parametrize("page", ["/admin/", "/django-admin/", "/en/"])
def test_a_session_without_the_code_opens_nothing_however_it_began(
    client: Client, page: str
) -> None:
    admin = accounts.with_second_factor(accounts.platform_admin())
    client.force_login(admin)

    response = client.get(page)

    assert response.status_code == 302
    assert response.headers["Location"].startswith(reverse("mfa_reauthenticate"))
    accounts.sign_in(client, admin)
    assert client.get(page).status_code == 200


def test_an_admin_page_is_missing_for_who_may_not_see_it(client: Client) -> None:
    accounts.sign_in(client, accounts.user())

    for door in ("/admin/", "/django-admin/"):
        assert client.get(door, follow=True).status_code == 404


@pytest.mark.promise("A8")
def test_sign_in_and_reset_do_not_tell_whether_an_address_is_known(client: Client) -> None:
    known = accounts.user(email="known@people.example")
    wrong = [
        client.post(LOGIN, {"login": email, "password": "not the password"})
        for email in (known.email, "nobody@people.example")
    ]
    resets = [
        client.post(reverse("account_reset_password"), {"email": email})
        for email in (known.email, "nobody@people.example")
    ]
    signups = [
        client.post(reverse("account_signup"), {"email": email, "password1": "a good long one"})
        for email in (known.email, "nobody@people.example")
    ]

    for known_answer, unknown_answer in (wrong, resets, signups):
        assert known_answer.status_code == unknown_answer.status_code
        assert known_answer.headers.get("Location") == unknown_answer.headers.get("Location")
    texts = [
        re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())
        for answer in wrong
    ]
    assert texts[0].replace(known.email, "nobody@people.example") == texts[1]


def test_guessing_passwords_is_slowed_down(client: Client) -> None:
    person = accounts.user()
    for _ in range(5):
        enter(client, person, password="a wrong guess")

    response = client.post(LOGIN, {"login": person.email, "password": accounts.PASSWORD})

    assert not is_signed_in(client)
    assert "Too many failed login attempts" in response.content.decode()


def test_a_code_by_mail_signs_in_too(client: Client, mailoutbox: list[object]) -> None:
    person = accounts.user()

    client.post(reverse("account_request_login_code"), {"email": person.email})
    found = re.search(r"^([A-Z0-9]{4}-[A-Z0-9]{4})$", mailoutbox[0].body, re.MULTILINE)  # type: ignore[attr-defined]
    assert found
    client.post(reverse("account_confirm_login_code"), {"code": found[1]})

    assert is_signed_in(client)


def test_next_leads_only_to_own_pages(client: Client) -> None:
    person = accounts.user()
    data = {"login": person.email, "password": accounts.PASSWORD}

    response = client.post(LOGIN, {**data, "next": "https://elsewhere.example/"})

    assert response.headers["Location"] == "/"


def test_secrets_of_the_second_factor_are_enciphered() -> None:
    person = accounts.with_second_factor(accounts.user())

    kept = Authenticator.objects.get(user=person)

    assert accounts.TOTP_SECRET not in str(kept.data)
    assert kept.wrap().validate_code(code())


@pytest.mark.parametrize(
    "page",
    ["account_login", "account_signup", "account_reset_password", "account_request_login_code"],
)
def test_fields_are_named_by_labels_and_not_by_words_inside_them(client: Client, page: str) -> None:
    shown = client.get(reverse(page)).content.decode()

    assert "<label" in shown
    assert "placeholder" not in shown
