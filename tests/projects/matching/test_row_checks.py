"""What `ledger verify` finds of a decision that somebody rewrote by hand, past every guard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from payments.ledger import selectors as ledger
from payments.ledger.selectors import Difference
from projects.matching import selectors, services
from projects.matching.models import Allocation
from projects.matching.selectors import row_checks
from tests.make import matching as make
from tests.unguarded import rewrite

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

COUNTED = "counted:project:00000000-0000-0000-0000-000000000001"


def given(*, refs: tuple[str, ...] = ("c1",)) -> None:
    """Match money that counts for its giver's cap and for its project's threshold."""
    make.programme(
        id="fund",
        rate=[1, 2],
        caps=[{"scope": "donor", "amount": 500_00}],
        threshold={"metric": "raised", "at": 10_00},
        pot_minor=1_000_00,
    )
    for ref in refs:
        make.counted(make.gift(100_00, ref=ref, donor=f"giver of {ref}"))
    services.allocate_due(programme_id="fund", now=make.NOON)
    assert selectors.verify_differences() == []


def rewritten(*statements: str) -> list[Difference]:
    """Change rows as the owner of the database, its triggers silenced; return what is found."""
    rewrite(*statements)
    assert ledger.verify() == []
    return selectors.verify_differences()


def difference(what: str, expected: str, found: str) -> Difference:
    return Difference("total", f"{what} of c1 by fund", "EUR", expected, found)


MATCHED = "matched:donor:giver of c1"
GUARDED = [
    pytest.param(
        "moves = '[]'",
        [
            difference(COUNTED, "10000", "0"),
            difference(MATCHED, "5000", "0"),
            difference("unlocked:project:00000000-0000-0000-0000-000000000001", "1", "0"),
        ],
        id="no moves",
    ),
    pytest.param(
        "moves = '[]', decided_moves = '[]'",
        [
            difference(f"decided {MATCHED}", "5000", "0"),
            difference(f"decided {COUNTED}", "10000", "0"),
        ],
        id="no moves at all",
    ),
    pytest.param(
        "moves = replace(moves::text, '5000', '1')::jsonb",
        [difference(MATCHED, "5000", "1")],
        id="smaller moves",
    ),
    pytest.param(
        "decided_moves = replace(decided_moves::text, '10000', '1')::jsonb",
        [difference(f"decided {COUNTED}", "10000", "1"), difference(COUNTED, "1", "10000")],
        id="smaller decided moves",
    ),
    pytest.param(
        "remaining_minor = 4000",
        [difference("amount", "at most 2000", "5000"), difference(COUNTED, "4000", "10000")],
        id="less money",
    ),
    pytest.param(
        "remaining_minor = 20000", [difference("remaining", "0 to 10000", "20000")], id="more money"
    ),
    pytest.param("unmet = '[[\"\", 1]]'", [difference("unmet", "at most 0", "1")], id="unmet"),
    pytest.param(
        "unmet = '[[\"another\", 1]]'",
        [difference("unmet", "at most 0", "another:1")],
        id="unmet of no layer",
    ),
]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("change", "found"), GUARDED)
def test_a_decision_rewritten_by_hand_together_with_its_counters_is_found(
    change: str, found: list[Difference]
) -> None:
    given()

    differences = rewritten(
        f"UPDATE matching_allocation SET {change}",  # noqa: S608
        "DELETE FROM matching_tally",
        """
        INSERT INTO matching_tally (id, programme_id, measure, scope, whose, period, layer, minor)
        SELECT gen_random_uuid(), 'fund', move->>0, move->>1, move->>2, move->>3, move->>4,
            (move->>5)::bigint
        FROM matching_allocation, jsonb_array_elements(moves) AS move
        """,
    )

    assert differences == found


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("state", ["earned", "paid"])
def test_match_that_is_called_earned_while_its_entry_is_pending_is_found(state: str) -> None:
    given()

    differences = rewritten(f"UPDATE matching_allocation SET state = '{state}'")  # noqa: S608

    key = "state of c1 by fund"
    assert differences == [Difference("entry", key, "EUR", f"posted, as {state}", "pending")]


@pytest.mark.django_db(transaction=True)
def test_match_that_is_called_committed_although_it_was_earned_is_found() -> None:
    given()
    services.earn(cause="campaign", now=make.NOON, campaign_key="campaign:a-well")
    assert selectors.verify_differences() == []

    differences = rewritten("UPDATE matching_allocation SET state = 'committed'")

    key = "state of c1 by fund"
    assert differences == [Difference("entry", key, "EUR", "pending, as committed", "posted")]


@pytest.mark.django_db
@pytest.mark.parametrize("gifts", [1, 12])
def test_any_number_of_decisions_is_looked_through_in_as_many_queries(
    gifts: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    given(refs=tuple(f"c{n}" for n in range(gifts)))
    assert Allocation.objects.count() == gifts

    with django_assert_num_queries(6):
        assert row_checks.verify_rows() == []
