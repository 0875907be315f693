"""What every transition of a contribution does alike: take the locks, move, write the log."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import OperationalError
from psycopg.errors import DeadlockDetected, LockNotAvailable

from payments.ledger.services import LedgerBusy
from payments.models import Payment
from projects.funding import selectors
from projects.funding.models import Campaign, Contribution, ContributionLog
from projects.funding.services.refusals import Busy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from uuid import UUID


@contextmanager
def busy_is_refused() -> Iterator[None]:
    """Turn a lock that could not be had into a refusal that can be shown; goes around a service.

    Raises:
        Busy: others held a row or an account for too long, or two waited for each other.
    """
    try:
        yield
    except LedgerBusy as error:
        raise Busy from error
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable | DeadlockDetected):
            raise Busy from error
        raise


def locked_campaign(campaign_id: UUID) -> Campaign:
    """Lock a campaign, which comes before its contributions, and return it as it is now."""
    Campaign.objects.select_for_update(no_key=True).get(pk=campaign_id)
    return Campaign.objects.select_related("project__organisation").get(pk=campaign_id)


def locked_contribution(contribution_id: UUID) -> Contribution:
    """Lock a contribution and its campaign, in the order of the house."""
    campaign_id = Contribution.objects.values_list("campaign_id", flat=True).get(pk=contribution_id)
    campaign = locked_campaign(campaign_id)
    contribution = Contribution.objects.select_for_update(no_key=True).get(pk=contribution_id)
    contribution.campaign = campaign
    return contribution


def of_reference(reference: str) -> Contribution | None:
    """Return the contribution that a payment is for, locked; None where it is of another room."""
    found = Contribution.objects.filter(key=reference).values_list("pk", flat=True).first()
    return None if found is None else locked_contribution(found)


def is_paid_or_being_paid(contribution: Contribution) -> bool:
    """Tell whether the money has arrived or may still arrive; to be asked under the lock."""
    payments = Payment.objects.filter(reference=contribution.key)
    payments = payments.exclude(pk__in=selectors.paid_back(contribution))
    return payments.live().exists() or payments.with_money().exists()


def move(  # noqa: PLR0913  What a line of the log holds.
    contribution: Contribution,
    *,
    event: str,
    to: Contribution.State,
    at: datetime,
    reason: str = "",
    facts: Mapping[str, object] | None = None,
) -> Contribution:
    """Save the contribution in its new state, with a line in its log."""
    note(contribution, event=event, to=to, at=at, reason=reason, facts=facts)
    contribution.state = to
    contribution.save()
    return contribution


def note(  # noqa: PLR0913  What a line of the log holds.
    contribution: Contribution,
    *,
    event: str,
    at: datetime,
    to: Contribution.State | None = None,
    reason: str = "",
    facts: Mapping[str, object] | None = None,
) -> ContributionLog:
    """Write one line of what happened to a contribution."""
    return ContributionLog.objects.create(
        contribution=contribution,
        event=event,
        from_state=contribution.state,
        to_state=to or contribution.state,
        reason=reason,
        facts=dict(facts or {}),
        at=at,
    )
