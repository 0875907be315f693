"""What a comparison says with the real rows, and which questions it refuses."""

from __future__ import annotations

from decimal import Decimal

import pytest

from remittances import selectors
from remittances.questions import Question, QuoteRequestRefused
from tests.remittances.asking import NOW, document

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("real")
@pytest.mark.promise("C3")
def test_the_example_of_the_contract_holds_with_the_real_rows() -> None:
    answer = document("KENUGA", "18000")
    quotes = answer.pop("quotes")
    assert answer == {
        "from": "KEN",
        "to": "UGA",
        "amount": "18000.00",
        "currency": "KES",
        "period": "2025_3Q",
        "surveyed_amounts": ["18000", "45000"],
        "out_of_range": False,
    }
    assert quotes[0] == {
        "rank": 1,
        "ranked": True,
        "list": "stale",
        "provider": "Dahabshiil",
        "provider_type": "Money Transfer Operator",
        "pay_in": "Cash",
        "pay_out": "Cash",
        "speed": "Same day",
        "fee": "414.00",
        "fee_pct": 2.3,
        "fx_margin_pct": 0.55,
        "total_cost_pct": 2.85,
        "applied_rate": "0.0077",
        "reference_rate": "0.00774293457220286",
        "received_value": "17489.28",
        "estimate": False,
        "fee_bounds": None,
        "paid_out": {"amount": "135.41", "currency": "USD", "minor": 13541, "exponent": 2},
        "collected_on": "2025-08-14",
        "age_days": 466,
        "stale": True,
        "transparent": True,
        "promotion": False,
        "note": None,
        "reason": None,
        "count": 1,
        "source": "World Bank, Remittance Prices Worldwide",
        "pays_us": False,
    }


@pytest.mark.usefixtures("real")
def test_the_whole_order_from_kenya_to_uganda() -> None:
    quotes = document("KENUGA", "18000")["quotes"]
    assert [
        (quote["rank"], quote["provider"], quote["received_value"], quote["count"])
        for quote in quotes
    ] == [
        (1, "Dahabshiil", "17489.28", 1),
        (2, "MoneyGram", "17206.99", 1),
        (3, "MoneyGram", "17206.99", 1),
        (4, "EcoBank Rapid Transfer", "17166.07", 2),
        (5, "EcoBank Rapid Transfer", "17166.07", 1),
        (6, "EcoBank Rapid Transfer", "17159.07", 1),
        (7, "Western Union", "16965.63", 1),
        (8, "M-Pesa", "16903.41", 1),
        (9, "M-Pesa", "16903.41", 1),
        (10, "UBA Africash", "16799.40", 1),
        (11, "ABC Bank", "15906.78", 3),
        (12, "KCB Bank", "15317.64", 3),
        (13, "GT Bank", "14780.05", 3),
        (14, "Development Bank of Kenya", "14667.65", 3),
        (15, "United Bank for Africa (UBA)", "14488.97", 3),
        (16, "Ecobank", "11718.88", 1),
    ]
    assert sum(quote["count"] for quote in quotes) == 27


@pytest.mark.usefixtures("real")
@pytest.mark.promise("C1")
@pytest.mark.parametrize("corridor", ["KENUGA", "KENTZA", "KENSSD", "KENRWA", "TZAKEN", "TZAUGA"])
@pytest.mark.parametrize("share", ["1", "1.3", "2.4"])
def test_a_stranger_recomputes_everything_from_the_document(corridor: str, share: str) -> None:
    first = selectors_amount(corridor)
    answer = document(corridor, f"{(Decimal(first) * Decimal(share)).quantize(Decimal('0.01'))}")
    speeds = ["Less than one hour", "Same day", "Next day", "2 days"]
    keys = []
    for quote in answer["quotes"]:
        if not quote["ranked"]:
            continue
        amount, fee = Decimal(answer["amount"]), Decimal(quote["fee"])
        received = (amount - fee) * (1 - Decimal(str(quote["fx_margin_pct"])) / 100)
        assert abs(received - Decimal(quote["received_value"])) <= Decimal("0.01")
        parts = quote["fee_pct"] + quote["fx_margin_pct"]
        assert quote["total_cost_pct"] == pytest.approx(parts, abs=0.0001)
        assert quote["fee_pct"] == pytest.approx(float(fee / amount * 100), abs=0.0001)
        speed = speeds.index(quote["speed"])
        keys.append((-Decimal(quote["received_value"]), speed, quote["provider"]))
    assert keys == sorted(keys)
    ranks = [quote["rank"] for quote in answer["quotes"] if quote["ranked"]]
    assert ranks == list(range(1, len(keys) + 1))


