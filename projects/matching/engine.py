"""Bringing the database to the rules: which programmes are asked, and what they have given.

The rules themselves are pure (`rules`, `formula`, `caps`, `allocation`). Whoever gives match locks
the programmes first (`locked`), so that what is gathered here stays true until the commit.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from payments.ledger import selectors as ledger
from payments.ledger.models import AccountKind
from payments.ledger.services import AccountKey
from projects.matching import allocation, caps, counting, rules
from projects.matching.documents import RuleNotUnderstood
from projects.matching.instant.outcomes import Before, Pots, Turn
from projects.matching.models import Ceiling, Programme, ProgrammeVersion, TallyCounter
from projects.matching.tally import Key, Tally, from_rows, touched

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime

    from payments.ledger.selectors import Balance
    from projects.matching.models import Reservation
    from projects.matching.rules import Counted, Fact, Rule

logger = logging.getLogger(__name__)

_IN_FORCE = "SELECT * FROM public.matching_in_force(%s)"


@dataclass(frozen=True, slots=True)
class Standing:
    """What some programmes have given by what their rules speak of, and what is in their pots."""

    tallies: Mapping[str, Tally]
    pots: dict[str, Pots]
    ceilings: Mapping[str, Mapping[str, int]]  # Awarded, by programme and project.

    def give_back(self, held: Reservation) -> None:
        """Take a reservation out, as if its money were in the pot again."""
        programme = held.programme_id
        self.tallies[programme].move(from_rows(held.moves), back=True)
        self.pots[programme] = self.pots[programme].plus(parts_of(held.parts))

    def left(self, programme_id: str) -> int:
        """Return what all pots of a programme have left together, in minor units."""
        return sum(self.pots[programme_id].left.values())


@dataclass(frozen=True, slots=True)
class Offer:
    """What one programme, by one version of its rule, would do for a gift."""

    version: ProgrammeVersion
    outcome: allocation.Outcome


def pot(programme_id: str, currency: str, layer: str = "") -> AccountKey:
    """Return the account that holds the money of one funder of a programme."""
    return AccountKey(AccountKind.MATCH_POT, rules.pot_name(programme_id, layer), currency)


def pots_of(rule: Rule) -> dict[str, AccountKey]:
    """Return the pot of each layer of a rule."""
    return {layer.id: pot(rule.programme_id, rule.currency, layer.id) for layer in rule.layers}


def accounts_of(rule: Rule) -> list[AccountKey]:
    """Return the accounts that a decision by a rule depends on."""
    pots = list(pots_of(rule).values())
    return [*pots, treasury(rule.programme_id, rule.currency)] if _asks_funded(rule) else pots


def _asks_funded(rule: Rule) -> bool:
    """Tell whether some amount of a rule is a share of what was put into the pot."""
    amounts: list[rules.Amount | None] = [cap.amount for cap in rule.caps]
    amounts += [cap.amount for cap in rule.base_caps]
    amounts += [floor.amount for floor in rule.floors]
    amounts += [rule.project_cap, rule.reserve.amount if rule.reserve else None]
    return any(isinstance(each, rules.Share) and each.of == "pot" for each in amounts)


def treasury(programme_id: str, currency: str) -> AccountKey:
    """Return the account from which a programme's pots are filled."""
    return AccountKey(AccountKind.PROVIDER_CLEARING, f"treasury:{programme_id}", currency)


def earned(campaign_key: str, currency: str) -> AccountKey:
    """Return the account to whose credit a campaign's match is held, committed and earned."""
    return AccountKey(AccountKind.MATCH_EARNED, campaign_key, currency)


def parts_of(stored: Iterable[Iterable[str | int]]) -> allocation.Parts:
    """Return the parts of a match as a row keeps them."""
    return tuple((str(layer), int(minor)) for layer, minor in stored)


def in_force(at: datetime) -> list[ProgrammeVersion]:
    """Return the terms of every programme as of a moment, in the order in which they are asked.

    A document that cannot be read is left out and logged: one broken programme must not stop the
    others.
    """
    readable = []
    for version in ProgrammeVersion.objects.raw(_IN_FORCE, [at]):
        try:
            readable.append((version.rule.priority, version.programme_id, version))
        except RuleNotUnderstood:
            logger.exception("The terms of %s cannot be read", version)
    return [version for _, _, version in sorted(readable, key=lambda row: row[:2])]


def speaking_of(
    facts: Mapping[str, Fact], versions: Iterable[ProgrammeVersion]
) -> list[ProgrammeVersion]:
    """Return the versions whose conditions for projects are met, in the given order."""
    return [version for version in versions if counting.speaks_of(version.rule, facts)]


