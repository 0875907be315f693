from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remittances import ranking
from remittances.pricing import Freshness
from remittances.ranking import Listing, Standing

SPEEDS = ["Less than one hour", "Same day", "Next day", "2 days", "3-5 days", "6 days or more"]

standings = st.builds(
    Standing,
    listing=st.sampled_from([Listing.CURRENT, Listing.STALE]),
    received=st.decimals(-100, 10**6, places=2),
    speed=st.sampled_from([*SPEEDS, "By pigeon", None]),
    provider=st.text(min_size=1, max_size=5),
    pay_in=st.sampled_from(["Cash", "Mobile money", None]),
    pay_out=st.sampled_from(["Cash", "Bank account", None]),
) | st.builds(
    Standing,
    listing=st.just(Listing.UNRANKED),
    received=st.none() | st.decimals(0, 10**6, places=2),
    speed=st.sampled_from([*SPEEDS, None]),
    provider=st.text(min_size=1, max_size=5),
    pay_in=st.none(),
    pay_out=st.none(),
)


def standing(
    received: str | None,
    *,
    listing: Listing = Listing.CURRENT,
    speed: str | None = "Same day",
    provider: str = "A",
    pay_out: str | None = "Cash",
) -> Standing:
    money = None if received is None else Decimal(received)
    return Standing(listing, money, speed, provider, "Cash", pay_out)


def ordered(items: list[Standing]) -> list[Standing]:
    return ranking.in_order(items, lambda item: item)


@pytest.mark.promise("C1")
def test_most_received_comes_first_then_the_faster_then_the_name() -> None:
    most = standing("17489.28", speed="6 days or more", provider="Z")
    fast = standing("17206.99", speed="Less than one hour", provider="Z")
    named_a, named_b = standing("17206.99", provider="A"), standing("17206.99", provider="B")
    slow = standing("17206.99", speed="2 days", provider="A")
    unknown = standing("17206.99", speed=None, provider="A")
    expected = [most, fast, named_a, named_b, slow, unknown]
    assert ordered(expected[::-1]) == expected


@pytest.mark.promise("C1")
def test_where_a_sum_should_arrive_the_least_to_send_comes_first() -> None:
    least = replace(standing("100.00", speed="6 days or more", provider="Z"), sent=Decimal(105))
    fast = replace(standing("100.00", speed="Same day", provider="Z"), sent=Decimal(106))
    slow = replace(standing("100.00", speed="2 days", provider="A"), sent=Decimal(106))
    apart = replace(standing(None, listing=Listing.UNRANKED), sent=None)
    assert ordered([apart, slow, fast, least]) == [least, fast, slow, apart]


@pytest.mark.promise("C4")
def test_nothing_stale_stands_before_anything_current() -> None:
    stale = standing("17999.99", listing=Listing.STALE)
    current = standing("1.00")
    apart = standing(None, listing=Listing.UNRANKED)
    assert ordered([apart, stale, current]) == [current, stale, apart]


def test_the_same_service_by_two_ways_has_one_order() -> None:
    cash, wallet = standing("1"), standing("1", pay_out="Mobile wallet")
    assert ordered([wallet, cash]) == ordered([cash, wallet]) == [cash, wallet]


@pytest.mark.parametrize("speed", SPEEDS)
def test_each_speed_has_its_place_in_any_case(speed: str) -> None:
    assert ranking.speed_place(speed) == ranking.speed_place(speed.upper()) == SPEEDS.index(speed)


def test_an_unknown_speed_is_the_slowest() -> None:
    assert ranking.speed_place(None) == ranking.speed_place("N/A") == len(SPEEDS)


def test_lists_follow_age_and_price() -> None:
    assert ranking.listing(freshness=Freshness.CURRENT, has_price=True) is Listing.CURRENT
    assert ranking.listing(freshness=Freshness.DATED, has_price=True) is Listing.CURRENT
    assert ranking.listing(freshness=Freshness.STALE, has_price=True) is Listing.STALE
    assert ranking.listing(freshness=Freshness.CURRENT, has_price=False) is Listing.UNRANKED


@pytest.mark.promise("C1")
@pytest.mark.promise("C2")
@given(st.lists(standings, max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_the_input_never_matters(items: list[Standing], random: object) -> None:
    shuffled = list(items)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert ordered(shuffled) == ordered(items)


@pytest.mark.promise("C1")
@given(st.lists(standings, max_size=12), st.randoms(use_true_random=False))
def test_names_decide_nothing_but_ties(items: list[Standing], random: object) -> None:
    names = [item.provider for item in items]
    random.shuffle(names)  # type: ignore[attr-defined]
    renamed = [
        Standing(i.listing, i.received, i.speed, name, i.pay_in, i.pay_out)
        for i, name in zip(items, names, strict=True)
    ]

    def without_names(found: list[Standing]) -> list[tuple[object, ...]]:
        return [(item.listing, item.received, ranking.speed_place(item.speed)) for item in found]

    assert without_names(ordered(renamed)) == without_names(ordered(items))
    assert sorted(names) == sorted(item.provider for item in ordered(renamed))


@pytest.mark.promise("C1")
@given(st.lists(standings, max_size=12))
def test_a_stranger_finds_the_same_order(items: list[Standing]) -> None:
    speeds = [speed.lower() for speed in SPEEDS]

    def key(item: Standing) -> tuple[object, ...]:
        word = (item.speed or "").lower()
        return (
            ["current", "stale", "unranked"].index(item.listing.value),
            float("inf") if item.received is None else -item.received,
            speeds.index(word) if word in speeds else 9,
            item.provider,
            item.pay_in or "",
            item.pay_out or "",
        )

    assert [key(item) for item in ordered(items)] == sorted(key(item) for item in items)
