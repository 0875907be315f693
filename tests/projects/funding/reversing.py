"""Refunds and disputes of a contribution, told of as payments tells of them, and their books."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from payments.ledger import selectors as ledger
from payments.ledger.models import AccountKind
from payments.ledger.services import AccountKey, Entry, Posting, post
from payments.models import Payment
from payments.money import Money
from projects.funding import services
from projects.funding.models import Reversal
from projects.funding.selectors import escrow, owed_by_owner
from tests.make import funding as make

if TYPE_CHECKING:
    from uuid import UUID

    from projects.funding.models import Campaign, Contribution

LATER = make.NOON + timedelta(hours=1)
Kind, Stage = Reversal.Kind, Reversal.State


def paid(to: Campaign | None = None, *, minor: int = 100_00, fee_minor: int = 1_75) -> Contribution:
    """Return a contribution whose payment stands as settled, as after a real charge."""
    made = make.submitted(make.identified(to, minor=minor))
    payment = Payment.objects.get(reference=made.key)
    settle(payment, minor=minor, fee_minor=fee_minor)
    make.charge(made, minor=minor, fee_minor=fee_minor)
    confirm(made, payment.pk, minor=minor, fee_minor=fee_minor)
    return made


def settle(payment: Payment, *, minor: int, fee_minor: int, difference: str = "") -> None:
    state = Payment.State.DIFFERS if difference else Payment.State.SETTLED
    Payment.objects.filter(pk=payment.pk).update(
        state=state,
        difference=difference,
        charge_key=f"ch_{payment.pk}",
        received_minor=minor,
        received_currency="EUR",
        fee_minor=fee_minor,
        fee_currency="EUR",
        settled_at=make.NOON,
        due_at=None,
    )


def confirm(
    made: Contribution, payment_id: UUID, *, minor: int = 100_00, fee_minor: int = 1_75
) -> None:
    services.confirm_contribution(
        reference=made.key,
        payment_id=payment_id,
        amount=Money(minor, "EUR"),
        fee=Money(fee_minor, "EUR"),
        settled_at=make.NOON,
        now=make.NOON,
    )
    made.refresh_from_db()


def hear(  # noqa: PLR0913  The fields of the event.
    of: Contribution,
    kind: Reversal.Kind,
    stage: Reversal.State,
    minor: int,
    *,
    key: str = "",
    payment_id: UUID | None = None,
) -> str:
    """Tell of a refund or a dispute, book what payments books of it, and return its key."""
    key = key or str(uuid4())
    services.hear(
        kind=kind,
        key=key,
        payment_id=payment_id or of.payment_id or uuid4(),
        reference=of.key,
        amount=Money(minor, "EUR"),
        stage=stage,
        at=LATER,
        now=LATER,
    )
    if stage == Stage.TAKEN:
        _leave(of, minor, key)
    of.refresh_from_db()
    return key


def refunded(of: Contribution, minor: int, *, key: str = "", payment_id: UUID | None = None) -> str:
    return hear(of, Kind.REFUND, Stage.TAKEN, minor, key=key, payment_id=payment_id)


def failed(of: Contribution, minor: int, *, key: str = "") -> str:
    return hear(of, Kind.REFUND, Stage.RETURNED, minor, key=key)


def disputed(of: Contribution, minor: int, *, key: str = "") -> str:
    return hear(of, Kind.DISPUTE, Stage.HELD, minor, key=key)


def won(of: Contribution, minor: int, *, key: str = "") -> str:
    return hear(of, Kind.DISPUTE, Stage.RETURNED, minor, key=key)


def lost(of: Contribution, minor: int, *, key: str = "") -> str:
    return hear(of, Kind.DISPUTE, Stage.TAKEN, minor, key=key)


def _leave(of: Contribution, minor: int, key: str) -> None:
    """Book the giver's side of it, once: the money leaves the provider."""
    donor = AccountKey(AccountKind.DONOR_CLEARING, of.key, "EUR")
    provider = AccountKey(AccountKind.PROVIDER_CLEARING, "stripe", "EUR")
    entry = Entry(
        kind="refund",
        reference=of.key,
        idempotency_key=f"{key}:refund",
        occurred_at=LATER,
        postings=(Posting(donor, minor), Posting(provider, -minor)),
    )
    post([entry])


def pay_out(campaign: Campaign, minor: int) -> None:
    """Pay the campaign's owner, as a payout that has arrived."""
    bank = AccountKey(AccountKind.PROVIDER_CLEARING, "stripe", "EUR")
    entry = Entry(
        kind="payout",
        reference=campaign.key,
        idempotency_key=str(uuid4()),
        occurred_at=make.NOON,
        postings=(Posting(escrow(campaign), minor), Posting(bank, -minor)),
    )
    post([entry])


def books(of: Contribution) -> dict[str, tuple[int, int]]:
    """Return (posted, pending) credits less debits of the accounts that a reversal touches."""
    campaign = of.campaign
    keys = {
        "escrow": escrow(campaign),
        "owner": owed_by_owner(campaign),
        "donor": AccountKey(AccountKind.DONOR_CLEARING, of.key, "EUR"),
        "lost_fees": AccountKey(AccountKind.LOSS, "lost_fees", "EUR"),
        "beyond": AccountKey(AccountKind.LOSS, "beyond_the_gift", "EUR"),
    }
    found = ledger.balances(keys.values())
    return {
        name: (
            found[key].credits_posted - found[key].debits_posted,
            found[key].credits_pending - found[key].debits_pending,
        )
        for name, key in keys.items()
        if found[key] != ledger.Balance()
    }
