"""What the pages of the console show, put together from what the rooms tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import Count, Min, Q, QuerySet

from payments import selectors as payments
from payments.console import wording
from payments.ledger import selectors as ledger
from payments.ledger.models import Posting
from payments.models import Payment
from payments.money import Money
from payments.payouts import selectors as payouts
from payments.payouts import services as paying
from payments.payouts.models import Payout
from payments.reconciliation import selectors as reconciliation
from payments.reconciliation.kinds import Kind
from payments.reconciliation.models import QueuedException, Reconciliation
from payments.webhooks import selectors as inbox
from payments.webhooks.models import InboxEvent

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime, timedelta

    from payments.disputes.models import Dispute
    from payments.models import PaymentMove
    from payments.payouts.models import DetailsChange, PayoutMove
    from payments.refunds.models import Refund

MOST_RELATED = 50


@dataclass(frozen=True, slots=True)
class WaitingKind:
    """Open exceptions of one kind."""

    kind: str
    label: str
    count: int
    oldest: datetime
    age: timedelta


@dataclass(frozen=True, slots=True)
class Apart:
    """What the provider held for us and what the books said, at the last reconciliation."""

    ours: Money
    theirs: Money

    @property
    def difference(self) -> Money:
        return self.theirs - self.ours


@dataclass(frozen=True, slots=True)
class Sums:
    """Everything posted in one currency."""

    debits: Money
    credits: Money

    @property
    def is_balanced(self) -> bool:
        return self.debits == self.credits


@dataclass(frozen=True, slots=True)
class Overview:
    """What waits for a person, when we last compared, and whether the books balance."""

    exceptions: Sequence[WaitingKind]
    inbox: inbox.Backlog
    differing: payments.NeedingAPerson
    to_approve: int
    approvable_by_me: int
    last: Reconciliation | None
    overdue_since: datetime | None
    balances: Sequence[Apart]
    sums: Sequence[Sums]

    @property
    def open_exceptions(self) -> int:
        return sum(one.count for one in self.exceptions)


@dataclass(frozen=True, slots=True)
class PaymentPage:
    """One payment with everything that happened to it, oldest first."""

    payment: Payment
    standing: payments.Standing | None
    moves: Sequence[PaymentMove]
    refunds: Sequence[Refund]
    disputes: Sequence[Dispute]
    postings: Sequence[Posting]
    events: Sequence[InboxEvent]
    names: Mapping[str, str]

    @property
    def is_cut(self) -> bool:
        return MOST_RELATED in {len(self.postings), len(self.events)}

    @property
    def received(self) -> Money | None:
        came = self.payment.received_minor
        return None if came is None else Money(came, self.payment.received_currency)

    @property
    def fee(self) -> Money | None:
        kept = self.payment.fee_minor
        return None if kept is None else Money(kept, self.payment.fee_currency)


@dataclass(frozen=True, slots=True)
class PayoutPage:
    """One payout with its account and everything that happened to both."""

    payout: Payout
    receivable: Money
    fee: Money | None
    free_at: datetime | None  # From when on money may leave to the present details.
    is_too_new: bool
    moves: Sequence[PayoutMove]
    changes: Sequence[DetailsChange]
    names: Mapping[str, str]


def overview(*, person: str, now: datetime) -> Overview:
    """Return what the first page shows to a person, in nine queries."""
    last = reconciliation.latest()
    return Overview(
        exceptions=waiting_kinds(now=now),
        inbox=inbox.backlog(),
        differing=payments.needing_a_person(),
        to_approve=Payout.objects.filter(state=Payout.State.REQUESTED).count(),
        approvable_by_me=payouts.to_approve(person).count(),
        last=last,
        overdue_since=reconciliation.overdue_since(now=now),
        balances=balances(last),
        sums=sums(ledger.trial_balance()),
    )


def waiting_kinds(*, now: datetime) -> list[WaitingKind]:
    """Return the open exceptions by kind, the kind that has waited longest first."""
    rows = (
        QueuedException.objects.open()
        .values("kind")
        .annotate(count=Count("pk"), oldest=Min("opened_at"))
        .order_by("oldest", "kind")
    )
    return [
        WaitingKind(
            kind=row["kind"],
            label=str(Kind(row["kind"]).label),
            count=row["count"],
            oldest=row["oldest"],
            age=now - row["oldest"],
        )
        for row in rows
    ]


def balances(run: Reconciliation | None) -> list[Apart]:
    """Return both sides of what the provider held at a run, by currency."""
    sides: Mapping[str, Mapping[str, int]] = run.balances if run else {}
    return [
        Apart(Money(minor["ours"], currency), Money(minor["theirs"], currency))
        for currency, minor in sorted(sides.items())
    ]


def sums(lines: Iterable[ledger.TrialBalanceLine]) -> list[Sums]:
    """Return what the lines of a trial balance add up to, by currency."""
    totals: dict[str, tuple[int, int]] = {}
    for line in lines:
        debits, credited = totals.get(line.currency, (0, 0))
        totals[line.currency] = debits + line.debits_minor, credited + line.credits_minor
    return [
        Sums(Money(debits, currency), Money(credited, currency))
        for currency, (debits, credited) in sorted(totals.items())
    ]


def payment_page(payment: Payment) -> PaymentPage:
    """Return a payment with all that belongs to it, in seven queries."""
    refunds, disputes = list(payment.refunds.order_by("id")), list(payment.disputes.order_by("id"))
    keys = {payment.page_key, payment.intent_key, payment.charge_key}
    keys |= {one.provider_key for one in refunds} | {one.provider_key for one in disputes}
    about = Q(payment_key=str(payment.pk)) | Q(object_key__in=keys - {""})
    return PaymentPage(
        payment=payment,
        standing=payments.standing(payment),
        moves=list(payment.moves.all()),
        refunds=refunds,
        disputes=disputes,
        postings=list(postings_of(payment.reference)[:MOST_RELATED]),
        events=list(events().filter(about).order_by("received_at", "id")[:MOST_RELATED]),
        names=names(one.requested_by for one in refunds),
    )


def postings_of(reference: str) -> QuerySet[Posting]:
    """Return the postings of every entry about a reference, as they were recorded."""
    return (
        Posting.objects.filter(entry__reference=reference)
        .select_related("entry", "account")
        .order_by("entry__recorded_at", "entry_id", "id")
    )


def payout_page(payout: Payout, *, now: datetime) -> PayoutPage:
    """Return a payout with its account and its history, in three queries."""
    steps = list(payout.moves.all())
    changes = list(payout.account.changes.all())
    free_at = paying.free_at(payout.account)
    people = {payout.requested_by, payout.approved_by, payout.second_approved_by}
    return PayoutPage(
        payout=payout,
        receivable=Money(payout.receivable_minor, payout.currency),
        fee=None if payout.fee_minor is None else Money(payout.fee_minor, payout.fee_currency),
        free_at=free_at,
        is_too_new=free_at is not None and now < free_at,
        moves=steps,
        changes=changes,
        names=names(people | {one.actor for one in steps} | {one.actor for one in changes}),
    )


def payment_named(key: str) -> Payment | None:
    """Return the payment of a key of ours, if it is one."""
    found = _id(key)
    return None if found is None else Payment.objects.filter(pk=found).first()


def events() -> QuerySet[InboxEvent]:
    """Return the inbox without the bodies, newest first."""
    return InboxEvent.objects.defer("body").order_by("-received_at", "-id")


def all_payments() -> QuerySet[Payment]:
    """Return every payment, newest first."""
    return Payment.objects.order_by("-created_at", "-id")


def exceptions() -> QuerySet[QueuedException]:
    """Return the queue with who looks after it, longest waiting first."""
    return QueuedException.objects.select_related("owner", "closed_by").order_by("opened_at", "id")


def all_payouts() -> QuerySet[Payout]:
    """Return every payout with its account, newest first."""
    return Payout.objects.select_related("account").order_by("-created_at", "-id")


def names(actors: Iterable[str]) -> dict[str, str]:
    """Return how those who acted are called, in one query; who is no person keeps a word."""
    found = {key: str(words) for key, words in wording.ACTORS.items()}
    keys = {key for actor in set(actors) if (key := _id(actor)) is not None}
    if keys:
        for person in get_user_model()._default_manager.filter(pk__in=keys):  # noqa: SLF001
            found[str(person.pk)] = person.get_full_name()
    return found


def _id(actor: str) -> UUID | None:
    try:
        return UUID(actor)
    except ValueError:
        return None
