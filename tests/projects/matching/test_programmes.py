from __future__ import annotations

from datetime import timedelta

import pytest

from payments.money import Money
from projects.matching import documents, selectors, services
from projects.matching.documents import RuleNotUnderstood
from projects.matching.models import Allocation, Programme, ProgrammeVersion, TallyCounter
from projects.matching.services import ProgrammeRefused
from tests.make import catalogue
from tests.make import matching as make

pytestmark = pytest.mark.django_db
LATER = make.PUBLISHED + timedelta(days=1)


def test_publishing_makes_version_one_of_a_new_programme() -> None:
    agency = catalogue.agency()

    version = services.publish_programme(
        document=make.document(), agency_id=agency.pk, now=make.PUBLISHED
    )

    assert (version.programme_id, version.number) == ("kenya-fund", 1)
    assert version.published_at == make.PUBLISHED
    assert version.programme.agency == agency
    assert version.programme.currency == "EUR"
    assert version.rule == make.rule()


def test_publishing_the_same_document_again_changes_nothing() -> None:
    first = make.programme(id="fund")

    again = services.publish_programme(
        document=first.document, agency_id=first.programme.agency_id, now=LATER
    )

    assert again == first
    assert ProgrammeVersion.objects.count() == 1


def test_another_document_is_a_new_version_from_then_on() -> None:
    first = make.programme(id="fund")

    second = services.publish_programme(
        document=make.document(id="fund", rate=[1, 1]),
        agency_id=first.programme.agency_id,
        now=LATER,
    )

    assert second.number == 2
    before = LATER - timedelta(seconds=1)
    assert [each.version for each in selectors.programmes(now=before)] == [first]
    assert [each.version for each in selectors.programmes(now=LATER)] == [second]


@pytest.mark.parametrize(
    ("changes", "days", "message"),
    [
        ({"currency": "USD"}, 1, "The currency of a programme never changes"),
        ({"rate": [3, 1]}, 0, "A newer version of this programme is already public"),
    ],
)
def test_a_version_that_may_not_be_is_refused(
    changes: dict[str, object], days: int, message: str
) -> None:
    first = make.programme(id="fund")

    with pytest.raises(ProgrammeRefused, match=message):
        services.publish_programme(
            document=make.document(id="fund", **changes),
            agency_id=first.programme.agency_id,
            now=make.PUBLISHED + timedelta(days=days),
        )

    assert ProgrammeVersion.objects.count() == 1


def test_another_agency_cannot_publish_under_the_same_name() -> None:
    make.programme(id="fund")

    with pytest.raises(ProgrammeRefused, match="This programme belongs to another agency"):
        services.publish_programme(
            document=make.document(id="fund", rate=[3, 1]),
            agency_id=catalogue.agency().pk,
            now=LATER,
        )

    assert ProgrammeVersion.objects.count() == 1


def test_a_document_that_is_no_rule_leaves_nothing_behind() -> None:
    with pytest.raises(RuleNotUnderstood):
        services.publish_programme(
            document=make.document(rate=[1]), agency_id=catalogue.agency().pk, now=make.PUBLISHED
        )

    assert not Programme.objects.exists()


def test_a_pot_is_filled_once_for_each_key() -> None:
    version = make.programme(pot_minor=0)
    put_in = [
        services.fund_pot(
            programme_id=version.programme_id,
            amount=Money(5_000_00, "EUR"),
            idempotency_key=key,
            now=make.NOON,
        ).created
        for key in ("first", "first", "second")
    ]

    assert put_in == [True, False, True]
    assert selectors.left([version.programme_id]) == {version.programme_id: Money(10_000_00, "EUR")}


@pytest.mark.parametrize("amount", [Money(1_00, "USD"), Money(0, "EUR"), Money(-1, "EUR")])
def test_a_pot_takes_only_money_of_its_currency(amount: Money) -> None:
    version = make.programme(pot_minor=0)

    with pytest.raises(ProgrammeRefused, match="A pot takes amounts above zero in EUR"):
        services.fund_pot(
            programme_id=version.programme_id, amount=amount, idempotency_key="x", now=make.NOON
        )

    assert selectors.left([version.programme_id]) == {version.programme_id: Money(0, "EUR")}


@pytest.mark.promise("M7")
def test_a_cap_that_new_terms_bring_counts_what_was_given_before() -> None:
    first = make.programme(id="fund", rate=[1, 1])
    make.counted(make.gift(80_00, ref="c1", donor="d1"), settled_at=make.NOON)
    services.allocate_due(programme_id="fund", now=make.NOON)
    make.counted(make.gift(10_00, ref="late", donor="d1"), settled_at=make.NOON)

    services.publish_programme(
        document=make.document(
            id="fund",
            rate=[1, 1],
            window=make.document()["window"],
            caps=[{"scope": "donor", "amount": 100_00}],
        ),
        agency_id=first.programme.agency_id,
        now=make.NOON + timedelta(days=1),
    )

    assert TallyCounter.objects.get(scope="donor", whose="d1").minor == 80_00
    assert selectors.verify_differences() == []
    services.allocate_due(programme_id="fund", now=make.NOON + timedelta(days=2))
    make.counted(make.gift(80_00, ref="c2", donor="d1"), settled_at=make.NOON + timedelta(days=3))
    services.allocate_due(programme_id="fund", now=make.NOON + timedelta(days=3))

    rows = Allocation.objects.order_by("allocated_at").values_list("amount_minor", "reason")
    assert list(rows) == [(80_00, ""), (10_00, ""), (10_00, "cap_donor")]
    assert selectors.verify_differences() == []
    services.unwind(contribution_ref="late", remaining=Money(0, "EUR"), cause="r", now=make.NOON)
    assert TallyCounter.objects.get(scope="donor", whose="d1").minor == 90_00


def test_what_is_freed_after_the_close_goes_to_the_funder_where_the_rule_says_so() -> None:
    make.programme(
        id="fund", rate=[1, 1], pot_minor=500_00, refund={"partial": "recompute", "freed": "funder"}
    )
    make.counted(make.gift(100_00, ref="c1"))
    services.allocate_due(programme_id="fund", now=make.NOON)
    closed = make.NOON + timedelta(days=60)

    for remaining, now in ((90_00, make.NOON), (50_00, closed), (50_00, closed)):
        services.unwind(
            contribution_ref="c1", remaining=Money(remaining, "EUR"), cause=f"{now}", now=now
        )

    assert selectors.pots(["fund"])["fund"] == selectors.Pot(
        funded=Money(460_00, "EUR"), left=Money(410_00, "EUR")
    )
    assert selectors.verify_differences() == []


def test_the_rule_of_a_version_is_read_once_in_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    version = make.programme(id="fund")
    first = ProgrammeVersion.objects.get(pk=version.pk).rule
    monkeypatch.setattr(documents, "read", lambda _: pytest.fail("It was read again."))

    assert ProgrammeVersion.objects.get(pk=version.pk).rule is first


def test_another_document_of_a_version_is_read_anew() -> None:
    version = make.programme(id="fund")
    assert version.rule.name != "Another"

    again = ProgrammeVersion(pk=version.pk, document=version.document | {"name": "Another"})

    assert again.rule.name == "Another"
