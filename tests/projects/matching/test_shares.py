"""Money that goes back before and after a close: whose share changes, and whose does not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from payments.ledger import selectors as ledger
from payments.ledger.services import Entry, Posting, post
from payments.money import Money
from projects.matching import engine, services
from projects.matching.models import (
    Award,
    AwardChange,
    Claim,
    FreedShare,
    Share,
    TallyCounter,
)
from projects.matching.selectors import rounds as found
from tests.make import closing as make
from tests.make import matching

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def go_back(ref: str, remaining_minor: int, *, cause: str = "refund:1") -> int:
    return services.unwind(
        contribution_ref=ref,
        remaining=Money(remaining_minor, "EUR"),
        cause=cause,
        now=make.LATER,
    )


def pot() -> int:
    return ledger.balance(engine.pot("fund", "EUR")).left


def treasury() -> int:
    books = ledger.balance(engine.treasury("fund", "EUR"))
    return books.debits_posted - books.credits_posted


def bases() -> dict[str, int]:
    return dict(Claim.objects.values_list("contribution_ref", "base_minor"))


def amounts() -> dict[str, tuple[int, str]]:
    rows = Award.objects.values_list("campaign_key", "amount_minor", "state")
    return {key: (minor, state) for key, minor, state in rows}


def agree() -> None:
    assert ledger.verify() == found.verify_rounds() == []


@pytest.fixture
def closed() -> None:
    """Close a round of three who share 90.00: 20.00, 40.00 and, for another project, 30.00."""
    make.programme(pot_minor=90_00)
    make.given("c1", 40_00, project_n=1)
    make.given("c2", 80_00, project_n=1)
    make.given("c3", 60_00, project_n=2)
    make.close()


def test_before_the_close_a_claim_shrinks_with_its_money() -> None:
    make.programme()
    make.given("c1", 60_00)
    make.given("c2", 60_00)
    assert go_back("c1", 20_00) == 0
    assert bases() == {"c1": 20_00, "c2": 60_00}
    make.close()
    assert dict(Share.objects.values_list("contribution_ref", "minor")) == {
        "c1": 20_00,
        "c2": 60_00,
    }
    agree()


def test_before_the_close_a_claim_goes_with_all_of_its_money_and_may_come_again() -> None:
    make.programme()
    make.given("c1", 60_00)
    go_back("c1", 0)
    claim = Claim.objects.get()
    assert (claim.base_minor, claim.reason, claim.moves) == (0, "given_back", [])
    go_back("c1", 60_00)
    assert bases() == {"c1": 60_00}


def test_money_that_went_back_before_its_turn_is_claimed_as_it_remains() -> None:
    make.programme()
    gift = matching.gift(60_00, ref="c1")
    services.count(gift=gift, settled_at=matching.NOON, now=matching.NOON)
    go_back("c1", 45_00)
    services.allocate_all_due(now=matching.NOON)
    assert bases() == {"c1": 45_00}


def test_the_room_under_a_cap_goes_to_who_came_next() -> None:
    make.programme(base_cap={"scope": "donor", "amount": 80_00}, pot_minor=1000_00)
    make.given("c1", 60_00, donor="ann")
    make.given("c2", 60_00, donor="ann", at=matching.NOON + HOUR)
    make.given("c3", 60_00, donor="ben", at=matching.NOON + HOUR)

    go_back("c1", 10_00)

    assert bases() == {"c1": 10_00, "c2": 60_00, "c3": 60_00}
    assert TallyCounter.objects.get(measure="used", whose="ann").minor == 70_00
    go_back("c1", 60_00, cause="refund_failed:1")
    assert bases() == {"c1": 60_00, "c2": 20_00, "c3": 60_00}


@pytest.mark.usefixtures("closed")
def test_after_the_close_only_the_own_share_is_freed() -> None:
    assert go_back("c2", 40_00) == 20_00

    assert amounts() == {"campaign:1": (40_00, "committed"), "campaign:2": (30_00, "committed")}
    assert dict(Share.objects.values_list("contribution_ref", "minor"))["c2"] == 40_00
    freed = FreedShare.objects.get()
    assert (freed.before_minor, freed.minor, freed.to) == (40_00, 20_00, "pot")
    assert found.share_of("c2") == {"fund": 20_00}
    assert found.share_of("c1") == {"fund": 20_00}
    assert bases()["c2"] == 80_00
    assert pot() == 20_00
    agree()


@pytest.mark.usefixtures("closed")
def test_telling_it_again_frees_nothing_more() -> None:
    go_back("c2", 40_00)
    before = list(Award.objects.values()), AwardChange.objects.count()
    assert go_back("c2", 40_00) == 0
    assert (list(Award.objects.values()), AwardChange.objects.count()) == before
    agree()


@pytest.mark.usefixtures("closed")
def test_in_parts_or_at_once_the_same_stays() -> None:
    assert go_back("c1", 33_33) + go_back("c1", 11_11) + go_back("c1", 7_77) == 20_00 - 3_88
    assert found.share_of("c1") == {"fund": 3_88}
    agree()


@pytest.mark.usefixtures("closed")
def test_an_award_all_of_whose_money_went_back_is_released_and_can_come_again() -> None:
    go_back("c3", 0)
    assert amounts()["campaign:2"] == (0, "released")
    assert pot() == 30_00
    assert go_back("c3", 60_00, cause="refund_failed:1") == -30_00
    assert amounts()["campaign:2"] == (30_00, "committed")
    assert [
        row.to_state for row in AwardChange.objects.filter(award__campaign_key="campaign:2")
    ] == [
        "committed",
        "released",
        "committed",
    ]
    agree()


@pytest.mark.usefixtures("closed")
def test_a_share_does_not_come_again_from_a_pot_that_is_spent() -> None:
    go_back("c3", 0)
    spent = pot()
    post(
        [
            Entry(
                kind="pot_returned",
                reference="fund",
                idempotency_key="spent",
                occurred_at=make.LATER,
                postings=(
                    Posting(engine.pot("fund", "EUR"), spent),
                    Posting(engine.treasury("fund", "EUR"), -spent),
                ),
            )
        ]
    )
    assert go_back("c3", 60_00, cause="refund_failed:1") == 0
    assert amounts()["campaign:2"] == (0, "released")
    assert FreedShare.objects.count() == 1
    agree()


def test_what_went_back_before_the_close_is_not_taken_off_again_after_it() -> None:
    make.programme(pot_minor=500_00)
    make.given("c1", 100_00)
    go_back("c1", 30_00)
    make.close()
    assert go_back("c1", 30_00) == 0
    assert go_back("c1", 10_00, cause="refund:2") == 20_00
    assert go_back("c1", 100_00, cause="refund_failed:1") == -20_00
    assert amounts() == {"campaign:1": (30_00, "committed")}
    agree()


def test_what_is_freed_for_the_funder_leaves_the_pot() -> None:
    make.programme(pot_minor=90_00, refund={"partial": "recompute", "freed": "funder"})
    make.given("c1", 100_00)
    make.close()
    assert treasury() == 90_00
    go_back("c1", 50_00)
    assert (pot(), treasury()) == (0, 45_00)
    assert FreedShare.objects.get().to == "funder"
    agree()


@pytest.mark.usefixtures("closed")
def test_an_earned_award_goes_back_from_what_was_earned() -> None:
    services.earn(campaign_key="campaign:1", cause="success", now=make.LATER)
    assert go_back("c2", 40_00) == 20_00
    assert amounts()["campaign:1"] == (40_00, "earned")
    books = ledger.balance(engine.earned("campaign:1", "EUR"))
    assert books.credits_posted - books.debits_posted == 40_00
    assert pot() == 20_00
    go_back("c1", 0)
    go_back("c2", 0)
    assert amounts()["campaign:1"] == (0, "clawed_back")
    agree()


@pytest.mark.usefixtures("closed")
def test_what_was_handed_over_does_not_grow_again() -> None:
    services.earn(campaign_key="campaign:1", cause="success", now=make.LATER)
    go_back("c2", 40_00)
    assert go_back("c2", 80_00, cause="refund_failed:1") == 0
    assert amounts()["campaign:1"] == (40_00, "earned")
    agree()


def test_a_refund_in_another_currency_is_a_mistake() -> None:
    make.programme()
    make.given("c1", 60_00)
    with pytest.raises(ValueError, match="does not remain"):
        services.unwind(contribution_ref="c1", remaining=Money(1, "USD"), cause="x", now=make.LATER)
    assert bases() == {"c1": 60_00}
