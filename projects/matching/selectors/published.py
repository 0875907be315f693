"""A programme as the public sees it: its terms, its pots, and who got what by project."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import BigIntegerField, Count, Func, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, TruncDate

from payments.ledger import selectors as ledger
from payments.money import Money
from projects.matching import engine, wording
from projects.matching.models import (
    Allocation,
    Award,
    Claim,
    Estimate,
    Freeze,
    Programme,
    ProgrammeVersion,
    Reservation,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date, datetime

    from projects.matching.rules import Rule


_LAYER_AND_MINOR = (
    KeyTextTransform(0, "part"),
    Cast(KeyTextTransform(1, "part"), BigIntegerField()),
)


@dataclass(frozen=True, slots=True)
class PotMatch:
    """What one pot has given to a campaign. The layer is empty where a programme has none."""

    programme_id: str
    name: str
    layer: str
    matched: Money


@dataclass(frozen=True, slots=True)
class Funder:
    """One pot of a programme. A programme without layers has one, with an empty name."""

    layer: str
    given: Money
    left: Money


@dataclass(frozen=True, slots=True)
class Receiver:
    """What a project has been matched by one programme, and for how many contributions."""

    project_id: UUID
    matched: Money
    contributions: int


@dataclass(frozen=True, slots=True)
class Estimated:
    """What a project would get if its programme closed at that moment. It promises nothing."""

    project_id: UUID
    matched: Money
    worked_out_at: datetime


@dataclass(frozen=True, slots=True)
class Given:
    """What a programme had given by the end of a day."""

    on: date
    so_far: Money


@dataclass(frozen=True, slots=True)
class Terms:
    """One published version, said in a sentence of the reader's language."""

    number: int
    published_at: datetime
    sentence: str
    document: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class PublishedProgramme:
    programme: Programme
    rule: Rule
    history: tuple[Terms, ...]  # The newest first; the first is in force.
    funders: tuple[Funder, ...]
    held: Money  # For people who are paying at this moment.
    receivers: tuple[Receiver, ...]  # Who got most comes first.
    days: tuple[Given, ...]
    estimates: tuple[Estimated, ...]
    is_frozen: bool  # Stopped for now: money waits.

    @property
    def given(self) -> Money:
        return Money(sum(each.given.minor for each in self.funders), self.rule.currency)

    @property
    def left(self) -> Money:
        return Money(sum(each.left.minor for each in self.funders), self.rule.currency)

    @property
    def disposable(self) -> Money:
        """Return all there was to give: what is given, held for a moment, and left."""
        return self.given + self.held + self.left


def published_programme(programme_id: str, *, now: datetime) -> PublishedProgramme:
    """Return everything that is public about one programme.

    Raises:
        Programme.DoesNotExist: nothing of that name was published by now.
    """
    versions = list(
        ProgrammeVersion.objects.filter(programme=programme_id, published_at__lte=now)
        .select_related("programme__agency")
        .order_by("-number")
    )
    if not versions:
        raise Programme.DoesNotExist(programme_id)
    rule, programme = versions[0].rule, versions[0].programme
    given = _given(programme_id)
    held = Reservation.objects.active().filter(programme=programme)
    held_minor: int = held.aggregate(total=Sum("amount_minor", default=0))["total"]
    return PublishedProgramme(
        programme=programme,
        rule=rule,
        history=tuple(map(_terms, versions)),
        funders=_funders(rule, given),
        held=Money(held_minor, rule.currency),
        receivers=_receivers(programme),
        days=_days(programme),
        estimates=_estimates(programme),
        is_frozen=Freeze.objects.standing().filter(programme=programme).exists(),
    )


def _terms(version: ProgrammeVersion) -> Terms:
    return Terms(
        number=version.number,
        published_at=version.published_at,
        sentence=wording.rule_sentence(version.rule),
        document=version.document,
    )


def _given(programme_id: str) -> Counter[str]:
    """Return what each layer has given: committed, earned and paid."""
    given = Counter[str]()
    for model in (Allocation, Award):
        rows = model.objects.given().filter(programme=programme_id).order_by()
        parts = rows.annotate(part=Func("parts", function="jsonb_array_elements"))
        for layer, minor in parts.values_list(*_LAYER_AND_MINOR):
            given[layer] += minor
    return given


