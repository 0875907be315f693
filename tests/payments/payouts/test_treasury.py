"""Paying from an own treasury: the file, and what a person says of its lines."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from payments.gateway.bank_file import Debtor, PaymentFile
from payments.ledger import selectors as books
from payments.ledger.models import Entry
from payments.money import Money
from payments.payouts import services
from payments.payouts.models import Payout, PayoutBatch
from tests.make import payouts as make

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = [pytest.mark.django_db, pytest.mark.promise("M19")]

S = Payout.State
NS = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}
TREASURY = Debtor("Diaspora Agency", "DE89370400440532013000")


def export(payout: Payout, *, now: datetime = make.FREE, by: str = "clerk") -> PaymentFile:
    assert payout.batch_id is not None
    return services.export(
        batch_id=payout.batch_id, debtor=TREASURY, day=date(2030, 1, 7), by=by, now=now
    )


def on_its_way(*, minor: int = 600_00) -> Payout:
    """Return a payout that is in a file which a person took to the bank."""
    make.bank_account()
    make.escrow()
    payout = make.approved(minor=minor)
    services.submit_due(now=make.FREE)
    export(make.again(payout))
    return make.again(payout)


def paid(payout: Payout, *, reference: str = "B-77", fee: Money | None = None) -> Payout:
    return services.mark_paid(
        payout_id=payout.pk,
        bank_reference=reference,
        paid_at=make.FREE + timedelta(days=1),
        by="clerk",
        fee=fee,
        now=make.FREE + timedelta(days=2),
    )


def test_a_batch_becomes_one_file_which_stays_the_same() -> None:
    make.bank_account()
    make.escrow()
    payouts = [make.approved(minor=600_00), make.approved(minor=150_25)]
    services.submit_due(now=make.FREE)

    file = export(make.again(payouts[0]))

    assert file.media_type == "application/xml"
    message = ET.fromstring(file.content)  # noqa: S314  Our own file.
    assert message.findtext(".//p:GrpHdr/p:NbOfTxs", namespaces=NS) == "2"
    assert message.findtext(".//p:GrpHdr/p:CtrlSum", namespaces=NS) == "750.25"
    names = {one.text for one in message.iterfind(".//p:EndToEndId", NS)}
    assert names == {str(payout.pk).replace("-", "") for payout in payouts}
    assert {make.again(payout).state for payout in payouts} == {S.IN_TRANSIT}
    assert export(make.again(payouts[0]), now=make.FREE + timedelta(days=9)) == file
    batch = PayoutBatch.objects.get()
    assert (batch.exported_by, batch.exported_at) == ("clerk", make.FREE)


def test_nothing_has_left_the_books_until_a_person_says_so() -> None:
    on_its_way(minor=600_00)

    assert make.left() == 400_00
    assert make.total("escrow", make.CAMPAIGN) == -1_000_00
    assert make.total("provider_clearing", "bank_file") == 0


def test_what_the_bank_paid_is_booked_with_its_reference_and_fee() -> None:
    payout = on_its_way(minor=600_00)

    payout = paid(payout, fee=Money(1_50, "EUR"))

    assert (payout.state, payout.transfer_key, payout.fee_minor) == (S.PAID, "bank:B-77", 1_50)
    assert payout.paid_at == make.FREE + timedelta(days=1)
    assert make.total("escrow", make.CAMPAIGN) == -400_00
    assert make.total("payable", make.OWNER) == 0
    assert make.total("processor_fee", "bank_file") == 1_50
    assert make.total("provider_clearing", "bank_file") == -601_50
    entries = Entry.objects.filter(reference=payout.reference)
    assert sorted(entries.values_list("kind", flat=True)) == [
        "payout_fee",
        "payout_held",
        "payout_released",
        "transfer",
    ]
    assert books.verify() == []
    said = payout.moves.get(reason="paid: B-77")
    assert said.actor == "clerk"
    assert paid(payout) == payout
    assert Entry.objects.filter(kind="transfer").count() == 1


def test_what_the_bank_did_not_pay_is_the_escrows_again() -> None:
    payout = on_its_way(minor=600_00)

    payout = services.mark_failed(
        payout_id=payout.pk, reason="The name does not fit", by="clerk", now=make.FREE
    )

    assert (payout.state, payout.cause) == (S.FAILED, "said_by_bank")
    assert payout.moves.get(actor="clerk", reason__startswith="failed").reason == (
        "failed: The name does not fit"
    )
    assert payout.money_back_at == make.FREE
    assert make.left() == 1_000_00
    assert make.total("provider_clearing", "bank_file") == 0
    assert books.verify() == []


def test_what_the_bank_sent_back_later_is_corrected() -> None:
    payout = paid(on_its_way(minor=600_00), fee=Money(1_50, "EUR"))

    payout = services.mark_returned(
        payout_id=payout.pk,
        bank_reference="B-99",
        returned_at=make.FREE + timedelta(days=4),
        by="clerk",
        now=make.FREE + timedelta(days=5),
    )

    assert (payout.state, payout.reversal_key) == (S.RETURNED, "bank:B-99")
    assert make.total("escrow", make.CAMPAIGN) == -1_000_00
    assert make.total("payable", make.OWNER) == 0
    assert make.total("provider_clearing", "bank_file") == -1_50
    correcting = Entry.objects.get(kind="transfer_reversal")
    assert correcting.corrects is not None
    assert correcting.corrects.idempotency_key == "bank:B-77:transfer"
    assert correcting.occurred_at == make.FREE + timedelta(days=4)
    assert books.verify() == []


def test_a_reference_of_the_bank_stands_for_one_payout() -> None:
    first = on_its_way(minor=100_00)
    second = make.approved(minor=100_00)
    services.submit_due(now=make.FREE)
    export(make.again(second))
    paid(first, reference="B-77")

    with pytest.raises(services.TreasuryRefused):
        paid(second, reference=" B-77 ")
    with pytest.raises(services.TreasuryRefused):
        paid(second, reference=" ")
    with pytest.raises(services.TreasuryRefused):
        paid(first, reference="B-78")


def test_a_line_that_is_not_in_a_file_yet_cannot_be_paid() -> None:
    make.bank_account()
    make.escrow()
    payout = make.approved()
    services.submit_due(now=make.FREE)

    with pytest.raises(services.TreasuryRefused):
        paid(payout)


def test_a_line_that_failed_before_the_export_is_not_in_the_file() -> None:
    make.bank_account()
    make.escrow()
    kept, dropped = make.approved(minor=100_00), make.approved(minor=200_00)
    services.submit_due(now=make.FREE)
    services.mark_failed(payout_id=dropped.pk, reason="a mistake", by="clerk", now=make.FREE)

    file = export(make.again(kept))

    assert file.content.count(b"<EndToEndId>") == 1
    with pytest.raises(services.TreasuryRefused):
        services.mark_failed(payout_id=kept.pk, reason=" ", by="clerk", now=make.FREE)


@pytest.mark.usefixtures("provider")
def test_a_batch_of_the_provider_has_no_file_and_no_person_says_what_became_of_it() -> None:
    make.stripe_account()
    make.escrow()
    payout = make.approved()
    services.submit_due(now=make.FREE)

    with pytest.raises(services.TreasuryRefused):
        export(make.again(payout))
    with pytest.raises(services.TreasuryRefused):
        paid(payout)
