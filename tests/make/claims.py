"""Typed builders for rounds: claims, pots, and the close of a rule made from a document."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING

from projects.matching import closing
from projects.matching.closes.entrants import Claim
from projects.matching.instant.outcomes import Pots
from tests.make import rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from projects.matching.closing import Closed
    from projects.matching.rules import Fact

_serial = count(1)


def claim(  # noqa: PLR0913  One keyword for each fact a test may care about.
    base_minor: int,
    *,
    project: str = "p1",
    donor: str | None = "",
    ref: str = "",
    minutes: int = 0,
    facts: Mapping[str, Fact] | None = None,
) -> Claim:
    """Return a claim that settled so many minutes after noon, by a giver of its own if not said."""
    ref = ref or f"c{next(_serial):06}"
    return Claim(
        ref=ref,
        project=project,
        donor=f"donor of {ref}" if donor == "" else donor,
        base_minor=base_minor,
        settled_at=rules.NOON + timedelta(minutes=minutes),
        facts=facts or {},
        given_minor=base_minor,
    )


def pots(*minors: int, **layers: int) -> Pots:
    """Return one pot, or one for each named layer."""
    left = layers or {"": sum(minors)}
    return Pots(left=left, funded_minor=sum(left.values()))


def close(
    claims: Iterable[Claim],
    *,
    pot: int | Pots,
    projects: Mapping[str, Mapping[str, Fact]] | None = None,
    **terms: object,
) -> Closed:
    """Close a round of a rule with these terms."""
    return closing.close(
        rules.rule(**terms),
        claims,
        pots=pots(pot) if isinstance(pot, int) else pot,
        projects=projects,
    )


def totals(closed: Closed) -> dict[str, int]:
    """Return what each project gets of all layers together, if anything."""
    sums = {project: sum(minor for _, minor in by) for project, by in closed.by_project.items()}
    return {project: minor for project, minor in sums.items() if minor}