def asked_about(
    facts: Mapping[str, Fact], versions: Iterable[ProgrammeVersion]
) -> list[ProgrammeVersion]:
    """Return those that decide by rule: what is awarded by hand alone is not asked."""
    return [
        version
        for version in speaking_of(facts, versions)
        if version.rule.allocation is not rules.Allocation.MANUAL
    ]


def locked(programme_ids: Collection[str]) -> list[Programme]:
    """Lock programmes in the order of their ids until the commit."""
    rows = Programme.objects.select_for_update(no_key=True).filter(pk__in=programme_ids)
    return list(rows.order_by("pk"))


def standing(
    pairs: Iterable[tuple[ProgrammeVersion, Counted]],
    *,
    moves: Iterable[tuple[str, Iterable[list[str | int]]]] = (),
    of: Iterable[ProgrammeVersion] = (),
) -> Standing:
    """Return what programmes have given as far as deciding on this money may depend on it.

    `moves` are (programme, stored moves) that are to be taken back besides; `of` are versions whose
    pots are asked about even where there is no money.
    """
    versions = defaultdict[str, dict[UUID, ProgrammeVersion]](dict)
    keys, projects = defaultdict[str, set[Key]](set), defaultdict[str, set[UUID]](set)
    for version in of:
        versions[version.programme_id][version.pk] = version
    for version, money in pairs:
        versions[version.programme_id][version.pk] = version
        keys[version.programme_id] |= caps.keys(version.rule, money)
        if version.rule.needs_award:
            projects[version.programme_id].add(UUID(money.project))
    for programme_id, rows in moves:
        keys[programme_id] |= touched(from_rows(rows))
    known = [each for of_one in versions.values() for each in of_one.values()]
    books = ledger.balances({key for each in known for key in accounts_of(each.rule)})
    pots = {programme: _pots(of_one.values(), books) for programme, of_one in versions.items()}
    return Standing(tallies(keys), pots, ceilings(projects))


def ceilings(projects: Mapping[str, Collection[UUID]]) -> dict[str, dict[str, int]]:
    """Return what was awarded to projects, by programme and project; nothing is not there."""
    found: dict[str, dict[str, int]] = {programme: {} for programme in projects}
    if projects:
        wanted = {project for of_one in projects.values() for project in of_one}
        rows = Ceiling.objects.filter(programme__in=projects).of_projects(wanted).standing()
        for ceiling in rows:
            found[ceiling.programme_id][str(ceiling.project_id)] = ceiling.amount_minor
    return found


def tallies(keys: Mapping[str, Collection[Key]]) -> dict[str, Tally]:
    """Return the counters of programmes that are asked for, and perhaps more, in one query."""
    found: dict[str, list[tuple[Key, int]]] = {programme: [] for programme in keys}
    whose = {key.whose for wanted in keys.values() for key in wanted}
    if whose:
        rows = TallyCounter.objects.filter(programme__in=keys, whose__in=whose).values_list(
            "programme_id", "measure", "scope", "whose", "period", "layer", "minor"
        )
        for programme, *key, minor in rows:
            found[programme].append((Key(*key), minor))
    return {programme: Tally(counters) for programme, counters in found.items()}


def _pots(versions: Collection[ProgrammeVersion], books: Mapping[AccountKey, Balance]) -> Pots:
    """Return what the pots of one programme have, of every layer that a version names."""
    accounts = {layer: key for each in versions for layer, key in pots_of(each.rule).items()}
    filled = {treasury(each.programme_id, each.rule.currency) for each in versions}
    put_in = [books[account] for account in filled if account in books]
    return Pots(
        left={layer: books[account].left for layer, account in accounts.items()},
        funded_minor=sum(each.debits_posted - each.credits_posted for each in put_in),
        is_reserve_released=any(version.is_reserve_released for version in versions),
    )


def version_at(versions: Iterable[ProgrammeVersion], at: datetime) -> ProgrammeVersion | None:
    """Return the newest of one programme's versions that was public at a moment."""
    public = [version for version in versions if version.published_at <= at]
    return max(public, key=lambda version: version.number, default=None)


def ask(versions: Iterable[ProgrammeVersion], money: Counted, stand: Standing) -> list[Offer]:
    """Return what programmes would give, one after the other; each sees what those before did."""
    found: list[Offer] = []
    before = Before()
    for version in versions:
        programme = version.programme_id
        turn = Turn(
            version.rule,
            money,
            before,
            ceiling_minor=stand.ceilings.get(programme, {}).get(money.project),
            frozen=version.frozen_for(UUID(money.project)),
        )
        tally, pots = stand.tallies[programme], stand.pots[programme]
        if version.rule.allocation.is_at_close:
            outcome = allocation.claim_base(turn, tally=tally, pots=pots)
        else:
            outcome = allocation.decide(turn, tally=tally, pots=pots)
        before = outcome.after(before, money)
        found.append(Offer(version, outcome))
    return found
