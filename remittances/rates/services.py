"""Taking in reference rates: the bank's, the survey's, and those that two officers agree on."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Count, Max
from django.utils.translation import gettext as _

from remittances import payout
from remittances.datasets.rows import WORLD_BANK
from remittances.models import RateProposal, ReferenceRate, SurveyedService
from remittances.rates import ecb, references
from remittances.rates.references import ECB

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime
    from decimal import Decimal
    from uuid import UUID

KEPT_DAYS = 400  # Older prices are too stale to be measured.
_BATCH = 2000


class RateRefused(ValueError):
    """The rate cannot be taken; the message says why to the officer."""


def load_rates(*, now: datetime) -> int:
    """Take in what the bank and the survey have told since the last time; return how many."""
    return load_ecb_rates(now=now) + load_survey_rates(now=now)


@transaction.atomic
def load_ecb_rates(*, now: datetime) -> int:
    """Take in the days of the bank's rates that are not here yet; return how many rates are new.

    They reach 400 days back from the newest day the bank has told.
    """
    today = now.date()
    newest = ReferenceRate.objects.filter(source=ECB).aggregate(on=Max("on"))["on"]
    if newest and newest >= min(today, ecb.newest_day()):
        return 0
    since = min(today, ecb.newest_day()) - timedelta(days=KEPT_DAYS)
    found = ecb.published(since=max(newest or since, since), until=today)
    return _add(
        ReferenceRate(
            base=rate.base,
            quote=rate.quote,
            on=rate.on,
            rate=references.kept(rate.rate),
            source=rate.source,
            fetched_at=now,
        )
        for rate in found
    )


@transaction.atomic
def load_survey_rates(*, now: datetime) -> int:
    """Take in the reference rates of newly imported surveys, where their currency is plain.

    Of several rates of one day for two currencies it is the one most rows have, the lowest of them.
    """
    newest = ReferenceRate.objects.filter(source=WORLD_BANK).aggregate(at=Max("fetched_at"))["at"]
    rows = SurveyedService.objects.filter(
        kind="survey", transparent=True, reference_rate__gt=0, collected_on__lte=now.date()
    )
    if newest:
        rows = rows.filter(dataset__imported_at__gte=newest)
    told: dict[tuple[str, str, date], Counter[Decimal]] = {}
    facts = rows.values_list("currency", "destination__currency", "reference_rate", "collected_on")
    for sent, local, rate, on, times in facts.order_by().annotate(times=Count("pk")).iterator():
        quote = payout.implied_currency(sent=sent, local=local, reference_rate=Fraction(rate))
        if quote:
            told.setdefault((sent, quote, on), Counter())[rate] += times
    return _add(
        ReferenceRate(
            base=sent, quote=quote, on=on, rate=_usual(rates), source=WORLD_BANK, fetched_at=now
        )
        for (sent, quote, on), rates in told.items()
    )


@transaction.atomic
def propose_rate(  # noqa: PLR0913  What a rate is.
    *,
    base: str,
    quote: str,
    on: date,
    rate: Decimal,
    source: str,
    by: UUID,
    now: datetime,
) -> RateProposal:
    """Keep a rate that an officer read somewhere, until a second one lets it stand.

    Raises:
        RateRefused: It cannot be, or stands already.
    """
    if base == quote:
        raise RateRefused(_("The two currencies are the same."))
    if on > now.date():
        raise RateRefused(_("This day has not come yet."))
    if source.casefold() in {ECB.casefold(), WORLD_BANK.casefold()}:
        raise RateRefused(_("Rates of this source are read from its own file, never typed in."))
    _refuse_twice(base, quote, on, source)
    return RateProposal.objects.create(
        base=base,
        quote=quote,
        on=on,
        rate=rate,
        source=source,
        entered_by_id=by,
        entered_at=now,
    )


@transaction.atomic
def publish_rate(*, proposal_id: UUID, by: UUID, now: datetime) -> RateProposal:
    """Let a rate stand that another person typed in.

    Raises:
        RateRefused: It was decided already, is the person's own, or stands already.
    """
    proposal = _waiting(proposal_id, by)
    _refuse_twice(proposal.base, proposal.quote, proposal.on, proposal.source)
    proposal.published = ReferenceRate.objects.create(
        base=proposal.base,
        quote=proposal.quote,
        on=proposal.on,
        rate=proposal.rate,
        source=proposal.source,
        fetched_at=now,
    )
    return _decided(proposal, RateProposal.State.PUBLISHED, by=by, now=now)


@transaction.atomic
def decline_rate(*, proposal_id: UUID, by: UUID, reason: str, now: datetime) -> RateProposal:
    """Turn a rate down, with the reason.

    Raises:
        RateRefused: It was decided already, or is the person's own.
    """
    proposal = _waiting(proposal_id, by)
    proposal.reason = reason
    return _decided(proposal, RateProposal.State.DECLINED, by=by, now=now)


def _waiting(proposal_id: UUID, by: UUID) -> RateProposal:
    proposal = RateProposal.objects.select_for_update().get(pk=proposal_id)
    if proposal.state != RateProposal.State.WAITING:
        raise RateRefused(_("This was decided already."))
    if proposal.entered_by_id == by:
        raise RateRefused(_("You typed this in yourself. A second person decides."))
    return proposal


def _decided(proposal: RateProposal, state: str, *, by: UUID, now: datetime) -> RateProposal:
    proposal.state, proposal.decided_by_id, proposal.decided_at = state, by, now
    proposal.save()
    return proposal


def _refuse_twice(base: str, quote: str, on: date, source: str) -> None:
    if ReferenceRate.objects.filter(base=base, quote=quote, on=on, source=source).exists():
        raise RateRefused(
            _(
                "A rate of this day and source stands already and is never changed. To correct it,"
                " say so in the source."
            )
        )


def _usual(rates: Counter[Decimal]) -> Decimal:
    most = max(rates.values())
    return min(rate for rate, times in rates.items() if times == most)


def _add(rates: Iterable[ReferenceRate]) -> int:
    """Add the rates that are not here yet; return how many that were."""
    before = ReferenceRate.objects.count()
    ReferenceRate.objects.bulk_create(list(rates), batch_size=_BATCH, ignore_conflicts=True)
    return ReferenceRate.objects.count() - before