def selectors_amount(corridor: str) -> str:
    return "324500" if corridor.startswith("TZA") else "18000"


@pytest.mark.usefixtures("real")
def test_between_the_amounts_a_quote_is_an_estimate_with_bounds() -> None:
    quote = document("KENUGA", "31500")["quotes"][0]
    assert quote["provider"] == "Dahabshiil"
    assert quote["estimate"]
    assert quote["fee"] == "740.50"
    assert quote["fee_bounds"] == ["414.00", "1067.00"]
    assert quote["received_value"] == "30590.32"  # (31,500 - 740.50) x 0.9945 = 30,590.32275


@pytest.mark.usefixtures("real")
@pytest.mark.parametrize("amount", ["1", "17999.99", "45000.01", "999999999999999"])
def test_outside_the_surveyed_amounts_nothing_is_guessed(amount: str) -> None:
    answer = document("KENUGA", amount)
    assert answer["out_of_range"]
    for quote in answer["quotes"]:
        assert quote["reason"] == "outside_surveyed_amounts"
        assert quote["list"] == "unranked"
        missing = ("rank", "fee", "fee_pct", "total_cost_pct", "received_value", "paid_out")
        assert {quote[name] for name in missing} == {None}


@pytest.mark.usefixtures("real")
def test_a_promotion_shows_its_price_and_has_no_place() -> None:
    quotes = document("TZAKEN", "324500")["quotes"]
    (promotion,) = [quote for quote in quotes if quote["promotion"]]
    assert promotion == quotes[-1]
    assert promotion["provider"] == "Western Union"
    assert promotion["reason"] == "promotion"
    assert promotion["total_cost_pct"] == 0.72
    assert promotion["rank"] is None
    assert quotes[0]["provider"] == "MoneyGram"


@pytest.mark.usefixtures("real")
def test_a_way_to_receive_leaves_the_others_out() -> None:
    for asked in ("mobile", "Mobile wallet", "MOBILE"):
        quotes = document("KENUGA", "18000", receive=asked)["quotes"]
        assert {quote["pay_out"] for quote in quotes} == {"Mobile wallet"}
        assert [quote["rank"] for quote in quotes] == [1, 2]
    assert document("KENUGA", "18000", receive="card")["quotes"] == []
    assert len(document("KENUGA", "18000", receive="any")["quotes"]) == 16


@pytest.mark.usefixtures("real")
def test_a_dollar_rate_is_never_called_shillings() -> None:
    paid = {
        (quote["provider"], quote["paid_out"]["currency"])
        for quote in document("KENUGA", "18000")["quotes"]
    }
    assert ("M-Pesa", "UGX") in paid
    assert ("Dahabshiil", "USD") in paid
    assert {code for _, code in paid} == {"UGX", "USD"}
    assert all(quote["paid_out"] is None for quote in document("KENSSD", "18000")["quotes"])


@pytest.mark.usefixtures("real")
@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"origin": None}, "country_missing", "from"),
        ({"destination": ""}, "country_missing", "to"),
        ({"origin": "ZZZ"}, "unknown_country", "from"),
        ({"destination": "KEN"}, "same_country", "to"),
        ({"receive": "pigeon"}, "unknown_method", "receive"),
        ({"currency": "XXX"}, "invalid_currency", "currency"),
        ({"currency": ""}, "invalid_currency", "currency"),
        ({"currency": "EUR"}, "invalid_currency", "currency"),
        ({"amount": None}, "invalid_amount", "amount"),
        ({"amount": "-1"}, "invalid_amount", "amount"),
        ({"origin": "AGO"}, "invalid_currency", "currency"),
    ],
)
def test_a_question_that_is_wrong_is_refused_with_its_field(
    changes: dict[str, str | None], code: str, field: str
) -> None:
    asked = {"origin": "KEN", "destination": "UGA", "amount": "18000", **changes}
    with pytest.raises(QuoteRequestRefused) as refused:
        selectors.answer(Question(**asked), now=NOW)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert refused.value.message.endswith(".")


@pytest.mark.usefixtures("real")
def test_a_currency_named_rightly_is_taken() -> None:
    assert document("KENUGA", "18000", currency="KES")["currency"] == "KES"
