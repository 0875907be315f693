"""One side of the benchmark of quadratic rounds, in a process that loads nothing else.

The references are what one would write first: the linear one adds up and takes roots as decimals of
sixty digits; the pairwise one keeps every pair in dictionaries and works in floating point.
"""

from __future__ import annotations

import json
import random
import resource
import sys
import time
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal, localcontext
from statistics import median
from typing import TYPE_CHECKING

from projects.matching.closes import dividing, pairwise, quadratic

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from projects.matching.closes.quadratic import Gift

ROUNDS = 3
POT = 1_000_000_00
LINEAR = {"gifts": 1_000_000, "givers": 200_000, "projects": 2_000}
PAIRWISE = {"gifts": 100_000, "givers": 20_000, "projects": 250}
M = 50_00
EVERY = 10


def gifts(*, gifts: int, givers: int, projects: int) -> list[Gift]:
    """Return gifts of 1.10 to 1,000 euros, most of them small; some projects are popular."""
    draw = random.Random(7)  # noqa: S311  Nothing secret about it.
    names = [f"project-{n:05}" for n in range(projects)]
    persons = [f"giver-{n:06}" for n in range(givers)]
    return [
        (
            names[draw.randrange(draw.randrange(projects) + 1)],
            persons[draw.randrange(givers)],
            100 + int(10 ** (1 + 4 * draw.random())),
        )
        for _ in range(gifts)
    ]


def linear(rows: Sequence[Gift]) -> dict[str, int]:
    sums = quadratic.added_up(rows)
    return quadratic.ideals({project: given.values() for project, given in sums.items()})


def linear_plainly(rows: Sequence[Gift]) -> dict[str, int]:
    sums = defaultdict[tuple[str, quadratic.Giver], int](int)
    for project, giver, minor in rows:
        sums[project, giver] += minor
    with localcontext() as context:
        context.prec = 60
        roots, whole = defaultdict[str, Decimal](Decimal), defaultdict[str, int](int)
        for (project, _), minor in sums.items():
            roots[project] += Decimal(minor).sqrt()
            whole[project] += minor
        return {
            project: int(((root * root - whole[project]) * 1000).to_integral_value(ROUND_HALF_UP))
            for project, root in roots.items()
        }


def bounded(rows: Sequence[Gift]) -> dict[str, int]:
    return pairwise.ideals(quadratic.added_up(rows), m_minor=M)


def bounded_plainly(rows: Sequence[Gift]) -> dict[str, int]:
    sums = quadratic.added_up(rows)
    together: dict[quadratic.Giver, dict[quadratic.Giver, float]] = {}
    for given in sums.values():
        for giver, minor in given.items():
            k = together.setdefault(giver, {})
            for other, others_minor in given.items():
                k[other] = k.get(other, 0) + (minor * others_minor) ** 0.5
    ideals = {}
    for project, given in sums.items():
        ideal = 0.0
        for giver, minor in given.items():
            k = together[giver]
            for other, others_minor in given.items():
                if str(other) > str(giver):
                    ideal += 2 * (minor * others_minor) ** 0.5 / (k[other] / M + 1)
        ideals[project] = round(ideal * 1000)
    return ideals


def pairs_of(rows: Sequence[Gift]) -> int:
    return sum(len(given) ** 2 for given in quadratic.added_up(rows).values())


def every_tenth(rows: Sequence[Gift]) -> list[Gift]:
    return [row for row in rows if int(row[0].rpartition("-")[2]) % EVERY == 0]


SIDES: dict[str, tuple[Callable[[Sequence[Gift]], dict[str, int]], dict[str, int]]] = {
    "linear": (linear, LINEAR),
    "linear_plainly": (linear_plainly, LINEAR),
    "bounded": (bounded, PAIRWISE),
    "bounded_tenth": (bounded, PAIRWISE),
    "bounded_plainly": (bounded_plainly, PAIRWISE),
}


def measure(name: str) -> None:
    """Run one side in this process and print its seconds, its memory and its ideals."""
    side, size = SIDES[name]
    rows = gifts(**size)
    share = 1.0
    if name in ("bounded_tenth", "bounded_plainly"):
        whole = pairs_of(rows)
        rows = every_tenth(rows)
        share = pairs_of(rows) / whole
    times, worked, ideals = list[float](), list[float](), dict[str, int]()
    for _ in range(1 if name.endswith("plainly") else ROUNDS):
        ideals.clear()
        began, on_processor = time.perf_counter(), time.process_time()
        ideals = side(rows)
        names = sorted(ideals)
        paid = dividing.divide(
            POT, [ideals[project] for project in names], dividing.Terms(unit=1000)
        )
        times.append(time.perf_counter() - began)
        worked.append(time.process_time() - on_processor)
        if sum(paid.parts) != POT:
            raise SystemExit(f"{POT} was to be paid, {sum(paid.parts)} was.")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = {
        "seconds": median(times) / share,
        "on_processor": median(worked) / share,
        "mib": peak // 1024,
        "ideals": ideals,
    }
    print(json.dumps(found))  # noqa: T201


if __name__ == "__main__":
    measure(sys.argv[1])
