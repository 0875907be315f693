"""Reading matching: what programmes promise, what they have left, and why somebody got what."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from payments.ledger import selectors as ledger
from payments.ledger.models import Account, AccountKind
from payments.ledger.selectors import Difference
from payments.money import Money
from projects.matching import engine, wording
from projects.matching.caps import Scope
from projects.matching.models import Allocation, Programme, Reservation, WaitingMoney

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from projects.matching.caps import Cap
    from projects.matching.gifts import ProjectFacts
    from projects.matching.models import ProgrammeVersion
    from projects.matching.rules import Rule


@dataclass(frozen=True, slots=True)
class OpenProgramme:
    """The terms of a programme as of a moment."""

    version: ProgrammeVersion

    @property
    def id(self) -> str:
        return self.version.programme_id

    @property
    def rule(self) -> Rule:
        return self.version.rule

    @property
    def name(self) -> str:
        return self.rule.name

    @property
    def sentence(self) -> str:
        return wording.rule_sentence(self.rule)


@dataclass(frozen=True, slots=True)
class Pot:
    """What was put into a programme's pot and what can still be given."""

    funded: Money
    left: Money


@dataclass(frozen=True, slots=True)
class Explanation:
    """What one programme decided on one contribution, in words."""

    programme_id: str
    programme_name: str
    match: Money
    state: str
    reason: str | None
    why: str
    steps: tuple[str, ...]


def programmes(*, now: datetime) -> list[OpenProgramme]:
    """Return the terms in force of every programme, in the order in which they are asked."""
    return [OpenProgramme(version) for version in engine.in_force(now)]


def programmes_for(project: ProjectFacts, *, now: datetime) -> list[OpenProgramme]:
    """Return the programmes open now whose rules speak of a project, in the order of asking."""
    return programmes_by_project([project], now=now)[project.project_id]


def programmes_by_project(
    projects: Iterable[ProjectFacts], *, now: datetime
) -> dict[UUID, list[OpenProgramme]]:
    """Return the same for many projects, by project id, in one query."""
    versions = [each for each in engine.in_force(now) if each.rule.window.contains(now)]
    return {
        project.project_id: [
            OpenProgramme(version)
            for version in engine.speaking_of(project.project_facts, versions)
        ]
        for project in projects
    }


def pots(programme_ids: Collection[str]) -> dict[str, Pot]:
    """Return what each programme's pot was given and has left, from the ledger."""
    currencies = dict(Programme.objects.filter(pk__in=programme_ids).values_list("pk", "currency"))
    keys = {each: engine.pot(each, currency) for each, currency in currencies.items()}
    books = ledger.balances(keys.values())
    return {
        each: Pot(
            funded=Money(books[key].credits_posted, key.currency),
            left=Money(books[key].left, key.currency),
        )
        for each, key in keys.items()
    }


def left(programme_ids: Collection[str]) -> dict[str, Money]:
    """Return what each programme can still give."""
    return {each: pot.left for each, pot in pots(programme_ids).items()}


def rule_sentence(version: ProgrammeVersion) -> str:
    """Return what a version of a programme promises, in one sentence."""
    return wording.rule_sentence(version.rule)


def explanation(contribution_ref: str) -> tuple[Explanation, ...]:
    """Return what each programme asked so far decided on a contribution, in order of asking."""
    rows = Allocation.objects.filter(contribution_ref=contribution_ref).select_related("version")
    return tuple(_explained(row) for row in rows.order_by("allocated_at", "id"))


def is_waiting(contribution_ref: str) -> bool:
    """Tell whether a programme has yet to decide on a contribution."""
    return WaitingMoney.objects.filter(contribution_ref=contribution_ref).exists()


def matched_totals(campaign_keys: Collection[str]) -> dict[str, Money]:
    """Return what is matched for each campaign: committed, earned and paid.

    It is what the ledger holds to the credit of the campaign, less what is only reserved; read in
    one statement, so that both are of the same instant. `verify_differences` compares the
    reservations with their entries.
    """
    reserved = (
        Reservation.objects.active()
        .filter(campaign_key=OuterRef("owner_ref"))
        .order_by()
        .values("campaign_key")
        .annotate(total=Sum("amount_minor"))
        .values("total")
    )
    rows = (
        Account.objects.filter(kind=AccountKind.MATCH_EARNED, owner_ref__in=campaign_keys)
        .annotate(
            matched=F("credits_posted")
            + F("credits_pending")
            - F("debits_posted")
            - Coalesce(Subquery(reserved), 0)
        )
        .values_list("owner_ref", "matched", "currency")
    )
    return {key: Money(int(minor), currency) for key, minor, currency in rows}


