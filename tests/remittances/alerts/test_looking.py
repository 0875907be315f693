"""What is told of a price, and when."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail

from remittances.alerts import selectors, services
from remittances.models import AlertMessage
from tests.make import price_alerts as make
from tests.make import remittances as prices

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
DEAR, CHEAP = "3000", "90"  # Fees of 17.22 and of 1.05 %, both with a margin of 0.55 %.


def surveyed(fee: str, *, days: int = 0, **changes: str) -> None:
    """Survey one service again: the same row with another fee, on a later day."""
    on = prices.NOW + days * DAY
    row = prices.row(id="1", cc1_lcu_fee=fee, cc2_lcu_fee="1067", date=f"{on:%d/%b/%Y}", **changes)
    prices.imported([row], now=on)


def look(days: int = 0) -> int:
    return services.look_at_alerts(now=make.NOW + days * DAY)


def test_a_price_that_is_below_already_is_told_at_the_first_look_and_once() -> None:
    surveyed(CHEAP)
    alert = make.armed()
    assert look() == 1
    assert look(1) == 0
    told = make.told(alert)
    assert [message.facts["is_first"] for message in told] == [True]
    assert (told[0].facts["price_bps"], told[0].facts["provider"]) == (1_05, "Dahabshiil")
    assert selectors.counts()["told"] == 1


def test_each_crossing_is_told_once_and_only_a_dearer_price_arms_it_again() -> None:
    surveyed(DEAR)
    alert = make.armed()
    assert look() == 0
    surveyed(CHEAP, days=1)
    assert look(1) == 1
    surveyed("100", days=2)
    assert look(2) == 0  # Still below: 1.11 %.
    surveyed("441", days=3)
    assert look(3) == 0  # 3.00 % is not below 3 %, so it arms.
    surveyed(CHEAP, days=4)
    assert look(4) == 1
    assert [message.number for message in make.told(alert)] == [1, 2]
    assert [message.facts["is_first"] for message in make.told(alert)] == [False, False]


def test_promotions_and_services_without_a_place_do_not_count() -> None:
    prices.imported(
        [
            prices.row(firm="Promotion", cc1_lcu_fee="0", note1="Costs listed for a promotion"
                       "/marketing campaign/discount rate"),
            prices.row(firm="Hidden", cc1_lcu_fee="0", transparent="no"),
            prices.row(firm="Plain", cc1_lcu_fee="495"),
        ]
    )  # fmt: skip
    found = selectors.cheapest(make.watched(), now=make.NOW)
    assert found is not None
    assert (found.quote.provider, found.price_bps) == ("Plain", 3_30)


def test_only_services_that_pay_out_that_way_count() -> None:
    surveyed(CHEAP)
    cash, mobile = make.armed(receive="cash"), make.armed(receive="mobile")
    assert look() == 1
    assert (len(make.told(cash)), len(make.told(mobile))) == (1, 0)


def test_an_old_survey_is_told_as_one_with_its_quarter() -> None:
    prices.real_prices()
    alert = make.armed()
    assert look() == 1
    facts = make.told(alert)[0].facts
    assert (facts["provider"], facts["price_bps"]) == ("Dahabshiil", 2_85)
    assert (facts["period"], facts["collected_on"]) == ("2025_3Q", "2025-08-14")


def test_a_current_price_counts_before_an_older_and_cheaper_one() -> None:
    prices.imported(
        [
            prices.row(firm="Old", cc1_lcu_fee="0", date="14/Aug/2025"),
            prices.row(firm="New", cc1_lcu_fee="441"),
        ]
    )
    found = selectors.cheapest(make.watched(), now=make.NOW)
    assert found is not None
    assert (found.quote.provider, found.period) == ("New", None)


def test_a_price_that_only_grows_old_neither_tells_nor_arms() -> None:
    prices.imported(
        [
            prices.row(firm="Old", cc1_lcu_fee=DEAR, date="14/Aug/2025"),
            prices.row(firm="New", cc1_lcu_fee=CHEAP),
        ]
    )
    alert = make.armed()
    assert look() == 1
    assert look(121) == 0  # Both are old now, and of the same survey.
    alert.refresh_from_db()
    assert (alert.state, alert.looked_at) == ("told", make.NOW)


def test_a_new_survey_of_old_prices_is_looked_at_once() -> None:
    old = {"date": "14/Aug/2025", "period": "2025_3Q"}
    prices.imported([prices.row(id="1", cc1_lcu_fee=DEAR, **old)])
    alert = make.armed()
    assert look() == 0
    prices.imported([prices.row(id="1", cc1_lcu_fee=CHEAP, **old)], now=make.NOW + DAY)
    assert look(1) == 1
    assert look(2) == 0
    assert make.told(alert)[0].facts["period"] == "2025_3Q"


def test_a_corridor_that_lost_its_prices_says_nothing() -> None:
    surveyed(CHEAP)
    alert = make.armed()
    surveyed(CHEAP, days=1, cc1_lcu_code="USD", cc2_lcu_code="USD")
    assert selectors.cheapest(make.watched(), now=make.NOW + DAY) is None
    assert look(1) == 0
    assert make.told(alert) == []


def test_alerts_of_one_price_share_one_look() -> None:
    surveyed(CHEAP)
    for n in range(3):
        make.armed(email=f"{n}@example.org")
    assert selectors.watched() == [make.watched()]
    assert look() == 3
    assert AlertMessage.objects.filter(kind="price").count() == 3


def test_a_first_look_with_another_one_behind_it_sends_one_mail() -> None:
    surveyed(CHEAP)
    make.armed()
    mail.outbox.clear()
    look(), look()
    assert services.send_alert_messages(now=make.NOW) == 1
    assert services.send_alert_messages(now=make.NOW) == 0
    assert len(mail.outbox) == 1
