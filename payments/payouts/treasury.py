"""Paying from an own treasury: a file is taken to the bank, and a person says what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from payments.gateway import bank_file
from payments.gateway.payouts import BankDetails, Movement, PayoutStatus, SentPayout
from payments.money import Money
from payments.payouts import causes, ending, moves
from payments.payouts.models import Method, Payout, PayoutBatch

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from payments.gateway.bank_file import Debtor, PaymentFile

S = Payout.State


class TreasuryRefused(Exception):
    """What a person says of a file or a line cannot be. The message is fit to be shown."""


@transaction.atomic
def export(*, batch_id: UUID, debtor: Debtor, day: date, by: str, now: datetime) -> PaymentFile:
    """Return the file of a batch; the first one is kept, and every later one is the same.

    Raises:
        TreasuryRefused: The batch is sent by a provider, is still being filled, or nothing of it is
            left to be paid.
        ProviderRefused: A line that the standard does not allow.
    """
    waiting = Payout.objects.filter(batch=batch_id, state=S.SUBMITTED)
    keys = waiting.order_by("account_id", "id").values_list("pk", flat=True)
    payouts = [payout for payout in map(moves.lock, keys) if payout.state == S.SUBMITTED]
    batch = PayoutBatch.objects.select_for_update().get(pk=batch_id)  # After its accounts.
    if batch.method != Method.BANK_FILE:
        raise TreasuryRefused(_("The provider pays this batch."))
    if batch.content is not None:
        return bank_file.PaymentFile(batch.file_name, batch.media_type, bytes(batch.content))
    if {payout.pk for payout in payouts} != set(waiting.values_list("pk", flat=True)):
        raise TreasuryRefused(_("Payouts are being added to this batch. Try again."))
    if not payouts:
        raise TreasuryRefused(_("Nothing of this batch is left to be paid."))
    file = bank_file.render(
        [_line(payout) for payout in payouts],
        debtor=debtor,
        batch_key=str(batch.pk),
        day=day,
        made_at=now,
    )
    batch.file_name, batch.media_type, batch.content = file.name, file.media_type, file.content
    batch.exported_at, batch.exported_by = now, by
    batch.save()
    for payout in payouts:
        payout.provider_key = bank_file.end_to_end_id(str(payout.pk))
        moves.move(payout, S.IN_TRANSIT, actor=by, reason=f"in {file.name}", now=now)
    return file


@transaction.atomic
def mark_paid(  # noqa: PLR0913  What stands on a bank's statement.
    *,
    payout_id: UUID,
    bank_reference: str,
    paid_at: datetime,
    by: str,
    now: datetime,
    fee: Money | None = None,
) -> Payout:
    """Take in that the bank carried a line out; a repeat changes nothing.

    Raises:
        TreasuryRefused: Without a reference, not in a file, or said otherwise before.
    """
    payout = _locked(payout_id)
    key = _key(bank_reference)
    if payout.state == S.PAID and payout.transfer_key == key:
        return payout
    if payout.state != S.IN_TRANSIT:
        raise TreasuryRefused(_("Only a line of a file that is on its way can be marked."))
    _check_new(key)
    moved = Movement(key, payout.net, fee or Money(0, payout.currency), paid_at)
    sent = _said(payout, PayoutStatus.PAID, moved=moved, arrived_at=paid_at)
    moves.note(payout, actor=by, reason=f"paid: {bank_reference}", now=now)
    return ending.apply(payout_id=payout_id, sent=sent, now=now)


@transaction.atomic
def mark_failed(*, payout_id: UUID, reason: str, by: str, now: datetime) -> Payout:
    """Take in that the bank did not carry a line out: the escrow has its money again.

    Raises:
        TreasuryRefused: Without a reason, or not in a file that is on its way.
    """
    payout = _locked(payout_id)
    if payout.state == S.FAILED:
        return payout
    if payout.state not in Payout.WITH_PROVIDER or not reason.strip():
        raise TreasuryRefused(_("Only a line that is on its way can fail, and for a reason."))
    sent = _said(payout, PayoutStatus.FAILED, failed_at=now)
    moves.note(payout, actor=by, reason=f"failed: {reason}", now=now)
    return ending.apply(payout_id=payout_id, sent=sent, now=now)


@transaction.atomic
def mark_returned(
    *, payout_id: UUID, bank_reference: str, returned_at: datetime, by: str, now: datetime
) -> Payout:
    """Take in that the bank sent back what had arrived: the escrow has its money again.

    Raises:
        TreasuryRefused: Without a reference, or it was not paid.
    """
    payout = _locked(payout_id)
    key = _key(bank_reference)
    if payout.state == S.RETURNED and payout.reversal_key == key:
        return payout
    if payout.state != S.PAID or not payout.transfer_key:
        raise TreasuryRefused(_("Only what was paid can come back."))
    _check_new(key)
    back = Movement(key, payout.net, Money(0, payout.currency), returned_at)
    sent = _said(payout, PayoutStatus.FAILED, taken_back=back, failed_at=returned_at)
    moves.note(payout, actor=by, reason=f"returned: {bank_reference}", now=now)
    return ending.apply(payout_id=payout_id, sent=sent, now=now)


def _locked(payout_id: UUID) -> Payout:
    payout = moves.lock(payout_id)
    if payout.account.method != Method.BANK_FILE:
        raise TreasuryRefused(_("The provider says itself what became of this payout."))
    return payout


def _key(bank_reference: str) -> str:
    """Return the key of a movement at a bank. References of a bank are unique to it."""
    if not bank_reference.strip():
        raise TreasuryRefused(_("The bank's reference is needed."))
    return f"bank:{bank_reference.strip()}"


def _check_new(key: str) -> None:
    if (
        Payout.objects.filter(transfer_key=key).exists()
        or Payout.objects.filter(reversal_key=key).exists()
    ):
        raise TreasuryRefused(_("This reference of the bank stands for another payout."))


def _said(  # noqa: PLR0913  What a person may say.
    payout: Payout,
    status: PayoutStatus,
    *,
    moved: Movement | None = None,
    taken_back: Movement | None = None,
    arrived_at: datetime | None = None,
    failed_at: datetime | None = None,
) -> SentPayout:
    return SentPayout(
        payout_key=str(payout.pk),
        status=status,
        provider_key=payout.provider_key,
        moved=moved,
        taken_back=taken_back,
        arrived_at=arrived_at,
        failed_at=failed_at,
        failure=causes.SAID_BY_A_PERSON if status is PayoutStatus.FAILED else "",
    )


def _line(payout: Payout) -> bank_file.Line:
    return bank_file.Line(
        end_to_end_id=bank_file.end_to_end_id(str(payout.pk)),
        payee=payout.account.details or BankDetails("", ""),
        amount=payout.net,
        reference=payout.reference,
    )
