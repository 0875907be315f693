"""Every state against every other, and every service against every state."""

from __future__ import annotations

import itertools
from datetime import date
from typing import TYPE_CHECKING

import pytest
from django.db import Error, transaction

from payments.gateway.bank_file import Debtor
from payments.money import Money
from payments.payouts import moves, sending, services
from payments.payouts.models import Method, Payout, PayoutBatch
from tests.make import payouts as make

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [pytest.mark.django_db, pytest.mark.promise("M19")]

S = Payout.State


def _at(state: str) -> Payout:
    """Bring a payout to a state on the way that leads there."""
    account = make.bank_account()
    make.escrow()
    payout = make.requested()
    steps = _WAYS[state]
    for step in steps:
        step(payout)
    assert account.payable
    payout = make.again(payout)
    assert payout.state == state
    return payout


def _approve(payout: Payout) -> None:
    services.approve(payout_id=payout.pk, by="otieno", now=make.NOON)


def _schedule(payout: Payout) -> None:
    sending._scheduled(moves.lock(payout.pk), make.FREE)  # noqa: SLF001  Half of a submission.


def _submit(payout: Payout) -> None:  # noqa: ARG001
    assert services.submit_due(now=make.FREE) == 1


def _export(payout: Payout) -> None:
    key = make.again(payout).batch_id
    assert key is not None
    treasury = Debtor("Diaspora Agency", make.IBAN)
    services.export(batch_id=key, debtor=treasury, day=date(2030, 1, 7), by="clerk", now=make.FREE)


def _pay(payout: Payout) -> None:
    services.mark_paid(
        payout_id=payout.pk, bank_reference="B1", paid_at=make.FREE, by="clerk", now=make.FREE
    )


def _fail(payout: Payout) -> None:
    services.mark_failed(payout_id=payout.pk, reason="closed", by="clerk", now=make.FREE)


def _return(payout: Payout) -> None:
    services.mark_returned(
        payout_id=payout.pk, bank_reference="B2", returned_at=make.FREE, by="clerk", now=make.FREE
    )


def _hold(payout: Payout) -> None:
    services.hold(payout_id=payout.pk, by="wanjiru", reason="a question", now=make.FREE)


def _cancel(payout: Payout) -> None:
    services.cancel(payout_id=payout.pk, by="wanjiru", reason="not needed", now=make.FREE)


def _release(payout: Payout) -> None:
    services.release(payout_id=payout.pk, by="wanjiru", reason="answered", now=make.FREE)


def _retry(payout: Payout) -> None:
    services.retry(payout_id=payout.pk, requested_by="asha", now=make.FREE)


_WAYS: dict[str, tuple[Callable[[Payout], None], ...]] = {
    S.REQUESTED: (),
    S.APPROVED: (_approve,),
    S.SCHEDULED: (_approve, _schedule),
    S.SUBMITTED: (_approve, _submit),
    S.IN_TRANSIT: (_approve, _submit, _export),
    S.PAID: (_approve, _submit, _export, _pay),
    S.FAILED: (_approve, _submit, _export, _fail),
    S.RETURNED: (_approve, _submit, _export, _pay, _return),
    S.CANCELLED: (_cancel,),
    S.ON_HOLD: (_hold,),
}
# What each service makes of each state; everything else it refuses. A repeat may be harmless.
_GRID: dict[Callable[[Payout], None], dict[str, str]] = {
    _approve: {S.REQUESTED: S.APPROVED},
    _hold: dict.fromkeys((S.REQUESTED, S.APPROVED, S.SCHEDULED), S.ON_HOLD),
    _cancel: dict.fromkeys((S.REQUESTED, S.APPROVED, S.SCHEDULED, S.ON_HOLD), S.CANCELLED),
    _release: {S.ON_HOLD: S.REQUESTED},
    _pay: {S.IN_TRANSIT: S.PAID, S.PAID: S.PAID},
    _fail: {S.SUBMITTED: S.FAILED, S.IN_TRANSIT: S.FAILED, S.FAILED: S.FAILED},
    _return: {S.PAID: S.RETURNED, S.RETURNED: S.RETURNED},
    _retry: {S.FAILED: S.FAILED, S.RETURNED: S.RETURNED},
}
_REFUSALS = (services.MoveRefused, services.PayoutRefused, services.TreasuryRefused)


