"""An entry stands when a second person has looked, and only then."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from remittances.entries import selectors, services, terms
from remittances.feeds.priced import Named
from remittances.models import Dataset, PriceEntry, PriceEvidence, SurveyedService
from tests.make import accounts
from tests.remittances.entries import made
from tests.remittances.entries.made import FACTS, NOW
from tests.remittances.rates import made as rates

pytestmark = pytest.mark.django_db
KEY = "entry/DEUKEN/Kestrel Pay/Cash/Mobile wallet/KES"


@pytest.fixture(autouse=True)
def _reference() -> None:
    rates.rate("EUR", "KES", "150", on=date(2026, 11, 22), source="Central Bank of Kenya")


def published(entry: PriceEntry) -> SurveyedService:
    decided = services.publish_entry(
        entry_id=entry.pk, by=accounts.user(name="Otto Ohr").pk, now=NOW
    )
    assert decided.published is not None
    return SurveyedService.objects.get(pk=decided.published.pk)


def standing() -> list[SurveyedService]:
    return list(SurveyedService.objects.standing())


def test_a_published_entry_is_a_row_with_exact_margins_and_a_named_reference() -> None:
    row = published(made.waiting())

    assert (row.kind, row.row_key, row.period) == ("entry", KEY, "2026_4Q")
    assert (row.provider.name, row.provider_type) == ("Kestrel Pay", "Money Transfer Operator")
    assert Fraction(row.total_pct_1 or 0) == 4
    assert Fraction(row.total_pct_2 or 0) == 3
    assert Fraction(row.margin_pct_1 or 0) == Fraction(row.margin_pct_2 or 0) == 2
    assert row.cells["reference_source"] == "Central Bank of Kenya"
    assert row.cells["reference_on"] == "2026-11-22"
    assert (row.collected_on, row.collected_at) == (date(2026, 11, 23), None)
    assert (row.dataset.kind, row.dataset.computed_by) == ("entry", services.TOLD_BY)
    assert row.dataset.licence == "CC BY 4.0"


def test_before_it_is_sent_and_agreed_nothing_is_shown() -> None:
    entry = made.draft()
    assert standing() == []
    with pytest.raises(services.EntryRefused, match="moved on"):
        services.publish_entry(entry_id=entry.pk, by=accounts.user().pk, now=NOW)

    services.send_entry(entry_id=entry.pk, by=entry.entered_by_id, now=NOW)

    assert standing() == []
    assert Dataset.objects.count() == 0
    assert list(selectors.waiting()) == [entry]


def test_nobody_decides_on_an_entry_of_their_own() -> None:
    entry = made.waiting()
    by = entry.entered_by_id

    with pytest.raises(services.EntryRefused, match="second person"):
        services.publish_entry(entry_id=entry.pk, by=by, now=NOW)
    with pytest.raises(services.EntryRefused, match="second person"):
        services.decline_entry(entry_id=entry.pk, by=by, reason="No.", now=NOW)
    assert standing() == []


def test_a_declined_entry_keeps_its_reason_and_never_stands() -> None:
    entry, other = made.waiting(), accounts.user()

    services.decline_entry(entry_id=entry.pk, by=other.pk, reason="The fee is of 2024.", now=NOW)

    entry.refresh_from_db()
    assert (entry.state, entry.reason) == ("declined", "The fee is of 2024.")
    with pytest.raises(services.EntryRefused, match="decided already"):
        services.publish_entry(entry_id=entry.pk, by=other.pk, now=NOW)
    assert standing() == []


def test_a_new_entry_supersedes_the_earlier_one_of_the_same_service() -> None:
    old = published(made.waiting())
    later = replace(FACTS, fee_1=Decimal("2.50"), collected_on=date(2026, 11, 24))

    new = published(made.waiting(facts=later))

    assert new.supersedes == old
    assert standing() == [new]
    assert SurveyedService.objects.count() == 2


def test_an_entry_that_was_collected_earlier_does_not_supersede() -> None:
    row = published(made.waiting())
    earlier = made.waiting(facts=replace(FACTS, collected_on=date(2026, 11, 20)))

    with pytest.raises(services.EntryRefused, match="collected later"):
        published(earlier)
    assert standing() == [row]


def test_what_the_officer_read_comes_before_what_we_know() -> None:
    named = Named(Decimal("147.5"), "The bank's own page", date(2026, 11, 23))

    entry = made.draft(facts=replace(FACTS, reference=named))

    assert (entry.reference_rate, entry.reference_source) == (Decimal("147.5"), named.source)
    assert made.draft().reference_source == "Central Bank of Kenya"


def test_without_a_reference_of_that_week_the_cost_is_not_known() -> None:
    entry = made.waiting(facts=replace(FACTS, collected_on=date(2026, 11, 21)))

    assert entry.reference_rate is None
    row = published(entry)
    assert (row.margin_pct_1, row.total_pct_1, row.fee_1) == (None, None, Decimal(3))


def test_a_service_that_does_not_tell_its_rate_has_no_margin() -> None:
    row = published(made.waiting(facts=replace(FACTS, rate=None, transparent=False)))

    assert row.transparent is False
    assert (row.applied_rate_1, row.margin_pct_1, row.total_pct_1) == (None, None, None)


def test_the_preview_says_what_it_would_cost_and_what_is_odd() -> None:
    published(made.waiting())
    dearer = replace(FACTS, fee_1=Decimal(9), collected_on=date(2026, 11, 24))

    preview = selectors.preview(made.waiting(facts=dearer))

    assert [total.total_pct for total in preview.totals] == [8, 3]
    assert preview.standing == standing()[0]
    assert preview.oddities == ["fee_moved", "total_moved"]


def test_a_draft_is_changed_by_its_author_only() -> None:
    entry = made.draft()
    proof, by = entry.evidence_id, entry.entered_by_id
    facts = replace(FACTS, fee_1=Decimal(5))

    services.save_draft(facts=facts, evidence_id=proof, by=by, now=NOW, entry_id=entry.pk)

    entry.refresh_from_db()
    assert entry.fee_1 == 5
    with pytest.raises(services.EntryRefused, match="another person's"):
        services.save_draft(
            facts=FACTS,
            evidence_id=proof,
            by=accounts.user().pk,
            now=NOW,
            entry_id=entry.pk,
        )
    services.send_entry(entry_id=entry.pk, by=by, now=NOW)
    with pytest.raises(services.EntryRefused, match="moved on"):
        services.save_draft(facts=FACTS, evidence_id=proof, by=by, now=NOW, entry_id=entry.pk)
    services.take_back(entry_id=entry.pk, by=by)
    services.drop_draft(entry_id=entry.pk, by=by)
    assert PriceEntry.objects.count() == 0


def test_nobody_uses_the_evidence_of_another() -> None:
    proof = made.kept(accounts.user())

    with pytest.raises(services.EntryRefused, match="evidence again"):
        services.save_draft(facts=FACTS, evidence_id=proof.pk, by=accounts.user().pk, now=NOW)
    assert PriceEntry.objects.count() == 0


@pytest.mark.parametrize(
    ("on", "words"),
    [
        (date(2026, 11, 25), "not come yet"),
        (date(2025, 11, 22), "more than a year"),
        (date(1, 1, 1), "more than a year"),
        (date(9999, 12, 31), "not come yet"),
    ],
)
def test_a_day_that_cannot_be_is_refused(on: date, words: str) -> None:
    with pytest.raises(services.EntryRefused, match=words):
        made.draft(facts=replace(FACTS, collected_on=on))
    assert PriceEntry.objects.count() == 0


def test_a_draft_is_seen_by_its_author_and_the_rest_by_everybody() -> None:
    mine, theirs = made.draft(), made.waiting(accounts.user(name="Bea Bote"))

    assert set(selectors.visible_to(mine.entered_by_id)) == {mine, theirs}
    assert set(selectors.visible_to(theirs.entered_by_id)) == {theirs}


def test_evidence_that_no_entry_took_is_let_go() -> None:
    used, loose = made.draft().evidence, made.kept(accounts.user())

    assert services.drop_unused_evidence(now=NOW + timedelta(days=2)) == 0
    assert services.drop_unused_evidence(now=NOW + timedelta(days=2, seconds=1)) == 1
    assert list(PriceEvidence.objects.all()) == [used]
    assert not PriceEvidence.objects.filter(pk=loose.pk).exists()


def test_the_database_keeps_evidence_as_it_came() -> None:
    proof = made.draft().evidence

    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        PriceEvidence.objects.update(name="other.png")
    copy = {"kind": "image/png", "name": "x", "added_by": proof.added_by, "added_at": NOW}
    with pytest.raises(IntegrityError, match="is_what_it_says"), transaction.atomic():
        PriceEvidence.objects.create(
            content=b"x", sha256="0" * 64, original_sha256="0" * 64, **copy
        )


def test_the_database_lets_nothing_skip_the_second_person() -> None:
    entry, other = made.draft(), accounts.user()
    row = published(made.waiting(facts=replace(FACTS, firm="Other")))
    rows = PriceEntry.objects.filter(pk=entry.pk)
    decided = {"decided_by": other, "decided_at": NOW, "published": row}

    with pytest.raises(DatabaseError, match="waits for a second"), transaction.atomic():
        rows.update(state="published", **decided)
    with pytest.raises(DatabaseError, match="keeps who entered"), transaction.atomic():
        rows.update(entered_by=other)
    rows.update(state="waiting")
    for changes, words in (
        ({"state": "published", "published": row}, "decided_in_full"),
        ({"state": "published", **decided, "decided_by": entry.entered_by}, "two_people"),
        ({"state": "published", **decided, "published": None}, "decided_in_full"),
        ({"state": "declined", **decided, "published": None}, "decided_in_full"),
        ({"fee_1": 1}, "as it was entered"),
        ({"entered_by": other}, "keeps who entered"),
    ):
        with pytest.raises(DatabaseError, match=words), transaction.atomic():
            rows.update(**changes)
    with pytest.raises(DatabaseError, match="never deleted"), transaction.atomic():
        rows.delete()
    rows.update(state="declined", decided_by=other, decided_at=NOW, reason="No.")
    with pytest.raises(DatabaseError, match="stays as it is"), transaction.atomic():
        rows.update(state="waiting", decided_by=None, decided_at=None)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"fee_1": Decimal(150)}, "amounts_and_fees"),
        ({"fee_1": Decimal(-1)}, "amounts_and_fees"),
        ({"amount_2": Decimal(150)}, "amounts_and_fees"),
        ({"fee_2": None}, "amounts_and_fees"),
        ({"rate": None}, "transparent_has_a_rate"),
        ({"destination": "DEU"}, "two_countries"),
        ({"currency": "eur"}, "currencies_plain"),
    ],
)
def test_the_database_refuses_what_cannot_be_true(
    changes: dict[str, object], constraint: str
) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        made.draft(facts=replace(FACTS, **changes))  # type: ignore[arg-type]


def test_an_entry_told_as_a_row_has_its_key() -> None:
    assert terms.row_key(made.draft()) == KEY
