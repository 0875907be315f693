from __future__ import annotations

from dataclasses import dataclass, fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remittances import filters
from remittances.filters import Filters


@dataclass(frozen=True)
class Service:
    pay_in: str | None = "Cash"
    pay_out: str | None = "Mobile wallet"
    speed: str | None = "Same day"
    provider_type: str | None = "Money Transfer Operator"


WORDS = ["Cash", "Mobile wallet", "Bank account", "Account", "Debit card", None]
services = st.builds(
    Service,
    pay_in=st.sampled_from(WORDS),
    pay_out=st.sampled_from(WORDS),
    speed=st.sampled_from(["Less than one hour", "Same day", "Next Day", "By pigeon", None]),
    provider_type=st.sampled_from(["Bank", "Post Office", "Non-Bank FI", None]),
)
asked = st.builds(
    Filters,
    **{
        field.name: st.none() | st.sampled_from(filters.options(field.name))
        for field in fields(Filters)
    },
)


@pytest.mark.parametrize(
    ("chosen", "left_in", "left_out"),
    [
        ({"pay_in": "card"}, Service(pay_in="Debit Card"), Service(pay_in="Cash")),
        ({"pay_in": "bank"}, Service(pay_in="Bank account transfer"), Service(pay_in=None)),
        ({"receive": "bank"}, Service(pay_out="Account"), Service(pay_out="Cash")),
        ({"receive": "mobile"}, Service(pay_out="mobile money"), Service(pay_out=None)),
        ({"speed": "hour"}, Service(speed="Less than one hour"), Service(speed="Same day")),
        ({"speed": "5-days"}, Service(speed="3-5 days"), Service(speed="6 days or more")),
        ({"speed": "next-day"}, Service(speed="Next Day"), Service(speed=None)),
        ({"firm": "post"}, Service(provider_type="Post Office"), Service(provider_type="Bank")),
        ({"firm": "other"}, Service(provider_type="Non-Bank FI"), Service(provider_type="Bank")),
        ({"firm": "other"}, Service(provider_type=None), Service()),
    ],
)
def test_a_filter_goes_by_the_words_of_the_survey_in_any_case(
    chosen: dict[str, str], left_in: Service, left_out: Service
) -> None:
    assert Filters(**chosen).admit(left_in)
    assert not Filters(**chosen).admit(left_out)


def test_filters_join() -> None:
    both = Filters(pay_in="cash", firm="bank")
    assert both.chosen == {"pay_in": "cash", "firm": "bank"}
    assert both.admit(Service(provider_type="Bank"))
    assert not both.admit(Service())
    assert both.without("firm").admit(Service())


def test_no_filter_leaves_all_in() -> None:
    assert Filters().chosen == {}
    assert Filters().admit(Service(None, None, None, None))


@given(st.lists(services, max_size=8), asked)
def test_an_option_counts_what_choosing_it_would_show(rows: list[Service], chosen: Filters) -> None:
    counted = filters.counts(rows, chosen)
    for name, options in counted.items():
        for option, count in options.items():
            other = Filters(**{**chosen.chosen, name: option})
            assert count == sum(other.admit(row) for row in rows)