def matched_by_contribution() -> dict[str, int]:
    """Return what is matched for each contribution that is, in minor units."""
    rows = Allocation.objects.given().order_by().values_list("contribution_ref")
    return dict(rows.annotate(Sum("amount_minor")))


def verify_differences() -> list[Difference]:
    """Return every pot, campaign and cap for which the rows and the ledger or a rule disagree."""
    return [*_wrong_pots(), *_wrong_totals(), *_exceeded_caps()]


def _wrong_pots() -> Iterator[Difference]:
    """Yield pots that do not hold what was put in less what was given and is reserved."""
    taken = Counter[str]()
    for rows in (Allocation.objects.given(), Reservation.objects.active()):
        for programme, minor in _sums(rows, "programme_id"):
            taken[programme] += minor
    for programme, pot in pots(list(Programme.objects.values_list("pk", flat=True))).items():
        expected = pot.funded.minor - taken[programme]
        if expected != pot.left.minor:
            yield Difference(
                "pot", programme, pot.left.currency, str(expected), str(pot.left.minor)
            )


def _wrong_totals() -> Iterator[Difference]:
    """Yield campaigns for which the ledger holds another match than was allocated."""
    given = Counter(dict(_sums(Allocation.objects.given(), "campaign_key")))
    accounts = Account.objects.filter(kind=AccountKind.MATCH_EARNED)
    booked = matched_totals(list(accounts.values_list("owner_ref", flat=True)))
    for campaign in sorted(given.keys() | booked.keys()):
        found = booked.get(campaign)
        if given[campaign] != (found.minor if found else 0):
            yield Difference(
                "total",
                f"match of {campaign}",
                found.currency if found else "",
                str(given[campaign]),
                str(found.minor if found else 0),
            )


_columns_of_scope = {
    Scope.CONTRIBUTION: ("contribution_ref",),
    Scope.DONOR: ("donor_key",),
    Scope.DONOR_PROJECT: ("donor_key", "project_id"),
    Scope.PROJECT: ("project_id",),
    Scope.PROGRAMME: (),
}


def _exceeded_caps() -> Iterator[Difference]:
    """Yield whoever was given more than the loosest cap their programme ever had."""
    for programme in Programme.objects.prefetch_related("versions"):
        rules = [version.rule for version in programme.versions.all()]
        for scope, columns in _columns_of_scope.items():
            cap = _loosest([rule.caps for rule in rules], scope)
            if cap is None:
                continue
            given = Counter[str]()
            for rows in (Allocation.objects.given(), Reservation.objects.active()):
                known = rows.filter(programme=programme)
                if "donor_key" in columns:
                    known = known.exclude(donor_key=None)
                for *who, minor in _sums(known, *columns):
                    given[":".join(map(str, (programme.pk, scope, *who)))] += minor
            for key, minor in sorted(given.items()):
                if minor > cap:
                    yield Difference("cap", key, programme.currency, f"at most {cap}", str(minor))


def _loosest(versions: Iterable[Sequence[Cap]], scope: Scope) -> int | None:
    """Return the largest amount of a scope over versions; None where one has no such cap."""
    tightest = [
        min((cap.amount_minor for cap in caps if cap.scope == scope), default=None)
        for caps in versions
    ]
    amounts = [amount for amount in tightest if amount is not None]
    return max(amounts) if amounts and len(amounts) == len(tightest) else None


def _sums(rows: QuerySet[Any], *columns: str) -> list[tuple[Any, ...]]:
    """Return the columns and the sum of amounts, one row for each combination."""
    if not columns:
        return [(rows.aggregate(total=Sum("amount_minor", default=0))["total"],)]
    grouped = rows.order_by().values_list(*columns).annotate(total=Sum("amount_minor"))
    return [(*who, int(minor)) for *who, minor in grouped]


def _explained(row: Allocation) -> Explanation:
    rule = row.version.rule
    reason = row.reason or None
    return Explanation(
        programme_id=row.programme_id,
        programme_name=rule.name,
        match=Money(row.amount_minor, rule.currency),
        state=row.state,
        reason=reason,
        why=wording.why(reason, row.steps, currency=rule.currency),
        steps=wording.sentences(row.steps, currency=rule.currency),
    )
