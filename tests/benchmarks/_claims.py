"""One side of the benchmark of rounds in the database, in a process that tells its own memory.

Called with the name of a database, a programme and a side.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from typing import TYPE_CHECKING

from django.db import connection

from projects.matching.closes import quadratic, sharing
from projects.matching.closes.entrants import Entrant
from projects.matching.models import Award, Claim, Programme, Share
from projects.matching.selectors import claims
from projects.matching.services import rounds
from tests import databases

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST = 1


def added_up(programme_id: str) -> int:
    """Work out what each project would get, as the nightly estimate does; return the sum."""
    terms = claims.terms_of_next(Programme.objects.get(pk=programme_id), None)
    return sum(minor for _, parts, _ in claims.estimated(terms, FIRST) for _, minor in parts)


def row_by_row(programme_id: str) -> int:
    """Work out the same from every claim, as one would write it first."""
    terms = claims.terms_of_next(Programme.objects.get(pk=programme_id), None)
    rows = Claim.objects.filter(programme=programme_id, round_number=FIRST, base_minor__gt=0)
    sums = quadratic.added_up(
        (str(claim.project_id), claim.donor_key or (claim.contribution_ref,), claim.base_minor)
        for claim in rows.iterator(chunk_size=10_000)
    )
    ideals = quadratic.ideals({project: given.values() for project, given in sums.items()})
    entrants = [
        Entrant(project, sum(given.values()), len(given), None)
        for project, given in sorted(sums.items())
    ]
    awarded = sharing.close(terms.rule, entrants, pots=claims.pots_of(terms), ideals=ideals)
    return sum(minor for parts in awarded.parts.values() for _, minor in parts)


def closed(programme_id: str) -> int:
    """Close the programme for good, with a share for every contribution; return their sum."""
    terms = claims.terms_of_next(Programme.objects.get(pk=programme_id), None)
    row = rounds.close_programme(programme_id=programme_id, now=terms.rule.window.closes_at)
    return row.matched_minor


SIDES: dict[str, Callable[[str], int]] = {
    "added_up": added_up,
    "row_by_row": row_by_row,
    "closed": closed,
}


def main(name: str, programme_id: str, side: str) -> None:
    databases.use(name)
    connection.ensure_connection()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    matched = SIDES[side](programme_id)
    seconds = time.perf_counter() - began
    found = {
        "seconds": seconds,
        "matched": matched,
        "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "before_mib": before // 1024,
        "shares": Share.objects.count() if side == "closed" else 0,
        "awards": Award.objects.count() if side == "closed" else 0,
    }
    print(json.dumps(found))  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
