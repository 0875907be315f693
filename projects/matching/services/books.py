"""The entries of awards, of match that is earned, paid or taken back, and between pots.

| entry | debit | credit |
|---|---|---|
| `match_awarded` (pending), by a close | match_pot of each layer | match_earned of the campaign |
| `match_earned` posts it, and `match_committed` | | |
| `match_paid`, a tranche | match_earned | escrow of the campaign |
| `match_taken_back`, money of it went back | match_earned | match_pot of each layer |
| `pot_returned`, what is freed for the funder | match_pot | provider_clearing treasury |
| `pot_transfer` | match_pot of one layer | match_pot of another |

A tranche pays into escrow, from where payouts leave with all that two people look at. What was paid
and is taken back afterwards stays as a debit of match_earned and is kept of the next tranche: the
escrow holds what people gave, and a funder's claim is not met from that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.ledger.models import AccountKind
from payments.ledger.services import AccountKey, Entry, Posting
from projects.matching import engine

if TYPE_CHECKING:
    from datetime import datetime

    from projects.matching.instant.outcomes import Parts
    from projects.matching.models import Allocation, Award, TranchePart


def award(row: Award, *, currency: str, at: datetime) -> Entry:
    """Return the pending entry, without time limit, of what a round gave to a campaign."""
    return Entry(
        kind="match_awarded",
        reference=row.campaign_key,
        idempotency_key=row.ledger_key,
        occurred_at=at,
        postings=(
            *_pots(row.programme_id, engine.parts_of(row.parts), currency, sign=1),
            Posting(engine.earned(row.campaign_key, currency), -row.amount_minor),
        ),
        state="pending",
    )


def void(row: Award, *, at: datetime) -> Entry:
    """Return the entry that gives back to the pots what is committed now."""
    return Entry(
        kind="match_awarded",
        reference=row.campaign_key,
        idempotency_key=f"{row.ledger_key}:void",
        occurred_at=at,
        state="voided",
        finishes=row.ledger_key,
    )


def earn(row: Allocation | Award, *, at: datetime) -> Entry:
    """Return the entry that makes committed match the campaign's for good."""
    return Entry(
        kind="match_earned",
        reference="",
        idempotency_key=f"{row.ledger_key}:post",
        occurred_at=at,
        state="posted",
        finishes=row.ledger_key,
    )


def take_back(
    row: Allocation | Award, freed: Parts, *, key: str, currency: str, at: datetime
) -> Entry:
    """Return the entry that gives parts of earned match back to their pots."""
    minor = sum(each for _, each in freed)
    return Entry(
        kind="match_taken_back",
        reference=row.campaign_key,
        idempotency_key=key,
        occurred_at=at,
        postings=(
            Posting(engine.earned(row.campaign_key, currency), minor),
            *_pots(row.programme_id, freed, currency, sign=-1),
        ),
    )


def give_to_funder(
    programme_id: str, freed: Parts, *, key: str, currency: str, at: datetime
) -> Entry:
    """Return the entry that takes what was freed out of the pots, for whoever filled them."""
    minor = sum(each for _, each in freed)
    return Entry(
        kind="pot_returned",
        reference=programme_id,
        idempotency_key=key,
        occurred_at=at,
        postings=(
            *_pots(programme_id, freed, currency, sign=1),
            Posting(engine.treasury(programme_id, currency), -minor),
        ),
    )


def pay(part: TranchePart, *, currency: str, at: datetime) -> Entry:
    """Return the entry that pays earned match into the escrow of its campaign."""
    escrow = AccountKey(AccountKind.ESCROW, part.campaign_key, currency)
    return Entry(
        kind="match_paid",
        reference=part.campaign_key,
        idempotency_key=part.ledger_key,
        occurred_at=at,
        postings=(
            Posting(engine.earned(part.campaign_key, currency), part.minor),
            Posting(escrow, -part.minor),
        ),
    )


def transfer(  # noqa: PLR0913  Whose money, how much, where from, where to, once, when.
    programme_id: str,
    *,
    source_layer: str,
    target_layer: str,
    minor: int,
    currency: str,
    key: str,
    at: datetime,
) -> Entry:
    """Return the entry that moves money from the pot of one funder to that of another."""
    return Entry(
        kind="pot_transfer",
        reference=programme_id,
        idempotency_key=key,
        occurred_at=at,
        postings=(
            Posting(engine.pot(programme_id, currency, source_layer), minor),
            Posting(engine.pot(programme_id, currency, target_layer), -minor),
        ),
    )


def _pots(programme_id: str, parts: Parts, currency: str, *, sign: int) -> list[Posting]:
    return [
        Posting(engine.pot(programme_id, currency, layer), sign * minor) for layer, minor in parts
    ]
