"""What stands of a replay, read from the same rows and books that pages and payments read."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from payments.ledger import selectors as ledger
from projects.matching import engine
from projects.matching.models import Allocation
from projects.matching.replaying import closes, reasons
from projects.matching.rules import pot_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from projects.matching.replaying.names import Names
    from projects.matching.replaying.scenarios import Document
    from projects.matching.replaying.stage import Stage

Amounts = dict[str, int]


def snapshot(stage: Stage) -> Document:
    """Return the report of what stands now; zeros are left out, but for pots and projects."""
    names = stage.names
    rows = list(
        Allocation.objects.filter(programme__in=names.programmes.values()).order_by(
            "settled_at", "contribution_ref", "programme_id"
        )
    )
    return {
        "matches": _sorted(_together(_matches(rows, names), closes.shares(names))),
        "pots": _pots(stage),
        "project_matches": closes.project_matches(names),
        "lumps": _lumps(rows, names),
        "unmet": _unmet(rows, names),
        **closes.payments(names),
        "reasons": reasons.by_pair(stage),
    }


def _together(matches: dict[str, Amounts], shares: dict[str, Amounts]) -> dict[str, Amounts]:
    """Return what contributions were matched with at once and at closes, maybe by both."""
    refs = matches.keys() | shares.keys()
    return {ref: matches.get(ref, {}) | shares.get(ref, {}) for ref in refs}


def _matches(rows: Iterable[Allocation], names: Names) -> dict[str, Amounts]:
    """Return what each contribution is matched with, by pot."""
    contributions, programmes = names.contributions_told(), names.programmes_told()
    found: dict[str, Amounts] = defaultdict(dict)
    for row in rows:
        if not row.lump_minor:
            for layer, minor in row.parts:
                pot = pot_name(programmes[row.programme_id], layer)
                found[contributions[row.contribution_ref]][pot] = minor
    return found


def _lumps(rows: Iterable[Allocation], names: Names) -> Amounts:
    programmes, projects = names.programmes_told(), names.projects_told()
    found: Amounts = {}
    for row in rows:
        if row.lump_minor and row.amount_minor:
            key = f"{programmes[row.programme_id]}:{projects[row.project_id]}"
            found[key] = found.get(key, 0) + row.amount_minor
    return dict(sorted(found.items()))


def _unmet(rows: Iterable[Allocation], names: Names) -> Amounts:
    """Return what only a pot did not allow, by contribution and pot."""
    contributions, programmes = names.contributions_told(), names.programmes_told()
    found: Amounts = {}
    for row in rows:
        for layer, minor in row.unmet:
            pot = pot_name(programmes[row.programme_id], layer)
            found[f"{contributions[row.contribution_ref]}:{pot}"] = minor
    return dict(sorted(found.items()))


def _pots(stage: Stage) -> Amounts:
    """Return what is left in every pot, in the order of the file."""
    keys = {
        pot_name(programme.id, layer): engine.pot(
            stage.names.programmes[programme.id], programme.currency, layer
        )
        for programme in stage.scenario.programmes
        for layer, _ in programme.pots
    }
    books = ledger.balances(keys.values())
    return {pot: books[key].left for pot, key in keys.items()}


def _sorted(found: Mapping[str, Amounts]) -> dict[str, Amounts]:
    return {key: dict(sorted(found[key].items())) for key in sorted(found)}
