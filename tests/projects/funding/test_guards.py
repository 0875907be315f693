"""What the database refuses, whoever asks: as the application's own role."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from projects.funding.models import Campaign, CampaignLog, Contribution, ContributionLog
from tests.make import funding as make
from tests.projects.funding import reversing

if TYPE_CHECKING:
    from uuid import UUID

State = Contribution.State
PAID = set(Contribution.PAID)
AMOUNTS = {
    State.PARTIALLY_REFUNDED: {"refunded_minor": 1},
    State.REFUNDED: {"refunded_minor": 100_00},
    State.DISPUTED: {"blocked_minor": 1, "refunded_minor": 2},
    State.LOST: {"lost_minor": 1},
}
NOTHING = {"refunded_minor": 0, "blocked_minor": 0, "lost_minor": 0}
MOVES = {
    *product(PAID, PAID),
    (State.DRAFT, State.AWAITING_PAYMENT),
    (State.DRAFT, State.EXPIRED),
    (State.DRAFT, State.CANCELLED),
    (State.AWAITING_PAYMENT, State.SETTLED),
    (State.AWAITING_PAYMENT, State.FAILED),
    (State.AWAITING_PAYMENT, State.EXPIRED),
    (State.FAILED, State.AWAITING_PAYMENT),
    (State.FAILED, State.SETTLED),
    (State.EXPIRED, State.AWAITING_PAYMENT),
    (State.EXPIRED, State.SETTLED),
}


def refuses(sql: str, *params: UUID) -> str:
    """Return what the database says when it refuses a statement."""
    with (
        pytest.raises(DatabaseError) as refused,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql, params)
    return str(refused.value)


def in_state(state: State) -> Contribution:
    """Write a contribution in any state, as no service could."""
    made = make.identified()
    row = {
        "id": uuid4(),
        "key": uuid4().hex,
        "public_key": uuid4(),
        "idempotency_key": uuid4().hex,
        "state": state,
    }
    row |= AMOUNTS.get(state, {})
    if state in PAID:
        row |= {"settled_at": make.NOON, "payment_id": uuid4(), "receipt_number": uuid4().hex[:20]}
    for name, value in row.items():
        setattr(made, name, value)
    made.save(force_insert=True)
    return made


@pytest.mark.django_db
@pytest.mark.parametrize(("before", "after"), list(product(State, State)))
def test_a_contribution_moves_only_as_it_may(before: State, after: State) -> None:
    contribution = in_state(before)
    if before == after:
        return
    contribution.state = after
    for name, value in (NOTHING | AMOUNTS.get(after, {})).items():
        setattr(contribution, name, value)
    if (before in PAID) != (after in PAID):
        contribution.settled_at = make.NOON if after in PAID else None
        contribution.payment_id = uuid4() if after in PAID else None
        contribution.receipt_number = uuid4().hex[:20] if after in PAID else None

    if (before, after) in MOVES:
        contribution.save()
        return
    with pytest.raises(DatabaseError, match="funding_contribution_move"), transaction.atomic():
        contribution.save()


@pytest.mark.django_db
def test_the_amount_stands_once_somebody_has_gone_to_pay() -> None:
    contribution = make.submitted(make.identified())

    said = refuses(
        "UPDATE funding_contribution SET amount_minor = 1 WHERE id = %s", contribution.pk
    )

    assert "funding_contribution_amount_frozen" in said


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        "settled_at = now()",
        "receipt_number = 'W26-X'",
        "payment_id = gen_random_uuid()",
        "fee_minor = 0",
        "platform_fee_minor = 1",
    ],
)
def test_the_facts_of_a_receipt_stand(change: str) -> None:
    contribution = make.settled()

    said = refuses(f"UPDATE funding_contribution SET {change} WHERE id = %s", contribution.pk)  # noqa: S608

    assert "funding_contribution_settled_frozen" in said


@pytest.mark.django_db
@pytest.mark.promise("M10")
@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("state = 'lost', lost_minor = 10001", "taken_back_within_amount"),
        (
            "state = 'disputed', refunded_minor = 6000, blocked_minor = 4001",
            "taken_back_within_amount",
        ),
        ("state = 'refund_pending', refunded_minor = -1", "taken_back_within_amount"),
        ("refunded_minor = 1", "state_fits_amounts"),
        ("state = 'refunded'", "state_fits_amounts"),
        ("state = 'refunded', refunded_minor = 9999", "state_fits_amounts"),
        ("state = 'partially_refunded', refunded_minor = 10000", "state_fits_amounts"),
        ("state = 'disputed'", "state_fits_amounts"),
        ("state = 'lost', lost_minor = 5, blocked_minor = 5", "state_fits_amounts"),
    ],
)
def test_no_more_goes_back_than_came_and_the_state_says_what(change: str, constraint: str) -> None:
    contribution = make.settled()

    said = refuses(f"UPDATE funding_contribution SET {change} WHERE id = %s", contribution.pk)  # noqa: S608

    assert f"funding_contribution_{constraint}" in said


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE funding_reversal SET state = 'held' WHERE contribution_id = %s",
        "UPDATE funding_reversal SET amount_minor = 1 WHERE contribution_id = %s",
        "UPDATE funding_reversal SET taken_minor = 1 WHERE contribution_id = %s",
        "DELETE FROM funding_reversal WHERE contribution_id = %s",
    ],
)
def test_what_was_heard_of_a_refund_stands(statement: str) -> None:
    contribution = make.settled()
    reversing.refunded(contribution, 40_00)

    assert "funding_reversal" in refuses(statement, contribution.pk)


@pytest.mark.django_db
def test_a_settled_contribution_cannot_be_deleted() -> None:
    contribution = make.settled()

    said = refuses("DELETE FROM funding_contribution WHERE id = %s", contribution.pk)

    assert "funding_contribution" in said
    assert Contribution.objects.filter(pk=contribution.pk).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["funding_contribution_log", "funding_campaign_log"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET event = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
def test_logs_are_only_added_to(table: str, verb: str) -> None:
    make.contribution()

    refuses(verb.format(table))

    assert ContributionLog.objects.count() == 1
    assert CampaignLog.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"state": "finished"}, "funding_campaign_state_known"),
        ({"goal_minor": 0}, "funding_campaign_goal_positive"),
        ({"min_contribution_minor": 0}, "funding_campaign_amounts_ordered"),
        ({"max_contribution_minor": 1}, "funding_campaign_amounts_ordered"),
        ({"owner_contribution_minor": 1_000_01}, "funding_campaign_owner_within_goal"),
        ({"closes_at": make.NOON - timedelta(days=11)}, "funding_campaign_closes_after_opening"),
    ],
)
def test_the_terms_of_a_campaign_make_sense(change: dict[str, object], constraint: str) -> None:
    campaign = make.campaign()

    with pytest.raises(DatabaseError, match=constraint), transaction.atomic():
        Campaign.objects.filter(pk=campaign.pk).update(**change)


@pytest.mark.django_db
def test_one_project_has_one_open_campaign() -> None:
    first = make.campaign()

    with (
        pytest.raises(DatabaseError, match="funding_campaign_one_open_per_project"),
        transaction.atomic(),
    ):
        Campaign.objects.create(
            key="campaign:second",
            project=first.project,
            state=Campaign.State.OPEN,
            currency="EUR",
            goal_minor=1,
            min_contribution_minor=1,
            max_contribution_minor=1,
            opens_at=first.opens_at,
            closes_at=first.closes_at,
        )
