"""The pages of an alert: typed by hand, opened from a mail, posted by a mail program."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation

from payments.money import Money
from remittances.alerts import services, tokens
from remittances.alerts.tokens import Purpose
from remittances.models import Alert, Country
from tests.make import price_alerts as make
from tests.make import remittances as prices
from tests.remittances.pages.reading import text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
ASK = "/en/send/alerts/"
WISH = {
    "under": "3",
    "receive": "any",
    "email": make.ADDRESS,
    "origin": "KEN",
    "destination": "UGA",
    "amount": "18000.00",
    "currency": "KES",
}


@pytest.fixture(autouse=True)
def _prices() -> None:
    prices.imported([prices.row()])


def test_from_the_form_to_the_first_message_and_the_stop(client: Client) -> None:
    asked = client.post(ASK, WISH)
    assert asked.status_code == 303
    services.send_alert_messages(now=make.NOW)
    code = re.findall(r"^[0-9]{6}$", str(mail.outbox[0].body), flags=re.MULTILINE)[0]
    page = client.get(asked["Location"])
    assert "Enter the code from your e-mail" in text(page)
    assert page["Cache-Control"] == "private, no-store"
    done = client.post(asked["Location"], {"code": f" {code[:3]} {code[3:]}"})
    assert "The alert is on" in text(done)
    services.look_at_alerts(now=make.NOW)
    assert services.send_alert_messages(now=make.NOW) == 1
    stop = re.findall(r"http://testserver(/en/send/alerts/stop/\S+)", str(mail.outbox[1].body))[0]
    assert client.get(stop).content.count(b"<button class=") == 1
    assert Alert.objects.count() == 1
    assert "The alert is stopped" in text(client.post(stop))
    assert Alert.objects.count() == 0


def test_a_mail_program_stops_it_without_cookies_and_again_is_no_harm() -> None:
    alert = make.armed()
    strict = Client(enforce_csrf_checks=True)
    stop = f"{ASK}stop/{tokens.made(Purpose.STOP, alert.pk)}/"
    for _ in range(2):
        answer = strict.post(stop, {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert not answer.cookies
    assert Alert.objects.count() == 0


def test_opening_a_link_changes_nothing_until_its_button_is_pressed(client: Client) -> None:
    alert = make.asked()
    services.send_alert_messages(now=make.NOW)
    confirm = f"{ASK}confirm/{tokens.made(Purpose.CONFIRM, alert.pk)}/"
    assert client.get(confirm).status_code == 200
    alert.refresh_from_db()
    assert alert.state == "unconfirmed"
    assert "The alert is on" in text(client.post(confirm))


def test_the_form_needs_no_cookie_and_the_confirmation_does() -> None:
    strict = Client(enforce_csrf_checks=True)
    asked = strict.post(ASK, WISH)
    assert asked.status_code == 303
    assert strict.post(asked["Location"], {"code": "123456"}).status_code == 403


@pytest.mark.parametrize("purpose", [Purpose.ENTER, Purpose.CONFIRM])
def test_a_link_for_one_purpose_serves_no_other(client: Client, purpose: Purpose) -> None:
    alert = make.asked()
    token = tokens.made(purpose, alert.pk)
    assert client.post(f"{ASK}stop/{token}/").status_code == 404
    assert client.get(f"{ASK}stop/nonsense/").status_code == 404
    assert Alert.objects.count() == 1


def test_every_address_is_answered_alike(client: Client) -> None:
    make.armed()
    answers = [client.post(ASK, {**WISH, "email": f"{n}@example.org"}) for n in range(2)]
    answers += [client.post(ASK, WISH) for _ in range(4)]  # Known, and above its limit.
    shapes = {(answer.status_code, len(answer["Location"])) for answer in answers}
    assert len(shapes) == 1
    pages = {client.get(answer["Location"]).content.count(b"<input") for answer in answers}
    assert len(pages) == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Enter the percentage below which we should tell you."),
        ("0", "Enter a percentage above 0 and below 100."),
        ("100", "Enter a percentage above 0 and below 100."),
        ("9" * 4301, "Enter a percentage above 0 and below 100."),
        ("-1", "Enter the percentage without a plus or minus sign."),
        ("+5", "Enter the percentage without a plus or minus sign."),
        ("−5", "Enter the percentage without a plus or minus sign."),
        ("0.001", "Enter the percentage with at most two decimals."),
        ("1e3", "Enter the percentage in digits, for example 5."),
        ("NaN", "Enter the percentage in digits, for example 5."),
        ("Infinity", "Enter the percentage in digits, for example 5."),
        ("0x10", "Enter the percentage in digits, for example 5."),
        ("1_000", "Enter the percentage in digits, for example 5."),
        ("5\u200b", "Enter the percentage in digits, for example 5."),
        ("12,50", "This number can be read in two ways."),
        ("five", "Enter the percentage in digits, for example 5."),
    ],
)
def test_a_threshold_that_is_not_understood_is_said_so_beside_it(
    client: Client, typed: str, said: str
) -> None:
    answer = client.post(ASK, {**WISH, "under": typed})
    assert answer.status_code == 422
    assert text(answer).count(said) == 2  # In the summary and beside the field.
    assert make.ADDRESS in answer.content.decode()
    assert Alert.objects.count() == 0


@pytest.mark.parametrize(
    ("typed", "language", "bps"),
    [
        ("3.25", "en", 325), ("3,25", "ar", None), ("٣٫٢٥", "ar", 325), ("3%", "en", 300),
        ("٣٪", "en", 300), ("３", "en", 300), (" 99.99 ", "en", 9999),
    ],
)  # fmt: skip
def test_a_threshold_is_read_as_the_language_writes_it(
    client: Client, typed: str, language: str, bps: int | None
) -> None:
    client.post(f"/{language}/send/alerts/", {**WISH, "under": typed})
    assert [alert.threshold_bps for alert in Alert.objects.all()] == ([bps] if bps else [])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"email": "no address"}, "Enter an e-mail address like name@example.org."),
        ({"email": "a\r\nBcc: b@example.org"}, "Enter an e-mail address like name@example.org."),
        ({"email": f"{'a' * 250}@example.org"}, "Enter an e-mail address like name@example.org."),
        ({"receive": "pigeon"}, "Choose how they receive the money."),
        ({"amount": "1e9"}, "Compare an amount first."),
        ({"amount": ""}, "Compare an amount first."),
        ({"currency": "XXX"}, "Compare an amount first."),
        ({"destination": "KEN"}, "Compare an amount first."),
        ({"origin": "\x00"}, "Compare an amount first."),
        ({"destination": "RWA"}, "We know no prices of services there"),
        ({"amount": "9" * 13}, "No service was surveyed for that amount."),
    ],
)
def test_what_else_is_wrong_is_said_and_nothing_is_kept(
    client: Client, changes: dict[str, str], said: str
) -> None:
    answer = client.post(ASK, {**WISH, **changes})
    assert answer.status_code == 422
    assert said in text(answer)
    assert Alert.objects.count() == 0


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "12345\u200b"])
def test_a_code_is_six_digits(client: Client, typed: str) -> None:
    token = tokens.made(Purpose.ENTER, make.asked().pk)
    answer = client.post(f"{ASK}code/{token}/", {"code": typed})
    assert answer.status_code == 422
    assert "Enter the six digits of the code." in text(answer)
    assert Alert.objects.get().code_tries == 0


def test_a_wrong_code_is_said_so_and_the_fifth_ends_it(client: Client) -> None:
    token = tokens.made(Purpose.ENTER, make.asked().pk)
    answers = [client.post(f"{ASK}code/{token}/", {"code": "٠٠٠٠٠٠"}) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [422, 422, 422, 422, 410]
    assert "This is not the code." in text(answers[0])
    assert "This code no longer works" in text(answers[4])


def test_one_connection_may_not_ask_again_and_again(client: Client) -> None:
    answers = [client.post(ASK, {**WISH, "email": f"{n}@example.org"}) for n in range(21)]
    assert [answer.status_code for answer in answers] == [303] * 20 + [429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert Alert.objects.count() == 20
    assert client.get(ASK).status_code == 302


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_form_stands_on_any_page_that_compares(language: str) -> None:
    kenya, uganda = (Country.objects.get(iso3=code) for code in ("KEN", "UGA"))
    amount = Money(18_000_00, "KES")
    with translation.override(language):
        drawn = render_to_string(
            "remittances/alerts/_form.html",
            {"origin": kenya, "destination": uganda, "amount": amount},
        )
    assert f'action="/{language}/send/alerts/"' in drawn
    assert 'name="amount" value="18000.00"' in drawn
    assert drawn.count("<label") == 3
    assert "csrf" not in drawn
