from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from payments.money import Money
from projects.matching import selectors, services
from projects.matching.models import Reservation
from tests.make import matching as make

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db
KENYA = [{"field": "project.country", "op": "eq", "value": "KEN"}]


def lines(quote: services.Quote) -> list[tuple[str, int, str | None]]:
    return [(line.programme_id, line.match.minor, line.reason) for line in quote.lines]


def test_a_hundred_becomes_three_hundred() -> None:
    make.programme(id="fund", name="The fund", rate=[2, 1])

    quote = services.quote(gift=make.gift(100_00), now=make.NOON)

    assert quote.match == Money(200_00, "EUR")
    assert quote.valid_until is None
    (line,) = quote.lines
    assert (line.programme_id, line.programme_name, line.reason) == ("fund", "The fund", None)
    assert line.why == "€100.00 at 2 to 1 is €200.00."
    assert [step["step"] for step in line.steps] == ["base", "rate", "pot", "match"]


def test_a_quote_holds_nothing() -> None:
    version = make.programme(pot_minor=500_00)

    services.quote(gift=make.gift(100_00), now=make.NOON)

    assert not Reservation.objects.exists()
    assert selectors.left([version.programme_id]) == {version.programme_id: Money(500_00, "EUR")}


def test_without_a_programme_there_is_no_match() -> None:
    quote = services.quote(gift=make.gift(), now=make.NOON)

    assert quote == services.Quote(match=Money(0, "EUR"), lines=(), valid_until=None)


def test_programmes_for_other_projects_are_not_spoken_of() -> None:
    make.programme(id="kenya", eligible=KENYA)

    assert lines(services.quote(gift=make.gift(country="MDA"), now=make.NOON)) == []
    assert lines(services.quote(gift=make.gift(country="KEN"), now=make.NOON)) == [
        ("kenya", 200_00, None)
    ]


def test_every_programme_is_asked_in_order_and_their_matches_add_up() -> None:
    make.programme(id="empty", priority=1, pot_minor=0)
    make.programme(id="b", priority=2, rate=[1, 1])
    make.programme(id="a", priority=2, rate=[1, 2])
    make.programme(id="other", priority=3, currency="USD", fx={"EUR": [11, 10]})

    quote = services.quote(gift=make.gift(100_00), now=make.NOON)

    assert lines(quote) == [
        ("empty", 0, "pot_exhausted"),
        ("a", 50_00, None),
        ("b", 100_00, None),
        ("other", 220_00, None),
    ]
    assert quote.match == Money(150_00, "EUR")
    assert quote.matches == (Money(150_00, "EUR"), Money(220_00, "USD"))


def test_a_cascade_quotes_what_others_leave_and_an_exclusive_one_nothing() -> None:
    make.programme(id="a", rate=[1, 1], pot_minor=60_00)
    make.programme(id="b", priority=2, rate=[1, 1], stacking={"mode": "cascade"})
    make.programme(id="c", priority=3, rate=[1, 1], stacking={"mode": "exclusive"})

    quote = services.quote(gift=make.gift(100_00), now=make.NOON)

    assert lines(quote) == [
        ("a", 60_00, "pot_exhausted"),
        ("b", 40_00, None),
        ("c", 0, "already_matched"),
    ]


def test_a_giver_not_known_yet_is_quoted_up_to_the_cap() -> None:
    make.programme(id="fund", rate=[1, 1], caps=[{"scope": "donor", "amount": 150_00}])
    services.reserve(gift=make.gift(100_00, donor="d1"), now=make.NOON)

    known = services.quote(gift=make.gift(100_00, donor="d1"), now=make.NOON)
    unknown = services.quote(gift=make.gift(200_00, donor=None), now=make.NOON)

    assert lines(known) == [("fund", 50_00, "cap_donor")]
    assert lines(unknown) == [("fund", 150_00, "cap_donor")]


def test_what_is_held_for_a_gift_is_free_to_that_gift_alone() -> None:
    make.programme(id="fund", rate=[1, 1], pot_minor=100_00)
    held = make.gift(80_00)
    reserved = services.reserve(gift=held, now=make.NOON)

    own = services.quote(gift=held, now=make.NOON)
    others = services.quote(gift=make.gift(80_00, donor="d2"), now=make.NOON)

    assert lines(own) == [("fund", 80_00, None)]
    assert own.valid_until == reserved.valid_until
    assert lines(others) == [("fund", 20_00, "pot_exhausted")]


def test_terms_that_cannot_be_read_do_not_stop_the_other_programmes() -> None:
    version = make.programme(id="broken", priority=1)
    later = version.published_at + timedelta(days=1)
    make.next_terms(version, {"id": "broken", "of": "another age"}, at=later)
    make.programme(id="sound", priority=2)

    assert lines(services.quote(gift=make.gift(100_00), now=make.NOON)) == [("sound", 200_00, None)]


@pytest.mark.parametrize("programmes", [1, 6])
def test_a_quote_takes_four_queries_however_many_programmes_there_are(
    programmes: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(programmes):
        make.programme(
            pot_minor=0 if n else 1_000_00,
            priority=programmes - n,
            eligible=KENYA,
            caps=[{"scope": "donor", "amount": 500_00}, {"scope": "project", "amount": 500_00}],
        )

    with django_assert_num_queries(4):
        quote = services.quote(gift=make.gift(100_00), now=make.NOON)

    assert quote.match == Money(200_00, "EUR")
    assert len(quote.lines) == programmes
