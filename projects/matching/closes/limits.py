"""What a project of a round may get at most and must get at least.

At a close match is not given in turns but in one moment. So a cap is one limit on all that its
subject gets in the round, whatever its period. Caps on givers and on single contributions speak of
match by contribution; they cut the wishes of claims (see `wishes`) and have no say where a whole
project is matched by a share or by quadratic funding.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from projects.matching import caps
from projects.matching.closes.dividing import Floor, Limit
from projects.matching.counting import condition_holds
from projects.matching.instant import rooms, subjects
from projects.matching.rules import Cap, Scope

if TYPE_CHECKING:
    from collections.abc import Sequence

    from projects.matching.closes.entrants import Entrant
    from projects.matching.rules import Rule

OF_PROJECTS = (
    Scope.PROJECT,
    Scope.PROJECT_COST,
    Scope.ORGANISATION,
    Scope.BENEFICIARY,
    Scope.REGION,
    Scope.LAYER,
    Scope.PROGRAMME,
)
"""The scopes that speak of whole projects, narrow ones first."""


def of_projects(rule: Rule, entrants: Sequence[Entrant], *, funded_minor: int) -> list[Limit]:
    """Return the limits on projects, by their places among the entrants, narrow ones first."""
    found = list(of_project_cap(rule, entrants, funded_minor=funded_minor))
    for scope in OF_PROJECTS:
        for cap in rule.caps:
            if cap.scope is scope:
                found += _of_cap(rule, cap, entrants, funded_minor)
    return found + _of_public_share(rule, entrants)


def _of_public_share(rule: Rule, entrants: Sequence[Entrant]) -> list[Limit]:
    """Return how much public money each project may still get, of all programmes together."""
    if rule.stacking.total_public_share is None:
        return []
    return [
        Limit(
            (place,),
            rooms.public_room(
                rule, one.money(rule, minor=one.given_minor), public_minor=one.public_minor
            ),
            "total_public_cap",
        )
        for place, one in enumerate(entrants)
    ]


def _of_cap(rule: Rule, cap: Cap, entrants: Sequence[Entrant], funded_minor: int) -> list[Limit]:
    """Return one limit for each subject of a cap. Of several amounts the smallest counts."""
    places: dict[str, list[int]] = defaultdict(list)
    rooms: dict[str, int] = {}
    for place, entrant in enumerate(entrants):
        money = entrant.money(rule)
        if cap.when is not None and not condition_holds(cap.when, entrant.facts):
            continue
        whose = str(subjects.subject(cap.scope, money))
        room = _amount(rule, entrant, cap, funded_minor)
        if cap.scope is Scope.PROJECT_COST:
            room = max(0, room - entrant.counted_minor)
        places[whose].append(place)
        rooms[whose] = min(room, rooms.get(whose, room))
    return [Limit(tuple(own), rooms[whose], caps.reason_of(cap)) for whose, own in places.items()]


def of_project_cap(rule: Rule, entrants: Sequence[Entrant], *, funded_minor: int) -> list[Limit]:
    """Return the limit that the rule sets to every project of a close."""
    if rule.project_cap is None:
        return []
    cap = Cap(Scope.PROJECT, rule.project_cap)
    return _of_cap(rule, cap, entrants, funded_minor)


def floors(rule: Rule, entrants: Sequence[Entrant], *, funded_minor: int) -> list[Floor]:
    """Return the least that each project gets if it gets anything, by its place."""
    return [
        Floor(
            (place,),
            max(
                subjects.amount_of(
                    floor.amount, rule, entrant.money(rule), funded_minor=funded_minor
                )
                for floor in rule.floors
            ),
        )
        for place, entrant in enumerate(entrants)
        if rule.floors
    ]


def _amount(rule: Rule, entrant: Entrant, cap: Cap, funded_minor: int) -> int:
    """Return a cap in minor units; nothing where the fact that it needs is missing."""
    money = entrant.money(rule)
    if subjects.missing_fact(cap.amount, rule, money) is not None:
        return 0
    return subjects.amount_of(cap.amount, rule, money, funded_minor=funded_minor)
