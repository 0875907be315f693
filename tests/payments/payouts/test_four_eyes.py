"""Two people, above a limit three: in the services, and in the database whoever writes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import Error, connection, transaction

from marketplace import database
from payments.money import CurrencyMismatch, Money
from payments.payouts import services
from payments.payouts.models import DetailsChange, Payout, PayoutAccount, PayoutBatch, PayoutMove
from tests.make import payouts as make

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = [pytest.mark.django_db, pytest.mark.promise("M19")]

S = Payout.State


@pytest.fixture
def account() -> PayoutAccount:
    make.escrow()
    return make.bank_account()


def refusal(statement: str, *values: Any) -> str:  # noqa: ANN401  What SQL takes.
    """Return the constraint that refuses a statement of the application's role, or nothing."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except Error as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        return getattr(diagnosis, "constraint_name", None) or "permission"
    return ""


def changed(payout: Payout, **fields: object) -> str:
    assignments = ", ".join(f"{name} = %s" for name in fields)
    statement = f"UPDATE payouts_payout SET {assignments} WHERE id = %s"  # noqa: S608  Names of ours.
    return refusal(statement, *fields.values(), payout.pk)


@pytest.mark.usefixtures("account")
def test_whoever_asked_does_not_approve() -> None:
    payout = make.requested()

    for person in ("asha", ""):
        with pytest.raises(services.FourEyes):
            services.approve(payout_id=payout.pk, by=person, now=make.NOON)

    assert make.again(payout).state == S.REQUESTED


@pytest.mark.parametrize(("minor", "approvals"), [(500_00, 1), (500_01, 2)])
@pytest.mark.usefixtures("account")
def test_above_the_limit_a_third_person_approves(minor: int, approvals: int) -> None:
    payout = make.requested(minor=minor, second_above=500_00)

    services.approve(payout_id=payout.pk, by="otieno", now=make.NOON)

    if approvals == 2:
        assert make.again(payout).state == S.REQUESTED
        for same in ("otieno", "asha"):
            with pytest.raises(services.FourEyes):
                services.approve(payout_id=payout.pk, by=same, now=make.NOON)
        services.approve(payout_id=payout.pk, by="wanjiru", now=make.NOON)
    payout = make.again(payout)
    assert payout.state == S.APPROVED
    assert payout.second_approved_by == ("wanjiru" if approvals == 2 else "")
    assert [step.actor for step in payout.moves.all()] == ["asha", "otieno", "wanjiru"][
        : approvals + 1
    ]


@pytest.mark.usefixtures("account")
def test_the_limit_is_that_of_settings_where_a_programme_has_none(settings: object) -> None:
    settings.PAYOUT_SECOND_ABOVE = {"EUR": 99_00}  # type: ignore[attr-defined]
    fields = {
        "owner_ref": make.OWNER,
        "source_ref": make.CAMPAIGN,
        "reference": "stage-x",
        "requested_by": "asha",
        "now": make.NOON,
    }

    payout = services.request_payout(amount=Money(99_01, "EUR"), **fields)  # type: ignore[arg-type]

    assert payout.second_above_minor == 99_00
    assert payout.needs_second
    with pytest.raises(CurrencyMismatch):
        services.request_payout(
            amount=Money(1, "EUR"),
            second_above=Money(1, "KES"),
            **fields,  # type: ignore[arg-type]
        )


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(
    ("limits", "minor", "approvals"),
    [
        ({"EUR": 99_00}, 99_00, 1),
        ({"EUR": 99_00}, 99_01, 2),
        ({"KES": 99_00}, 1, 2),  # A currency that is not named: any amount is above its limit.
    ],
)
def test_above_the_limit_of_settings_one_approval_is_not_enough(
    settings: Settings, limits: dict[str, int], minor: int, approvals: int
) -> None:
    settings.PAYOUT_SECOND_ABOVE = limits
    payout = services.request_payout(
        owner_ref=make.OWNER,
        source_ref=make.CAMPAIGN,
        amount=Money(minor, "EUR"),
        reference="stage-y",
        requested_by="asha",
        now=make.NOON,
    )

    states = [
        services.approve(payout_id=payout.pk, by=person, now=make.NOON).state
        for person in ("otieno", "wanjiru")[:approvals]
    ]

    assert states == [S.REQUESTED, S.APPROVED][2 - approvals :]


@pytest.mark.usefixtures("account")
def test_the_database_refuses_the_same_person_twice() -> None:
    payout = make.requested(minor=600_00, second_above=500_00)
    approved = {"state": "approved", "approved_digest": "x", "approved_by": "otieno"}

    assert changed(payout, approved_by="asha") == "payout_four_eyes"
    assert changed(payout, second_approved_by="otieno") == "payout_six_eyes"
    assert changed(payout, state="approved") == "payout_approved_by_enough"
    assert changed(payout, **approved) == "payout_approved_by_enough"
    assert changed(payout, **approved, second_approved_by="otieno") == "payout_six_eyes"
    assert changed(payout, **approved, second_approved_by="asha") == "payout_six_eyes"
    assert changed(payout, **approved, second_approved_by="wanjiru") == ""


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("requested_by", "somebody"),
        ("amount_minor", 1),
        ("currency", "KES"),
        ("second_above_minor", 10_000_00),
        ("source_ref", "campaign:other"),
        ("reference", "other"),
    ],
)
def test_what_was_asked_is_not_changed_afterwards(field: str, value: object) -> None:
    assert changed(make.requested(), **{field: value}) == "payout_asked_stays"


