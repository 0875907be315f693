"""What the messages say, and in which language."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest
from django.core import mail

from remittances.alerts import services
from tests.make import price_alerts as make
from tests.make import remittances as prices

if TYPE_CHECKING:
    from django.core.mail import EmailMultiAlternatives

pytestmark = pytest.mark.django_db


def newest() -> EmailMultiAlternatives:
    return cast("EmailMultiAlternatives", mail.outbox[-1])


def plain(text: str) -> str:
    return text.replace("\u2068", "").replace("\u2069", "").replace("\xa0", " ")


def html(message: EmailMultiAlternatives) -> str:
    (part,) = message.alternatives
    assert part[1] == "text/html"
    return str(part[0])


def told(**changes: object) -> EmailMultiAlternatives:
    make.armed(**changes)  # type: ignore[arg-type]
    services.look_at_alerts(now=make.NOW)
    assert services.send_alert_messages(now=make.NOW) == 1
    return newest()


def test_the_code_comes_with_a_link_and_what_is_watched() -> None:
    prices.imported([prices.row()])
    make.asked(receive="cash")
    services.send_alert_messages(now=make.NOW)
    said = plain(str(newest().body))
    assert newest().subject == "Weft: Your code for a price alert"
    assert "/en/send/alerts/confirm/" in said
    assert "Code and page work for 30 minutes." in said
    assert "Watched: KES 18,000.00 from Kenya to Uganda, total cost under 3%." in said
    assert "Received by: Cash pick-up." in said
    assert "If it was not you, do nothing." in said


def test_a_price_of_an_old_survey_is_said_to_be_old() -> None:
    prices.real_prices()
    said = plain(str(told().body))
    assert "In Q3 2025 it cost less than 3%: 2.85% with Dahabshiil." in said
    assert "These are prices of Q3 2025, not of today." in said
    assert "Of KES 18,000.00, KES 17,489.28 arrives" in said
    assert "Price of 14 August 2025." in said
    assert "http://testserver/en/send/ken/uga/?amount=18000.00" in said
    assert "now" not in said


def test_a_price_below_already_says_so() -> None:
    prices.imported([prices.row()])
    message = told(under_bps=3_50, amount_minor=20_000_00)
    said = plain(str(message.body))
    assert "It costs less than 3.5% already:" in said
    assert "This is an estimate between two surveyed amounts." in said
    assert "not of today" not in said


def test_every_message_stops_by_a_link_and_by_the_mail_program_s_own_button() -> None:
    prices.imported([prices.row()])
    message = told()
    for sent in cast("list[EmailMultiAlternatives]", mail.outbox):
        headers = sent.message()
        stop = headers["List-Unsubscribe"].strip("<>")
        assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert stop.startswith("http://testserver/en/send/alerts/stop/")
        assert stop in str(sent.body)
        assert f'href="{stop}"' in html(sent)
    assert len(mail.outbox) == 2
    assert message.to == [make.ADDRESS]


def test_the_subject_names_no_price_country_or_amount() -> None:
    prices.imported([prices.row()])
    assert told().subject == "Weft: The transfer you watch costs less"


def test_a_message_in_arabic_reads_from_right_to_left() -> None:
    prices.imported([prices.row()])
    message = told(language="ar")
    assert '<html lang="ar" dir="rtl">' in html(message)
    assert "/ar/send/alerts/stop/" in str(message.body)
    assert "كينيا" in str(message.body)


def test_a_provider_s_name_is_text_and_nothing_else() -> None:
    prices.imported([prices.row(firm="<script>alert(1)</script>")])
    message = told()
    assert "<script>" not in html(message)
    assert "&lt;script&gt;" in html(message)
    assert "<script>alert(1)</script>" in str(message.body)
