"""A turn at some programmes for one gift: one statement takes it, one writes what is held then.

Everybody who gives to the same programme waits from the first of the two until the commit, so
nothing else is asked of the database in between, and all that can be known before is worked out
before.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection
from uuid_utils.compat import uuid7

from payments.ledger import selectors as ledger
from payments.ledger.selectors import Balance
from payments.ledger.services import AccountKey, AccountKind, batch_of, refusals
from projects.matching import caps, counting, engine
from projects.matching.instant.outcomes import Pots
from projects.matching.models import Reservation
from projects.matching.tally import Key, Tally

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from django.db.models import Model

    from payments.ledger.services import Entry
    from projects.matching.engine import Standing
    from projects.matching.gifts import Gift
    from projects.matching.models import MatchTransition, ProgrammeVersion
    from projects.matching.rules import Counted

_TAKE_TURN = """
SELECT held, earlier, balances, counters, frozen, is_project_frozen, released, renewed_at
FROM public.matching_take_turn(%s, %s, %s, %s, %s, %s, %s)
"""
_HOLD = "SELECT public.matching_hold(%s, %s::uuid[], %s::jsonb, %s::jsonb, %s::jsonb, %s::jsonb)"


class TermsRenewed(Exception):
    """Newer terms than those asked about were published before the turn came, the last `at`."""

    def __init__(self, at: datetime) -> None:
        super().__init__(f"New terms of {at}.")
        self.at = at


@dataclass(frozen=True, slots=True)
class TurnTaken:
    """What is held for a contribution, and where the programmes stand, true until the commit.

    What is held is still taken out of where they stand.
    """

    own: list[Reservation]
    earlier: int  # How many reservations the contribution has had, those included.
    stand: Standing


@dataclass(frozen=True, slots=True)
class Change:
    """Reservations that end and that begin, with their log and their entries."""

    ended: Sequence[Reservation]
    begun: Sequence[Reservation]
    log: Sequence[MatchTransition]
    entries: Sequence[Entry]


def take_turn(gift: Gift, versions: Sequence[ProgrammeVersion], *, now: datetime) -> TurnTaken:
    """Lock the programmes that can give to a gift, then what is held for it; return what stands.

    The versions are told of the orders that stand now.

    Raises:
        TermsRenewed: a version is not the newest any more.
    """
    money = gift.counted(settled_at=now, initiated_at=now)
    accounts = [key for each in versions for key in engine.pots_of(each.rule).values()]
    keys = {each.programme_id: caps.keys(each.rule, money) for each in versions}
    giving = [v.programme_id for v in versions if counting.refusal(v.rule, money) is None]
    subjects = {key.whose for of_one in keys.values() for key in of_one}
    parameters = (
        gift.contribution_ref,
        giving,
        list(keys),
        [each.number for each in versions],
        [account.owner_ref for account in accounts],
        list(subjects),
        gift.project_id,
    )
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_TURN, parameters)
        held, earlier, balances, counters, *orders, renewed_at = cursor.fetchone()
    if renewed_at is not None:
        raise TermsRenewed(renewed_at)
    frozen, is_project_frozen, released = orders
    for each in versions:
        each.is_frozen = each.programme_id in frozen
        each.frozen_projects = [gift.project_id] if is_project_frozen else []
        each.is_reserve_released = each.programme_id in released
    own = _reservations(held)
    books = dict.fromkeys(accounts, Balance()) | _balances(balances)
    pots = _pots(versions, books) | _pots_no_longer_asked(own, keys)
    stand = engine.Standing(
        _tallies({*keys, *pots}, json.loads(counters)), pots, _ceilings(versions, money)
    )
    return TurnTaken(own, earlier, stand)


def hold(change: Change, stand: Standing, *, now: datetime) -> bool:
    """Write what becomes of reservations and how the tallies have moved; tell whether it was done.

    It is not where a pot turns out to be empty; then nothing is written.

    Raises:
        LedgerRefused: whatever else the ledger refuses.
    """
    moved = [
        key._asdict() | {"id": uuid7(), "programme_id": programme_id, "minor": minor}
        for programme_id, tally in stand.tallies.items()
        for key, minor in tally.changed()
    ]
    parameters = (
        now,
        [each.pk for each in change.ended],
        _json([_row(each) for each in change.begun]),
        _json(moved),
        _json([_row(each) for each in change.log]),
        batch_of(change.entries),
    )
    with refusals(), connection.cursor() as cursor:
        cursor.execute(_HOLD, parameters)
        return bool(cursor.fetchone()[0])


def _reservations(held: Collection[UUID]) -> list[Reservation]:
    """Return reservations that are locked already."""
    if not held:
        return []
    rows = Reservation.objects.filter(pk__in=held).select_related("version")
    return list(rows.order_by("id"))


def _balances(stored: str) -> dict[AccountKey, Balance]:
    return {
        AccountKey(AccountKind.MATCH_POT, owner_ref, currency): Balance(
            debits_posted, debits_pending, credits_posted, credits_pending
        )
        for (
            owner_ref,
            currency,
            debits_posted,
            debits_pending,
            credits_posted,
            credits_pending,
        ) in json.loads(stored)
    }


def _pots(
    versions: Sequence[ProgrammeVersion], books: Mapping[AccountKey, Balance]
) -> dict[str, Pots]:
    """Return what the pots of programmes have; what was put in is asked for where a rule asks."""
    treasuries = {
        each.programme_id: account
        for each in versions
        for account in engine.accounts_of(each.rule)
        if account.kind != AccountKind.MATCH_POT
    }
    put_in = ledger.balances(treasuries.values()) if treasuries else {}
    funded = {
        programme: put_in[account].debits_posted - put_in[account].credits_posted
        for programme, account in treasuries.items()
    }
    return {
        each.programme_id: Pots(
            left={layer: books[key].left for layer, key in engine.pots_of(each.rule).items()},
            funded_minor=funded.get(each.programme_id, 0),
            is_reserve_released=each.is_reserve_released,
        )
        for each in versions
    }


def _pots_no_longer_asked(own: Sequence[Reservation], asked: Collection[str]) -> dict[str, Pots]:
    """Return room for what is given back to programmes whose new terms leave out the project."""
    return {
        each.programme_id: Pots({layer: 0 for layer, _ in engine.parts_of(each.parts)}, 0)
        for each in own
        if each.programme_id not in asked
    }


def _tallies(programmes: Collection[str], counters: Sequence[Sequence[Any]]) -> dict[str, Tally]:
    found: dict[str, list[tuple[Key, int]]] = {programme: [] for programme in programmes}
    for programme, *key, minor in counters:
        found[programme].append((Key(*key), minor))
    return {programme: Tally(rows) for programme, rows in found.items()}


def _ceilings(
    versions: Sequence[ProgrammeVersion], money: Counted
) -> Mapping[str, Mapping[str, int]]:
    asking = {
        each.rule.programme_id: [UUID(money.project)] for each in versions if each.rule.needs_award
    }
    return engine.ceilings(asking)


def _row(instance: Model) -> dict[str, object]:
    """Return a new row by the names of its columns."""
    fields = instance._meta.concrete_fields  # noqa: SLF001  Public by Django's documents.
    return {str(field.column): getattr(instance, field.attname) for field in fields}


def _json(rows: Sequence[Mapping[str, object]]) -> str:
    return json.dumps(rows, default=str)
