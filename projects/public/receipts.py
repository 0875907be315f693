"""What a receipt says: own money, what went back, match, rule and reason, fees, what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

from payments import fees
from payments.money import Money
from projects.catalogue import selectors as catalogue
from projects.delivery import selectors as delivery
from projects.funding import selectors
from projects.funding.receipts import receipt_state
from projects.matching import selectors as matching
from projects.public.quoting import Line

if TYPE_CHECKING:
    from datetime import datetime

    from projects.catalogue.models import Project
    from projects.catalogue.selectors import Text
    from projects.delivery.selectors import Stage
    from projects.funding.models import Contribution
    from projects.funding.receipts import ReceiptState

STOPPED = {"programme_frozen", "project_frozen"}


@dataclass(frozen=True, slots=True)
class Matched(Line):
    """What one programme adds now, and what it took back when money went back."""

    taken_back: Money

    @property
    def is_stopped(self) -> bool:
        """Whether an order keeps the programme from deciding."""
        return self.reason in STOPPED


@dataclass(frozen=True, slots=True)
class Fees:
    """What was kept of the money, and by whom it is borne."""

    policy: fees.FeePolicy
    processor: Money  # Zero where the project does not bear it.
    platform: Money  # Less what the platform gave up of it for what went back.
    lost: Money  # The part of the processor's fee that fell on what went back.

    @property
    def is_project_bearing(self) -> bool:
        """Whether the project bore the processor's fee, by what was booked rather than by today."""
        return bool(self.processor) or self.policy.processor is fees.Bearer.PROJECT

    @property
    def is_lost_on_platform(self) -> bool:
        return self.policy.lost is fees.Bearer.PLATFORM


@dataclass(frozen=True, slots=True)
class Receipt:
    """One settled contribution as its giver sees it. `name` is empty when it is to be hidden."""

    number: str
    state: ReceiptState
    amount: Money
    refunded: Money
    asked_back: Money  # On its way back, not there yet.
    lost: Money  # Taken back by the giver's bank.
    disputed: Money
    remaining: Money
    match: Money
    lines: tuple[Matched, ...]
    fees: Fees
    is_counted: bool
    project: Project
    text: Text
    name: str
    settled_at: datetime
    closes_at: datetime
    takes_money: bool
    stages: tuple[Stage, ...]

    @property
    def is_moving(self) -> bool:
        """Whether some of it is on its way back, or may be."""
        return bool(self.asked_back or self.disputed)

    @property
    def stopped(self) -> list[Matched]:
        """Return the programmes whose match waits because an order stopped it."""
        return [line for line in self.lines if line.is_stopped]

    @property
    def total(self) -> Money:
        return self.remaining + self.match


def receipt_of(contribution: Contribution, *, language: str) -> Receipt:
    """Return the receipt of a settled contribution.

    Until every programme has decided it is not counted, and the match is not final.
    """
    if contribution.settled_at is None or contribution.receipt_number is None:
        raise ValueError(f"{contribution} is not settled and has no receipt.")
    project, code = contribution.campaign.project, contribution.currency
    lines = _lines(contribution)
    giver = contribution.contributor
    stages = delivery.stages(project.pk, language=language, today=contribution.settled_at.date())
    return Receipt(
        number=contribution.receipt_number,
        state=receipt_state(contribution),
        amount=contribution.amount,
        refunded=contribution.refunded,
        asked_back=Money(selectors.asked_back(contribution), code),
        lost=Money(contribution.lost_minor, code),
        disputed=Money(contribution.blocked_minor, code),
        remaining=contribution.remaining,
        match=sum((line.match for line in lines if line.match.currency == code), Money(0, code)),
        lines=lines,
        fees=_fees(contribution),
        is_counted=not matching.is_waiting(contribution.key),
        project=project,
        text=catalogue.texts([project], language=language)[project.pk],
        name="" if giver.hide_name else giver.name,
        settled_at=contribution.settled_at,
        closes_at=contribution.campaign.closes_at,
        takes_money=contribution.campaign.takes_money(timezone.now()),
        stages=tuple(stage for stage in stages if not stage.is_accepted),
    )


def _fees(contribution: Contribution) -> Fees:
    code = contribution.currency
    kept = Money(contribution.fee_minor, code)
    gone = contribution.amount - contribution.remaining
    platform = Money(contribution.platform_fee_minor, code)
    return Fees(
        policy=fees.DEFAULT,
        processor=kept,
        platform=platform - fees.share(platform, gone=gone, amount=contribution.amount),
        lost=fees.share(kept, gone=gone, amount=contribution.amount),
    )


def _lines(contribution: Contribution) -> tuple[Matched, ...]:
    """Return what each programme decided, by the version of its rule that decided."""
    return tuple(
        Matched(
            programme_id=line.programme_id,
            name=line.programme_name,
            match=line.match,
            rule=line.rule,
            reason=line.reason,
            why=line.why,
            steps=line.steps,
            taken_back=line.decided - line.match,
        )
        for line in matching.explanation(contribution.key, of_project=True)
    )