@pytest.mark.usefixtures("account")
def test_a_payout_does_not_begin_approved() -> None:
    payout = make.requested()
    with pytest.raises(Error, match="begins as a request"), transaction.atomic():
        Payout.objects.create(
            account=payout.account,
            state=S.APPROVED,
            source_ref="c",
            reference="r",
            amount_minor=1,
            currency="EUR",
            second_above_minor=1,
            requested_by="asha",
            approved_by="otieno",
            approved_digest="x",
            created_at=make.NOON,
        )


def _scheduled(account: PayoutAccount) -> tuple[Payout, PayoutBatch]:
    payout = make.approved()
    assert changed(payout, state="scheduled") == ""
    batch = PayoutBatch.objects.create(method=account.method, currency="EUR", created_at=make.NOON)
    return payout, batch


def test_the_database_sends_nothing_before_72_hours(account: PayoutAccount) -> None:
    payout, batch = _scheduled(account)
    early = make.FREE - timedelta(seconds=1)
    sent = {"state": "submitted", "batch_id": batch.pk}

    assert changed(payout, **sent, submitted_at=early) == "payout_only_to_payable"
    assert changed(payout, **sent, submitted_at=make.FREE) == ""


def test_the_database_sends_nothing_to_an_account_that_is_not_payable(
    account: PayoutAccount,
) -> None:
    payout, batch = _scheduled(account)
    sent = {"state": "submitted", "batch_id": batch.pk, "submitted_at": make.FREE}
    PayoutAccount.objects.update(payable=False)

    assert changed(payout, **sent) == "payout_only_to_payable"


def test_the_database_sends_nothing_to_other_details_than_were_approved(
    account: PayoutAccount,
) -> None:
    payout, batch = _scheduled(account)
    sent = {"state": "submitted", "batch_id": batch.pk, "submitted_at": make.FREE}

    assert changed(payout, **sent, approved_digest="other") == "payout_only_to_payable"


def test_the_database_mixes_no_currencies(account: PayoutAccount) -> None:
    payout, _ = _scheduled(account)
    other = PayoutBatch.objects.create(method=account.method, currency="KES", created_at=make.NOON)
    sent = {"state": "submitted", "batch_id": other.pk, "submitted_at": make.FREE}

    assert changed(payout, **sent) == "payout_only_to_payable"


@pytest.mark.parametrize(
    "attack",
    [
        "SET details_changed_at = details_changed_at - interval '4 days'",
        "SET details_digest = 'other'",
        "SET details_changed_at = NULL",
        "SET contacts = '[]'",
        "SET owner_ref = 'thief'",
        "SET provider_key = 'acct_thief'",
    ],
)
def test_the_hold_on_new_details_cannot_be_set_back(account: PayoutAccount, attack: str) -> None:
    statement = f"UPDATE payouts_payoutaccount {attack} WHERE id = %s"

    assert refusal(statement, account.pk) == "payout_details_dated"


@pytest.mark.parametrize("table", ["payoutmove", "detailschange", "payout", "payoutaccount"])
def test_nothing_of_the_log_is_removed(account: PayoutAccount, table: str) -> None:
    make.approved()
    assert account.changes.count() == 1

    assert refusal(f"DELETE FROM payouts_{table}") == "payout_append_only"  # noqa: S608
    assert refusal(f"TRUNCATE payouts_{table} CASCADE") in {"payout_append_only", "permission"}


@pytest.mark.django_db(transaction=True)
def test_not_even_the_owner_of_the_tables_removes_a_payout(account: PayoutAccount) -> None:
    payout = make.requested()

    with database.as_owner():
        assert refusal("DELETE FROM payouts_payoutmove") == "payout_append_only"
        assert refusal("TRUNCATE payouts_payoutmove") == "payout_append_only"
        assert changed(payout, requested_by="thief") == "payout_asked_stays"
    assert account.changes.count() == 1


def test_the_log_is_not_rewritten(account: PayoutAccount) -> None:
    make.approved()

    assert refusal("UPDATE payouts_payoutmove SET actor = 'asha'") == "payout_append_only"
    assert refusal("UPDATE payouts_detailschange SET told = '[]'") == "payout_append_only"
    assert PayoutMove.objects.filter(actor="otieno").count() == 1
    assert DetailsChange.objects.get(account=account).told == ["owner@example.org"]


@pytest.mark.parametrize("reason", ["", "  "])
@pytest.mark.usefixtures("account")
def test_holding_cancelling_and_releasing_need_a_reason(reason: str) -> None:
    payout = make.requested()

    for service in (services.hold, services.cancel, services.release):
        with pytest.raises(services.PayoutRefused):
            service(payout_id=payout.pk, by="otieno", reason=reason, now=make.NOON)
