"""What a match takes for gone or disputed is what its contribution says."""

from __future__ import annotations

import pytest

from marketplace import books
from payments.ledger.selectors import Difference
from tests.make import funding as make
from tests.projects.funding.reversing import disputed, paid, refunded
from tests.unguarded import rewrite

pytestmark = pytest.mark.django_db(transaction=True)


def rewritten(change: str) -> list[Difference]:
    """Change the only match as the owner of the database, its triggers silenced."""
    rewrite(f"UPDATE matching_allocation SET {change}")  # noqa: S608
    return books.verify().differences


@pytest.mark.parametrize(
    ("change", "expected", "found"),
    [("NULL", "6000", "10000"), ("5000", "6000", "5000"), ("9999", "6000", "9999")],
)
def test_a_match_that_takes_other_money_for_gone_is_found(
    change: str, expected: str, found: str
) -> None:
    version = make.programme()
    gift = paid(minor=100_00)
    make.allocate(version.programme_id)
    refunded(gift, 40_00)
    assert books.verify().differences == []

    differences = rewritten(f"remaining_minor = {change}")

    key = f"remaining of {gift.key} by {version.programme_id}"
    assert Difference("total", key, "EUR", expected, found) in differences


@pytest.mark.parametrize("is_disputed", [True, False])
def test_a_match_that_is_kept_from_being_earned_without_a_dispute_is_found_and_the_other_way(
    *, is_disputed: bool
) -> None:
    version = make.programme()
    gift = paid(minor=100_00)
    make.allocate(version.programme_id)
    if is_disputed:
        disputed(gift, 40_00)
    assert books.verify().differences == []

    differences = rewritten("is_blocked = NOT is_blocked")

    said = ["undisputed", "disputed"]
    key = f"match of {gift.key} by {version.programme_id}"
    assert differences == [
        Difference("entry", key, "EUR", said[is_disputed], said[not is_disputed])
    ]
