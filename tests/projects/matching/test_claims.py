"""What waits for a close: claims, what they count for, and nightly estimates."""

from __future__ import annotations

from datetime import timedelta

import pytest

from payments.ledger import selectors as ledger
from projects.matching import engine, services
from projects.matching.models import (
    Allocation,
    Claim,
    Estimate,
    Round,
    Share,
    TallyCounter,
    WaitingMoney,
)
from projects.matching.selectors import rounds as found
from tests.make import closing as make
from tests.make import matching

pytestmark = pytest.mark.django_db
OPEN = make.END - timedelta(seconds=1)


def shares() -> dict[str, int]:
    return dict(Share.objects.values_list("contribution_ref", "minor"))


def pot(programme: str = "fund", layer: str = "") -> int:
    return ledger.balance(engine.pot(programme, "EUR", layer)).left


def agree() -> None:
    assert ledger.verify() == found.verify_rounds() == []


def test_money_before_a_close_takes_a_claim_and_no_match() -> None:
    make.programme()
    make.given("c1", 60_00)

    claim = Claim.objects.get()
    assert (claim.contribution_ref, claim.base_minor, claim.round_number) == ("c1", 60_00, 1)
    assert claim.steps[0]["step"] == "base"
    assert not Allocation.objects.exists()
    assert not WaitingMoney.objects.exists()
    assert pot() == 100_00


def test_taking_a_claim_again_changes_nothing() -> None:
    make.programme()
    gift = make.given("c1", 60_00)
    services.count(gift=gift, settled_at=matching.NOON, now=matching.NOON)
    services.allocate_all_due(now=matching.NOON)
    assert Claim.objects.count() == 1


def test_money_heard_of_after_the_close_counts_for_nothing() -> None:
    make.programme()
    make.given("c1", 60_00)
    make.close()
    make.given("late", 60_00, project_n=2)

    late = Claim.objects.get(contribution_ref="late")
    assert (late.base_minor, late.reason, late.moves) == (0, "settled_too_late", [])
    assert shares() == {"c1": 60_00}
    assert make.close(make.LATER).claims == 1
    agree()


@pytest.mark.parametrize("method", ["prorata_close", "share_close", "quadratic_close"])
def test_an_estimate_is_what_a_close_would_give(method: str) -> None:
    make.programme(allocation=method, pot_minor=50_00)
    make.given("c1", 60_00, project_n=1)
    make.given("c2", 30_00, project_n=1)
    make.given("c3", 25_00, project_n=2)

    assert services.estimate_due(now=OPEN) == 2
    assert services.estimate_due(now=OPEN) == 2

    guessed = {row.project_id: row.minor for row in Estimate.objects.all()}
    assert not Round.objects.exists()
    make.close()
    assert found.project_matches("fund") == guessed
    assert sum(guessed.values()) == 50_00
    assert not Estimate.objects.exists()


def test_claims_move_the_tally_and_limit_what_one_giver_counts() -> None:
    make.programme(base_cap={"scope": "donor", "amount": 80_00}, pot_minor=1000_00)
    make.given("c1", 60_00, donor="ann")
    make.given("c2", 60_00, donor="ann", at=matching.NOON + timedelta(hours=1))

    bases = dict(Claim.objects.values_list("contribution_ref", "base_minor"))
    assert bases == {"c1": 60_00, "c2": 20_00}
    used = TallyCounter.objects.get(measure="used", scope="donor", whose="ann")
    assert used.minor == 80_00