@pytest.mark.parametrize("state", S.values)
@pytest.mark.parametrize("service", _GRID, ids=lambda service: service.__name__.strip("_"))
def test_each_service_moves_only_from_where_it_may(
    service: Callable[[Payout], None], state: str
) -> None:
    payout = _at(state)
    steps_before = payout.moves.count()
    becomes = _GRID[service].get(state)

    if becomes is None:
        with pytest.raises(_REFUSALS):
            service(payout)
    else:
        service(payout)

    assert make.again(payout).state == (becomes or state)
    if becomes in {None, state}:
        assert payout.moves.count() == steps_before


@pytest.mark.parametrize(
    ("before", "after"),
    [pair for pair in itertools.product(S.values, S.values) if pair[0] != pair[1]],
)
def test_the_database_lets_no_other_move_happen_than_the_code(before: str, after: str) -> None:
    payout = _at(before)
    changes = _whole(after)

    refused = _refusal(payout, changes)

    if after in moves.ALLOWED[before]:
        assert refused != "payout_moves_allowed"
    else:
        assert refused in {"payout_moves_allowed", "payout_sent_stays"}


def _whole(state: str) -> dict[str, object]:
    """Return all that a payout in a state must have, so that only the move itself is judged."""
    changes: dict[str, object] = {"state": state, "paid_at": None, "failed_at": None, "cause": ""}
    if state in {S.PAID, S.RETURNED}:
        changes["paid_at"] = make.FREE
    if state in {S.FAILED, S.RETURNED}:
        changes |= {"failed_at": make.FREE, "cause": "no_account"}
    return changes


def _refusal(payout: Payout, changes: dict[str, object]) -> str:
    """Return the constraint that refuses a change, or nothing."""
    try:
        with transaction.atomic():
            Payout.objects.filter(pk=payout.pk).update(**changes)
    except Error as error:
        return getattr(error.__cause__, "diag").constraint_name or ""  # noqa: B009
    return ""


def test_only_what_ends_badly_can_be_asked_for_anew_by_another_payout() -> None:
    payout = _at(S.FAILED)

    again = services.retry(payout_id=payout.pk, requested_by="asha", now=make.FREE)

    assert (again.state, again.replaces_id, again.amount) == (S.REQUESTED, payout.pk, payout.amount)
    assert again.reference == payout.reference
    assert services.retry(payout_id=payout.pk, requested_by="asha", now=make.FREE) == again


def test_a_run_without_anything_to_send_makes_no_batch() -> None:
    _at(S.REQUESTED)

    assert services.submit_due(now=make.FREE) == 0

    assert PayoutBatch.objects.count() == 0


def test_an_escrow_with_less_holds_nothing_and_sends_nothing() -> None:
    make.bank_account()
    make.escrow(minor=500_00)
    payout = make.approved(minor=500_01)

    assert services.submit_due(now=make.FREE) == 0

    payout = make.again(payout)
    assert (payout.state, payout.waits_for) == (S.APPROVED, "escrow")
    assert make.left() == 500_00
    make.escrow(minor=1)
    assert services.submit_due(now=make.FREE) == 1


def test_batches_are_of_one_currency() -> None:
    make.bank_account()
    make.bank_account(currency="KES", number="254700000000")
    make.escrow()
    make.escrow(currency="KES")
    for currency in ("EUR", "KES", "EUR"):
        payout = services.request_payout(
            owner_ref=make.OWNER,
            source_ref=make.CAMPAIGN,
            amount=Money(100_00, currency),
            reference=f"{currency}-{Payout.objects.count()}",
            requested_by="asha",
            second_above=Money(100_00, currency),
            now=make.NOON,
        )
        services.approve(payout_id=payout.pk, by="otieno", now=make.NOON)

    assert services.submit_due(now=make.FREE) == 3

    batches = PayoutBatch.objects.order_by("currency")
    assert [(batch.currency, batch.method, batch.payouts.count()) for batch in batches] == [
        ("EUR", Method.BANK_FILE, 2),
        ("KES", Method.BANK_FILE, 1),
    ]


def test_a_request_repeated_is_the_same_and_another_under_its_reference_is_refused() -> None:
    make.bank_account()
    first = make.requested(reference="stage-one", minor=600_00)

    assert make.requested(reference="stage-one", minor=600_00) == first
    with pytest.raises(services.OtherPayout):
        make.requested(reference="stage-one", minor=600_01)
    assert first.moves.count() == 1


@pytest.mark.parametrize("minor", [0, -1])
def test_nothing_cannot_be_paid(minor: int) -> None:
    make.bank_account()

    with pytest.raises(services.PayoutRefused):
        make.requested(minor=minor)


def test_an_owner_without_an_account_in_the_currency_cannot_be_paid() -> None:
    make.bank_account(currency="KES", number="254700000000")

    with pytest.raises(services.NoAccount):
        make.requested()
