from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.amounts import AmountNotUnderstood, Refusal, parse, parse_plain
from payments.currencies import KNOWN, UnknownCurrency, currency
from payments.money import Money

if TYPE_CHECKING:
    from collections.abc import Callable

CORPUS = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "corpus" / "amounts.jsonl").read_text().splitlines()
]
LANGUAGES = {"en": (",", "."), "es": (".", ","), "fr": ("\u202f", ","), "ar": ("٬", "٫")}


def outcome(parser: Callable[..., Money], line: dict[str, Any], **more: str) -> int | str:
    text = line["input"] * line["times"] if "times" in line else line["input"]
    try:
        return parser(text, currency=line["currency"], **more).minor
    except AmountNotUnderstood as refusal:
        return refusal.code
    except UnknownCurrency:
        return "unknown_currency"


@pytest.mark.promise("M11")
@pytest.mark.parametrize("line", CORPUS, ids=lambda line: f"{line['number']} {line['name']}")
def test_every_line_of_the_corpus_is_understood_or_refused(line: dict[str, Any]) -> None:
    assert outcome(parse, line, language=line["language"]) == line["typed"]
    assert outcome(parse_plain, line) == line["plain"]


def test_the_corpus_names_every_number_a_parser_can_answer() -> None:
    # 36 and 38 are about two requests and belong to the API.
    assert {line["number"] for line in CORPUS} == {None, *range(1, 38)} - {36}


def test_an_amount_that_is_only_compared_has_no_minimum_and_no_step() -> None:
    assert parse("0.01", currency="EUR", language="en", for_charge=False) == Money(1, "EUR")
    assert parse_plain("0.001", currency="KWD", for_charge=False) == Money(1, "KWD")


def test_a_refusal_says_what_would_do() -> None:
    with pytest.raises(AmountNotUnderstood) as refusal:
        parse_plain("0.001", currency="KWD")

    assert refusal.value.code is Refusal.CHARGE_STEP
    assert refusal.value.minimum == Money(200, "KWD")
    assert refusal.value.step == Money(10, "KWD")


def test_a_language_we_do_not_know_groups_nothing() -> None:
    assert parse("1000.50", currency="EUR", language="sw") == Money(100050, "EUR")
    with pytest.raises(AmountNotUnderstood):
        parse("1,000.50", currency="EUR", language="sw")


def test_a_regional_language_reads_as_its_language() -> None:
    assert parse("1.000,50", currency="EUR", language="es-MX") == Money(100050, "EUR")


def written(money: Money, group: str, point: str) -> str:
    whole, _, decimals = f"{money.decimal:,f}".partition(".")
    return whole.replace(",", group) + (point + decimals if decimals else "")


@pytest.mark.promise("M11")
@given(
    code=st.sampled_from(KNOWN),
    minor=st.integers(1, 10**12),
    language=st.sampled_from(sorted(LANGUAGES)),
)
def test_what_a_language_writes_reads_back_exactly(code: str, minor: int, language: str) -> None:
    money = Money(minor, code)
    text = written(money, *LANGUAGES[language])

    assert parse(text, currency=code, language=language, for_charge=False) == money
    assert parse_plain(f"{money.decimal:f}", currency=code, for_charge=False) == money


@given(text=st.text(max_size=50), language=st.sampled_from(sorted(LANGUAGES)))
def test_any_text_is_an_amount_or_a_refusal(text: str, language: str) -> None:
    try:
        money = parse(text, currency="EUR", language=language)
    except AmountNotUnderstood:
        return
    assert money.minor >= currency("EUR").minimum_minor


@given(text=st.text(alphabet="0123456789.,", max_size=12))
def test_two_languages_never_read_one_text_as_two_amounts_of_two_decimals(text: str) -> None:
    read = set()
    for language in LANGUAGES:
        try:
            read.add(parse(text, currency="EUR", language=language, for_charge=False))
        except AmountNotUnderstood:
            continue
    assert len(read) <= 1
