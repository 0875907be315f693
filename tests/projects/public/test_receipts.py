"""Receipts after money went back, on the screen, on paper and for whoever checks a number."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache
from django.utils import timezone

from payments import fees
from payments.money import Money
from projects.funding import services
from projects.funding.models.campaigns import SETTLING
from projects.funding.receipts import as_number
from projects.public import pdf
from tests.make import funding as make
from tests.projects.funding.reversing import disputed, lost, paid, refunded
from tests.projects.funding.test_late_money import confirm, gone_to_pay
from tests.projects.public.visitor import address, text

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import Settings

    from projects.funding.models import Contribution

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_earlier_guesses() -> None:
    cache.clear()


def gift() -> Contribution:
    """Return a matched gift of 100.00, one of 40.00 of it given back."""
    fund = make.programme(name="Kenya Diaspora Fund")
    made = paid()
    make.allocate(fund.programme_id)
    refunded(made, 40_00)
    return made


def of(client: Client, made: Contribution, language: str = "en") -> str:
    return text(client.get(address("receipt", made.public_key).replace("/en/", f"/{language}/")))


def test_a_receipt_says_what_was_given_what_went_back_and_what_is_matched_now(
    client: Client,
) -> None:
    words = of(client, gift())

    assert "State: Partly void." in words
    assert "Your own money €100.00" in words
    assert "Given back to you €40.00" in words
    assert "What remains of your gift €60.00" in words
    assert "Match: €120.00" in words
    assert "€80.00 went back to the fund with your money" in words
    assert "The project receives in all €180.00" in words
    assert "€60.00 of your €100.00 remain; with the match that is €180.00." in words


def test_a_receipt_says_who_bears_which_fee(client: Client) -> None:
    words = of(client, gift())

    assert "Card fee €1.75. Borne by the project." in words
    assert "€0.70 of it fell on what went back, and Weft bears that." in words
    assert "Fee of Weft None" in words


def test_a_receipt_of_which_nothing_went_back_says_nothing_of_it(client: Client) -> None:
    words = of(client, paid())

    assert "State: Valid." in words
    assert "Given back" not in words
    assert "remains" not in words


def test_a_disputed_and_a_lost_gift_are_told_as_they_are(client: Client) -> None:
    made = paid()
    key = disputed(made, 100_00)
    words = of(client, made)
    assert "State: Valid." in words
    assert "Disputed €100.00. Your bank is looking at it" in words

    lost(made, 100_00, key=key)
    words = of(client, made)
    assert "State: Void." in words
    assert "Taken back by your bank €100.00" in words
    assert "All of your €100.00 went back, and the match with it." in words


def test_a_number_is_checked_by_anybody_and_tells_four_things(client: Client) -> None:
    made = gift()

    answer = client.get(address("receipt_check", made.receipt_number))

    words = text(answer)
    assert f"Receipt {made.receipt_number}" in words
    assert "State Partly void" in words
    assert "Amount €100.00 Still valid for €60.00; the rest went back." in words
    assert "Received on 10 March 2026" in words
    for hidden in ("Amina", "amina@example.org", "Kenya", made.campaign.project.slug):
        assert hidden not in words
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize("typed", ["{}", " {} ", "plain", "lower"])
def test_a_number_is_found_however_it_is_typed(client: Client, typed: str) -> None:
    number = paid().receipt_number or ""
    known = {"plain": number.replace("-", " "), "lower": number.lower()}

    answer = client.get(
        address("receipt_look_up"), {"number": known.get(typed, typed.format(number))}
    )

    assert (answer.status_code, answer["Location"]) == (302, address("receipt_check", number))


def test_letters_that_are_misread_are_read_as_digits() -> None:
    assert as_number("w26 ol1i-0000-zzzz") == "W26-0111-0000-ZZZZ"
    assert as_number("W26-7K3F-9QXM") is None
    assert as_number("") is None


def test_what_is_no_number_and_what_no_receipt_has_is_said(client: Client) -> None:
    assert "Type the number" in text(client.get(address("receipt_look_up")))
    wrong = client.get(address("receipt_look_up"), {"number": "hello"})
    assert (wrong.status_code, "This is not a number" in text(wrong)) == (422, True)
    missing = client.get(address("receipt_check", "W26-0000-0000-0000"))
    assert (missing.status_code, "No receipt has this number" in text(missing)) == (404, True)
    make.submitted(make.identified())
    assert client.get(address("receipt_check", "None")).status_code == 404


def test_nobody_tries_number_after_number(client: Client, settings: Settings) -> None:
    settings.RECEIPT_RATE = "3/m"
    place = address("receipt_check", "W26-0000-0000-0000")

    codes = [client.get(place).status_code for _ in range(4)]

    assert codes == [404, 404, 404, 429]
    last = client.get(place)
    assert 0 < int(last["Retry-After"]) <= 60
    assert "Wait a minute" in text(last)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_receipt_can_be_saved_as_a_file_where_text_can_be_drawn(
    client: Client, language: str
) -> None:
    made = gift()
    place = address("receipt_pdf", made.public_key).replace("/en/", f"/{language}/")

    answer = client.get(place)

    assert answer["Cache-Control"] == "private, no-store"
    if not pdf.is_possible():
        assert (answer.status_code, answer["Location"].endswith("/paper/")) == (302, True)
        return
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert f"weft-{made.receipt_number}.pdf" in answer["Content-Disposition"]


def test_where_no_text_can_be_drawn_the_page_says_so_and_is_printed(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "is_possible", lambda: False)
    made = gift()

    answer = client.get(address("receipt_pdf", made.public_key))

    assert answer["Location"] == address("receipt_paper", made.public_key)
    page = client.get(answer["Location"]).content.decode()
    assert "No PDF can be made here." in page
    assert "Save as PDF" not in client.get(address("receipt", made.public_key)).content.decode()
    with pytest.raises(pdf.PdfNotPossible):
        pdf.drawn("<p>paper</p>")


def test_paper_says_what_the_page_says_and_where_to_check_it(client: Client) -> None:
    made = gift()

    page = client.get(address("receipt_paper", made.public_key)).content.decode()

    assert "No PDF can be made here." not in page or not pdf.is_possible()
    assert f"http://testserver/en/receipts/{made.receipt_number}/" in page
    for shown in ("€100.00", "€40.00", "€60.00", "€120.00", "€180.00"):
        assert shown in page
    assert "amina@example.org" not in page


@pytest.mark.parametrize("step", ["give_match", "give_pay"])
def test_what_weft_keeps_is_said_before_paying(
    client: Client, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    now = timezone.now()
    draft = make.identified(make.campaign(at=now), at=now)
    page = address(step, draft.campaign.project.slug, draft.public_key)
    assert "Weft takes nothing and asks for no tip." in text(client.get(page))

    monkeypatch.setattr(fees, "DEFAULT", fees.FeePolicy(platform_bps=250))
    words = text(client.get(page))
    assert "takes nothing" not in words
    assert "The card company keeps about €1.75; the project bears that, not you." in words
    assert "Weft keeps €2.50 of your gift for its work, and asks for no tip." in words

    monkeypatch.setattr(fees, "DEFAULT", fees.FeePolicy(processor=fees.Bearer.PLATFORM))
    words = text(client.get(page))
    assert "Weft bears that, not you and not the project. Weft takes nothing" in words


def test_a_receipt_says_what_weft_kept_and_what_of_it_went_back(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fees, "DEFAULT", fees.FeePolicy(platform_bps=250))
    made = paid()
    assert "Fee of Weft €2.50" in of(client, made)

    refunded(made, 40_00)
    monkeypatch.setattr(fees, "DEFAULT", fees.FeePolicy(processor=fees.Bearer.PLATFORM))
    words = of(client, made)

    assert "Fee of Weft €1.50" in words
    assert "Card fee €1.75. Borne by the project." in words
    assert "takes nothing" not in words


def test_a_refund_on_its_way_is_told_before_it_is_there(client: Client) -> None:
    made = paid()
    services.refund_contribution(
        contribution_id=made.pk,
        amount=Money(40_00, "EUR"),
        reason="asked for",
        requested_by="officer",
        now=make.NOON,
    )

    words = of(client, made)

    assert "€40.00 of your €100.00 are on their way back to you." in words
    assert "On its way back to you €40.00" in words
    assert "The project receives in all Known when the money is back with you" in words
    assert "five to ten days" in words
    assert "became" not in words


def test_a_disputed_gift_says_what_its_giver_can_do(client: Client) -> None:
    made = paid()
    key = disputed(made, 100_00)
    words = of(client, made)
    assert "Your bank is looking at this payment" in words
    assert "The project receives in all Known when your bank has decided" in words
    assert "Tell your bank that it was right" in words

    lost(made, 100_00, key=key)
    words = of(client, made)
    assert "Your money went back" in words
    assert "Your bank has decided for you" in words
    assert "goes on raising money" not in words


def test_a_receipt_says_whether_the_project_still_raises_money(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = paid()
    end = made.campaign.closes_at

    monkeypatch.setattr(timezone, "now", lambda: end - timedelta(seconds=1))
    assert "The project goes on raising money until 30 March 2026. It keeps" in of(client, made)

    monkeypatch.setattr(timezone, "now", lambda: end)
    words = of(client, made)
    assert "The project raised money until 30 March 2026. It keeps what was raised" in words
    assert "goes on raising" not in words


def test_late_money_is_told_as_late_and_then_as_gone_back(client: Client) -> None:
    made, payment = gone_to_pay()
    end = made.campaign.closes_at + SETTLING
    confirm(made, payment.pk, at=end, heard=end)
    page = address("give_done", made.campaign.project.slug, made.public_key)

    words = text(client.get(page))
    assert "Your €100.00 arrived after the project had ended raising money" in words
    assert "A person sends it back" in words

    refunded(made, 100_00, payment_id=payment.pk)
    words = text(client.get(page))
    assert "Your money went back to you" in words
    assert "Pay again" not in words
