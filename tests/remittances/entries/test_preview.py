"""What an entry would become is measured by the reference rate it names, and by ours."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from remittances.entries import selectors, services
from remittances.feeds.priced import Named
from remittances.models import PriceEntry
from tests.make import accounts
from tests.remittances.entries import made
from tests.remittances.entries.made import FACTS, NOW
from tests.remittances.rates import made as rates

pytestmark = pytest.mark.django_db
OWN = replace(FACTS, reference=Named(Decimal(147), "A board in the street", date(2026, 11, 23)))


def test_a_reference_rate_that_was_typed_stands_beside_ours() -> None:
    rates.rate("EUR", "KES", "180")

    preview = selectors.preview(made.waiting(facts=OWN))

    assert preview.ours is not None
    assert preview.ours.rate == 180
    assert [total.total_pct for total in preview.totals] == [2, 1]
    assert [float(total.total_pct or 0) for total in preview.by_ours] == [
        pytest.approx(20.3333, abs=0.0001),
        pytest.approx(19.3333, abs=0.0001),
    ]
    assert (preview.oddities, preview.odd_by_ours) == ([], ["rate_far"])


def test_our_own_reference_rate_is_told_once() -> None:
    rates.rate("EUR", "KES", "147")

    for facts in (FACTS, OWN):
        preview = selectors.preview(made.waiting(facts=facts))
        assert (preview.ours, preview.by_ours, preview.odd_by_ours) == (None, [], [])


def test_where_we_know_none_there_is_none_beside_it() -> None:
    preview = selectors.preview(made.waiting(facts=OWN))

    assert (preview.ours, preview.by_ours, preview.odd_by_ours) == (None, [], [])


def test_a_service_that_does_not_tell_its_rate_is_measured_by_none() -> None:
    rates.rate("EUR", "KES", "180")

    preview = selectors.preview(made.waiting(facts=replace(FACTS, rate=None, transparent=False)))

    assert preview.ours is None


def test_a_margin_out_of_all_measure_is_not_entered() -> None:
    tiny = Named(Decimal("0.000001"), "A slip", date(2026, 11, 23))
    person = accounts.user()
    proof = made.kept(person)

    with pytest.raises(services.EntryRefused, match="out of all measure"):
        services.save_draft(
            facts=replace(FACTS, rate=Decimal(999999999), reference=tiny),
            evidence_id=proof.pk,
            by=person.pk,
            now=NOW,
        )
    assert not PriceEntry.objects.exists()
