"""Reference rates are taken in once, by name and day; a typed one takes two people."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from remittances.datasets.rows import WORLD_BANK
from remittances.models import RateProposal, ReferenceRate
from remittances.rates import ecb, services
from remittances.rates.references import ECB, NO_EXCHANGE
from remittances.rates.selectors import reference
from tests.make import accounts
from tests.make import remittances as make
from tests.remittances.rates import made

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
TODAY = NOW.date()
CENTRAL_BANK = "Central Bank of Kenya, mean rate"


def proposed(**changes: object) -> RateProposal:
    """Return a rate of today that Amina typed in."""
    told: dict[str, object] = {
        "base": "USD",
        "quote": "KES",
        "on": TODAY,
        "rate": Decimal("129.4512"),
        "source": CENTRAL_BANK,
        "by": accounts.user(name="Amina Amt").pk,
        "now": NOW,
    }
    return services.propose_rate(**told | changes)  # type: ignore[arg-type]


def test_the_banks_rates_are_taken_in_once() -> None:
    first = services.load_ecb_rates(now=NOW)

    assert first == ReferenceRate.objects.filter(source=ECB).count() > 5000
    assert services.load_ecb_rates(now=NOW + timedelta(hours=1)) == 0
    newest = ReferenceRate.objects.filter(quote="USD").latest("on")
    assert newest.on == ecb.newest_day()
    assert Fraction(newest.rate) == next(
        rate.rate for rate in ecb.published(since=newest.on, until=newest.on) if rate.quote == "USD"
    )


def test_no_rate_of_a_later_day_than_now_is_taken_in() -> None:
    now = datetime(2026, 10, 18, 12, tzinfo=UTC)  # A Sunday.

    services.load_ecb_rates(now=now)

    assert ReferenceRate.objects.latest("on").on == date(2026, 10, 16)
    later = services.load_ecb_rates(now=now + timedelta(days=1))
    assert later == len(list(ecb.published(since=date(2026, 10, 19), until=date(2026, 10, 19))))


def test_two_currencies_meet_by_way_of_the_euro_on_one_day() -> None:
    made.rate("EUR", "USD", "1.25", on=date(2026, 11, 20))
    made.rate("EUR", "USD", "1.30", on=date(2026, 11, 23))
    made.rate("EUR", "GBP", "0.80", on=date(2026, 11, 20))

    found = reference("GBP", "USD", today=TODAY)

    assert found is not None
    assert (found.rate, found.on, found.source) == (Fraction("1.5625"), date(2026, 11, 20), ECB)
    assert found.age_days == 4
    euro = reference("USD", "EUR", today=TODAY)
    assert euro is not None
    assert (euro.rate, euro.on) == (1 / Fraction("1.3"), date(2026, 11, 23))


def test_the_reference_rate_costs_one_query(django_assert_num_queries: made.Counting) -> None:
    made.rate("EUR", "USD", "1.25")
    made.rate("EUR", "GBP", "0.80")
    made.rate("USD", "GBP", "0.70", source=CENTRAL_BANK)

    with django_assert_num_queries(1):
        found = reference("USD", "GBP", today=TODAY)
    assert found is not None
    assert found.source == ECB


def test_a_later_day_than_asked_for_is_never_used() -> None:
    made.rate("EUR", "USD", "1.25", on=TODAY + timedelta(days=1))

    assert reference("EUR", "USD", today=TODAY) is None


def test_an_entered_rate_serves_both_directions_exactly() -> None:
    made.rate("USD", "KES", "128", source=CENTRAL_BANK)

    found = reference("KES", "USD", today=TODAY)

    assert found is not None
    assert (found.rate, found.source) == (Fraction(1, 128), CENTRAL_BANK)


def test_the_same_currency_is_worth_itself() -> None:
    found = reference("USD", "USD", today=TODAY)

    assert found is not None
    assert (found.rate, found.source, found.age_days) == (Fraction(1), NO_EXCHANGE, 0)


def test_the_survey_stands_in_with_its_day_where_no_bank_tells_a_rate() -> None:
    make.real_prices()

    added = services.load_survey_rates(now=NOW)

    assert added == ReferenceRate.objects.count() > 0
    assert services.load_survey_rates(now=NOW) == 0
    found = reference("KES", "UGX", today=TODAY)
    assert found is not None
    assert found.source == WORLD_BANK
    assert found.on < date(2025, 10, 1)
    assert 20 < found.rate < 40
    assert not found.is_recent
    dollars = reference("KES", "USD", today=TODAY)
    assert dollars is not None
    assert found.rate != dollars.rate < Fraction(1, 100)


def test_a_typed_rate_stands_when_a_second_person_says_so() -> None:
    proposal = proposed()
    assert reference("USD", "KES", today=TODAY) is None

    services.publish_rate(proposal_id=proposal.pk, by=accounts.user(name="Otto Ohr").pk, now=NOW)

    found = reference("USD", "KES", today=TODAY)
    assert found is not None
    assert (found.rate, found.source) == (Fraction("129.4512"), CENTRAL_BANK)
    proposal.refresh_from_db()
    assert proposal.state == "published"
    assert proposal.published is not None


def test_nobody_decides_on_a_rate_of_their_own() -> None:
    proposal = proposed()

    for decide in (services.publish_rate, services.decline_rate):
        reason = {"reason": "No."} if decide is services.decline_rate else {}
        with pytest.raises(services.RateRefused, match="second person"):
            decide(proposal_id=proposal.pk, by=proposal.entered_by_id, now=NOW, **reason)
    assert ReferenceRate.objects.count() == 0


def test_a_rate_is_decided_once() -> None:
    proposal, other = proposed(), accounts.user(name="Otto Ohr").pk
    services.decline_rate(proposal_id=proposal.pk, by=other, reason="Misread.", now=NOW)

    with pytest.raises(services.RateRefused, match="decided already"):
        services.publish_rate(proposal_id=proposal.pk, by=other, now=NOW)
    assert ReferenceRate.objects.count() == 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"quote": "USD"}, "are the same"),
        ({"on": TODAY + timedelta(days=1)}, "not come yet"),
        ({"source": ECB.upper()}, "never typed in"),
        ({"source": WORLD_BANK}, "never typed in"),
    ],
)
def test_what_cannot_be_a_typed_rate_is_refused_in_words(
    changes: dict[str, object], words: str
) -> None:
    with pytest.raises(services.RateRefused, match=words):
        proposed(**changes)
    assert RateProposal.objects.count() == 0


def test_a_second_rate_of_a_day_and_source_is_refused() -> None:
    made.rate("USD", "KES", "128", on=TODAY, source=CENTRAL_BANK)

    with pytest.raises(services.RateRefused, match="stands already"):
        proposed()


def test_the_database_keeps_rates_as_they_are() -> None:
    rate = made.rate("USD", "KES", "128", source=CENTRAL_BANK)

    for change in (
        lambda: ReferenceRate.objects.update(rate=1),
        lambda: ReferenceRate.objects.filter(pk=rate.pk).delete(),
    ):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            change()
    rate.refresh_from_db()
    assert rate.rate == 128


def test_the_database_refuses_what_skips_the_second_person() -> None:
    proposal = proposed()
    other = accounts.user(name="Otto Ohr")
    rate = made.rate("USD", "KES", "1", source="Other")
    rows = RateProposal.objects.filter(pk=proposal.pk)
    decided = {"decided_by": other, "decided_at": NOW}

    for changes, constraint in (
        ({"state": "published", **decided}, "decided_in_full"),
        ({"state": "published", "published": rate}, "decided_in_full"),
        ({"state": "declined", **decided}, "decided_in_full"),
        (
            {
                "state": "published",
                **decided,
                "decided_by": proposal.entered_by,
                "published": rate,
            },
            "two_people",
        ),
    ):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            rows.update(**changes)
    with pytest.raises(DatabaseError, match="as it was entered"), transaction.atomic():
        rows.update(rate=1, state="published", published=rate, **decided)
    with pytest.raises(DatabaseError, match="keeps who entered"), transaction.atomic():
        rows.update(entered_by=other)
    rows.update(state="published", published=rate, **decided)
    with pytest.raises(DatabaseError, match="stays as it is"), transaction.atomic():
        rows.update(reason="Later.")
