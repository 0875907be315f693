"""One JSON form is read, exactly; anything else is refused with its place."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remittances.feeds import answers, grouping
from remittances.feeds.answers import NotUnderstood
from remittances.feeds.priced import Point
from tests.remittances.feeds import made
from tests.remittances.feeds.made import NOW


def read_one(**changes: Any) -> answers.Quote:  # noqa: ANN401
    return answers.read(made.answer(made.quote(**changes)))[0]


def test_a_quote_is_read_exactly() -> None:
    quote = read_one()

    assert (quote.provider, quote.origin, quote.destination) == ("Kestrel Pay", "DEU", "KEN")
    assert (quote.send_amount, quote.fee) == (Decimal("200.00"), Decimal("1.99"))
    assert quote.rate == Decimal("148.20")
    assert quote.collected_at == datetime(2026, 11, 24, 11, 30, tzinfo=UTC)
    assert quote.promotion is False


@given(st.decimals(min_value="0.000001", max_value="999999999.999999", places=6))
def test_a_json_number_loses_no_digit(rate: Decimal) -> None:
    body = made.answer(made.quote(rate="RATE")).replace(b'"RATE"', f"{rate:f}".encode())

    assert answers.read(body)[0].rate == rate


def test_a_rate_that_is_not_told_is_none() -> None:
    assert read_one(rate=None).rate is None


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"send_amount": "0"}, "send_amount"),
        ({"send_amount": "-1"}, "send_amount"),
        ({"send_amount": "1e3"}, "send_amount"),
        ({"send_amount": "1,000.50"}, "send_amount"),
        ({"send_amount": "١٠٠"}, "send_amount"),
        ({"send_amount": "１２３"}, "send_amount"),
        ({"send_amount": " 5"}, "send_amount"),
        ({"send_amount": "9" * 4301}, "send_amount"),
        ({"send_amount": "NaN"}, "send_amount"),
        ({"send_amount": True}, "send_amount"),
        ({"send_amount": ["5"]}, "send_amount"),
        ({"send_amount": {}}, "send_amount"),
        ({"send_amount": None}, "send_amount"),
        ({"send_amount": "200.001"}, "more decimals than EUR"),
        ({"currency": "JPY", "send_amount": "100.50"}, "more decimals than JPY"),
        ({"fee": "-0.01"}, "fee"),
        ({"fee": "200"}, "as much as what is sent"),
        ({"rate": "0"}, "rate"),
        ({"rate": "-148"}, "rate"),
        ({"rate": float("inf")}, "Infinity"),
        ({"currency": "eur"}, "currency"),
        ({"currency": "EUЯ"}, "currency"),
        ({"currency": "XXX"}, "currency"),
        ({"payout_currency": ""}, "payout_currency"),
        ({"origin": "DE"}, "from"),
        ({"destination": "ZZZ"}, "to"),
        ({"destination": "DEU"}, "two countries"),
        ({"provider": ""}, "provider"),
        ({"provider": "x" * 201}, "provider"),
        ({"provider": "Kes\u202etrel"}, "provider"),
        ({"provider": "Kes\x00trel"}, "provider"),
        ({"pay_in": "cash"}, "pay_in"),
        ({"pay_out": "Pigeon"}, "pay_out"),
        ({"speed": "soon"}, "speed"),
        ({"promotion": "no"}, "promotion"),
        ({"promotion": 0}, "promotion"),
        ({"collected_at": "2026-11-24T11:30:00"}, "collected_at"),
        ({"collected_at": "24/11/2026"}, "collected_at"),
        ({"collected_at": 1_800_000_000}, "collected_at"),
        ({"commission": "5"}, "commission"),
    ],
)
def test_what_a_quote_may_not_say_is_refused_with_its_place(
    changes: dict[str, Any], place: str
) -> None:
    body = made.answer(made.quote(), made.quote(**changes))

    with pytest.raises(NotUnderstood, match=place) as refusal:
        answers.read(body)
    assert "quote 2" in str(refusal.value) or "Infinity" in str(refusal.value)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"null",
        b"[]",
        b"{}",
        b'{"format": "weft-quotes/1"}',
        b'{"format": "weft-quotes/2", "quotes": []}',
        b'{"format": "weft-quotes/1", "quotes": []}',
        b'{"format": "weft-quotes/1", "quotes": {}}',
        b'{"format": "weft-quotes/1", "quotes": [1]}',
        made.answer()[:-3],
        made.answer() + b"{}",
        b"\xff\xfe" + made.answer(),
        made.answer().decode().encode("utf-16"),
        b"[" * 100_000,
        made.answer().replace(b'"fee": "1.99"', b'"fee": "1.99", "fee": "0.99"'),
        made.answer().replace(b'"1.99"', b"NaN"),
        made.answer().replace(b'"1.99"', b"1e400"),
        made.answer().replace(b"Kestrel Pay", b"\\ud800"),
    ],
)
def test_what_is_no_answer_is_refused(body: bytes) -> None:
    with pytest.raises(NotUnderstood):
        answers.read(body)


def test_too_many_quotes_are_refused() -> None:
    body = json.dumps(
        {"format": answers.FORMAT, "quotes": [made.QUOTE] * (answers.MOST_QUOTES + 1)}
    )
    with pytest.raises(NotUnderstood, match="5000"):
        answers.read(body.encode())


def test_two_amounts_of_a_service_make_one_row_the_least_first() -> None:
    quotes = answers.read(
        made.answer(
            made.quote(send_amount="500", fee="2.99", collected_at="2026-11-24T12:30:00+01:00"),
            made.quote(),
            made.quote(pay_out="Cash"),
        )
    )

    first, second = grouping.services(quotes)

    assert first.points == (
        Point(Decimal("200.00"), Decimal("1.99"), Decimal("148.20")),
        Point(Decimal(500), Decimal("2.99"), Decimal("148.20")),
    )
    assert first.collected_at == datetime(2026, 11, 24, 11, 30, tzinfo=UTC)
    assert (second.pay_out, len(second.points)) == ("Cash", 1)
    assert first.service_key == "DEUKEN/Kestrel Pay/Bank account transfer/Mobile wallet/KES"


@pytest.mark.parametrize(
    ("quotes", "words"),
    [
        ([made.quote(), made.quote(fee="2.00")], "twice"),
        ([made.quote(send_amount=amount) for amount in ("1990", "2000", "3000")], "at most 2"),
        ([made.quote(), made.quote(send_amount="500", speed="Same day")], "differ"),
        ([made.quote(), made.quote(send_amount="500", currency="USD")], "differ"),
        ([made.quote(), made.quote(send_amount="500", promotion=True)], "differ"),
        ([made.quote(), made.quote(send_amount="500", rate=None)], "differ"),
    ],
)
def test_quotes_of_one_service_that_do_not_agree_are_refused(
    quotes: list[dict[str, Any]], words: str
) -> None:
    with pytest.raises(NotUnderstood, match=words):
        grouping.services(answers.read(made.answer(*quotes)))


def test_a_moment_that_has_not_come_is_refused_but_for_clocks_that_differ() -> None:
    quotes = answers.read(made.answer(made.quote(collected_at="2026-11-24T12:00:30Z")))

    grouping.check_clock(quotes, now=NOW, tolerance=timedelta(seconds=30))
    with pytest.raises(NotUnderstood, match="not come yet"):
        grouping.check_clock(quotes, now=NOW, tolerance=timedelta(seconds=29))


def test_only_agreed_corridors_and_firms_are_taken() -> None:
    quotes = answers.read(made.answer())

    grouping.check_agreed(quotes, corridors=["DEUKEN"], firms=frozenset({"Kestrel Pay"}))
    grouping.check_agreed(quotes, corridors=[], firms=None)
    with pytest.raises(NotUnderstood, match="DEU to KEN is not agreed"):
        grouping.check_agreed(quotes, corridors=["DEUUGA"], firms=None)
    with pytest.raises(NotUnderstood, match="does not speak for “Kestrel Pay”"):
        grouping.check_agreed(quotes, corridors=[], firms=frozenset({"Other"}))
