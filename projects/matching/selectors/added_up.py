"""What was claimed in a round, added up by the database where projects alone decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection

from projects.matching.closes import quadratic, sharing
from projects.matching.closes.entrants import Entrant
from projects.matching.formula import Flat, Quadratic, QuadraticVariant, ShareOfPot
from projects.matching.models import Claim, CountedMoney
from projects.matching.rules import Allocation, Metric

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from projects.matching.rules import Fact, Rule

CHUNK = 2_000
PROJECTS = 50  # Read at a time, with all that was given to them.
NOTHING: Mapping[str, Fact] = {}


def rows(
    query: str, programme_id: str, number: int, *, chunk: int = CHUNK
) -> Iterator[tuple[Any, ...]]:
    """Yield what a query says of a round, some rows at a time."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, [programme_id, number])
        while rows := cursor.fetchmany(chunk):
            yield from rows


def asks_for_facts(rule: Rule) -> bool:
    """Tell whether a close may ask for a fact of anything that was given."""
    amounts = [floor.amount for floor in rule.floors]
    amounts += [] if rule.project_cap is None else [rule.project_cap]
    plain = isinstance(rule.formula, Flat | ShareOfPot | Quadratic)
    return (
        not plain
        or bool(rule.caps)
        or rule.allocation is Allocation.RANKED_CLOSE
        or any(layer.rates_by_project for layer in rule.layers)
        or any(not isinstance(amount, int) for amount in amounts)
        or (rule.threshold is not None and rule.threshold.metric is Metric.PCT)
    )


def is_by_project(rule: Rule) -> bool:
    """Tell whether a close depends only on what each giver gave to each project in all."""
    formula = rule.formula
    return (
        rule.allocation in (Allocation.SHARE_CLOSE, Allocation.QUADRATIC_CLOSE)
        and rule.threshold is None
        and rule.stacking.total_public_share is None
        and not (isinstance(formula, Quadratic) and formula.variant is QuadraticVariant.PAIRWISE)
    )


_ADDED_UP = """
    SELECT project_id::text, array_agg(minor), sum(minor)::bigint, min(first_at)
    FROM (
        SELECT project_id, sum(base_minor)::bigint AS minor, min(settled_at) AS first_at
        FROM matching_claim
        WHERE programme_id = %s AND round_number = %s AND base_minor > 0
        GROUP BY project_id, donor_key, CASE WHEN donor_key IS NULL THEN contribution_ref END
    ) AS given
    GROUP BY project_id ORDER BY project_id::text COLLATE "C"
"""


OF_PROJECTS = """
    SELECT project_id::text,
        array_agg(contribution_ref ORDER BY settled_at, contribution_ref COLLATE "C"),
        array_agg(base_minor ORDER BY settled_at, contribution_ref COLLATE "C")
    FROM matching_claim
    WHERE programme_id = %s AND round_number = %s AND base_minor > 0
    GROUP BY project_id
"""


def added_up(
    programme_id: str, number: int, rule: Rule
) -> tuple[list[Entrant], dict[str, int] | None]:
    """Return the projects of a round, and their ideals where it is quadratic."""
    found: list[Entrant] = []
    facts = _facts_of_projects(programme_id, number) if asks_for_facts(rule) else {}

    def read() -> Iterator[tuple[str, list[int]]]:
        for project, given, counted, first_at in rows(
            _ADDED_UP, programme_id, number, chunk=PROJECTS
        ):
            known = facts.get(project, NOTHING)
            found.append(Entrant(project, counted, len(given), first_at, facts=known))
            yield project, given

    if not isinstance(rule.formula, Quadratic):
        for _ in read():
            pass
        return found, None
    linear = quadratic.from_sums(read())
    formula = rule.formula
    return found, {project: sharing.varied(formula, ideal) for project, ideal in linear.items()}


def _facts_of_projects(programme_id: str, number: int) -> dict[str, Mapping[str, Fact]]:
    """Return the facts of each project as they were with its first claim."""
    firsts = (
        Claim.objects.filter(programme=programme_id, round_number=number, base_minor__gt=0)
        .order_by("project_id", "settled_at", "contribution_ref")
        .distinct("project_id")
    )
    rows = CountedMoney.objects.filter(pk__in=firsts.values("money"))
    return {str(project): facts for project, facts in rows.values_list("project_id", "facts")}
