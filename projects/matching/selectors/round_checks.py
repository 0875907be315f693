"""Comparing rounds, awards, shares, ceilings and tranches with one another and with the ledger."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import F, Sum

from payments.ledger.models import AccountKind, Entry, Posting
from payments.ledger.selectors import Difference
from projects.matching.models import Allocation, Award, Ceiling, Programme, TranchePart
from projects.matching.selectors.funded import put_in

if TYPE_CHECKING:
    from collections.abc import Iterator

_WRONG_SUMS = """
    WITH written AS (
        SELECT share.round_id, claim.campaign_key, sum(share.minor)::bigint AS minor
        FROM matching_share AS share
        JOIN matching_round AS round ON round.id = share.round_id
        LEFT JOIN matching_claim AS claim ON claim.contribution_ref = share.contribution_ref
            AND claim.programme_id = round.programme_id AND claim.round_number = round.number
        GROUP BY share.round_id, claim.campaign_key
    ), freed AS (
        SELECT award_id, sum(before_minor - minor)::bigint AS minor
        FROM matching_freed_share GROUP BY award_id
    )
    SELECT programme.id, programme.currency, coalesce(award.campaign_key, written.campaign_key, ''),
        coalesce(written.minor, 0), coalesce(freed.minor, 0),
        coalesce(award.decided_minor, 0), coalesce(award.amount_minor, 0)
    FROM written
    FULL JOIN matching_award AS award
        ON award.round_id = written.round_id AND award.campaign_key = written.campaign_key
    JOIN matching_round AS round ON round.id = coalesce(award.round_id, written.round_id)
    JOIN matching_programme AS programme ON programme.id = round.programme_id
    LEFT JOIN freed ON freed.award_id = award.id
    WHERE (coalesce(written.minor, 0) <> coalesce(award.decided_minor, 0)
        OR coalesce(written.minor, 0) - coalesce(freed.minor, 0) <> coalesce(award.amount_minor, 0))
        -- A project that nobody gave to has an award and no shares.
        AND (written.round_id IS NOT NULL OR EXISTS (
            SELECT FROM matching_claim AS claim
            WHERE claim.programme_id = round.programme_id AND claim.round_number = round.number
                AND claim.campaign_key = award.campaign_key AND claim.base_minor > 0))
    ORDER BY 1, 3
"""


def verify_rounds() -> list[Difference]:
    """Return every award, tranche and ceiling for which rows, rules and ledger disagree."""
    return [*_wrong_awards(), *_wrong_payments(), *_wrong_ceilings()]


def awarded_by_pot() -> Counter[tuple[str, str]]:
    """Return what awards take of each pot, by programme and layer: committed, earned and paid."""
    sums = Counter[tuple[str, str]]()
    rows = Award.objects.given().values_list("programme_id", "parts")
    for programme_id, parts in rows:
        for layer, minor in parts:
            sums[programme_id, layer] += minor
    return sums


def awarded_by_campaign() -> Counter[tuple[str, str]]:
    """Return what awards give to each campaign in each currency: committed, earned and paid."""
    rows = Award.objects.given().order_by().values_list("campaign_key", "programme__currency")
    sums = Counter[tuple[str, str]]()
    for campaign_key, currency, minor in rows.annotate(Sum("amount_minor")):
        sums[campaign_key, currency] = int(minor)
    return sums


def paid_by_campaign() -> Counter[str]:
    """Return what tranches of all programmes have paid to each campaign."""
    rows = TranchePart.objects.order_by().values_list("campaign_key")
    return Counter({key: int(minor) for key, minor in rows.annotate(Sum("minor"))})


def _wrong_awards() -> Iterator[Difference]:
    """Yield awards that are not the sum of their shares, less what was freed."""
    with connection.cursor() as cursor:
        cursor.execute(_WRONG_SUMS)
        for programme, currency, campaign, written, freed, decided, amount in cursor.fetchall():
            key = f"award of {programme} to {campaign}"
            if written != decided:
                yield Difference("total", key, currency, str(written), str(decided))
            else:
                yield Difference("total", key, currency, str(written - freed), str(amount))


def _wrong_payments() -> Iterator[Difference]:
    """Yield campaigns for which the ledger paid other sums than the tranches say."""
    said = paid_by_campaign()
    lines = Posting.objects.filter(
        entry__kind="match_paid",
        entry__state=Entry.State.POSTED,
        account__kind=AccountKind.MATCH_EARNED,
    ).order_by()
    booked = Counter[str]()
    currencies = dict[str, str]()
    for campaign, currency, minor in lines.values_list("account__owner_ref", "currency").annotate(
        Sum("amount_minor")
    ):
        booked[campaign] += int(minor)
        currencies[campaign] = currency
    for campaign in sorted(said.keys() | booked.keys()):
        if said[campaign] != booked[campaign]:
            yield Difference(
                "total",
                f"match paid to {campaign}",
                currencies.get(campaign, ""),
                str(said[campaign]),
                str(booked[campaign]),
            )


def _wrong_ceilings() -> Iterator[Difference]:
    """Yield programmes that promised more than they have, and projects that drew more."""
    ceilings = list(Ceiling.objects.standing())
    promised = Counter[str]()
    for ceiling in ceilings:
        promised[ceiling.programme_id] += ceiling.amount_minor
    funded = put_in(list(promised))
    currencies = dict(Programme.objects.filter(pk__in=promised).values_list("pk", "currency"))
    for programme, minor in sorted(promised.items()):
        if minor > funded[programme]:
            key = f"ceilings of {programme}"
            most = f"at most {funded[programme]}"
            yield Difference("cap", key, currencies[programme], most, str(minor))
    drawn = {
        (programme, project): int(minor)
        for programme, project, minor in Allocation.objects.given()
        .filter(programme__in=promised)
        .order_by()
        .values_list("programme_id", "project_id")
        .annotate(Sum(F("amount_minor")))
    }
    for ceiling in ceilings:
        minor = drawn.get((ceiling.programme_id, ceiling.project_id), 0)
        if minor > ceiling.amount_minor:
            key = f"{ceiling.programme_id}:award:{ceiling.project_id}"
            most = f"at most {ceiling.amount_minor}"
            yield Difference("cap", key, currencies[ceiling.programme_id], most, str(minor))