def _funders(rule: Rule, given: Counter[str]) -> tuple[Funder, ...]:
    accounts = {
        layer.id: engine.pot(name, rule.currency)
        for layer, name in zip(rule.layers, rule.accounts(), strict=True)
    }
    books = ledger.balances(accounts.values())
    return tuple(
        Funder(
            layer=layer,
            given=Money(given[layer], rule.currency),
            left=Money(books[account].left, rule.currency),
        )
        for layer, account in accounts.items()
    )


def _receivers(programme: Programme) -> tuple[Receiver, ...]:
    """Return what each project got; of a round, the contributions are those that counted."""
    matched, counts = Counter[UUID](), Counter[UUID]()
    allocations = Allocation.objects.given().filter(programme=programme).order_by()
    for project, minor, count in allocations.values_list("project_id").annotate(
        Sum("amount_minor"), Count("pk")
    ):
        matched[project] += minor
        counts[project] += count
    awards = Award.objects.given().filter(programme=programme).order_by()
    for project, minor in awards.values_list("project_id").annotate(Sum("amount_minor")):
        matched[project] += minor
    closed = Claim.objects.filter(programme=programme, project_id__in=matched, base_minor__gt=0)
    rounds = programme.rounds.values("number")
    claims = closed.filter(round_number__in=rounds).order_by().values_list("project_id")
    for project, count in claims.annotate(Count("pk")):
        counts[project] += count
    ordered = sorted(matched, key=lambda project: (-matched[project], project))
    return tuple(
        Receiver(project, Money(matched[project], programme.currency), counts[project])
        for project in ordered
    )


def _estimates(programme: Programme) -> tuple[Estimated, ...]:
    """Return what a close would have given in the last night; nothing where none is to come."""
    rows = Estimate.objects.filter(programme=programme, minor__gt=0)
    return tuple(
        Estimated(row.project_id, Money(row.minor, programme.currency), row.worked_out_at)
        for row in rows.order_by("-minor", "project_id")
    )


def _days(programme: Programme) -> tuple[Given, ...]:
    """Return what had been given by each day on which a matched contribution settled."""
    by_day = Counter[object]()
    rows = Allocation.objects.given().filter(programme=programme).order_by()
    settled = rows.annotate(on=TruncDate("settled_at")).values_list("on")
    for on, minor in settled.annotate(Sum("amount_minor")):
        by_day[on] += minor
    awards = Award.objects.given().filter(programme=programme).order_by()
    closed = awards.annotate(on=TruncDate("round__closed_at")).values_list("on")
    for on, minor in closed.annotate(Sum("amount_minor")):
        by_day[on] += minor
    so_far, days = 0, []
    for on, minor in sorted(by_day.items(), key=lambda each: str(each[0])):
        so_far += minor
        days.append(Given(on, Money(so_far, programme.currency)))  # type: ignore[arg-type]  # A day.
    return tuple(days)


def matched_by_pot(campaign_keys: Collection[str]) -> dict[str, list[PotMatch]]:
    """Return which pots have matched each campaign with how much, the largest first.

    What was given back is left out; names are those of the newest version.
    """
    sums: dict[str, Counter[tuple[str, str]]] = {key: Counter() for key in campaign_keys}
    for model in (Allocation, Award):
        rows = model.objects.given().filter(campaign_key__in=campaign_keys).order_by()
        parts = rows.annotate(part=Func("parts", function="jsonb_array_elements"))
        found = parts.values_list("campaign_key", "programme_id", *_LAYER_AND_MINOR)
        for campaign, programme, layer, minor in found:
            sums[campaign][programme, layer] += minor
    rules = _newest_rules({programme for sum_ in sums.values() for programme, _ in sum_})
    return {
        campaign: [
            PotMatch(
                programme, rules[programme].name, layer, Money(minor, rules[programme].currency)
            )
            for (programme, layer), minor in sum_.most_common()
        ]
        for campaign, sum_ in sums.items()
    }


def _newest_rules(programme_ids: Collection[str]) -> dict[str, Rule]:
    if not programme_ids:
        return {}
    versions = ProgrammeVersion.objects.filter(programme__in=programme_ids)
    newest = versions.order_by("programme_id", "-number").distinct("programme_id")
    return {version.programme_id: version.rule for version in newest}
