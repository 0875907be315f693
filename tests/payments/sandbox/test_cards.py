from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.sandbox import cards
from payments.sandbox.cards import CardNotUnderstood, passes_luhn

TODAY = date(2026, 11, 24)
VALID = {"number": "4242 4242 4242 4242", "expiry": "12/34", "cvc": "123"}


@pytest.mark.parametrize(
    ("expiry", "month", "year"),
    [
        ("11/26", 11, 2026),
        ("12/34", 12, 2034),
        ("01/2030", 1, 2030),
        ("1/30", 1, 2030),
        ("1234", 12, 2034),
        (" 12 / 34 ", 12, 2034),
        ("12/2099", 12, 2099),
    ],
)
def test_an_expiry_is_read(expiry: str, month: int, year: int) -> None:
    entry = cards.read(VALID | {"expiry": expiry}, today=TODAY)

    assert (entry.exp_month, entry.exp_year) == (month, year)


@pytest.mark.parametrize(
    ("fields", "problems"),
    [
        ({"expiry": "10/26"}, {"expiry": "expired_card"}),
        ({"expiry": "12/2025"}, {"expiry": "expired_card"}),
        ({"expiry": "00/30"}, {"expiry": "invalid_expiry"}),
        ({"expiry": "13/30"}, {"expiry": "invalid_expiry"}),
        ({"expiry": "12/030"}, {"expiry": "invalid_expiry"}),
        ({"expiry": "2030-12"}, {"expiry": "invalid_expiry"}),
        ({"cvc": ""}, {"cvc": "invalid_cvc"}),
        ({"cvc": "12a"}, {"cvc": "invalid_cvc"}),
        ({"number": "4242-4242-4242-4243"}, {"number": "incorrect_number"}),
        ({"number": "42424242424"}, {"number": "incomplete_number"}),
        ({"number": "4242x"}, {"number": "invalid_number"}),
        ({"number": "٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢"}, {"number": "invalid_number"}),
        (
            {"number": "", "expiry": "", "cvc": ""},
            {"number": "incomplete_number", "expiry": "invalid_expiry", "cvc": "invalid_cvc"},
        ),
    ],
)
def test_what_cannot_be_a_card_is_told_field_by_field(
    fields: dict[str, str], problems: dict[str, str]
) -> None:
    with pytest.raises(CardNotUnderstood) as mistake:
        cards.read(VALID | fields, today=TODAY)

    assert mistake.value.problems == problems


@pytest.mark.parametrize(
    ("number", "brand", "outcome", "refunding"),
    [
        ("4242424242424242", "visa", "succeeds", "succeeds"),
        ("5555555555554444", "mastercard", "succeeds", "succeeds"),
        ("2223003122003222", "mastercard", "succeeds", "succeeds"),
        ("378282246310005", "amex", "succeeds", "succeeds"),
        ("4000000000000002", "visa", "declined", "succeeds"),
        ("4000000000009995", "visa", "declined", "succeeds"),
        ("4000002500003155", "visa", "authenticates", "succeeds"),
        ("4000000000001000", "visa", "processes", "succeeds"),
        ("4000000000001018", "visa", "processes_then_fails", "succeeds"),
        ("4000000000007726", "visa", "succeeds", "pends"),
        ("4000000000005126", "visa", "succeeds", "fails"),
        ("4111111111111111", "visa", "declined", "succeeds"),
    ],
)
def test_a_number_behaves_as_documented(
    number: str, brand: str, outcome: str, refunding: str
) -> None:
    card = cards.by_number(number)

    assert passes_luhn(number)
    assert (card.brand, card.outcome, card.refunding) == (brand, outcome, refunding)
    assert card.last4 == number[-4:]


def test_the_test_methods_stand_for_numbers() -> None:
    declined = cards.by_token("pm_card_chargeDeclined")

    assert declined is not None
    assert declined.decline_code == "generic_decline"
    assert cards.by_token("pm_card_of_nobody") is None


@given(st.integers(min_value=10**11, max_value=10**18 - 1), st.integers(0, 9), st.data())
def test_one_wrong_digit_never_passes(payload: int, wrong: int, data: st.DataObject) -> None:
    (check,) = [digit for digit in range(10) if passes_luhn(f"{payload}{digit}")]
    number = f"{payload}{check}"
    place = data.draw(st.integers(0, len(number) - 1))
    mistyped = number[:place] + str(wrong) + number[place + 1 :]

    assert passes_luhn(mistyped) == (mistyped == number)
