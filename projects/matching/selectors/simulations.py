"""What a simulation starts from: terms, what is in the pots, and money that came before."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from payments.ledger import selectors as ledger
from projects.matching import counting, engine
from projects.matching.models import CountedMoney, ProgrammeVersion
from projects.matching.simulating import simulation

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from projects.matching.rules import Counted, Rule


def terms_of(programme_id: str) -> Rule | None:
    """Return the newest rule of a programme, or nothing where there is no such programme."""
    versions = ProgrammeVersion.objects.filter(programme=programme_id).order_by("number")
    newest = versions.last()
    return newest.rule if newest else None


def put_in(rule: Rule) -> dict[str, int]:
    """Return what was put into each pot, by layer; what the rule says where nothing was yet."""
    books = ledger.balances(engine.pots_of(rule).values())
    found = {layer: books[key].credits_posted for layer, key in engine.pots_of(rule).items()}
    return found if any(found.values()) else pots_of(rule)


def pots_of(rule: Rule) -> dict[str, int]:
    """Return what a rule says is in each of its pots at first, by layer."""
    if len(rule.layers) == 1:
        (layer,) = rule.layers
        return {layer.id: layer.pot_minor or rule.pot_minor}
    return {layer.id: layer.pot_minor for layer in rule.layers}


def ceilings_of(rule: Rule, money: Collection[Counted]) -> Mapping[str, int]:
    """Return what a committee has awarded to the projects of some money."""
    projects = {UUID(each.project) for each in money if rule.needs_award}
    return engine.ceilings({rule.programme_id: projects})[rule.programme_id] if projects else {}


def past_money(
    rule: Rule, *, since: datetime, until: datetime, countries: Collection[str] | None = None
) -> list[Counted]:
    """Return money that settled in a time, for projects of which the rule speaks, in order.

    `countries` (alpha-3) limits it to projects there. Each giver and project keeps its name.
    """
    rows = CountedMoney.objects.filter(settled_at__gte=since, settled_at__lt=until)
    if countries is not None:
        rows = rows.filter(**{"facts__project.country__in": list(countries)})
    ordered = rows.order_by("settled_at", "contribution_ref")
    return [row.counted for row in ordered.iterator() if counting.speaks_of(rule, row.facts)]


def as_if_in_window(rule: Rule, money: Collection[Counted], *, since: datetime) -> list[Counted]:
    """Return past money as if its time had begun with the rule's window."""
    first = since.astimezone(ZoneInfo(rule.window.zone)).date()
    return simulation.into_window(rule, money, since=first)
